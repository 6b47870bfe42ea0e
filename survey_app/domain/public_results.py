"""What anybody may see of results: published ones only, each from what was frozen with it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, select

from survey_app import problems
from survey_app.domain import materials, run_answers
from survey_app.exports.material import Material
from survey_app.exports.open_data import day_of
from survey_app.exports.public_pages import Edition, Pages, Shelf
from survey_app.extensions import db
from survey_app.language import clean_line
from survey_app.models import Campaign, Publication, Response, ResponseVersion, ScoreRun
from survey_app.version import VERSION
from survey_app.vocabulary import CampaignState

_CHUNK = 1000
Row = tuple[str, str, int, datetime, str, str, str | None, str, int]


@dataclass(frozen=True)
class Issue:
    """One publication by what never changes of it; equal issues have equal pages."""

    code: str
    number: int
    published_at: datetime
    reason: str
    book: str
    dossier: str
    bundle: str
    identity: int


@dataclass(frozen=True)
class Published:
    """A campaign's publications, newest first; `again` where it has been opened anew since."""

    code: str
    issues: tuple[Issue, ...]
    again: bool

    @property
    def digest(self) -> str:
        """Return what changes whenever any of the campaign's public pages may: results, notices, program."""
        told = "\n".join(map(str, (VERSION, self.code, self.again, *self.issues)))
        return hashlib.sha256(told.encode()).hexdigest()

    @property
    def shelf(self) -> Shelf:
        """Return the publications as their pages name each other."""
        editions = (
            Edition(each.number, day_of(each.published_at.isoformat()), each.reason) for each in self.issues
        )
        return Shelf(tuple(editions), self.again)

    def issue(self, number: int = 0) -> Issue:
        """Return the newest issue, or the one of a number; refuses a number that was never published."""
        for each in self.issues:
            if number in (0, each.number):
                return each
        raise problems.NotFound()


def _found() -> Select[*Row]:
    return (
        select(
            Campaign.code,
            Campaign.state,
            Publication.number,
            Publication.published_at,
            Publication.reason,
            ScoreRun.book_digest,
            ScoreRun.dossier_digest,
            Publication.bundle_digest,
            Publication.id,
        )
        .join(Campaign, Campaign.id == Publication.campaign_id)
        .join(ScoreRun, ScoreRun.id == Publication.run_id)
        .order_by(Campaign.year.desc(), Campaign.code, Publication.number.desc())
    )


def _published(
    rows: Select[*Row],
) -> list[Published]:
    found: dict[str, tuple[bool, list[Issue]]] = {}
    for code, state, number, at, reason, book, dossier, bundle, identity in db.session.execute(rows):
        found.setdefault(code, (state != CampaignState.PUBLISHED, []))[1].append(
            Issue(code, number, at, reason, book, dossier or "", bundle, identity)
        )
    return [Published(code, tuple(issues), again) for code, (again, issues) in found.items()]


def all_published() -> list[Published]:
    """Return every campaign of which something is published, the latest year first, by one query."""
    return _published(_found())


def of_code(code: str) -> Published:
    """Return what is published of a campaign, by one query.

    Refuses a campaign without publication and one that does not exist alike, after the same work.
    """
    found = _published(_found().where(Campaign.code == clean_line(code)))
    if not found:
        raise problems.NotFound()
    return found[0]


@lru_cache(maxsize=8)
def _material(issue: Issue) -> Material:
    made = materials.of_publication(db.session.get_one(Publication, issue.identity))
    return replace(made, answers=tuple)  # single answers are on no public page


@lru_cache(maxsize=16)
def _pages(issue: Issue, shelf: Shelf) -> Pages:
    return Pages(_material(issue), shelf)


def pages_of(published: Published, number: int = 0) -> Pages:
    """Return the pages of the newest publication, or of the one of a number; refuses a number never published."""
    return _pages(published.issue(number), published.shelf)


def headline_of(published: Published) -> Material:
    """Return what the list of publications says of a campaign: the material of the newest one."""
    return _material(published.issue())


def is_counted(published: Published, form_code: str) -> bool:
    """Tell whether the newest publication counted a form of this code.

    A code nobody printed, a form that never came and one that does not count are all not counted: whoever tries codes learns
    which were counted and nothing else. After the first question the answer costs no query, whatever the code.
    """
    asked, counted = clean_line(form_code), _counted(published.issue())
    return asked in counted or asked.upper() in counted


@lru_cache(maxsize=4)
def _counted(issue: Issue) -> frozenset[str]:
    """Return the codes of the forms counted, as they were in the versions counted."""
    run = db.session.get_one(Publication, issue.identity).run
    return frozenset(_codes_of(run))


def _codes_of(run: ScoreRun) -> Iterator[str]:
    counted = run_answers.versions_of(run)
    present = select(Response.id, Response.version, Response.form_code).where(
        Response.campaign_id == run.campaign_id, Response.form_code.is_not(None)
    )
    earlier = (
        select(ResponseVersion.response_id, ResponseVersion.version, ResponseVersion.form_code)
        .join(Response, Response.id == ResponseVersion.response_id)
        .where(Response.campaign_id == run.campaign_id, ResponseVersion.form_code.is_not(None))
    )
    for rows in (present, earlier):
        for identity, version, code in db.session.execute(rows.execution_options(yield_per=_CHUNK)):
            if counted.get(identity) == version:
                yield code or ""
