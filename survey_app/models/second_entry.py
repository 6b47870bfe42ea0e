"""Paper forms keyed a second time by somebody else, and what a third person decided field by field."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import hex_digest, identity, long_text, moment, now, word, word_of
from survey_app.models.response import Response
from survey_app.models.user import User
from survey_app.vocabulary import SecondEntryState


class SecondEntry(Base):
    """One drawn paper form: drawn, entered again blind, resolved field by field.

    `draw` is the seed and round by which it was drawn; `first` and `second` are canonical contents as they were
    compared; `resolution` is JSON: `decisions` (field → "first", "second" or "neither"), the `values` typed for the last,
    and whether the response was `corrected` or why it was `left`.
    """

    __tablename__ = "second_entry"
    __table_args__ = (
        word_of(SecondEntryState, "state"),
        CheckConstraint("(state = 'drawn') = (entered_at IS NULL)", name="entered_has_moment"),
        CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_has_moment"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), unique=True)
    keyer_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    draw: Mapped[str] = mapped_column(String(200))
    state: Mapped[word] = mapped_column(default=SecondEntryState.DRAWN)
    first: Mapped[long_text] = mapped_column(default="")
    second: Mapped[long_text] = mapped_column(default="")
    first_digest: Mapped[hex_digest | None]
    fields: Mapped[int] = mapped_column(default=0)
    differing: Mapped[int] = mapped_column(default=0)
    errors: Mapped[int | None]
    resolution: Mapped[long_text] = mapped_column(default="{}")
    drawn_at: Mapped[moment] = mapped_column(default=now)
    entered_at: Mapped[moment | None]
    resolved_at: Mapped[moment | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    response: Mapped[Response] = relationship()
    keyer: Mapped[User | None] = relationship(foreign_keys=[keyer_id])
    resolved_by: Mapped[User | None] = relationship(foreign_keys=[resolved_by_id])
