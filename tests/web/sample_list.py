"""A list for the demonstration, whose answers are all there: five rows still to be asked, two in reserve."""

from datetime import timedelta

from sqlalchemy import select

from scoring.sheets import Sheet
from survey_app.domain import campaigns, people, sample_import
from survey_app.domain.days import today
from survey_app.extensions import db
from survey_app.models import Response
from tests.domain.sample_list import COLUMNS, Cells, row
from tests.web.pages import CODE

UNIT = "STC"
UNTIL = today() + timedelta(days=30)
NAMED = {"remove_after": UNTIL.isoformat()}
ROWS = [
    row(
        "MAU-1", UNIT, enumerator="dtv01", procedure="Đất đai", name="Lê Thị Mẫu", phone="0912345678", **NAMED
    ),
    row("MAU-2", UNIT, enumerator="dtv01", name="<b>&", address="=1+1", **NAMED),
    row("MAU-3", UNIT, enumerator="dtv02"),
    row("MAU-4", UNIT),
    row("MAU-5", "SNV", enumerator="dtv01"),
    row("DP-1", UNIT, "Dự phòng"),
    row("DP-2", UNIT, "Dự phòng"),
]


def load(rows: list[Cells]) -> None:
    """Take rows into the demonstration's list and commit."""
    campaign = campaigns.by_code(CODE)
    cells = tuple((place, [each[name] for name in COLUMNS]) for place, each in enumerate(rows, 2))
    plan = sample_import.plan(campaign, Sheet("list.csv", "0" * 64, COLUMNS, cells))
    assert plan.refused == ()
    sample_import.apply(people.command_line(), campaign, plan)
    db.session.commit()


def load_done() -> str:
    """Take one of the demonstration's own answers into the list, as a row of dtv01, and return its form code."""
    mine = people.by_username("dtv01").id
    form_code = db.session.scalars(select(Response.form_code).where(Response.enumerator_id == mine)).first()
    load([row(str(form_code), UNIT, enumerator="dtv01")])
    return str(form_code)
