"""Re-checks: a second, independent contact of one body about one response, its attempts and its verdicts."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word, word_of
from survey_app.models.draw import Draw
from survey_app.models.response import Response
from survey_app.models.user import User
from survey_app.vocabulary import (
    Body,
    ContactResult,
    ContactWay,
    RecheckAnswer,
    RecheckState,
    Verdict,
)


class Recheck(Base):
    """One body's re-check of one drawn response; its present verdict is that of the highest number.

    `criteria` are the codes asked again, one a factor, parted by commas. `version` counts every change: each save
    says on which it was based.
    """

    __tablename__ = "recheck"
    __table_args__ = (
        word_of(Body, "body"),
        word_of(RecheckState, "state"),
        word_of(Verdict, "verdict"),
        UniqueConstraint("response_id", "body"),
        CheckConstraint("length(uuid) = 36", name="uuid_whole"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("(state = 'judged') = (verdict IS NOT NULL)", name="judged_has_verdict"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended_has_moment"),
        Index("ix_recheck_queue", "campaign_id", "body", "state", "supervisor_id"),
    )

    id: Mapped[identity]
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    body: Mapped[word]
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    criteria: Mapped[str] = mapped_column(String(400))
    state: Mapped[word] = mapped_column(default=RecheckState.WAITING)
    version: Mapped[int] = mapped_column(default=1)
    verdict: Mapped[word | None]
    drawn_at: Mapped[moment] = mapped_column(default=now)
    ended_at: Mapped[moment | None]
    reason: Mapped[line] = mapped_column(default="")

    draw: Mapped[Draw] = relationship()
    response: Mapped[Response] = relationship()
    supervisor: Mapped[User | None] = relationship()


class RecheckAttempt(Base):
    """One try to reach the person of a re-check: how, and what came of it."""

    __tablename__ = "recheck_attempt"
    __table_args__ = (word_of(ContactWay, "way"), word_of(ContactResult, "result"))

    id: Mapped[identity]
    recheck_id: Mapped[int] = mapped_column(ForeignKey("recheck.id"), index=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[moment] = mapped_column(default=now)
    way: Mapped[word]
    result: Mapped[word]
    note: Mapped[line] = mapped_column(default="")

    made_by: Mapped[User] = relationship()


class RecheckVerdict(Base):
    """What one supervisor found and judged; written once. A later one of the same re-check supersedes it.

    (a) did the interview take place, and when, (b) was the service of this unit used, (c) were the questions read
    without leading, (d) `answers_again`: one character a criterion asked again, in the order of the re-check's
    `criteria` ("1"…"5", "N", "-"). `blind` says that the original answers had not been shown before.
    `response_version` is the version that was judged; `reasons` are words of RecheckReason, parted by commas.
    """

    __tablename__ = "recheck_verdict"
    __table_args__ = (
        word_of(Verdict, "verdict"),
        word_of(RecheckAnswer, "took_place"),
        word_of(RecheckAnswer, "used_service"),
        word_of(RecheckAnswer, "read_fairly"),
        UniqueConstraint("recheck_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("answers_again NOT GLOB '*[^1-5N-]*'", name="answers_known").ddl_if(dialect="sqlite"),
        CheckConstraint("answers_again ~ '^[1-5N-]*$'", name="answers_known").ddl_if(dialect="postgresql"),
        CheckConstraint(
            "verdict <> 'confirmed' OR "
            "(coalesce(took_place, 'no') <> 'no' AND coalesce(used_service, 'no') <> 'no')",
            name="confirmed_took_place",
        ),
    )

    id: Mapped[identity]
    recheck_id: Mapped[int] = mapped_column(ForeignKey("recheck.id"))
    number: Mapped[int]
    given_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    given_at: Mapped[moment] = mapped_column(default=now)
    claimed_at: Mapped[moment | None]
    response_version: Mapped[int]
    verdict: Mapped[word]
    reasons: Mapped[line] = mapped_column(default="")
    took_place: Mapped[word | None]
    took_place_on: Mapped[date | None]
    used_service: Mapped[word | None]
    read_fairly: Mapped[word | None]
    answers_again: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[long_text] = mapped_column(default="")
    blind: Mapped[bool]
    content_digest: Mapped[hex_digest]

    recheck: Mapped[Recheck] = relationship()
    given_by: Mapped[User] = relationship()
