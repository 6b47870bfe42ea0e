"""The demonstration reproduces the whole published table of Hà Nam 2022 from its single answers.

Expected figures: tests/golden/hanam_2022.csv, copied from the province's published report.
"""

import csv
from decimal import Decimal
from pathlib import Path

import numpy
import pytest
from flask import Flask
from sqlalchemy import func, select

from scoring.questionnaire import load_questionnaire
from survey_app import problems
from survey_app.domain import assignments, campaigns, counting, demonstration, people
from survey_app.domain.demonstration.answers import draw_responses, satisfied_for
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Response, User

PUBLISHED = Path(__file__).parent.parent / "golden" / "hanam_2022.csv"
# Bands counted in the report: departments 2 + 14 + 3, districts 1 + 5.
GROUPS = {
    "departments": (
        "89.60",
        "9.45",
        "18.06",
        10,
        {"Xuất sắc": 2, "Tốt": 14, "Khá": 3, "Trung bình": 0, "Yếu": 0},
    ),
    "districts": (
        "90.70",
        "9.65",
        "10.30",
        3,
        {"Xuất sắc": 1, "Tốt": 5, "Khá": 0, "Trung bình": 0, "Yếu": 0},
    ),
}


def published() -> list[dict[str, str]]:
    """Return the rows of the published table."""
    with PUBLISHED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_published_figure_follows_from_the_single_answers(demo: Flask) -> None:
    book = counting.current(campaigns.by_code(demonstration.CODE))
    components = {each["unit"]: each["points"] for each in book.satisfaction["units"]}
    standings = {each["unit"]: each for each in book.index["units"]}
    assert len(standings) == 25
    for row in published():
        standing = standings[row["unit"]]
        assert components[row["unit"]] == (row["satisfaction_points"] or None)
        assert standing["group"] == row["group"]
        assert standing["total_points"] == row["total_points"]
        assert standing["index"] == row["index"]
        assert standing["rank"] == int(row["rank"])
    for group in book.index["groups"]:
        told = (
            group["mean"],
            group["satisfaction_mean"],
            group["spread"],
            group["above_mean"],
            group["bands"],
        )
        assert told == GROUPS[group["group"]]


def test_there_are_2124_responses_and_the_quotas_are_filled(demo: Flask) -> None:
    progress = assignments.progress(campaigns.by_code(demonstration.CODE))
    by_group = dict.fromkeys(GROUPS, 0)
    for unit in progress:
        assert (unit.valid, unit.gap, unit.invalid) == (unit.quota, 0, 0)
        by_group[unit.unit.group.code] += unit.quota
    assert by_group == {"departments": 984, "districts": 1140}
    assert db.session.scalar(select(func.count()).select_from(Response)) == 2124


def test_the_same_seed_draws_the_same_answers() -> None:
    questionnaire = load_questionnaire("sipas-2017")
    surveyed = [("A", 40, Decimal("9.33")), ("B", 30, Decimal("10.00"))]
    draws = [
        draw_responses(questionnaire, surveyed, ["x", "y", "z"], numpy.random.default_rng(2022))
        for _ in range(2)
    ]
    assert draws[0] == draws[1]
    assert sum(draws[0][1].values()) == len(draws[0][0]) == 70


def test_a_share_that_no_number_of_answers_gives_is_refused() -> None:
    assert satisfied_for(Decimal("5.45"), 11) == 6
    with pytest.raises(ValueError, match=r"no share of 11 answers gives 5\.46 points"):
        satisfied_for(Decimal("5.46"), 11)


def test_loading_again_changes_nothing(demo: Flask) -> None:
    lines = db.session.scalar(select(func.max(AuditLine.id)))
    assert demonstration.load(people.command_line()) is False
    assert db.session.scalar(select(func.max(AuditLine.id))) == lines
    assert db.session.scalar(select(func.count()).select_from(Campaign)) == 1


def test_every_printed_log_in_works_and_covers_every_role(demo: Flask) -> None:
    roles = set()
    for username, role in demonstration.logins():
        user, _ = people.log_in(username, demonstration.PASSWORD)
        assert user.role == role
        roles.add(role)
    assert len(roles) == 8
    silent = select(func.count()).select_from(User).where(User.password_hash == people.NO_PASSWORD)
    assert db.session.scalar(silent) == demonstration.ENUMERATORS - 1 + 1


def test_a_database_with_a_real_campaign_refuses_people_with_printed_passwords(app: Flask) -> None:
    actor = people.command_line()
    demonstration.load(actor)
    campaigns.by_code(demonstration.CODE).made_up = False
    campaigns.by_code(demonstration.CODE).code = "that-year"
    db.session.flush()
    with pytest.raises(problems.DemonstrationNotHere):
        demonstration.load(actor)
