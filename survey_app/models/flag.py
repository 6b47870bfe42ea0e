"""What a body doubts or asks about a response or a single answer, the enumerator's reply, and a body's tags."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import identity, long_text, moment, now, word, word_of
from survey_app.models.response import Response
from survey_app.models.user import User
from survey_app.vocabulary import Body, FlagKind, FlagReason, FlagState


class Flag(Base):
    """A doubt or a question about a response in one of its versions, or one of its answers; never edits them.

    `question` is the code of the criterion or question it is about, "" for the response as a whole. A doubt returns the
    response; a question leaves it counting. A body settles a question that was answered.
    """

    __tablename__ = "flag"
    __table_args__ = (
        word_of(FlagKind, "kind"),
        word_of(FlagReason, "reason"),
        word_of(FlagState, "state"),
        word_of(Body, "body"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_moment"),
        CheckConstraint("(state = 'settled') = (settled_at IS NOT NULL)", name="settled_has_moment"),
        CheckConstraint("state <> 'settled' OR kind = 'question'", name="question_is_settled"),
    )

    id: Mapped[identity]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    response_version: Mapped[int]
    kind: Mapped[word] = mapped_column(default=FlagKind.DOUBT, server_default=FlagKind.DOUBT.value)
    question: Mapped[str] = mapped_column(String(64), default="", server_default="")
    body: Mapped[word]
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    raised_at: Mapped[moment] = mapped_column(default=now)
    reason: Mapped[word]
    note: Mapped[long_text]
    state: Mapped[word] = mapped_column(default=FlagState.OPEN)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    closed_at: Mapped[moment | None]
    reply: Mapped[long_text] = mapped_column(default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[moment | None]

    response: Mapped[Response] = relationship()
    raised_by: Mapped[User] = relationship(foreign_keys=[raised_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    settled_by: Mapped[User | None] = relationship(foreign_keys=[settled_by_id])


class ResponseTag(Base):
    """A word that a body put to a response for its own use; taken off, it stays in the history."""

    __tablename__ = "response_tag"
    __table_args__ = (
        word_of(Body, "body"),
        CheckConstraint("(removed_at IS NULL) = (removed_by_id IS NULL)", name="removed_by_somebody"),
        Index(
            "uq_response_tag_present",
            "response_id",
            "body",
            "tag",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[identity]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), index=True)
    body: Mapped[word]
    tag: Mapped[str] = mapped_column(String(40))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[moment] = mapped_column(default=now)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    removed_at: Mapped[moment | None]

    added_by: Mapped[User] = relationship(foreign_keys=[added_by_id])
