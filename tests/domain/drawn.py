"""Re-checks as a draw would have made them, for tests of what comes after it."""

from hashlib import sha256
from uuid import uuid4

from sqlalchemy import func, select

from survey_app.domain import campaigns
from survey_app.domain.audit import canonical
from survey_app.extensions import db
from survey_app.models import Campaign, Draw, DrawMember, Recheck, Response, User
from survey_app.models.columns import now
from survey_app.vocabulary import Body, DrawKind, DrawState, Role

CRITERIA = ("access_1", "procedure_2", "official_4", "outcome_1", "feedback_2")


def draw_of(campaign: Campaign, frame: int = 10) -> Draw:
    """Return a finished random draw of a campaign."""
    moment = now()
    number = (
        db.session.scalar(select(func.max(Draw.number)).where(Draw.campaign_id == campaign.id)) or 0
    ) + 1
    home = db.session.scalars(select(User).where(User.role == Role.HOME_AFFAIRS).limit(1)).one()
    draw = Draw(
        campaign_id=campaign.id,
        number=number,
        kind=DrawKind.RANDOM,
        state=DrawState.DRAWN,
        rules=canonical(
            {
                "share": "0.2",
                "overlap": "0.1",
                "criteria": [[code.partition("_")[0], [code]] for code in CRITERIA],
            }
        ),
        frame_size=frame,
        frame_digest=sha256(b"frame").hexdigest(),
        opened_by_id=home.id,
        opened_at=moment,
        ended_at=moment,
        seed=sha256(b"seed").hexdigest(),
    )
    db.session.add(draw)
    db.session.flush()
    return draw


def rechecks_of(
    draw: Draw,
    response: Response,
    *bodies: Body,
    supervisor: User | None = None,
    probability: tuple[int, int] = (1, 5),
) -> list[Recheck]:
    """Return re-checks of a response that a draw hit with this probability, one for each body named."""
    assert response.unit_id is not None
    taken, out_of = probability
    db.session.add(
        DrawMember(
            draw_id=draw.id,
            response_id=response.id,
            response_version=response.version,
            enumerator_id=response.enumerator_id,
            unit_id=response.unit_id,
            place=1,
            taken=taken,
            out_of=out_of,
            chosen=True,
            for_front=Body.FRONT in bodies,
            for_veterans=Body.VETERANS in bodies,
        )
    )
    found = [
        Recheck(
            uuid=str(uuid4()),
            campaign_id=draw.campaign_id,
            draw_id=draw.id,
            response_id=response.id,
            body=body,
            supervisor_id=supervisor.id if supervisor is not None and supervisor.body == body else None,
            criteria=",".join(CRITERIA),
        )
        for body in bodies
    ]
    db.session.add_all(found)
    db.session.flush()
    return found


def answers_again(response: Response) -> str:
    """Return what the original says to the criteria asked again, one character each."""
    codes = campaigns.questionnaire_of(response.questionnaire_sha256).criterion_codes
    return "".join(response.answers[codes.index(code)] for code in CRITERIA)
