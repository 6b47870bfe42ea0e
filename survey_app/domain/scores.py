"""Score runs: a result computed as of one moment and stored whole, with the dossier of what stood around it."""

import time

from sqlalchemy import Select, false, func, select

from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, counting, dossiers, run_answers
from survey_app.domain.people import COMMAND_LINE
from survey_app.extensions import db, one_moment
from survey_app.language import clean_line
from survey_app.models import Campaign, ScoreRun, Screening, User
from survey_app.version import VERSION
from survey_app.vocabulary import Role


def visible_to(user: User) -> Select[ScoreRun]:
    """Return the score runs a person may see: Home Affairs all, a unit's officer the published ones."""
    runs = select(ScoreRun)
    if user.role == Role.HOME_AFFAIRS or user.username == COMMAND_LINE:
        return runs
    if user.role == Role.UNIT_OFFICER:
        return runs.where(ScoreRun.published_at.is_not(None))
    return runs.where(false())


def runs_of(user: User, campaign: Campaign) -> list[ScoreRun]:
    """Return the campaign's runs a person may see, newest first."""
    found = visible_to(user).where(ScoreRun.campaign_id == campaign.id)
    return list(db.session.scalars(found.order_by(ScoreRun.number.desc())))


def run(actor: User, campaign: Campaign, reason: str = "") -> ScoreRun:
    """Compute everything as of one moment and store the result whole, under the next number.

    Ends the transaction that went before, and computes before it writes: whoever saves a response meanwhile waits
    for nothing, and is in this run wholly or not at all.
    """
    with one_moment():
        started = time.perf_counter()
        book = counting.current(campaign, detail=None, sensitive=True)
        versions = run_answers.versions_now(campaign)
        dossier = dossiers.gather(campaign, versions)
        elapsed = round((time.perf_counter() - started) * 1000)
        rules = campaign.questionnaire_sha256, campaign.method_sha256
    answers = book.satisfaction["input"]
    stored = ScoreRun(
        campaign_id=campaign.id,
        number=next_number(ScoreRun, campaign),
        run_by_id=actor.id,
        milliseconds=elapsed,
        reason=clean_line(reason)[:200],
        responses=answers["responses"],
        input_digest=answers["sha256"],
        questionnaire_sha256=rules[0],
        method_sha256=rules[1],
        program_version=VERSION,
        book=book.to_json().decode(),
        book_digest=book.digest,
        versions=run_answers.packed(versions),
        dossier=dossiers.packed(dossier),
        dossier_digest=dossier.digest,
    )
    db.session.add(stored)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.SCORE_RUN,
        f"{campaign.code}/{stored.number}",
        campaign_id=campaign.id,
        after={
            "input": stored.input_digest,
            "book": stored.book_digest,
            "dossier": stored.dossier_digest,
            "responses": stored.responses,
        },
        reason=stored.reason,
    )
    return stored


def next_number(kind: type[ScoreRun] | type[Screening], campaign: Campaign) -> int:
    """Return the next number of a campaign's runs or screenings; the campaign is held, so that nobody takes it too."""
    one_at_a_time = select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True)
    db.session.execute(one_at_a_time)
    last = db.session.scalar(select(func.max(kind.number)).where(kind.campaign_id == campaign.id))
    return (last or 0) + 1


def run_of(user: User, campaign: Campaign, number: int | None = None) -> ScoreRun:
    """Return one stored run by its number, the newest where none is given; refuses one not visible."""
    found = visible_to(user).where(ScoreRun.campaign_id == campaign.id).order_by(ScoreRun.number.desc())
    run = db.session.scalar((found if number is None else found.where(ScoreRun.number == number)).limit(1))
    if run is None:
        raise problems.MissingRun(campaign=campaign.code) if number is None else problems.NotFound()
    return run


def newest_run(campaign: Campaign) -> ScoreRun:
    """Return a campaign's newest run, whoever asks; refuses where there is none."""
    found = select(ScoreRun).where(ScoreRun.campaign_id == campaign.id).order_by(ScoreRun.number.desc())
    run = db.session.scalar(found.limit(1))
    if run is None:
        raise problems.MissingRun(campaign=campaign.code)
    return run
