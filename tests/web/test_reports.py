"""The page of a report's surroundings: filled in, refused beside the fields, a template up, down and back."""

import io

import pytest
from docx import Document
from flask.testing import FlaskClient

from survey_app.domain import campaigns, report_templates, report_words
from survey_app.exports.report_word import own_template
from survey_app.extensions import db
from tests.web.pages import CODE, LogIn, error_targets

PATH = f"/campaigns/{CODE}/report"
TYPED = {
    "authority": "UBND tỉnh Hà Nam",
    "issuer": "Sở Nội vụ",
    "number": "12/BC-SNV",
    "dated": "25/11/2026",
    "signer": "<b>{{7*7}}",
    "recipients": "UBND tỉnh\r\nLưu: VT",
}


@pytest.fixture
def home_affairs(logged_in: LogIn) -> FlaskClient:
    """Home Affairs' browser."""
    return logged_in("noivu")


def edited() -> bytes:
    """Return the program's template with a line of Home Affairs' own."""
    document = Document(io.BytesIO(own_template()))
    document.paragraphs[0].insert_paragraph_before("Mẫu riêng")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def sent(client: FlaskClient, content: bytes, name: str = "mẫu riêng.docx") -> tuple[int, str]:
    reply = client.post(f"{PATH}/template", data={"file": (io.BytesIO(content), name)})
    return reply.status_code, reply.text


def test_what_was_filled_in_is_kept_and_shown_as_it_was_typed(home_affairs: FlaskClient) -> None:
    assert home_affairs.post(PATH, data=TYPED).status_code == 303
    page = home_affairs.get(PATH).text
    assert all(f'value="{value}"' in page for value in ("12/BC-SNV", "25/11/2026", "UBND tỉnh Hà Nam"))
    assert "&lt;b&gt;{{7*7}}" in page
    assert "Đã lưu" in page
    assert "/report" in home_affairs.get("/").text


def test_a_wrong_line_is_refused_beside_its_field_and_keeps_what_was_typed(home_affairs: FlaskClient) -> None:
    reply = home_affairs.post(PATH, data=TYPED | {"dated": "31/02/2026", "issuer": "", "signer": "x" * 81})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["issuer"])
    reply = home_affairs.post(PATH, data=TYPED | {"dated": "31/02/2026", "signer": "x" * 81})
    assert (reply.status_code, error_targets(reply.text)) == (422, ["dated", "signer"])
    assert 'value="31/02/2026"' in reply.text
    db.session.rollback()
    assert report_words.words_of(campaigns.by_code(CODE)).number == ""


def test_a_template_goes_down_up_and_back(home_affairs: FlaskClient) -> None:
    down = home_affairs.get(f"{PATH}/template.docx")
    assert (down.data, down.mimetype.rpartition(".")[2]) == (own_template(), "document")
    own = edited()
    assert sent(home_affairs, own)[0] == 303
    page = home_affairs.get(PATH).text
    assert ("Báo cáo đang dùng mẫu “mẫu riêng.docx”" in page, "Dùng lại mẫu của phần mềm" in page) == (
        True,
        True,
    )
    assert home_affairs.get(f"{PATH}/template.docx").data == own
    assert home_affairs.post(f"{PATH}/template/own").status_code == 303
    page = home_affairs.get(PATH).text
    assert "Báo cáo đang dùng mẫu của phần mềm" in page
    assert home_affairs.get(f"{PATH}/template.docx").data == own_template()


def test_a_template_that_does_not_fit_is_refused_on_the_page(home_affairs: FlaskClient) -> None:
    status, page = sent(home_affairs, b"PK")
    assert (status, error_targets(page)) == (422, ["file"])
    assert "Mẫu báo cáo không dùng được" in page
    reply = home_affairs.post(f"{PATH}/template")
    assert (reply.status_code, error_targets(reply.text)) == (422, ["file"])
    db.session.rollback()
    assert report_templates.history(campaigns.by_code(CODE)) == []
