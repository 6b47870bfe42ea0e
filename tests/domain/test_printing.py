"""Which blank forms are printed: by the list or by numbers, never one already answered, noted in the trail."""

from typing import Any

import pytest
from sqlalchemy import select

from survey_app import problems
from survey_app.domain import audit, campaigns, printing
from survey_app.domain.campaigns import UnitLine
from survey_app.domain.printing import Choice, plan, unit_parts
from survey_app.domain.response_content import is_form_code
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, SampleRow, User
from survey_app.models.columns import now
from survey_app.vocabulary import SampleKind, Unreachable
from tests.domain import small_campaign
from tests.domain.small_campaign import answer, enumerator
from tests.web.pages import statements


def codes(campaign: Campaign, **choice: Any) -> list[str]:
    """Return the codes of a choice."""
    return [form.code for form in plan(campaign, Choice(**choice)).forms]


def add_row(campaign: Campaign, unit: str, code: str, position: int, **facts: Any) -> SampleRow:
    """Add a row to the list of people to ask."""
    unit_id = campaigns.unit_of(campaign, unit).unit_id
    kept = {"kind": SampleKind.OFFICIAL, "procedure": ""} | facts
    row = SampleRow(campaign_id=campaign.id, unit_id=unit_id, form_code=code, position=position, **kept)
    db.session.add(row)
    db.session.flush()
    return row


def test_without_a_list_every_surveyed_unit_gets_its_quota_numbered_by_prefix_and_unit(
    small: Campaign,
) -> None:
    batch = plan(small, Choice(prefix="C26"))
    # A has a quota of 10, B of 10, the commune B1 of 5; C is not surveyed.
    assert [(each.unit.unit.code, len(each.forms)) for each in batch.units] == [
        ("A", 10),
        ("B", 10),
        ("B1", 5),
    ]
    assert (batch.forms[0].code, batch.forms[9].code, batch.forms[-1].code) == (
        *("C26-A-0001", "C26-A-0010", "C26-B1-0005"),
    )
    assert {form.unit for form in batch.forms} == {"Sở A", "Huyện B", "Xã B1"}
    assert all(is_form_code(form.code) for form in batch.forms)


def test_one_unit_another_count_another_first_number_and_no_prefix(small: Campaign) -> None:
    assert codes(small, unit="B1", first=6, count=3) == ["B1-0006", "B1-0007", "B1-0008"]
    assert codes(small, unit="B1", first=99_999, count=2, prefix="X.Y_Z") == [
        "X.Y_Z-B1-99999",
        "X.Y_Z-B1-100000",
    ]


def test_a_code_already_answered_is_not_printed_and_the_others_stay_the_same(
    actor: User, small: Campaign
) -> None:
    user = enumerator(actor, small, "A")
    answer(small, user, "A", 4, "C26-A-0002")
    assert codes(small, unit="A", prefix="C26", count=3) == ["C26-A-0001", "C26-A-0003"]


def test_a_campaign_with_a_list_takes_codes_and_procedures_from_it(actor: User, small: Campaign) -> None:
    add_row(small, "B", "P-7", 2)
    add_row(small, "B", "P-3", 1, procedure="Cấp giấy phép xây dựng")
    add_row(small, "A", "P-1", 1)
    add_row(small, "A", "P-2", 2)
    add_row(small, "A", "P-4", 3, unreachable=Unreachable.MOVED, closed_at=now(), closed_by_id=actor.id)
    add_row(small, "A", "R-1", 1, kind=SampleKind.RESERVE, in_use=False)
    add_row(small, "A", "R-2", 2, kind=SampleKind.RESERVE, in_use=True)
    answer(small, enumerator(actor, small, "A"), "A", 4, "P-1")
    assert codes(small, prefix="C26", count=3) == ["P-2", "R-2", "P-3", "P-7"]
    assert codes(small, unit="A", reserve=True) == ["P-2", "R-1", "R-2"]
    assert plan(small, Choice(unit="B")).forms[0].procedure == "Cấp giấy phép xây dựng"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"prefix": "HN 22"}, "prefix"),
        ({"prefix": "Ừ"}, "prefix"),
        ({"prefix": "-HN"}, "prefix"),
        ({"prefix": "HN22-2022-001"}, "prefix"),
        ({"first": 0}, "first"),
        ({"first": 100_000}, "first"),
        ({"count": 0}, "count"),
        ({"count": 5_001}, "count"),
    ],
)
def test_a_choice_that_breaks_a_rule_is_refused_by_its_field(
    small: Campaign, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(problems.InvalidFields) as refused:
        plan(small, Choice(**wrong))
    assert list(refused.value.fields) == [field]


def test_more_forms_than_are_printed_at_once_are_refused_before_they_are_made(small: Campaign) -> None:
    with pytest.raises(problems.TooManyForms, match="tối đa 5000 phiếu"):
        plan(small, Choice(count=2_000))
    campaigns.unit_of(small, "A").quota = 4_990
    with pytest.raises(problems.TooManyForms):
        plan(small, Choice())


@pytest.mark.parametrize("unit", ["C", "NOBODY"])
def test_a_unit_without_survey_is_refused_by_name(small: Campaign, unit: str) -> None:
    with pytest.raises(problems.UnknownValue, match="A, B, B1"):
        plan(small, Choice(unit=unit))


def test_what_was_printed_is_noted_and_nothing_is_refused(actor: User, small: Campaign) -> None:
    printing.note_printed(actor, small, plan(small, Choice(prefix="C26")))
    (line,) = printing.printed_before(small)
    after = {"forms": 25, "units": 3, "first": "C26-A-0001", "last": "C26-B1-0005"}
    assert audit.changes_of(line)["after"] == after
    answer(small, enumerator(actor, small, "A"), "A", 4, "A-0001")
    with pytest.raises(problems.NothingToPrint):
        printing.note_printed(actor, small, plan(small, Choice(unit="A", count=1)))


def test_equal_choices_give_equal_paper_and_another_letterhead_gives_other_paper(
    actor: User, small: Campaign
) -> None:
    first = plan(small, Choice(prefix="C26"))
    assert first.digest == plan(small, Choice(prefix="C26")).digest
    assert first.digest != plan(small, Choice(prefix="C27")).digest
    printing.set_letterhead(actor, small, " UBND  tỉnh Hà Nam ", "Sở Nội vụ")
    assert plan(small, Choice(prefix="C26")).sheet.authority == "UBND tỉnh Hà Nam"
    assert first.digest != plan(small, Choice(prefix="C26")).digest


def test_the_letterhead_is_kept_beside_the_other_settings_with_its_line(actor: User, small: Campaign) -> None:
    modes = campaigns.modes_of(small)
    assert printing.letterhead_of(small) == ("Ủy ban nhân dân tỉnh ……………", "Sở Nội vụ")
    printing.set_letterhead(actor, small, "UBND tỉnh Hà Nam", "Sở Nội vụ")
    printing.set_letterhead(actor, small, "UBND tỉnh Hà Nam", "Bưu điện tỉnh")
    assert printing.letterhead_of(small) == ("UBND tỉnh Hà Nam", "Bưu điện tỉnh")
    assert campaigns.modes_of(small) == modes
    found = select(AuditLine).where(AuditLine.verb == "campaign.setting").order_by(AuditLine.id)
    first, second = (audit.changes_of(line) for line in db.session.scalars(found))
    assert first["before"] is None
    assert second["before"] == first["after"]


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 101])
def test_a_letterhead_must_say_something_short(actor: User, small: Campaign, text: str) -> None:
    with pytest.raises(problems.InvalidFields) as refused:
        printing.set_letterhead(actor, small, text, "Sở Nội vụ")
    assert list(refused.value.fields) == ["authority"]


def test_u4_units_whose_codes_differ_by_marks_or_case_keep_codes_of_their_own() -> None:
    given = ["STC", "stc", "Đắk Mil", "Đăk Mil", "ĐẮK-MIL", "DAK-MIL", "…", "Phường Nguyễn Trãi thành phố"]
    parts = unit_parts(given)
    assert parts == {
        "DAK-MIL": "DAK-MIL",
        "STC": "STC",
        "stc": "stc-2",
        "Phường Nguyễn Trãi thành phố": "PHUONG-NGUYEN-TRAI-T",
        "Đăk Mil": "DAK-MIL-2",
        "ĐẮK-MIL": "DAK-MIL-3",
        "Đắk Mil": "DAK-MIL-4",
        "…": "DV",
    }
    assert unit_parts(reversed(given)) == parts
    assert all(is_form_code(f"{'P' * 12}-{part}-104998") for part in parts.values())


@pytest.mark.parametrize(
    ("code", "beginning"),
    [("ha-nam-2022", "HN22"), ("c26", "C22"), ("2022", "22"), ("a-b-c-d-e-f-g-h-i-j-k-l-m", "ABCDEFGHIJ22")],
)
def test_the_usual_beginning_is_the_campaigns_initials_and_year(
    small: Campaign, code: str, beginning: str
) -> None:
    small.code, small.year = code, 2022
    assert printing.default_prefix(small) == beginning
    plan(small, Choice(prefix=beginning))


def test_more_units_and_rows_cost_no_more_queries(actor: User) -> None:
    costs = []
    for number, code in ((2, "few"), (60, "many")):
        units = [
            UnitLine(f"{code}{place}", f"Xã {place}", "communes", 30, small_campaign.UNITS[0].max_points)
            for place in range(number)
        ]
        campaign = campaigns.create(actor, small_campaign.plan(code=code, units=units))
        db.session.expunge_all()
        campaign = campaigns.by_code(campaign.code)
        costs.append(len(statements(lambda each=campaign: plan(each, Choice()))))
    assert costs[0] == costs[1]


def test_v1_the_xlsform_is_of_the_version_the_campaign_has_pinned(small: Campaign) -> None:
    pinned = campaigns.questionnaire_of(small.questionnaire_sha256)
    assert printing.xlsform(small)[:2] == b"PK"
    assert plan(small, Choice()).sheet.questionnaire is pinned
