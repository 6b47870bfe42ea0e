"""A score book with all that stands around it: what pages show and files carry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.book import ScoreBook
from survey_app import problems
from survey_app.domain import campaigns, counting, dossiers, materials, scores
from survey_app.exports.dossier import FieldWork
from survey_app.exports.tables import Cover
from survey_app.models import Campaign, User
from survey_app.vocabulary import Role


@dataclass(frozen=True)
class Shown:
    """A book, its cover, and the counts of responses by unit."""

    book: ScoreBook
    cover: Cover
    field_work: tuple[FieldWork, ...]

    def result_of(self, unit: str) -> Mapping[str, Any]:
        """Return one unit's result; refuses a unit the book does not rank."""
        for result in self.book.satisfaction["units"]:
            if result["unit"] == unit:
                return dict(result)
        raise problems.NotFound()


def shown(
    actor: User,
    campaign: Campaign,
    number: int | None = None,
    detail: Collection[str] | None = (),
    sensitive: bool = False,
) -> Shown:
    """Return the result as it stands now, or a stored run; refuses a run the person may not see.

    A stored run keeps everything, its field work too (a run stored before there were dossiers shows today's); of the present
    answers `detail` and `sensitive` say what `counting.current` computes.
    """
    run = None if number is None else scores.run_of(actor, campaign, number)
    dossier = dossiers.of_run(run) if run is not None and run.dossier is not None else None
    book = counting.current(campaign, detail, sensitive) if run is None else ScoreBook.from_json(run.book)
    field_work = (
        dossier.field_work if dossier else dossiers.field_work(campaign, campaigns.units_of(campaign))
    )
    return Shown(book, materials.cover_of(campaign, run, field_work, dossier), field_work)


def published_unit(actor: User, campaign: Campaign, unit: str) -> Shown:
    """Return what a unit's officer may see: the own unit in the published run; otherwise nothing is there."""
    if actor.role != Role.UNIT_OFFICER or actor.unit is None or actor.unit.code != unit:
        raise problems.NotFound()
    runs = scores.runs_of(actor, campaign)
    if not runs:
        raise problems.NotFound()
    return shown(actor, campaign, runs[0].number)
