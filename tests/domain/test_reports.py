"""What stands around a report, and its template: kept whole, told in the trail, refused by field and by name."""

import io
from collections.abc import Callable

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import (
    audit,
    audit_views,
    campaigns,
    demonstration,
    materials,
    printing,
    report_templates,
    report_words,
)
from survey_app.domain.report_words import ReportWords
from survey_app.exports import report_fields, report_parts
from survey_app.exports.report_pdf import pdf_of
from survey_app.exports.report_word import own_template
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, User
from survey_app.publication_problems import TemplateRefused

TYPED = ReportWords(
    place=" Hà  Nam ",
    number="12/BC-SNV",
    dated="05/02/2023",
    signer_title="KT. Giám đốc\r\n\r\nPhó Giám đốc ",
    signer="Nguyễn Văn Ký",
    recipients="UBND tỉnh\nLưu: VT",
)


@pytest.fixture
def campaign(demo: Flask) -> Campaign:
    """The demonstration campaign."""
    return campaigns.by_code(demonstration.CODE)


@pytest.fixture
def home_affairs(person: Callable[[str], User]) -> User:
    """A person of Home Affairs."""
    return person("noivu")


def lines(verb: str) -> list[AuditLine]:
    return list(db.session.scalars(select(AuditLine).where(AuditLine.verb == verb).order_by(AuditLine.id)))


def edited(text: str) -> bytes:
    """Return the program's template with one more line of text, as Word would store it."""
    document = Document(io.BytesIO(own_template()))
    document.paragraphs[0].insert_paragraph_before(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_what_stands_around_a_report_is_kept_cleaned_and_reaches_its_files(
    campaign: Campaign, home_affairs: User
) -> None:
    report_words.set_words(home_affairs, campaign, " UBND tỉnh Hà Nam", "Sở Nội vụ", TYPED)
    words = materials.of_now(campaign).words
    assert (words.authority, words.issuer, words.place) == ("UBND tỉnh Hà Nam", "Sở Nội vụ", "Hà Nam")
    assert (words.number, words.dated) == ("12/BC-SNV", "2023-02-05")
    assert words.signer_title == "KT. Giám đốc\nPhó Giám đốc"
    assert (words.signer, words.recipients) == ("Nguyễn Văn Ký", ("UBND tỉnh", "Lưu: VT"))
    assert printing.letterhead_of(campaign)[0] == "UBND tỉnh Hà Nam"


def test_the_trail_tells_what_changed_and_nothing_where_nothing_did(
    campaign: Campaign, home_affairs: User
) -> None:
    for _ in range(2):
        report_words.set_words(home_affairs, campaign, *printing.letterhead_of(campaign), TYPED)
    (line,) = lines("report.words_set")
    facts = {fact.name: fact.new for fact in audit_views.told(line).facts}
    assert facts == {
        "địa danh": "Hà Nam",
        "số, ký hiệu báo cáo": "12/BC-SNV",
        "ngày báo cáo": "2023-02-05",
        "chức vụ người ký": "KT. Giám đốc; Phó Giám đốc",
        "người ký": "Nguyễn Văn Ký",
        "nơi nhận": "UBND tỉnh; Lưu: VT",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("place", "x" * 61),
        ("number", "x" * 61),
        ("signer", "x" * 81),
        ("dated", "31/02/2023"),
        ("dated", "hôm qua"),
        ("signer_title", "a\nb\nc"),
        ("signer_title", "x" * 101),
        ("recipients", "x\n" * 31),
        ("recipients", "x" * 151),
    ],
)
def test_a_line_that_breaks_its_rule_is_refused_by_its_field(
    campaign: Campaign, home_affairs: User, field: str, value: str
) -> None:
    words = ReportWords(**{field: value})
    with pytest.raises(problems.InvalidFields) as refusal:
        report_words.set_words(home_affairs, campaign, "x" * 101, "Sở", words)
    assert set(refusal.value.fields) == {field, "authority"}
    assert report_words.words_of(campaign) == ReportWords()


def test_a_template_counts_from_when_it_is_set_and_every_one_stays(
    campaign: Campaign, home_affairs: User
) -> None:
    first = edited("Mẫu của Sở, năm {{ nam }}, {{ trung_binh_departments }}")
    assert report_templates.content_of(campaign) is None
    report_templates.use_own(home_affairs, campaign)
    for _ in range(2):
        report_templates.replace(home_affairs, campaign, "mau so.docx", first)
    assert materials.of_now(campaign).template == first
    report_templates.use_own(home_affairs, campaign)
    assert materials.of_now(campaign).template is None
    assert report_templates.shown_content_of(campaign) == own_template()
    history = report_templates.history(campaign)
    assert [(each.number, each.name, report_templates.is_own(each)) for each in history] == [
        (2, "Mẫu của phần mềm", True),
        (1, "mau so.docx", False),
    ]
    told = [audit.changes_of(line)["after"] for line in lines("report.template_set")]
    assert [each["digest"] for each in told] == [each.content_digest for each in reversed(history)]


def test_a_template_that_does_not_fit_is_refused_by_name_and_the_present_one_stays(
    campaign: Campaign, home_affairs: User
) -> None:
    for content, why in ((edited("{{ mat_khau }}"), "mat_khau"), (b"", "tệp rỗng"), (b"x", "tệp mẫu")):
        with pytest.raises(TemplateRefused, match=why):
            report_templates.replace(home_affairs, campaign, "x.docx", content)
    assert report_templates.history(campaign) == []


def test_the_fields_offered_are_those_a_report_has(campaign: Campaign) -> None:
    report = report_parts.report_of(materials.of_now(campaign))
    offered = [name for name, _ in report_templates.fields_of(campaign)]
    assert sorted(set(offered) - set(report_fields.FIELDS)) == sorted(report.facts)


def test_the_demonstrations_report_is_set_in_both_forms(campaign: Campaign) -> None:
    material = materials.of_now(campaign)
    report = report_parts.report_of(material)
    heard: list[int] = []
    made = Document(io.BytesIO(report_templates.word_of(report, material.template, heard.append)))
    # As published for 2022 (tests/golden/README.md): both means, in the foot of the two tables.
    cells = [cell.text for table in made.tables for cell in table.rows[-1].cells]
    assert ("89,60" in cells, "90,70" in cells) == (True, True)
    assert len(made.inline_shapes) == 10
    assert (heard[0], heard[-1], heard == sorted(heard)) == (5, 100, True)
    assert pdf_of(report).startswith(b"%PDF-")
