"""What anybody sees of a published result: the book's figures, no cookie, one query, and nothing of what is not public.

Expected figures: tests/golden/hanam_2022.csv, copied from the province's published report.
"""

import csv
import gzip
import io
import json
import re
import time
import zipfile
from decimal import Decimal
from functools import partial
from html import unescape
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from survey_app.domain import campaigns, people, public_results, publication, scores
from survey_app.exports.public_site import ASSETS
from survey_app.extensions import db
from survey_app.models import Publication
from survey_app.vocabulary import CampaignState
from survey_app.web.public_results import shelf
from tests.domain.test_demonstration import published as golden
from tests.test_access import HOSTILE_IDS
from tests.web.pages import CODE, statements
from tests.web.test_scores import comma, swap, tables_of

HOME = f"/cong-bo/{CODE}"
PAGES = ("", "/phuong-phap", "/bieu-do", "/du-lieu", "/don-vi/STC", "/don-vi/TTRA", "/phieu", "/ket-qua.json")


@pytest.fixture
def citizen(published: Flask) -> FlaskClient:
    """A browser in which nobody is logged in; pages made for other tests are forgotten."""
    shelf.kept.clear()
    return published.test_client()


def correct(reason: str = "Nhập sai điểm thẩm định") -> None:
    """Publish the campaign once more."""
    actor, campaign = people.command_line(), campaigns.by_code(CODE)
    for state in (CampaignState.OPEN, CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, campaign, state, reason)
    scores.run(actor, campaign, reason)
    publication.publish(actor, campaign, reason)
    db.session.commit()


def test_the_ranking_shows_every_published_figure_of_every_unit(citizen: FlaskClient) -> None:
    page = citizen.get(HOME).text
    tables = tables_of(page)
    shown = {row["Đơn vị"]: row for table in tables for row in table}
    book = public_results.headline_of(public_results.of_code(CODE)).book
    ranks = book.uncertainty["index_ranks"]
    bands = {each["unit"]: each["band"] for each in book.index["units"]}
    for row in golden():
        found = shown[row["name"]]
        assert found["Hạng"] == row["rank"]
        assert found["Chỉ số CCHC %"] == comma(row["index"])
        assert found["Tổng điểm"] == comma(row["total_points"])
        assert found["Điểm thẩm định"] == comma(row["appraisal_points"])
        assert found["Điểm khảo sát"] == (
            comma(row["satisfaction_points"]).replace("x", "x (không khảo sát)")
        )
        assert found["Xếp loại"] == bands[row["unit"]]
        best, worst = ranks[row["unit"]]
        assert found["Hạng có thể"] == (str(best) if best == worst else f"{best} – {worst}")
    assert [table[-1]["Chỉ số CCHC %"] for table in tables] == ["89,60", "90,70"]
    assert [table[-1]["Điểm khảo sát"] for table in tables] == ["9,45", "9,65"]
    for sentence in ("Số liệu minh họa", "Công bố lần 1", "10 trong 19 đơn vị", "2.124"):
        assert sentence in page


def test_each_units_page_says_how_its_figures_are_made(citizen: FlaskClient) -> None:
    ranking = citizen.get(HOME).text
    for row in golden():
        address = f"{HOME}/don-vi/{row['unit']}"
        assert f'href="{address}#cach-tinh"' in ranking
        assert f'href="{address}#chi-so"' in ranking
        page = unescape(citizen.get(address).text)
        assert f"/ {int(Decimal(row['max_points']))} = {comma(row['index'])}\u00a0%." in page
        if row["satisfaction_points"]:
            assert f"làm tròn một lần: {comma(row['satisfaction_points'])} điểm." in page
            assert "Chưa phiếu nào của đơn vị được phúc tra xong khi công bố." in page
        else:
            assert "không được khảo sát vì không giải quyết thủ tục" in page
    # 1,186 of 1,295 answers are satisfied: 91.58 %, as in test_scores.py.
    assert "1.186 câu trả lời hài lòng (mức 4 và 5) trên 1.295" in citizen.get(f"{HOME}/don-vi/STC").text


def test_n6_rows_in_another_order_give_the_same_pages_and_frozen_ones_stay(citizen: FlaskClient) -> None:
    paths = ("", "/don-vi/SYT", "/don-vi/SGTVT", "/phuong-phap", "/du-lieu")
    before = [tables_of(citizen.get(f"{HOME}/lan/1{path}").text) for path in paths]
    data = citizen.get(f"{HOME}/tep/tieu-chi.csv").data
    swap("SYT", "SGTVT")  # both have a quota of 80, which belongs to the place and not to the unit
    correct()
    for kept in (public_results._material, public_results._pages):
        kept.cache_clear()
    shelf.kept.clear()
    for number in (1, 2):
        assert [tables_of(citizen.get(f"{HOME}/lan/{number}{path}").text) for path in paths] == before
        assert citizen.get(f"{HOME}/lan/{number}/tep/tieu-chi.csv").data == data


def test_pages_are_anybodys_to_keep_and_carry_no_cookie(published: Flask, citizen: FlaskClient) -> None:
    citizen.set_cookie("hailong", "whatever")
    for path in ("/cong-bo", *(HOME + each for each in PAGES), f"{HOME}/tep/don-vi.csv", f"{HOME}/lan/1"):
        reply = citizen.get(path)
        assert reply.status_code == 200, path
        assert "Set-Cookie" not in reply.headers
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert reply.headers["Cache-Control"] == "public, max-age=300"
        assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
        tag = reply.headers["ETag"]
        assert tag.startswith('"')
        again = citizen.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
        packed = citizen.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.data) == reply.data
        assert packed.headers["ETag"] != tag


def test_a_page_costs_one_query_and_no_time_once_it_was_made(citizen: FlaskClient) -> None:
    for path in ("/cong-bo", *(HOME + each for each in PAGES)):
        citizen.get(path)
        begun = time.perf_counter()
        told = statements(lambda path=path: citizen.get(path))
        assert len(told) == 1, path
        assert "publication" in told[0]
        assert time.perf_counter() - begun < 0.1  # 3 ms on an idle machine


def test_the_first_load_is_light(citizen: FlaskClient) -> None:
    style = sum(len(gzip.compress(citizen.get(f"/static/{name}").data)) for name in ASSETS)
    for path in PAGES[:-1]:
        page = citizen.get(HOME + path).data
        assert b"<script" not in page
        assert style + len(gzip.compress(page)) <= 40 * 1024, path


def test_what_is_not_published_is_as_absent_as_what_never_was(demo: Flask) -> None:
    client = demo.test_client()
    for path in PAGES:
        address = f"/cong-bo/{CODE}{path}"
        replies: list[TestResponse] = []

        def get(address: str, replies: list[TestResponse] = replies) -> None:
            replies.append(client.get(address))

        costs = [statements(partial(get, address.replace(CODE, code))) for code in (CODE, "khong-co")]
        assert [reply.status_code for reply in replies] == [404, 404]
        assert replies[0].data == replies[1].data
        assert costs[0] == costs[1]
        assert len(costs[0]) == 1
        assert replies[0].headers["Cache-Control"] == "no-store"
    assert "Chưa có đợt khảo sát nào được công bố." in client.get("/cong-bo").text


def test_hostile_codes_units_numbers_and_names_are_not_found(citizen: FlaskClient) -> None:
    for hostile in [*HOSTILE_IDS, "..", "%2e%2e", "STC%2f..", "STC.html", "<script>"]:
        for pattern in (
            "/cong-bo/{}",
            HOME + "/don-vi/{}",
            HOME + "/lan/{}",
            HOME + "/tep/{}",
            HOME + "/hinh/{}",
        ):
            reply = citizen.get(pattern.format(hostile))
            if hostile in ("..", "%2e%2e"):
                assert reply.status_code in (200, 308, 404), (pattern, hostile)
            else:
                assert reply.status_code == 404, (pattern, hostile)
            assert "<script>" not in reply.text


def test_a_correction_and_what_it_corrects_are_both_to_be_seen(citizen: FlaskClient) -> None:
    first = citizen.get(HOME).headers["ETag"]
    correct("Nhập sai điểm thẩm định của một đơn vị.")
    day = re.search(r"Công bố lần 2 · ngày (\d\d/\d\d/\d{4})", citizen.get(HOME).text)
    assert day is not None
    notice = f"Lần công bố 2 (ngày {day[1]}) đính chính lần 1 ngày {day[1]} vì: Nhập sai điểm thẩm định của một đơn vị."
    newest, old = citizen.get(HOME), citizen.get(f"{HOME}/lan/1")
    assert newest.headers["ETag"] != first
    assert notice in newest.text
    assert notice in old.text
    assert "Đây là lần công bố 1, đã được đính chính." in old.text
    assert "đã được đính chính" not in citizen.get(f"{HOME}/lan/2").text
    assert f'href="{HOME}/lan/1/don-vi/STC"' in old.text
    assert citizen.get(f"{HOME}/lan/1/don-vi/STC").status_code == 200
    assert [citizen.get(f"{HOME}/lan/{number}").status_code for number in (0, 3)] == [404, 404]
    assert citizen.get(f"{HOME}/lan/2/ket-qua.json").json["publication"]["corrects"] == 1


def test_a_campaign_opened_again_keeps_its_publication_with_a_word_about_it(citizen: FlaskClient) -> None:
    before = citizen.get(HOME)
    campaigns.move(people.command_line(), campaigns.by_code(CODE), CampaignState.OPEN, "Xem lại")
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code < 'HN22-1000'"))
    db.session.commit()
    after = citizen.get(HOME)
    assert after.headers["ETag"] != before.headers["ETag"]
    assert "đang được mở lại để xem xét" in after.text
    assert tables_of(after.text) == tables_of(before.text)


def answer_of(page: str) -> str:
    """Return what a page says of a form code, the code aside."""
    return re.sub(r"Mã [^:]*:", "Mã …:", page.partition("<main")[2])


def test_a_receipt_says_only_whether_the_form_was_counted(published: Flask, citizen: FlaskClient) -> None:
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code = 'HN22-0002'"))
    db.session.commit()
    correct("Hủy một phiếu")

    def asked(code: str) -> str:
        reply = citizen.post(f"{HOME}/phieu", data={"form_code": code})
        assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-store")
        assert "Set-Cookie" not in reply.headers
        return answer_of(reply.text)

    counted, void, unknown = asked("HN22-0001"), asked("HN22-0002"), asked("HN22-9999")
    assert ": được tính.</strong>" in counted
    assert asked(" hn22-0001 ") == counted
    assert ": không được tính.</strong>" in void
    assert unknown == void == asked("x" * 500) == asked("'--")
    assert statements(lambda: asked("HN22-0001")) == statements(lambda: asked("HN22-9998"))
    assert [word for word in ("dtv", "E0001", "Sở", "hủy") if word in void.partition("</div>")[0]] == []
    assert citizen.post(f"{HOME}/phieu", data={"form_code": " "}).status_code == 422
    assert citizen.post("/cong-bo/khong-co/phieu", data={"form_code": "HN22-0001"}).status_code == 404


def test_whoever_tries_code_after_code_is_stopped(published: Flask, citizen: FlaskClient) -> None:
    published.config["RECEIPTS_AN_HOUR"] = 3
    address = {"REMOTE_ADDR": "10.9.8.7"}
    replies = [
        citizen.post(f"{HOME}/phieu", data={"form_code": f"HN22-{n:04d}"}, environ_base=address)
        for n in range(5)
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429, 429]
    assert "Retry-After" in replies[-1].headers


def test_the_open_data_are_the_books_figures_in_every_form(citizen: FlaskClient) -> None:
    material = public_results.headline_of(public_results.of_code(CODE))
    plain = list(csv.DictReader(io.StringIO(citizen.get(f"{HOME}/tep/don-vi.csv").text)))
    for row in golden():
        found = next(each for each in plain if each["unit"] == row["unit"])
        for ours, theirs in (("index", "index"), ("rank", "rank"), ("satisfaction_points",) * 2):
            assert found[ours] == row[theirs]
    excel = citizen.get(f"{HOME}/tep/don-vi-excel.csv")
    assert excel.data.startswith(b"\xef\xbb\xbf")
    assert f"filename={CODE}-lan-1-don-vi-excel.csv" in excel.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(excel.data.decode("utf-8-sig")), delimiter=";"))
    assert [row["index"] for row in rows] == [row["index"].replace(".", ",") for row in plain]
    whole = json.loads(citizen.get(f"{HOME}/tep/du-lieu.json").data, parse_constant=pytest.fail)
    assert [
        {k: "" if v is None else str(v) for k, v in row.items()} for row in whole["tables"]["don-vi"]
    ] == plain
    assert {name: list(columns) for name, columns in whole["dictionary"].items()} == {
        name: list(rows[0]) for name, rows in whole["tables"].items()
    }
    assert (
        whole["publication"]["bundle_sha256"] == db.session.scalars(select(Publication)).one().bundle_digest
    )
    result = citizen.get(f"{HOME}/ket-qua.json").json
    assert result["index"] == material.book.index
    books = {each["unit"]: each for each in material.book.satisfaction["units"]}
    for unit in result["satisfaction"]["units"]:
        for figure in ("responses", "index", "points", "rank", "interval", "rank_interval"):
            assert unit[figure] == books[unit["unit"]][figure]


LINK = re.compile(r'(?:href|src|action)="([^"#]*)(?:#[^"]*)?"')


def content_of(page: str) -> str:
    """Return a page's main part without the addresses that its links lead to."""
    return LINK.sub("", page.partition("<main")[2])


def test_the_files_hold_what_is_served_and_lead_to_each_other(
    published: Flask, citizen: FlaskClient, tmp_path: Path
) -> None:
    correct()
    runner = published.test_cli_runner()
    target = tmp_path / "cong-bo.zip"
    done = runner.invoke(args=["publication", "export", CODE, "-o", str(target)])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pages = [name for name in files if name.endswith(".html")]
    assert len(pages) == 3 * (25 + 4)
    for name in pages:
        page = files[name].decode()
        path = name.removesuffix(".html").removesuffix("index").rstrip("/")
        assert content_of(page) == content_of(citizen.get(f"{HOME}/{path}".rstrip("/")).text), name
        for link in LINK.findall(page):
            assert link == "" or normpath(join(dirname(name), unquote(link))) in files, (name, link)
    assert files["lan/1/ket-qua.json"] == citizen.get(f"{HOME}/lan/1/ket-qua.json").data
    folder = tmp_path / "trang"
    assert runner.invoke(args=["publication", "export", CODE, "-o", str(folder)]).exit_code == 0
    written = {
        str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()
    }
    assert written == files
    refused = runner.invoke(args=["publication", "export", CODE, "-o", str(folder)])
    assert (refused.exit_code, "đã có tệp khác" in refused.output) == (1, True)
    assert runner.invoke(args=["publication", "export", "khong-co", "-o", str(target)]).exit_code == 1
