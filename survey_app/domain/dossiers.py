"""What stands around a result at a moment: field work, what is left out and why, corrections, draws, re-checks."""

import json
import zlib
from collections.abc import Iterator, Mapping

from sqlalchemy import case, func, select

from survey_app import publication_problems
from survey_app.domain import (
    assignments,
    campaigns,
    counting,
    draw_records,
    recheck_measures,
    recheck_points,
    run_answers,
)
from survey_app.domain.people import alias
from survey_app.domain.quotas import rows_in_use
from survey_app.exports.dossier import (
    Correction,
    Dossier,
    DrawFact,
    Excluded,
    FieldWork,
    RecheckResult,
    UnitRechecks,
)
from survey_app.exports.recheck_sentences import validity_note
from survey_app.extensions import db
from survey_app.labels import LABELS, STATE_LABELS
from survey_app.models import (
    Campaign,
    CampaignUnit,
    Draw,
    DrawMember,
    DuplicateCode,
    Recheck,
    Response,
    ResponseVersion,
    ScoreRun,
    User,
    VoidProposal,
)
from survey_app.vocabulary import (
    DrawState,
    DuplicateState,
    DuplicateWhy,
    ProposalState,
    RecheckReason,
    ResponseState,
    Role,
    Validity,
)

_TYPED = "đã sửa, không ghi lại lời"


def gather(campaign: Campaign, versions: Mapping[int, int]) -> Dossier:
    """Return the dossier of this moment; `versions` are the responses counted, each with its version."""
    units = campaigns.units_of(campaign)
    found = recheck_measures.all_gathered(campaign)
    draws = _draws(campaign)
    read = run_answers.reader(campaign, versions)
    return Dossier(
        campaign={
            "code": campaign.code,
            "name": campaign.name,
            "year": campaign.year,
            "period_from": campaign.period_from.isoformat(),
            "period_to": campaign.period_to.isoformat(),
            "made_up": campaign.made_up,
            "state": campaign.state,
        },
        groups=campaigns.group_names_of(campaign),
        field_work=field_work(campaign, units),
        excluded=tuple(_excluded(campaign, units)),
        corrections=tuple(_corrections(campaign, units)),
        draws=tuple(draws),
        rechecks=tuple(_rechecks(campaign, found)),
        unit_rechecks=tuple(_unit_rechecks(campaign, found)),
        answers_sha256=run_answers.digest(read(), run_answers.questionnaires_of(campaign)),
    )


def packed(dossier: Dossier) -> bytes:
    """Return a dossier as `ScoreRun.dossier` keeps it."""
    return zlib.compress(dossier.to_json(), 6)


def of_run(run: ScoreRun) -> Dossier:
    """Return the dossier frozen with a run; refuses a run stored before there were dossiers."""
    if run.dossier is None:
        raise publication_problems.NoDossier(number=run.number)
    return Dossier.from_json(zlib.decompress(run.dossier))


def field_work(campaign: Campaign, units: list[CampaignUnit]) -> tuple[FieldWork, ...]:
    """Return the forms of every ranked unit as they stand now, zeros included."""
    return tuple(_field_work(campaign, units))


def _field_work(campaign: Campaign, units: list[CampaignUnit]) -> Iterator[FieldWork]:
    counted = {each.unit.unit_id: each for each in assignments.progress(campaign)}
    issued = rows_in_use(campaign)
    for unit in units:
        if unit.counts_for_id is not None:
            continue
        each = counted.get(unit.unit_id)
        yield FieldWork(
            unit=unit.unit.code,
            name=unit.unit.name,
            group=unit.group.code,
            surveyed=unit.surveyed,
            quota=each.quota if each else 0,
            issued=issued.get(unit.unit_id, 0) if issued else None,
            valid=each.valid if each else 0,
            invalid=each.invalid if each else 0,
            returned=each.returned if each else 0,
            void=each.void if each else 0,
            drafts=each.drafts if each else 0,
            apart=each.apart if each else 0,
        )


def _excluded(campaign: Campaign, units: list[CampaignUnit]) -> Iterator[Excluded]:
    """Yield the responses that arrived and do not count, then the duplicates that wait for a decision."""
    counting_to = counting.counting_units(units)
    reasons = _void_reasons(campaign)
    found = (
        select(
            Response.id,
            Response.form_code,
            Response.unit_id,
            Response.state,
            Response.validity,
            Response.apart,
        )
        .where(
            Response.campaign_id == campaign.id,
            Response.state != ResponseState.DRAFT,
            (Response.state.in_([ResponseState.RETURNED, ResponseState.VOID]))
            | (Response.validity != Validity.VALID)
            | Response.apart,
        )
        .order_by(Response.id)
    )
    for row in db.session.execute(found):
        unit = counting_to.get(row.unit_id, "")
        if row.state == ResponseState.VOID:
            yield Excluded(row.form_code, unit, "void", reasons.get(row.id, ""))
        elif row.state == ResponseState.RETURNED:
            yield Excluded(row.form_code, unit, "returned", "")
        elif row.apart:
            yield Excluded(row.form_code, unit, "apart", "")
        else:
            yield Excluded(row.form_code, unit, "invalid", LABELS[Validity(row.validity)])
    kept = (
        select(DuplicateCode)
        .where(DuplicateCode.campaign_id == campaign.id, DuplicateCode.state == DuplicateState.OPEN)
        .order_by(DuplicateCode.id)
    )
    for each in db.session.scalars(kept):
        detail = STATE_LABELS["duplicate_why"][DuplicateWhy(each.why)]
        yield Excluded(each.form_code, str(json.loads(each.content)["unit"]), "duplicate", detail)


def _void_reasons(campaign: Campaign) -> dict[int, str]:
    """Return why responses are void, by the last proposal confirmed."""
    found = (
        select(VoidProposal.response_id, VoidProposal.reasons)
        .where(VoidProposal.campaign_id == campaign.id, VoidProposal.state == ProposalState.CONFIRMED)
        .order_by(VoidProposal.id)
    )
    return {response: "; ".join(_reasons(words)) for response, words in db.session.execute(found)}


def _reasons(words: str) -> list[str]:
    known = {reason.value: LABELS[reason] for reason in RecheckReason}
    return [known.get(word, word) for word in words.split(",") if word]


def _corrections(campaign: Campaign, units: list[CampaignUnit]) -> Iterator[Correction]:
    """Yield what each correction of a response changed, answer by answer, oldest first."""
    codes = {unit.unit_id: unit.unit.code for unit in units}
    found = (
        select(ResponseVersion, Response, User.role)
        .join(Response, Response.id == ResponseVersion.response_id)
        .join(User, User.id == ResponseVersion.superseded_by_id)
        .where(Response.campaign_id == campaign.id, ResponseVersion.state != ResponseState.DRAFT)
        .order_by(ResponseVersion.response_id, ResponseVersion.version)
    )
    rows = db.session.execute(found).all()
    for place, (earlier, response, role) in enumerate(rows):
        follows = rows[place + 1][0] if place + 1 < len(rows) else None
        later = follows if follows is not None and follows.response_id == response.id else response
        questionnaire = campaigns.questionnaire_of(response.questionnaire_sha256)
        criteria = questionnaire.criterion_codes
        typed = {each.code for each in questionnaire.questions if each.kind == "text"}
        before, after = (_said(each, criteria, codes) for each in (earlier, later))
        for field in dict.fromkeys([*before, *after]):
            old, new = before.get(field, ""), after.get(field, "")
            if old == new:
                continue
            yield Correction(
                form_code=later.form_code or "",
                unit=codes.get(later.unit_id or 0, ""),
                version=earlier.version + 1,
                at=earlier.superseded_at.isoformat(timespec="seconds"),
                role=LABELS[Role(role)],
                reason=earlier.reason,
                field=field,
                before=_TYPED if field in typed else old,
                after=_TYPED if field in typed else new,
            )


def _said(
    kept: Response | ResponseVersion, criteria: tuple[str, ...], codes: Mapping[int, str]
) -> dict[str, str]:
    """Return everything a version says, as texts by code."""
    lead = {
        "form_code": kept.form_code or "",
        "unit": codes.get(kept.unit_id or 0, ""),
        "mode": str(kept.mode),
    }
    marks = {"-": "", "N": "NA"}
    answers = {code: marks.get(mark, mark) for code, mark in zip(criteria, kept.answers, strict=False)}
    details = {
        code: ";".join(value) if isinstance(value, list) else str(value)
        for code, value in json.loads(kept.details).items()
    }
    return lead | answers | details


def _draws(campaign: Campaign) -> Iterator[DrawFact]:
    found = (
        select(Draw, func.count(case((DrawMember.chosen, 1))))
        .outerjoin(DrawMember, DrawMember.draw_id == Draw.id)
        .where(Draw.campaign_id == campaign.id, Draw.state == DrawState.DRAWN)
        .group_by(Draw.id)
        .order_by(Draw.number)
    )
    for draw, members in db.session.execute(found):
        yield DrawFact(draw.number, draw.kind, members, draw_records.of_draw(draw).decode())


def _rechecks(campaign: Campaign, found: recheck_measures.Gathered) -> Iterator[RecheckResult]:
    """Yield every verdict, in the order of the forms' codes and the bodies."""
    asked = select(Recheck.uuid, Draw.number, User.id, User.username)
    joined = (
        asked.join(Draw, Draw.id == Recheck.draw_id)
        .join(Response, Response.id == Recheck.response_id)
        .join(User, User.id == Response.enumerator_id)
        .where(Recheck.campaign_id == campaign.id)
    )
    known = {row.uuid: row for row in db.session.execute(joined)}
    for each in sorted(found.known, key=lambda every: (every.form_code, every.body)):
        row = known[each.recheck]
        yield RecheckResult(
            form_code=each.form_code,
            unit=each.unit,
            enumerator=alias(row.id, row.username),
            body=each.body,
            draw=row.number,
            verdict=each.verdict,
            reasons=tuple(_reasons(each.reasons)),
            judged_at=each.judged_at.isoformat(timespec="seconds"),
            again=tuple((pair.criterion, pair.first, pair.again) for pair in each.pairs),
        )


def _unit_rechecks(campaign: Campaign, found: recheck_measures.Gathered) -> Iterator[UnitRechecks]:
    decimals = campaigns.method_of(campaign.method_sha256).points.decimals
    for unit, rates in found.by_unit().items():
        points = recheck_points.of_unit(found, unit).points
        yield UnitRechecks(
            unit=unit,
            responses=rates.responses,
            confirmed=rates.confirmed,
            failed=rates.failed,
            unreachable=rates.unreachable,
            disputed=rates.disputed,
            rate=rates.failure.rate,
            low=rates.failure.low,
            high=rates.failure.high,
            note=validity_note(points, decimals),
        )
