"""The demonstration campaign: Hà Nam's 25 units as published for 2022, with made-up answers.

`units.csv` holds the published names, appraisal points and components; the quotas are made up but
add to the published 984 and 1,140. `report_figures.csv` holds what was published of 2021 and
the areas' means. Everything is drawn from one fixed seed.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

import numpy
from sqlalchemy import exists, select

from survey_app import problems
from survey_app.domain import appraisals, assignments, campaigns, people, report_figures, response_import
from survey_app.domain.demonstration.answers import draw_responses
from survey_app.domain.demonstration.names import enumerator_names
from survey_app.extensions import db
from survey_app.models import Campaign, User
from survey_app.vocabulary import Body, CampaignState, Role

CODE = "ha-nam-2022"
FIGURES = "report_figures.csv"
SEED = 2022
ENUMERATORS = 60
PASSWORD = "minh-hoa-2022"  # noqa: S105 - printed on purpose, and only this campaign's people have it

PEOPLE = (
    people.Person("dieuphoi", "Trần Thị Hải Yến", Role.COORDINATOR),
    people.Person("mattran", "Nguyễn Văn Đức", Role.SUPERVISOR, body=Body.FRONT),
    people.Person("cuuchienbinh", "Lê Quang Đạo", Role.SUPERVISOR, body=Body.VETERANS),
    people.Person("mattran-truong", "Trần Đình Sơn", Role.BODY_HEAD, body=Body.FRONT),
    people.Person("cuuchienbinh-truong", "Phạm Thị Hòa", Role.BODY_HEAD, body=Body.VETERANS),
    people.Person("noivu", "Phạm Thu Hằng", Role.HOME_AFFAIRS),
    people.Person("donvi", "Đỗ Minh Ánh", Role.UNIT_OFFICER, unit_code="STC"),
    people.Person("thamdinh", "Vũ Ngọc Ẩn", Role.APPRAISER),
    people.Person("quantri", "Hoàng Gia Bảo", Role.ADMINISTRATOR),
)


@dataclass(frozen=True)
class PublishedUnit:
    """A unit as the report of 2022 prints it, and the demonstration's quota."""

    unit: str
    name: str
    group: str
    quota: int
    max_points: Decimal
    appraisal_points: Decimal
    component: Decimal | None


def published_units() -> list[PublishedUnit]:
    """Return the 25 published units in the report's order."""
    text = files(__package__).joinpath("units.csv").read_text(encoding="utf-8")
    return [
        PublishedUnit(
            unit=row["unit"],
            name=row["name"],
            group=row["group"],
            quota=int(row["quota"]),
            max_points=Decimal(row["max_points"]),
            appraisal_points=Decimal(row["appraisal_points"]),
            component=Decimal(row["satisfaction_points"]) if row["satisfaction_points"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    ]


def logins() -> list[tuple[str, Role]]:
    """Return a role's name and user name for each printed log-in; the password is `PASSWORD`."""
    return [("dtv01", Role.ENUMERATOR), *((person.username, person.role) for person in PEOPLE)]


def load(actor: User, say: Callable[[str], None] = lambda _: None) -> bool:
    """Load the campaign with its people, answers and appraisals; return False where it stands already.

    Refuses a database in which a real campaign exists: its people have a printed password.
    """
    if db.session.scalar(select(exists().where(Campaign.code == CODE))):
        return False
    if db.session.scalar(select(exists().where(Campaign.made_up.is_(False)))):
        raise problems.DemonstrationNotHere()
    generator = numpy.random.default_rng(SEED)
    units = published_units()
    campaign = campaigns.create(actor, _plan(units))
    say("Tạo tài khoản")
    enumerators = _add_people(actor, generator)
    campaigns.move(actor, campaign, CampaignState.OPEN)
    say("Sinh phiếu minh họa")
    surveyed = [(unit.unit, unit.quota, unit.component) for unit in units if unit.component is not None]
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    rows, shares = draw_responses(questionnaire, surveyed, [user.username for user in enumerators], generator)
    by_name = {user.username: user for user in enumerators}
    for (unit, username), number in shares.items():
        assignments.assign(actor, campaign, unit, by_name[username], number)
    say("Lưu phiếu")
    response_import.import_rows(actor, campaign, "phiếu minh họa", rows)
    for published in units:
        typed = format(published.appraisal_points, "f")
        appraisals.enter(actor, campaign, published.unit, typed, version=0)
    _add_figures(actor, campaign)
    return True


def _add_figures(actor: User, campaign: Campaign) -> None:
    """Take in what was published of 2021, and the areas' means of 2022."""
    content = files(__package__).joinpath(FIGURES).read_bytes()
    report_figures.replace(actor, campaign, FIGURES, content, seen=report_figures.digest_of([]))


def _plan(units: list[PublishedUnit]) -> campaigns.Plan:
    return campaigns.Plan(
        code=CODE,
        name="Khảo sát sự hài lòng tỉnh Hà Nam năm 2022",
        year=2022,
        period_from=date(2022, 1, 1),
        period_to=date(2022, 12, 31),
        made_up=True,
        units=[
            campaigns.UnitLine(
                code=unit.unit,
                name=unit.name,
                group=unit.group,
                quota=unit.quota,
                max_points=unit.max_points,
                surveyed=unit.component is not None,
            )
            for unit in units
        ],
    )


def _add_people(actor: User, generator: numpy.random.Generator) -> list[User]:
    for person in PEOPLE:
        people.create(actor, person, PASSWORD)
    names = enumerator_names(ENUMERATORS, generator)
    return [
        people.create(
            actor,
            people.Person(f"dtv{number:02d}", name, Role.ENUMERATOR),
            PASSWORD if number == 1 else None,
        )
        for number, name in enumerate(names, start=1)
    ]
