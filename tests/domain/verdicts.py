"""A small campaign in which two bodies have re-checked, for tests of what follows from verdicts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from sqlalchemy import Select, func, select

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, consequences, people
from survey_app.extensions import db
from survey_app.models import AuditLine, Campaign, Draw, Recheck, RecheckVerdict, Response, User, VoidProposal
from survey_app.models.columns import now
from survey_app.vocabulary import Body, RecheckState, Role, Verdict
from tests.domain.drawn import answers_again, draw_of, rechecks_of
from tests.domain.small_campaign import answer, enumerator

FAILED_A = "no_interview"


@dataclass
class World:
    """An open campaign, the people of both bodies and of Home Affairs, one enumerator, one draw."""

    campaign: Campaign
    draw: Draw
    asks: User
    front: User
    front_head: User
    veterans: User
    veterans_head: User
    home: User
    unit: str = "A"

    @cached_property
    def another_home(self) -> User:
        """A second person of Home Affairs."""
        person = people.Person("so-noi-vu-2", "Người so-noi-vu-2", Role.HOME_AFFAIRS)
        return people.create(people.command_line(), person, None)

    def response(self, code: str, level: int = 4) -> Response:
        """Return a new response of the enumerator."""
        uuid = answer(self.campaign, self.asks, self.unit, level, code)
        return db.session.scalars(select(Response).where(Response.uuid == uuid)).one()

    def drawn(self, code: str, *bodies: Body) -> tuple[Response, list[Recheck]]:
        """Return a new response that a draw hit for the bodies named."""
        response = self.response(code)
        return response, rechecks_of(self.draw, response, *bodies)

    def rechecks(self, response: Response) -> Select[Recheck]:
        """Return the select of a response's re-checks."""
        return select(Recheck).where(Recheck.response_id == response.id)

    def recheck(self, uuid: str) -> Recheck:
        """Return a re-check of this session by its id."""
        return db.session.scalars(select(Recheck).where(Recheck.uuid == uuid)).one()

    def judge(
        self,
        recheck: Recheck,
        verdict: str,
        reasons: str = "",
        note: str = "",
        *,
        by: User | None = None,
        moment: datetime | None = None,
    ) -> RecheckVerdict:
        """Store a verdict as the verb of judging does, and let follow what follows."""
        given_by = by or (self.front if recheck.body == Body.FRONT else self.veterans)
        at = moment or now()
        number = db.session.scalar(
            select(func.count()).select_from(RecheckVerdict).where(RecheckVerdict.recheck_id == recheck.id)
        )
        said = "no" if reasons == FAILED_A else "yes"
        stored = RecheckVerdict(
            recheck_id=recheck.id,
            number=(number or 0) + 1,
            given_by_id=given_by.id,
            given_at=at,
            response_version=recheck.response.version,
            verdict=verdict,
            reasons=reasons,
            took_place=None if verdict == Verdict.UNREACHABLE else said,
            used_service=None if verdict == Verdict.UNREACHABLE else "yes",
            read_fairly=None if verdict == Verdict.UNREACHABLE else "yes",
            answers_again="" if verdict == Verdict.UNREACHABLE else answers_again(recheck.response),
            note=note,
            blind=not number,
            content_digest=sha256(f"{verdict}{reasons}{note}".encode()).hexdigest(),
        )
        db.session.add(stored)
        recheck.state, recheck.verdict, recheck.ended_at = RecheckState.JUDGED, verdict, at
        recheck.version += 1
        db.session.flush()
        consequences.follow(given_by, recheck, stored, at)
        audit.record(given_by, AuditVerb.RECHECK_JUDGED, recheck.uuid, after={"verdict": verdict}, at=at)
        return stored


def world(actor: User, campaign: Campaign) -> World:
    """Return a campaign's people and a finished draw."""

    def made(username: str, role: Role, body: Body | None = None) -> User:
        return people.create(actor, people.Person(username, f"Người {username}", role, body=body), None)

    home = made("so-noi-vu", Role.HOME_AFFAIRS)
    return World(
        campaign=campaign,
        home=home,
        draw=draw_of(campaign),
        asks=enumerator(actor, campaign, "A", 50),
        front=made("mat-tran", Role.SUPERVISOR, Body.FRONT),
        front_head=made("mat-tran-truong", Role.BODY_HEAD, Body.FRONT),
        veterans=made("cuu-cb", Role.SUPERVISOR, Body.VETERANS),
        veterans_head=made("cuu-cb-truong", Role.BODY_HEAD, Body.VETERANS),
    )


def proposals() -> list[VoidProposal]:
    """Return every proposal to void, as it is now, oldest first."""
    found = select(VoidProposal).order_by(VoidProposal.id)
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def verbs(*nouns: str) -> list[str]:
    """Return what the trail says of these nouns, oldest first."""
    found = select(AuditLine.verb).where(AuditLine.noun.in_(nouns)).order_by(AuditLine.id)
    return list(db.session.scalars(found))
