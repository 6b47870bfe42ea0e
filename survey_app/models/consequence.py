"""What follows from verdicts: proposals to void, what both bodies decide jointly, batches to redo."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import identity, line, long_text, moment, now, word, word_of
from survey_app.models.recheck import Recheck
from survey_app.models.response import Response
from survey_app.models.user import User
from survey_app.vocabulary import Body, JointState, ProposalState, RedoState, Verdict

_OPEN = text("state = 'open'")


class VoidProposal(Base):
    """A body proposes that a response should count no more; its enumerator may reply, a second person decides."""

    __tablename__ = "void_proposal"
    __table_args__ = (
        word_of(Body, "body"),
        word_of(ProposalState, "state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="decided_by_another"),
        Index(
            "uq_void_proposal_open", "response_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    response_version: Mapped[int]
    recheck_id: Mapped[int | None] = mapped_column(ForeignKey("recheck.id"))
    body: Mapped[word]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[moment] = mapped_column(default=now)
    reasons: Mapped[line]
    note: Mapped[long_text] = mapped_column(default="")
    reply_until: Mapped[moment]
    reply: Mapped[long_text] = mapped_column(default="")
    replied_at: Mapped[moment | None]
    state: Mapped[word] = mapped_column(default=ProposalState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[moment | None]
    decision: Mapped[long_text] = mapped_column(default="")

    response: Mapped[Response] = relationship()
    recheck: Mapped[Recheck | None] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class JointCase(Base):
    """A response on which the two bodies judged differently; agreed when both say the same."""

    __tablename__ = "joint_case"
    __table_args__ = (
        word_of(JointState, "state"),
        word_of(Verdict, "outcome"),
        CheckConstraint("(state = 'agreed') = (outcome IS NOT NULL)", name="agreed_has_outcome"),
        CheckConstraint("(state = 'agreed') = (agreed_at IS NOT NULL)", name="agreed_has_moment"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), unique=True)
    opened_at: Mapped[moment] = mapped_column(default=now)
    state: Mapped[word] = mapped_column(default=JointState.OPEN)
    outcome: Mapped[word | None]
    agreed_at: Mapped[moment | None]

    response: Mapped[Response] = relationship()


class JointOpinion(Base):
    """What one body's head says about a joint case; given again, it replaces what was said, and the trail keeps both."""

    __tablename__ = "joint_opinion"
    __table_args__ = (word_of(Body, "body"), word_of(Verdict, "outcome"))

    joint_case_id: Mapped[int] = mapped_column(ForeignKey("joint_case.id"), primary_key=True)
    body: Mapped[word] = mapped_column(primary_key=True)
    outcome: Mapped[word]
    note: Mapped[long_text] = mapped_column(default="")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[moment] = mapped_column(default=now)

    joint_case: Mapped[JointCase] = relationship()
    given_by: Mapped[User] = relationship()


class RedoProposal(Base):
    """More of an enumerator's re-checked work failed than the campaign allows: her batch should be done again."""

    __tablename__ = "redo_proposal"
    __table_args__ = (
        word_of(RedoState, "state"),
        CheckConstraint("failed BETWEEN 0 AND judged", name="failed_of_judged"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
        Index(
            "uq_redo_proposal_open",
            "campaign_id",
            "enumerator_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    enumerator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    judged: Mapped[int]
    failed: Mapped[int]
    opened_at: Mapped[moment] = mapped_column(default=now)
    state: Mapped[word] = mapped_column(default=RedoState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[moment | None]
    reason: Mapped[line] = mapped_column(default="")

    enumerator: Mapped[User] = relationship(foreign_keys=[enumerator_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
