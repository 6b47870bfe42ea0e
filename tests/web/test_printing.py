"""Blank forms from the page: seen, ordered once, watched, stopped, fetched, swept away."""

import io
import os
import re
import threading
import time
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.domain import campaigns, printing
from survey_app.exports import printed_forms
from survey_app.extensions import db
from survey_app.models import AuditLine, SampleRow
from survey_app.vocabulary import Permission, SampleKind
from survey_app.web import jobs
from tests.bad_inputs import BAD_INPUTS
from tests.exports.test_printed_forms import page_count
from tests.web.pages import CODE, LogIn, error_targets, statements

PATH = f"/campaigns/{CODE}/forms"
UNIT = {"unit": "STC", "prefix": "HN22", "first": "1", "count": "2"}
ALL = {"unit": "", "prefix": "HN22", "first": "1", "count": "1"}


@pytest.fixture(autouse=True)
def folder(demo: Flask, tmp_path: Path) -> Path:
    """The folder of jobs, of the test's own."""
    demo.config["JOBS_FOLDER"] = tmp_path / "jobs"
    return tmp_path / "jobs"


@pytest.fixture
def coordinator(logged_in: LogIn) -> FlaskClient:
    """The coordinator's browser."""
    return logged_in("dieuphoi")


def lines() -> int:
    """Return how often forms were printed, as the trail tells."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(AuditLine.verb == "form.printed")) or 0


def finished(client: FlaskClient, address: str) -> TestResponse:
    """Look at a job's page until it runs no longer."""
    for _ in range(200):
        page = client.get(address)
        if "Refresh" not in page.headers:
            return page
        time.sleep(0.1)
    raise AssertionError(page.text)


def names_in(header: str) -> tuple[str, str]:
    """Return the plain and the extended name of a header that tells how a file is called."""
    plain, extended = re.fullmatch(r"attachment; filename=(.+); filename\*=UTF-8''(\S+)", header).groups()  # type: ignore[union-attr]
    return plain.strip('"'), unquote(extended)


def test_the_page_tells_how_many_forms_each_unit_gets_and_their_codes(coordinator: FlaskClient) -> None:
    page = coordinator.get(PATH).text
    assert "Phiếu sẽ in: 2.124" in page
    assert "HN22-STC-0001" in page
    assert "HN22-DUYTIEN-0200" in page
    few = coordinator.get(PATH, query_string={"prefix": "X", "first": "11", "count": "3"}).text
    assert "Phiếu sẽ in: 66" in few
    assert ("X-STC-0011" in few, "X-STC-0013" in few, "HN22-" in few) == (True, True, False)


def test_a_campaign_with_a_list_shows_its_codes_and_asks_for_no_numbers(coordinator: FlaskClient) -> None:
    campaign = campaigns.by_code(CODE)
    unit_id = campaigns.unit_of(campaign, "STC").unit_id
    for place, kind in enumerate(SampleKind, 1):
        row = {"unit_id": unit_id, "form_code": f"M-{place}", "position": 1, "in_use": place == 1}
        db.session.add(SampleRow(campaign_id=campaign.id, kind=kind, **row))
    db.session.commit()
    page = coordinator.get(PATH).text
    assert ("Phiếu sẽ in: 1" in page, "M-1" in page, 'id="prefix"' in page) == (True, True, False)
    assert "Phiếu sẽ in: 2" in coordinator.get(PATH, query_string={"first": "1", "reserve": "y"}).text
    reply = coordinator.post(PATH, data={"unit": "STC", "first": "1", "reserve": "y"}, buffered=True)
    assert page_count(reply.data) == 4


def test_a_units_forms_come_at_once(coordinator: FlaskClient) -> None:
    reply = coordinator.post(PATH, data=UNIT, buffered=True)
    assert (reply.status_code, reply.mimetype, page_count(reply.data)) == (200, "application/pdf", 4)
    assert names_in(reply.headers["Content-Disposition"])[1] == (
        "Phiếu trắng – Khảo sát sự hài lòng tỉnh Hà Nam năm 2022 – STC.pdf"
    )
    assert lines() == 1
    assert "HN22-STC-0002" in coordinator.get(PATH).text.partition("Đã in gần đây")[2]


def test_all_forms_are_a_job_whose_page_shows_how_far_it_is_and_then_the_file(
    coordinator: FlaskClient, logged_in: LogIn
) -> None:
    reply = coordinator.post(PATH, data=ALL)
    assert reply.status_code == 303
    page = finished(coordinator, reply.location)
    assert "Đã tạo 22 phiếu." in page.text
    file = logged_in("noivu").get(f"{reply.location}/file.pdf", buffered=True)
    assert (file.status_code, page_count(file.data)) == (200, 44)


def test_s14_five_clicks_at_once_make_one_job_and_one_line(
    demo: Flask, logged_in: LogIn, folder: Path
) -> None:
    clients = [logged_in("dieuphoi") for _ in range(5)]
    places: list[str | None] = []
    start = threading.Barrier(5)

    def click(client: FlaskClient) -> None:
        with demo.app_context():
            start.wait()
            places.append(client.post(PATH, data=ALL).location)

    threads = [threading.Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (place,) = set(places)
    assert place is not None
    assert (len(list(folder.glob("*.json"))), lines()) == (1, 1)
    finished(clients[0], place)
    assert (clients[1].post(PATH, data=ALL).location, lines()) == (place, 1)


def test_a_job_is_stopped_by_whoever_may_print_and_leaves_no_file(
    coordinator: FlaskClient, logged_in: LogIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def slow(_sheet: object, forms: list[object], tell: jobs.Teller) -> bytes:
        tell(7)
        goes_on.wait(10)
        tell(8)
        raise AssertionError

    monkeypatch.setattr("survey_app.web.printing.pdf_of", slow)
    monkeypatch.setattr(jobs, "TELL_EVERY_SECONDS", 0)
    place = coordinator.post(PATH, data=ALL).location
    for _ in range(100):
        page = coordinator.get(place)
        if "7 / 22" in page.text:
            break
        time.sleep(0.05)
    assert ("7 / 22" in page.text, page.headers["Refresh"]) == (True, "2")
    assert coordinator.get(f"{place}/file.pdf").status_code == 404
    assert logged_in("noivu").post(f"{place}/cancel").location == place
    goes_on.set()
    assert "Đã dừng theo yêu cầu" in finished(coordinator, place).text
    assert list(folder.glob("*.pdf")) == []
    monkeypatch.undo()
    coordinator.application.config["JOBS_FOLDER"] = folder
    assert coordinator.post(PATH, data=ALL).location != place


def test_work_that_fails_says_so_and_can_be_asked_for_again(
    coordinator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.web.printing.pdf_of", lambda *_: 1 // 0)
    first = coordinator.post(PATH, data=ALL).location
    assert "Máy chủ không tạo được tệp" in finished(coordinator, first).text
    assert coordinator.post(PATH, data=ALL).location != first


def test_a_job_whose_worker_is_gone_is_told_as_failed(
    coordinator: FlaskClient, folder: Path, demo: Flask
) -> None:
    job = jobs.prepare(CODE, Permission.FORM_PRINT, "key", "Phiếu trắng", ".pdf", "application/pdf", 22)
    assert "0 / 22" in coordinator.get(f"{PATH}/jobs/{job.id}").text
    past = time.time() - jobs.DEAD_AFTER_SECONDS - 1
    os.utime(folder / f"{job.id}.json", (past, past))
    assert "Máy chủ không tạo được tệp" in coordinator.get(f"{PATH}/jobs/{job.id}").text
    assert jobs.alike(CODE, "key") is None


def test_files_are_gone_after_an_hour(coordinator: FlaskClient, folder: Path) -> None:
    coordinator.post(PATH, data=UNIT, buffered=True)
    assert sorted(file.suffix for file in folder.iterdir()) == [".json", ".pdf"]
    for file in folder.iterdir():
        os.utime(file, (time.time() - 3601,) * 2)
    coordinator.get(PATH)
    assert list(folder.iterdir()) == []


def test_a_job_of_another_campaign_or_of_nobody_is_not_there(
    coordinator: FlaskClient, folder: Path, demo: Flask
) -> None:
    foreign = jobs.prepare("another", Permission.FORM_PRINT, "key", "Phiếu", ".pdf", "application/pdf", 1)
    for job in (foreign.id, "0" * 32, "..", "a" * 31 + "/", "A" * 33):
        assert coordinator.get(f"{PATH}/jobs/{job}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"prefix": "có dấu"}, "prefix"),
        ({"prefix": "HN22-2022-0017"}, "prefix"),
        ({"first": ""}, "first"),
        ({"first": "0"}, "first"),
        ({"first": "1_000"}, "first"),
        ({"first": "１２"}, "first"),
        ({"count": "0"}, "count"),
        ({"count": "5001"}, "count"),
        ({"count": "٣"}, "count"),
        ({"count": "9" * 5000}, "count"),
    ],
)
def test_a_wrong_choice_is_refused_by_its_field_and_keeps_what_was_typed(
    coordinator: FlaskClient, change: dict[str, str], field: str
) -> None:
    typed = UNIT | {"count": "7"} | change
    for reply in (coordinator.get(PATH, query_string=typed), coordinator.post(PATH, data=typed)):
        assert (reply.status_code, error_targets(reply.text)) == (422, [field])
        if field != "count":
            assert 'value="7"' in reply.text
        if field != "prefix":
            assert 'value="HN22"' in reply.text
    assert lines() == 0


@pytest.mark.parametrize("change", [{"unit": "TTRA"}, {"unit": "KHONG-CO"}, {"unit": "", "count": "4000"}])
def test_what_cannot_be_printed_is_refused_with_a_sentence(
    coordinator: FlaskClient, change: dict[str, str]
) -> None:
    reply = coordinator.post(PATH, data=UNIT | change)
    assert (reply.status_code, 'role="alert"' in reply.text, lines()) == (422, True, 0)


def test_no_bad_input_breaks_the_page(coordinator: FlaskClient) -> None:
    for name, bad in BAD_INPUTS.items():
        typed = str(bad).encode("utf-8", "replace").decode()
        for field in ("prefix", "first", "count", "unit"):
            reply = coordinator.get(PATH, query_string=UNIT | {field: typed})
            assert reply.status_code in (200, 422), (name, field)
        reply = coordinator.post(f"{PATH}/letterhead", data={"authority": typed, "issuer": typed})
        assert reply.status_code in (303, 422), name


def test_the_letterhead_is_saved_and_a_wrong_one_keeps_what_was_typed(coordinator: FlaskClient) -> None:
    typed = {"authority": "UBND tỉnh Hà Nam", "issuer": "Bưu điện tỉnh"}
    assert coordinator.post(f"{PATH}/letterhead", data=typed).status_code == 303
    assert 'value="Bưu điện tỉnh"' in coordinator.get(PATH).text
    reply = coordinator.post(f"{PATH}/letterhead", data={"authority": "x" * 101, "issuer": "Sở Nội vụ mới"})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["authority"])
    assert ("x" * 101 in reply.text, 'value="Sở Nội vụ mới"' in reply.text) == (True, True)
    assert printing.letterhead_of(campaigns.by_code(CODE))[1] == "Bưu điện tỉnh"


def test_e6_names_of_files_are_readable_and_inject_nothing(coordinator: FlaskClient) -> None:
    campaign = campaigns.by_code(CODE)
    campaign.name = 'Sở Nội vụ – Đợt 1/2025 "bản chốt"\r\nX-Evil: 1'
    db.session.commit()
    for address, ending in ((f"{PATH}/questionnaire.xlsx", "xlsx"), (PATH, "pdf")):
        reply = (
            coordinator.get(address)
            if ending == "xlsx"
            else coordinator.post(address, data=UNIT, buffered=True)
        )
        plain, whole = names_in(reply.headers["Content-Disposition"])
        assert "X-Evil" not in reply.headers
        assert "So Noi vu - Dot 1-2025 -ban chot-X-Evil- 1" in plain
        assert "Sở Nội vụ – Đợt 1-2025 -bản chốt-X-Evil- 1" in whole
        assert (plain.isascii(), plain[-len(ending) :], whole[-len(ending) :]) == (True, ending, ending)


def test_the_xlsform_lists_the_surveyed_units_and_the_campaigns_ways_of_asking(
    coordinator: FlaskClient,
) -> None:
    reply = coordinator.get(f"{PATH}/questionnaire.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(reply.data))
    assert book["settings"]["A2"].value == "BẢN MINH HỌA – Khảo sát sự hài lòng tỉnh Hà Nam năm 2022"
    lists: dict[str, list[str]] = {}
    for name, code, *_ in book["choices"].iter_rows(min_row=2, values_only=True):
        lists.setdefault(name, []).append(code)
    campaign = campaigns.by_code(CODE)
    assert lists["unit"] == [each.unit.code for each in campaigns.units_of(campaign) if each.surveyed]
    assert lists["mode"] == [mode.value for mode in campaigns.modes_of(campaign)]


def test_what_is_printed_is_keyed_in_the_same_order(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = logged_in("dtv01").get(f"/campaigns/{CODE}/responses/new").text
    keyed = list(dict.fromkeys(re.findall(r'name="(\w+)"', page)))
    batch = printing.plan(campaigns.by_code(CODE), printing.Choice())
    on_paper = printed(batch)
    assert [name for name in keyed if name in on_paper] == on_paper


def printed(batch: printing.Batch) -> list[str]:
    """Return what stands on a form from top to bottom, as form.typ sets it."""
    facts = printed_forms._facts(batch.sheet)
    body = (
        (printed_forms.TEMPLATES / "form.typ")
        .read_text(encoding="utf-8")
        .partition("// --- The sheet ---")[2]
    )
    order = re.findall(r"^#(frame|sections\(facts\.\w+\)|levels|block\(.*frame\))", body, re.MULTILINE)
    assert [each if "(" not in each else re.sub(r"\W+", " ", each).split()[-1] for each in order] == [
        *("frame", "before", "levels", "after"),
    ]
    asked = {
        place: [
            question["code"]
            for section in facts[place]
            for group in section["groups"]
            for question in group["questions"]
        ]
        for place in ("before", "after")
    }
    criteria = list(batch.sheet.questionnaire.criterion_codes)
    return ["form_code", "unit", "mode", *asked["before"], *criteria, *asked["after"]]


def test_the_page_costs_as_many_queries_for_three_forms_as_for_two_thousand(coordinator: FlaskClient) -> None:
    coordinator.get(PATH)
    few = statements(lambda: coordinator.get(PATH, query_string=UNIT))
    many = statements(lambda: coordinator.get(PATH))
    assert len(few) == len(many)
