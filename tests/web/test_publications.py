"""The page of publications: publish, correct, and make files as jobs: once, watched, stopped, and only for who may."""

import io
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from survey_app.domain import audit, campaigns, outputs, people, publication, scores
from survey_app.exports.material import Material
from survey_app.extensions import db
from survey_app.models import AuditLine
from survey_app.vocabulary import CampaignState, Permission
from survey_app.web import jobs, publications
from tests.web.pages import CODE, LogIn, error_targets
from tests.web.test_printing import finished

PATH = f"/campaigns/{CODE}/publications"
CSV = {"run": "1", "kind": "csv"}


@pytest.fixture(autouse=True)
def folder(demo: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of jobs, of the test's own; a busy machine is waited for."""
    monkeypatch.setattr(publications, "WAIT_SECONDS", 60)
    demo.config["JOBS_FOLDER"] = tmp_path / "jobs"
    return tmp_path / "jobs"


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser, with one run stored."""
    scores.run(people.by_username("noivu"), campaigns.by_code(CODE), "Chốt")
    db.session.commit()
    return logged_in("noivu")


def move(*steps: CampaignState) -> None:
    """Move the campaign on."""
    for step in steps:
        campaigns.move(people.by_username("noivu"), campaigns.by_code(CODE), step, "Vì thử")
    db.session.commit()


def lines() -> list[AuditLine]:
    """Return what the trail says of files made, oldest first."""
    db.session.rollback()
    return list(
        db.session.scalars(select(AuditLine).where(AuditLine.verb == "score.exported").order_by(AuditLine.id))
    )


def slow_csv(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the making of CSV wait after 37 % until the event is set."""
    goes_on = threading.Event()

    def pieces(_material: Material, _asked: object, tell: jobs.Teller) -> list[bytes]:
        tell(37)
        goes_on.wait(10)
        tell(38)
        return [b"made"]

    monkeypatch.setitem(outputs.OUTPUTS, "csv", replace(outputs.OUTPUTS["csv"], pieces=pieces))
    monkeypatch.setattr(publications, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(jobs, "TELL_EVERY_SECONDS", 0)
    return goes_on


def test_the_page_tells_what_speaks_against_publishing_and_offers_no_button(
    home_affairs: FlaskClient,
) -> None:
    page = home_affairs.get(PATH).text
    assert "Đợt này chưa công bố lần nào." in page
    assert "Đợt đã niêm phong: đợt đang “Đang thu thập”" in page
    assert "Công bố lần tính 1" not in page
    for output in outputs.OUTPUTS.values():
        assert f"Tải về: {output.label}, lần tính 1" in page


def test_home_affairs_is_led_to_the_page_from_the_first_page_and_the_navigation(
    home_affairs: FlaskClient,
) -> None:
    assert home_affairs.get("/").text.count(f'href="{PATH}"') == 2


def test_a_result_is_published_and_corrected_with_a_reason_and_both_stand_on_the_page(
    home_affairs: FlaskClient,
) -> None:
    move(CampaignState.CLOSED, CampaignState.SEALED)
    assert "Công bố lần tính 1" in home_affairs.get(PATH).text
    assert home_affairs.post(PATH).location == PATH
    digest = publication.newest(CODE).bundle_digest
    page = home_affairs.get(PATH).text
    assert ("Đã công bố lần 1, từ lần tính 1." in page, "Đang công khai" in page, digest in page) == (
        True,
    ) * 3
    move(CampaignState.OPEN)
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code = 'HN22-0001'"))
    move(CampaignState.CLOSED, CampaignState.SEALED)
    stale = home_affairs.post(PATH, data={"reason": "Bỏ một phiếu"})
    assert (stale.status_code, "lần tính này đã được công bố (lần công bố 1)" in stale.text) == (409, True)
    scores.run(people.by_username("noivu"), campaigns.by_code(CODE))
    db.session.commit()
    refused = home_affairs.post(PATH, data={"reason": " "})
    assert (refused.status_code, error_targets(refused.text)) == (422, ["reason"])
    assert home_affairs.post(PATH, data={"reason": "Bỏ một phiếu"}).status_code == 303
    page = home_affairs.get(PATH).text
    assert "Thay lần công bố 1: Bỏ một phiếu." in page
    assert f"/campaigns/{CODE}/runs/2/changes/1" in page
    assert digest in page


def test_a_stale_run_is_refused_in_place_and_nothing_is_moved(home_affairs: FlaskClient) -> None:
    move(CampaignState.CLOSED, CampaignState.SEALED)
    db.session.execute(text("UPDATE response SET state = 'void' WHERE form_code = 'HN22-0001'"))
    db.session.commit()
    reply = home_affairs.post(PATH)
    told = "Lần tính 1 không công bố được: phiếu hoặc điểm thẩm định đã đổi sau lần tính này"
    assert (reply.status_code, told in reply.text) == (409, True)
    assert campaigns.by_code(CODE).state == "sealed"


def test_every_kind_of_file_comes_at_once_with_a_line_that_names_its_digest(
    home_affairs: FlaskClient,
) -> None:
    starts = {".xlsx": b"PK", ".zip": b"PK", ".sav": b"$FL2", ".dta": b"<sta", ".html": b"<!DO"}
    for output in outputs.OUTPUTS.values():
        reply = home_affairs.post(f"{PATH}/files", data={"run": "1", "kind": output.key}, buffered=True)
        assert (reply.status_code, reply.mimetype) == (200, output.mimetype), output.key
        assert reply.data.startswith(starts.get(output.ending, b"")), output.key
        after = audit.changes_of(lines()[-1])["after"]
        assert (after["file"], after["run"], len(after["sha256"])) == (output.key, 1, 64)
    book, dossier = scores.newest_run(campaigns.by_code(CODE)).book_digest, after["dossier"]
    assert {
        (audit.changes_of(line)["after"]["book"], audit.changes_of(line)["after"]["dossier"])
        for line in lines()
    } == {(book, dossier)}
    assert len(lines()) == len(outputs.OUTPUTS)


def test_the_workbook_is_two_clicks_away_and_the_bundle_names_the_publication(
    home_affairs: FlaskClient,
) -> None:
    """From the first page: its button, or the page and its button."""
    reply = home_affairs.post(f"{PATH}/files", data={"run": "1", "kind": "workbook"}, buffered=True)
    assert "Ghi chú" in openpyxl.load_workbook(io.BytesIO(reply.data)).sheetnames
    bundle = home_affairs.post(f"{PATH}/files", data={"run": "1", "kind": "bundle"}, buffered=True)
    assert "manifest.json" in zipfile.ZipFile(io.BytesIO(bundle.data)).namelist()
    assert "so%20li%E1%BB%87u%20minh%20h%E1%BB%8Da" in bundle.headers["Content-Disposition"].replace(
        "s%E1%BB%91", "so"
    )


def test_s14_five_clicks_at_once_make_one_job_and_one_line(
    demo: Flask, home_affairs: FlaskClient, logged_in: LogIn, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = slow_csv(monkeypatch)
    clients = [logged_in("noivu") for _ in range(5)]
    places: list[str | None] = []
    start = threading.Barrier(5)

    def click(client: FlaskClient) -> None:
        with demo.app_context():
            start.wait()
            places.append(client.post(f"{PATH}/files", data=CSV).location)

    threads = [threading.Thread(target=click, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    goes_on.set()
    (place,) = set(places)
    assert place is not None
    assert "Tệp đã xong" in finished(clients[0], place.partition("?")[0]).text
    assert (len(list(folder.glob("*.json"))), len(lines())) == (1, 1)


def test_a_job_shows_its_step_and_percent_and_goes_on_to_the_file_by_itself(
    home_affairs: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = slow_csv(monkeypatch)
    place = home_affairs.post(f"{PATH}/files", data=CSV).location
    page = home_affairs.get(place)
    for _ in range(100):
        if "Tạo tệp: 37" in page.text:
            break
        time.sleep(0.05)
        page = home_affairs.get(place)
    address = place.partition("?")[0]
    assert page.headers["Refresh"] == f"2; url={address}?wait=1"
    assert "Tạo tệp: 37\xa0%" in page.text.replace("&nbsp;", "\xa0")
    assert home_affairs.get(f"{address}/file").status_code == 404
    goes_on.set()
    for _ in range(100):
        page = home_affairs.get(place)
        if page.headers["Refresh"].startswith("0"):
            break
        time.sleep(0.05)
    assert page.headers["Refresh"] == f"0; url={address}/file"
    assert "Refresh" not in home_affairs.get(address).headers
    assert home_affairs.get(f"{address}/file", buffered=True).data == b"made"


def test_a_job_is_stopped_and_leaves_no_file_and_no_line(
    home_affairs: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = slow_csv(monkeypatch)
    address = home_affairs.post(f"{PATH}/files", data=CSV).location.partition("?")[0]
    assert home_affairs.post(f"{address}/cancel").location == address
    goes_on.set()
    assert "Đã dừng theo yêu cầu" in finished(home_affairs, address).text
    assert (
        [file.suffix for file in folder.iterdir() if file.suffix not in (".json", ".cancel")],
        lines(),
    ) == ([], [])
    monkeypatch.undo()
    home_affairs.application.config["JOBS_FOLDER"] = folder
    assert home_affairs.post(f"{PATH}/files", data=CSV, buffered=True).status_code == 200


def test_answers_changed_behind_the_products_back_are_told_where_the_file_was_ordered(
    home_affairs: FlaskClient,
) -> None:
    db.session.execute(
        text("UPDATE response SET answers = '1' || substr(answers, 2) WHERE form_code = 'HN22-0001'")
    )
    db.session.commit()
    place = home_affairs.post(f"{PATH}/files", data=CSV).location
    page = home_affairs.get(place)
    assert "không còn đúng là phiếu mà lần tính 1 đã tính" in page.text
    assert ("Refresh" in page.headers, lines()) == (False, [])


def test_a_file_is_only_for_those_who_may_have_it_also_under_the_address_of_other_jobs(
    home_affairs: FlaskClient, logged_in: LogIn
) -> None:
    home_affairs.post(f"{PATH}/files", data=CSV, buffered=True)
    job = jobs.alike(CODE, key_of(home_affairs))
    assert job is not None
    assert home_affairs.get(f"{PATH}/jobs/{job.id}/file", buffered=True).status_code == 200
    coordinator = logged_in("dieuphoi")
    assert coordinator.get(f"{PATH}/jobs/{job.id}/file").status_code == 403
    assert coordinator.get(f"/campaigns/{CODE}/forms/jobs/{job.id}/file.pdf").status_code == 404
    assert coordinator.post(f"/campaigns/{CODE}/forms/jobs/{job.id}/cancel").status_code == 404
    printed = jobs.prepare(CODE, Permission.FORM_PRINT, "key", "Phiếu", ".pdf", "application/pdf", 1)
    assert home_affairs.get(f"{PATH}/jobs/{printed.id}").status_code == 404


def key_of(client: FlaskClient) -> str:
    """Return the key under which the CSV of run 1 is made."""
    campaign = campaigns.by_code(CODE)
    material = outputs.material_of(people.by_username("noivu"), campaign, 1)
    return outputs.digest_of(outputs.OUTPUTS["csv"], material)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"kind": "nothing", "run": "1"}, 422),
        ({"kind": "csv", "run": "77"}, 404),
        ({"kind": "csv", "run": "x"}, 404),
        ({"kind": "csv", "run": "9" * 5000}, 404),
        ({"kind": "csv", "run": "٣"}, 404),
        ({}, 422),
    ],
)
def test_an_order_for_what_is_not_there_is_refused(
    home_affairs: FlaskClient, folder: Path, typed: dict[str, str], status: int
) -> None:
    assert home_affairs.post(f"{PATH}/files", data=typed).status_code == status
    assert (lines(), list(folder.glob("*.json"))) == ([], [])


def test_files_of_another_run_are_offered_when_it_is_chosen(home_affairs: FlaskClient) -> None:
    scores.run(people.by_username("noivu"), campaigns.by_code(CODE), "Lần hai")
    db.session.commit()
    assert "Tệp của lần tính 2" in home_affairs.get(PATH).text
    assert "Tệp của lần tính 1" in home_affairs.get(PATH, query_string={"run": "1"}).text
    assert "Tệp của lần tính 2" in home_affairs.get(PATH, query_string={"run": "%00x"}).text
    assert (
        db.session.scalar(select(func.count()).select_from(AuditLine).where(AuditLine.verb == "score.run"))
        == 2
    )
