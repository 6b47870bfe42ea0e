"""A campaign of four units: a department, a district with a commune, and one without survey."""

import threading
import time
from collections.abc import Callable
from contextvars import Context
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from flask import Flask

from scoring.questionnaire import load_questionnaire
from survey_app.domain import assignments, counting, people, responses
from survey_app.domain.campaigns import Plan, UnitLine
from survey_app.domain.response_content import Entry
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import Role

CRITERIA = load_questionnaire("sipas-2017").criterion_codes
DETAILS = {"service_field": "land", "respondent_kind": "citizen"}
UNITS = (
    UnitLine("A", "Sở A", "departments", 10, Decimal(100)),
    UnitLine("B", "Huyện B", "districts", 10, Decimal(100)),
    UnitLine("B1", "Xã B1", "districts", 5, Decimal(100), counts_for="B"),
    UnitLine("C", "Thanh tra", "departments", 0, Decimal(60), surveyed=False),
)


def plan(**changes: Any) -> Plan:
    """Return a plan of the four units, changed as asked."""
    facts = {"code": "c26", "name": "Đợt 2026", "year": 2026, "units": UNITS}
    days = {"period_from": date(2026, 1, 1), "period_to": date(2026, 12, 31)}
    return Plan(**facts | days | changes)  # type: ignore[arg-type]


def enumerator(actor: User, campaign: Campaign, unit: str, target: int = 5) -> User:
    """Return a new enumerator with an assignment."""
    user = people.create(actor, people.Person(f"dtv-{unit.lower()}", "Điều tra", Role.ENUMERATOR), None)
    assignments.assign(actor, campaign, unit, user, target)
    return user


def answer(campaign: Campaign, user: User, unit: str, level: int | str, code: str) -> str:
    """Submit a response of one level and return its id."""
    entry = Entry(unit, code, "paper", dict.fromkeys(CRITERIA, level), DETAILS)
    return responses.submit(user, campaign, str(uuid4()), entry).uuid


def result_of(campaign: Campaign, unit: str) -> dict[str, Any]:
    """Return a unit's part of the satisfaction as it stands now."""
    return next(each for each in counting.current(campaign).satisfaction["units"] if each["unit"] == unit)


def race(app: Flask, verb: Callable[[], object]) -> list[Exception | None]:
    """Run a verb twice in transactions that overlap: the second begins before the first has committed.

    Returns what each ended with: its refusal, or None where it was committed.
    """
    db.session.commit()
    endings: list[Exception | None] = [None, None]
    first_is_done = threading.Event()

    def run(place: int) -> None:
        with app.app_context():
            try:
                if place == 1:
                    first_is_done.wait(10)
                verb()
                if place == 0:
                    first_is_done.set()
                    time.sleep(0.2)
                db.session.commit()
            except Exception as ending:
                db.session.rollback()
                endings[place] = ending

    threads = [threading.Thread(target=Context().run, args=(run, place)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return endings
