"""Earlier years: who may be compared with whom across renames, mergers and splits, and where the figures come from."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.domain import campaigns, earlier_years, materials, people, publication, report_figures, scores
from survey_app.domain.earlier_years import Link, compared
from survey_app.exports.material import GroupYear, UnitYear
from survey_app.extensions import db
from survey_app.models import Campaign, Unit, UnitSuccession, User
from survey_app.vocabulary import CampaignState
from tests.domain.small_campaign import answer, enumerator, plan

JULY = date(2025, 7, 1)
THEN = {code: UnitYear(Decimal(80 + place)) for place, code in enumerate("ABC")}


def link(before: str, after: str, since: date = JULY) -> Link:
    """Return that one unit came after another."""
    return Link(before, f"Sở {before}", after, f"Sở {after}", since)


def against_2024(links: list[Link], units: str, then: dict[str, UnitYear] = THEN) -> dict[str, UnitYear]:
    """Return what 2024 published by this year's units."""
    return compared(2024, then, list(units), links)


def test_a_unit_that_stayed_keeps_its_figures_and_a_new_one_has_none() -> None:
    assert against_2024([], "AN") == {"A": THEN["A"]}


def test_a_renamed_unit_is_compared_with_its_only_predecessor_even_twice_renamed() -> None:
    assert against_2024([link("A", "N")], "N") == {"N": THEN["A"]}
    chain = [link("A", "M"), link("M", "N", date(2026, 1, 1))]
    assert against_2024(chain, "N") == {"N": THEN["A"]}


@pytest.mark.parametrize(
    ("links", "unit", "units", "why"),
    [
        ([link("A", "N"), link("B", "N")], "N", "N", "hợp nhất từ Sở A và Sở B từ ngày 01/07/2025"),
        ([link("B", "A")], "A", "A", "nhận sáp nhập Sở B từ ngày 01/07/2025"),
        ([link("A", "M"), link("A", "N")], "N", "MN", "tách từ Sở A từ ngày 01/07/2025"),
        ([link("A", "N")], "N", "AN", "tách từ Sở A từ ngày 01/07/2025"),
        ([link("A", "N")], "A", "AN", "đã tách một phần sang Sở N từ ngày 01/07/2025"),
    ],
)
def test_a_merged_or_split_unit_is_not_compared_and_says_why(
    links: list[Link], unit: str, units: str, why: str
) -> None:
    assert against_2024(links, units)[unit] == UnitYear(why_not=why)


def test_a_succession_before_the_year_is_history_and_one_within_it_counts_by_its_figures() -> None:
    assert against_2024([link("X", "A", date(2020, 1, 1)), link("Y", "A", date(2020, 1, 1))], "A") == {
        "A": THEN["A"]
    }
    assert against_2024([link("X", "A", date(2024, 7, 1))], "A") == {"A": THEN["A"]}
    assert against_2024([link("A", "N", date(2024, 7, 1))], "N") == {"N": THEN["A"]}


def test_successions_in_a_circle_end() -> None:
    assert against_2024([link("M", "N"), link("N", "M")], "N", {})["N"].why_not == (
        "đã tách một phần sang Sở M từ ngày 01/07/2025"
    )


FIGURES = (
    "year,kind,code,measure,value,source\n"
    '2025,unit,A,index,"88,50",Báo cáo 2025\n'
    "2025,unit,A,rank,2,Báo cáo 2025\n"
    "2025,group,departments,mean,87.25,Công văn 3\n"
    "2026,area,departments/3,mean,17.5,Báo cáo thẩm định\n"
).encode()


def figures(actor: User, campaign: Campaign) -> None:
    """Take the figures in."""
    report_figures.replace(actor, campaign, "so-lieu.csv", FIGURES, report_figures.digest_of([]))


def test_figures_read_in_become_a_year_and_the_areas_of_this_one(small: Campaign, actor: User) -> None:
    figures(actor, small)
    (year,) = earlier_years.years_of(small)
    assert (year.year, year.source, year.imported) == (2025, "Công văn 3; Báo cáo 2025", True)
    assert year.units == {"A": UnitYear(Decimal("88.50"), 2)}
    assert year.groups == {"departments": GroupYear(Decimal("87.25"))}
    areas = earlier_years.areas_of(small)
    assert [(each.number, dict(each.means), each.source) for each in areas if each.means] == [
        (3, {"departments": Decimal("17.50")}, "Báo cáo thẩm định")
    ]
    assert sum(each.maximum for each in areas) == 90
    found = materials.of_now(small)
    assert (found.years, found.areas) == ((year,), areas)


def published_before(actor: User, method: str = "ha-nam-2022") -> Campaign:
    """Return a campaign of 2025 whose result is published."""
    facts = {"code": "c25", "name": "Đợt 2025", "year": 2025, "method": method}
    days = {"period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31)}
    made = campaigns.create(actor, plan(**facts, **days))
    campaigns.move(actor, made, CampaignState.OPEN)
    hers = enumerator(actor, made, "A")
    for number in range(3):
        answer(made, hers, "A", 4 if number else 2, f"X-{number}")
    for state in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, made, state)
    scores.run(actor, made)
    publication.publish(actor, made)
    return made


def test_a_stored_publication_goes_before_figures_read_in(small: Campaign, actor: User) -> None:
    figures(actor, small)
    published_before(actor)
    (year,) = earlier_years.years_of(small)
    assert (year.source, year.why_not, year.imported) == ("đợt “Đợt 2025”, công bố lần 1", "", False)
    # Two of three forms satisfied throughout: 66.67 % and 6.67 points; nobody appraised, so no index.
    assert year.units["A"] == UnitYear(None, None, Decimal("6.67"))
    assert year.groups["departments"] == GroupYear(None, Decimal("6.67"), None)
    assert earlier_years.stored_years(small) == {2025: "đợt “Đợt 2025”, công bố lần 1"}


def test_another_method_or_made_up_answers_are_not_compared(small: Campaign, actor: User) -> None:
    before = published_before(actor, "mean-level")
    (year,) = earlier_years.years_of(small)
    assert year.why_not.startswith("phương pháp tính đã đổi (trước: ")
    before.made_up = True
    db.session.flush()
    assert earlier_years.years_of(small) == ()


def test_a_merger_on_file_stands_beside_the_unit(small: Campaign, actor: User) -> None:
    published_before(actor)
    known = {each.code: each for each in db.session.scalars(select(Unit))}
    db.session.add(
        UnitSuccession(predecessor_id=known["C"].id, successor_id=known["A"].id, since=date(2026, 3, 1))
    )
    db.session.flush()
    (year,) = earlier_years.years_of(small)
    assert year.units["A"].why_not == "nhận sáp nhập Thanh tra từ ngày 01/03/2026"
    assert year.units["C"].why_not == "đã tách một phần sang Sở A từ ngày 01/03/2026"


def test_a_published_report_compares_with_the_figures_that_were_read_in(demo: Flask) -> None:
    command, campaign = people.command_line(), campaigns.by_code("ha-nam-2022")
    for state in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(command, campaign, state)
    run = scores.run(command, campaign)
    publication.publish(command, campaign)
    years = materials.material_of(run).years
    assert [year.year for year in years] == [2021]
    assert {code: str(unit.index) for code, unit in years[0].units.items()} == {
        "SXD": "83.25",
        "SLDTBXH": "85.67",
        "BINHLUC": "86.87",
        "LYNHAN": "91.66",
    }


def test_a_year_published_later_does_not_enter_a_report_published_before(
    small: Campaign, actor: User
) -> None:
    for state in (CampaignState.CLOSED, CampaignState.SEALED):
        campaigns.move(actor, small, state)
    run = scores.run(actor, small)
    publication.publish(actor, small)
    assert published_before(actor).code == "c25"
    assert materials.material_of(run).years == ()
    assert [year.year for year in earlier_years.years_of(small)] == [2025]
