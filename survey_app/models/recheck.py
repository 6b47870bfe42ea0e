"""Flags: a supervisor's doubt about one response, and its enumerator's reply."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import identity, long_text, moment, now, word, word_of
from survey_app.models.response import Response
from survey_app.models.user import User
from survey_app.vocabulary import Body, FlagReason, FlagState


class Flag(Base):
    """A doubt raised about a response in one of its versions; never edits the answers."""

    __tablename__ = "flag"
    __table_args__ = (
        word_of(FlagReason, "reason"),
        word_of(FlagState, "state"),
        word_of(Body, "body"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_moment"),
    )

    id: Mapped[identity]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    response_version: Mapped[int]
    body: Mapped[word]
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[moment] = mapped_column(default=now)
    reason: Mapped[word]
    note: Mapped[long_text]
    state: Mapped[word] = mapped_column(default=FlagState.OPEN)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[moment | None]
    reply: Mapped[long_text] = mapped_column(default="")

    response: Mapped[Response] = relationship()
    raised_by: Mapped[User] = relationship(foreign_keys=[raised_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
