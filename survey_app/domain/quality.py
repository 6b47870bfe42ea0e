"""Screening: which responses and whose work should be re-checked, computed on request and stored whole.

Supervisors do not see it: what they look at is drawn, not suggested.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Select, false, select

from scoring.book import canonical
from scoring.enumerator_effects import anova, distances
from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.moments import Layout, layout_of, levels_of
from scoring.quality import Screening as Screened
from scoring.quality import screen
from scoring.questionnaire import Questionnaire
from scoring.reliability import reliability
from survey_app import problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, days, scores
from survey_app.domain.pace import WAY_OF, Way
from survey_app.domain.people import CITIZENS
from survey_app.extensions import db, one_moment
from survey_app.models import Campaign, Paradata, Response, Screening, Unit, User
from survey_app.models.response import COUNTED
from survey_app.version import VERSION
from survey_app.vocabulary import Mode, Permission

FORMAT = 2  # 1 did not say how much of the field work was recorded
CLOCK_TOLERANCE = timedelta(minutes=1)  # a start may seem to lie so much after its own arrival
DRAWS: int | None = None  # as many as the number of tests asks for


def visible_to(user: User) -> Select[Screening]:
    """Return the screenings a person may see: all, or none."""
    found = select(Screening)
    return found if user.may(Permission.QUALITY_VIEW) else found.where(false())


def newest(user: User, campaign: Campaign) -> Screening | None:
    """Return the campaign's last screening, None where none was made."""
    found = visible_to(user).where(Screening.campaign_id == campaign.id)
    return db.session.scalar(found.order_by(Screening.number.desc()).limit(1))


def screening_of(user: User, campaign: Campaign, number: int) -> Screening:
    """Return one screening by its number; refuses one that is not there or not visible."""
    found = visible_to(user).where(Screening.campaign_id == campaign.id, Screening.number == number)
    stored = db.session.scalar(found)
    if stored is None:
        raise problems.NotFound()
    return stored


def result_of(screening: Screening) -> dict[str, Any]:
    """Return what a screening found."""
    return dict(json.loads(screening.result))


def run(actor: User, campaign: Campaign) -> Screening:
    """Screen the field work in the responses that count, as of one moment, and store the result under the next number.

    Takes seconds, during which nobody waits; the same responses give the same result.
    """
    with one_moment():
        started = time.perf_counter()
        layout, records = _records(campaign)
        result = canonical(_found(layout, records)).decode()
        elapsed = round((time.perf_counter() - started) * 1000)
    stored = Screening(
        campaign_id=campaign.id,
        number=scores.next_number(Screening, campaign),
        run_by_id=actor.id,
        milliseconds=elapsed,
        responses=len(records),
        input_digest=_digest(records),
        program_version=VERSION,
        result=result,
        result_digest=hashlib.sha256(result.encode()).hexdigest(),
    )
    db.session.add(stored)
    db.session.flush()
    audit.record(
        actor,
        AuditVerb.QUALITY_SCREENED,
        f"{campaign.code}/{stored.number}",
        campaign_id=campaign.id,
        after={
            "input": stored.input_digest,
            "result": stored.result_digest,
            "responses": stored.responses,
        },
    )
    return stored


def _records(campaign: Campaign) -> tuple[Layout, list[FieldRecord]]:
    """Return the responses that count and that an enumerator brought.

    What neither the questionnaire asks nor a device tells is unknown, not guessed.
    """
    questionnaire = campaigns.questionnaire_of(campaign.questionnaire_sha256)
    layout = layout_of(questionnaire, campaigns.method_of(campaign.method_sha256))
    rows = (
        select(Unit.code, User.username, Response, Paradata)
        .join(Unit, Unit.id == Response.unit_id)
        .join(User, User.id == Response.enumerator_id)
        .outerjoin(Paradata, Paradata.response_id == Response.id)
        .where(Response.campaign_id == campaign.id, COUNTED, User.username != CITIZENS)
    )
    asks_age = _asks_age(questionnaire)
    return layout, [
        FieldRecord(
            unit,
            response.form_code or "",
            username,
            response.answers,
            start=start_of(response, paradata, campaign),
            duration=duration_of(response, paradata),
            age=_age_of(response) if asks_age else None,
        )
        for unit, username, response, paradata in db.session.execute(rows)
    ]


def _is_interview(response: Response) -> bool:
    """Tell whether the making on record is that of a conversation, and not of a keyed form or of a correction."""
    return WAY_OF.get(Mode(response.mode)) == Way.INTERVIEW and response.saved_at == response.submitted_at


def start_of(response: Response, paradata: Paradata | None, campaign: Campaign) -> datetime | None:
    """Return when an interview began in Vietnam's time, by a device's clock set right by the server's.

    A start before there was a campaign or after the response itself arrived is a clock's mistake, and unknown.
    """
    if paradata is None or not _is_interview(response) or response.submitted_at is None:
        return None
    claimed = paradata.first_answer_at or paradata.opened_at
    if claimed is None:
        return None
    began = claimed + timedelta(seconds=paradata.clock_offset or 0)
    earliest = min(campaign.created_at, days.midnight(campaign.period_from))
    if not earliest <= began <= response.submitted_at + CLOCK_TOLERANCE:
        return None
    return began.astimezone(days.HERE)


def duration_of(response: Response, paradata: Paradata | None) -> int | None:
    """Return the seconds of active work on an interview; 0 says that nobody measured."""
    if paradata is None or not _is_interview(response):
        return None
    return paradata.seconds_active or None


def _asks_age(questionnaire: Questionnaire) -> bool:
    """Tell whether a questionnaire asks for years of age; bands have no last digit."""
    return any(each.code == "age" and each.kind == "integer" for each in questionnaire.questions)


def _age_of(response: Response) -> int | None:
    age = json.loads(response.details).get("age")
    return age if isinstance(age, int) else None


def _digest(records: Sequence[FieldRecord]) -> str:
    """Return the digest of what is screened; responses without field facts have the digest they always had."""
    whole = hashlib.sha256()
    for each in sorted(records, key=lambda record: (record.unit, record.form_code)):
        whole.update(f"{each.unit}\n{each.form_code}\n{each.enumerator}\n{each.packed}\n".encode())
        if (each.start, each.duration, each.age) != (None, None, None):
            start = "" if each.start is None else each.start.isoformat()
            whole.update(f"\t{start}\t{each.duration}\t{each.age}\n".encode())
    return whole.hexdigest()


def _found(layout: Layout, records: Sequence[FieldRecord]) -> dict[str, Any]:
    work = Fieldwork.of(layout, records)
    screened = screen(work, draws=DRAWS)
    return {
        "format": FORMAT,
        "q_limit": screened.q_limit,
        "draws": screened.draws,
        "enumerators": [asdict(each) for each in screened.enumerators_to_recheck],
        "responses": [asdict(each) for each in screened.responses],
        "overlapping": [list(pair) for pair in screened.overlapping],
        "not_run": list(screened.not_run),
        "incomparable": list(screened.incomparable),
        "recorded": _recorded(records),
        "tested": _tested(screened),
        "effects": _effects(work),
        "reliability": _reliability(layout, records),
    }


def _recorded(records: Sequence[FieldRecord]) -> dict[str, int]:
    """Return of how many responses each field fact is known."""
    return {
        "start": sum(each.start is not None for each in records),
        "duration": sum(each.duration is not None for each in records),
        "age": sum(each.age is not None for each in records),
    }


def _tested(screened: Screened) -> dict[str, int]:
    """Return how many enumerators each rule was tried on."""
    tested: dict[str, int] = {}
    for each in screened.enumerators:
        tested[each.rule] = tested.get(each.rule, 0) + 1
    return tested


def _effects(work: Fieldwork) -> dict[str, Any] | None:
    """Return how much enumerators explain of satisfied shares, their units' means taken away, and how far each stands.

    None where nothing can be compared: one enumerator, as many enumerators as responses.
    """
    kept = np.flatnonzero(~np.isnan(work.satisfied_share))
    rows, values = [work.records[place] for place in kept], work.satisfied_share[kept]
    enumerators, units = [each.enumerator for each in rows], [each.unit for each in rows]
    if not 2 <= len(set(enumerators)) < len(rows):
        return None
    member = np.unique(units, return_inverse=True)[1]
    means = np.bincount(member, values) / np.bincount(member)
    explained = anova(values - means[member], enumerators)
    return {
        "icc": explained.icc,
        "p_value": explained.p_value,
        "enumerators": explained.groups,
        "responses": explained.n,
        "distances": [asdict(each) for each in distances(values, enumerators, units)],
    }


def _reliability(layout: Layout, records: Sequence[FieldRecord]) -> dict[str, Any]:
    """Return by component how well its criteria go together, from the pairs of answers there are."""
    levels = levels_of(layout, "Các phiếu", "".join(each.packed for each in sorted(records)))
    found = {}
    for component, places in layout.groups.items():
        if len(places) > 1 and len(records) > 1:
            codes = [layout.criteria[place] for place in places]
            each = reliability(levels[:, list(places)], codes, complete=False)
            found[component] = {
                "n": each.n,
                "alpha": each.alpha,
                "low": None if each.interval is None else each.interval[0],
                "high": None if each.interval is None else each.interval[1],
                "items": [asdict(item) for item in each.items],
            }
    return found


def people_of(campaign: Campaign) -> Mapping[str, str]:
    """Return the names of the campaign's enumerators by user name."""
    named = (
        select(User.username, User.display_name)
        .join(Response, Response.enumerator_id == User.id)
        .where(Response.campaign_id == campaign.id)
        .distinct()
    )
    return {row.username: row.display_name for row in db.session.execute(named)}


def addresses_of(campaign: Campaign, form_codes: Sequence[str]) -> Mapping[str, str]:
    """Return the identifiers of responses by form code."""
    found = select(Response.form_code, Response.uuid).where(
        Response.campaign_id == campaign.id, COUNTED, Response.form_code.in_(form_codes)
    )
    return {form_code: uuid for form_code, uuid in db.session.execute(found) if form_code}
