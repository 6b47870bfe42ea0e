"""Joint cases: responses on which the two bodies judged differently, until their heads agree."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, false, select
from sqlalchemy.orm import contains_eager, joinedload

from survey_app import problems, recheck_problems
from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, campaigns, findings, redos, response_views, voiding, voids
from survey_app.domain.audit import Change, Lines
from survey_app.domain.paging import Page, cut
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.language import clean
from survey_app.models import Campaign, JointCase, JointOpinion, RecheckVerdict, Response, Unit, User
from survey_app.models.columns import now
from survey_app.vocabulary import Body, JointState, Role, Verdict

log = logging.getLogger(__name__)
LONGEST_NOTE = 1000
NOT_ASKED = "–"


def visible_to(user: User) -> Select[JointCase]:
    """Return the joint cases a person may see: the heads of both bodies, who both have judged, and Home Affairs all."""
    found = select(JointCase)
    return found if user.role in (Role.BODY_HEAD, Role.HOME_AFFAIRS) else found.where(false())


def one_visible_to(user: User, number: int) -> JointCase:
    """Return a joint case a person may see; otherwise it is not there."""
    found = db.session.scalar(visible_to(user).where(JointCase.id == min(number, 2**63 - 1)))
    if found is None:
        log.warning("joint case %d is not for %s to see", number, user.username)
        raise problems.NotFound()
    return found


def listed(user: User, campaign: Campaign, number: int) -> Page[JointCase]:
    """Return a page of a campaign's joint cases, open ones first, the oldest of them first."""
    found = (
        visible_to(user)
        .join(JointCase.response)
        .options(
            contains_eager(JointCase.response).joinedload(Response.unit).lazyload(Unit.group),
            contains_eager(JointCase.response).joinedload(Response.enumerator),
        )
        .where(JointCase.campaign_id == campaign.id)
        .order_by((JointCase.state == JointState.OPEN).desc(), JointCase.opened_at, JointCase.id)
    )
    return cut(found, number)


def opinions_of(case: JointCase) -> dict[Body, JointOpinion]:
    """Return what the heads say now, by body."""
    found = select(JointOpinion).where(JointOpinion.joint_case_id == case.id)
    given = db.session.scalars(found.options(joinedload(JointOpinion.given_by)))
    return {Body(each.body): each for each in given}


def opinions_on(cases: list[JointCase]) -> dict[int, dict[Body, Verdict]]:
    """Return what the heads say of each of some cases; one query."""
    found = select(JointOpinion).where(JointOpinion.joint_case_id.in_([case.id for case in cases]))
    said: dict[int, dict[Body, Verdict]] = {case.id: {} for case in cases}
    for each in db.session.scalars(found):
        said[each.joint_case_id][Body(each.body)] = Verdict(each.outcome)
    return said


@dataclass(frozen=True)
class AskedAgain:
    """One criterion: what the response says, and what each body heard; a body that did not ask says "–"."""

    question: str
    original: str
    heard: Mapping[Body, str]


def asked_again(case: JointCase, verdicts: Mapping[Body, RecheckVerdict]) -> list[AskedAgain]:
    """Return original and re-checked answers side by side, in the order of the questionnaire."""
    questionnaire = campaigns.questionnaire_of(case.response.questionnaire_sha256)
    names = {
        **{str(place): f"{place} – {name}" for place, name in enumerate(questionnaire.scale.levels, 1)},
        "N": questionnaire.scale.not_applicable,
    }
    heard = {
        body: dict(zip(verdict.recheck.criteria.split(","), verdict.answers_again, strict=False))
        for body, verdict in verdicts.items()
    }
    lines = response_views.lines_of(case.response, questionnaire)
    codes = {code for answers in heard.values() for code in answers}
    return [
        AskedAgain(
            f"{lines[code].number} {lines[code].question}",
            lines[code].answer,
            {body: names.get(answers.get(code, ""), NOT_ASKED) for body, answers in heard.items()},
        )
        for code in questionnaire.criterion_codes
        if code in codes
    ]


def reconsider(response: Response, moment: datetime) -> Lines:
    """Open a case on a held response that the bodies judge differently, and settle one once they judge the same.

    A response has one case: what was agreed jointly is not opened anew by later verdicts. Returns the lines to write.
    """
    verdicts = findings.verdicts_of(response)
    words = {body: str(each.verdict) for body, each in verdicts.items() if each.verdict in findings.TELLING}
    if len(words) < len(Body):
        return []
    case, differ = _of_response(response), len(set(words.values())) > 1
    if case is None and differ:
        case = JointCase(campaign_id=response.campaign_id, response_id=response.id, opened_at=moment)
        db.session.add(case)
        db.session.flush()
        told = {LABELS[body]: LABELS[Verdict(word)] for body, word in words.items()}
        after = {"case": case.id, "verdicts": told}
        return [(AuditVerb.JOINT_OPENED, Change(response.uuid, None, after))]
    if case is not None and case.state == JointState.OPEN and not differ:
        why = "Hai cơ quan nay kết luận như nhau."
        return _agree(case, Verdict(words[Body.FRONT]), why, moment)
    return []


def _of_response(response: Response) -> JointCase | None:
    found = select(JointCase).where(JointCase.response_id == response.id)
    return db.session.scalar(found.execution_options(populate_existing=True))


def give(actor: User, case: JointCase, outcome: str, note: str) -> JointCase:
    """Keep what the head of one body says of a case; where the other body's says the same, it is agreed.

    Said anew, it replaces what was said, and the trail keeps both. Agreed as failed on (a) or (b), a proposal to void
    stands or is opened; agreed as confirmed, an open one is withdrawn. Refuses whoever is no head, a case
    that is agreed, an outcome that is neither confirmed nor failed, a missing note, and a campaign that is neither open
    nor closed.
    """
    if actor.role != Role.BODY_HEAD:
        log.warning("%s is no head and gave an opinion on joint case %d", actor.username, case.id)
        raise problems.NotAllowed()
    voiding.check_decided_on(case.response.campaign)
    response = voiding.hold([case.response_id])[0]
    case = db.session.scalars(
        select(JointCase).where(JointCase.id == case.id).execution_options(populate_existing=True)
    ).one()
    if case.state == JointState.AGREED:
        agreed = LABELS[Verdict(case.outcome or "")]
        raise recheck_problems.JointCaseAgreed(
            form_code=response.form_code, outcome=agreed, when=case.agreed_at
        )
    text = _checked(outcome, note)
    moment = now()
    lines = _keep(actor, case, Verdict(outcome), text, moment)
    said = [each.outcome for each in opinions_of(case).values()]
    if said == [outcome] * len(Body):
        lines += _agree(case, Verdict(outcome), text, moment)
        lines += voids.settle(response, moment, anew=True)
        lines += redos.reconsider(response.campaign, response.enumerator, moment)
    audit.record_lines(actor, lines, campaign_id=case.campaign_id, at=moment)
    return case


def _checked(outcome: str, note: str) -> str:
    text, fields = clean(note), {}
    if outcome not in findings.TELLING:
        fields["outcome"] = problems.field("joint_outcome")
    if not 1 <= len(text) <= LONGEST_NOTE:
        fields["note"] = problems.field("joint_note", most=LONGEST_NOTE)
    if fields:
        raise problems.InvalidFields(fields)
    return text


def _keep(actor: User, case: JointCase, outcome: Verdict, note: str, moment: datetime) -> Lines:
    opinion = opinions_of(case).get(Body(actor.body or ""))
    before = {"outcome": opinion.outcome, "note": opinion.note} if opinion else None
    if opinion is None:
        opinion = JointOpinion(joint_case_id=case.id, body=actor.body)
        db.session.add(opinion)
    opinion.outcome, opinion.note, opinion.given_by, opinion.given_at = outcome, note, actor, moment
    db.session.flush()
    after = {"case": case.id, "body": actor.body, "outcome": outcome, "note": note}
    return [(AuditVerb.JOINT_GIVEN, Change(case.response.uuid, before, after))]


def _agree(case: JointCase, outcome: Verdict, why: str, moment: datetime) -> Lines:
    case.state, case.outcome, case.agreed_at = JointState.AGREED, outcome, moment
    db.session.flush()
    before, after = {"state": JointState.OPEN}, {"case": case.id, "state": case.state, "outcome": outcome}
    return [(AuditVerb.JOINT_AGREED, Change(case.response.uuid, before, after, why))]
