"""Draws of what is re-checked: the frame, the parts of the seed that three parties commit, and whom it hit."""

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.campaign import Campaign
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word, word_of
from survey_app.models.response import Response
from survey_app.models.score import Screening
from survey_app.models.unit import Unit
from survey_app.models.user import User
from survey_app.vocabulary import DrawKind, DrawState, Party


class Draw(Base):
    """One draw: its rules and frame, fixed before any part of the seed is known.

    `rules` is canonical JSON of what decides who is drawn; `frame_digest` the SHA-256 of the frame's canonical text;
    `seed` is made of the frame and the revealed parts. A directed draw takes from the list of a screening.
    """

    __tablename__ = "draw"
    __table_args__ = (
        word_of(DrawKind, "kind"),
        word_of(DrawState, "state"),
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("frame_size >= 1", name="frame_not_empty"),
        CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name="drawn_has_seed"),
        CheckConstraint("(state = 'committing') = (ended_at IS NULL)", name="ended_has_moment"),
        CheckConstraint("(kind = 'directed') = (screening_id IS NOT NULL)", name="directed_by_screening"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    kind: Mapped[word]
    state: Mapped[word] = mapped_column(default=DrawState.COMMITTING)
    rules: Mapped[long_text]
    screening_id: Mapped[int | None] = mapped_column(ForeignKey("screening.id"))
    frame_size: Mapped[int]
    frame_digest: Mapped[hex_digest]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[moment] = mapped_column(default=now)
    seed: Mapped[hex_digest | None]
    ended_at: Mapped[moment | None]
    reason: Mapped[line] = mapped_column(default="")

    campaign: Mapped[Campaign] = relationship()
    screening: Mapped[Screening | None] = relationship()
    opened_by: Mapped[User] = relationship(foreign_keys=[opened_by_id])


class DrawPart(Base):
    """One party's part of the seed: its SHA-256 committed first, the text revealed after all have committed."""

    __tablename__ = "draw_part"
    __table_args__ = (
        word_of(Party, "party"),
        CheckConstraint("(part IS NULL) = (revealed_at IS NULL)", name="revealed_has_moment"),
        CheckConstraint("length(commitment) = 64", name="commitment_whole"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    party: Mapped[word] = mapped_column(primary_key=True)
    committed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    committed_at: Mapped[moment] = mapped_column(default=now)
    commitment: Mapped[hex_digest]
    part: Mapped[str | None] = mapped_column(String(200))
    revealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    revealed_at: Mapped[moment | None]

    committed_by: Mapped[User] = relationship(foreign_keys=[committed_by_id])
    revealed_by: Mapped[User | None] = relationship(foreign_keys=[revealed_by_id])


class DrawMember(Base):
    """One response of a draw's frame, as it was when the frame was fixed; drawn or not.

    `place` is its place in its stratum (enumerator × unit) by the seed, from 1; it was drawn with probability
    `taken`/`out_of`. A member that replaces another that could not be reached names it.
    """

    __tablename__ = "draw_member"
    __table_args__ = (
        CheckConstraint("(taken IS NULL) = (out_of IS NULL)", name="probability_whole"),
        CheckConstraint("taken BETWEEN 0 AND out_of", name="probability_at_most_one"),
        CheckConstraint("chosen = (for_front OR for_veterans)", name="chosen_for_a_body"),
        CheckConstraint("replaces_id IS NULL OR chosen", name="replacement_is_chosen"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True, index=True)
    response_version: Mapped[int]
    enumerator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    place: Mapped[int | None]
    taken: Mapped[int | None]
    out_of: Mapped[int | None]
    chosen: Mapped[bool] = mapped_column(default=False)
    for_front: Mapped[bool] = mapped_column(default=False)
    for_veterans: Mapped[bool] = mapped_column(default=False)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))

    draw: Mapped[Draw] = relationship()
    response: Mapped[Response] = relationship(foreign_keys=[response_id])
    enumerator: Mapped[User] = relationship()
    unit: Mapped[Unit] = relationship()
