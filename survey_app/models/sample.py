"""The list of people and organisations to ask, and, apart from it, how to reach them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import BigKey, identity, line, moment, word, word_of
from survey_app.models.unit import Unit
from survey_app.models.user import User
from survey_app.vocabulary import SampleKind, Unreachable


class SampleRow(Base):
    """One row of the list: a printed form's code, the unit and the procedure it asks about.

    Official rows are in use from the beginning; a reserve row comes into use when it replaces a row that cannot
    be reached, in the order of `position` within its unit. Whether a row is done is told by the response
    that bears its form code, not by the row.
    """

    __tablename__ = "sample_row"
    __table_args__ = (
        word_of(SampleKind, "kind"),
        word_of(Unreachable, "unreachable"),
        ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_sample_row_campaign_unit",
        ),
        UniqueConstraint("campaign_id", "form_code"),
        UniqueConstraint("campaign_id", "unit_id", "kind", "position"),
        UniqueConstraint("replaces_id"),
        CheckConstraint("position >= 1", name="position_from_one"),
        CheckConstraint("in_use OR kind = 'reserve'", name="official_in_use"),
        CheckConstraint("(unreachable IS NULL) = (closed_at IS NULL)", name="closed_has_reason"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        Index("ix_sample_row_enumerator", "enumerator_id", "campaign_id"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(BigKey)
    unit_id: Mapped[int] = mapped_column(BigKey)
    form_code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[word]
    position: Mapped[int]
    procedure: Mapped[line] = mapped_column(default="")
    enumerator_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    in_use: Mapped[bool] = mapped_column(default=True)
    unreachable: Mapped[word | None]
    note: Mapped[line] = mapped_column(default="")
    closed_at: Mapped[moment | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("sample_row.id"))

    unit: Mapped[Unit] = relationship(
        primaryjoin="SampleRow.unit_id == Unit.id", foreign_keys=[unit_id], viewonly=True
    )
    enumerator: Mapped[User | None] = relationship(foreign_keys=[enumerator_id])
    replaces: Mapped["SampleRow | None"] = relationship(remote_side="SampleRow.id")


class Contact(Base):
    """How to reach the person of a sample row: personal data, apart from rows and answers, with a removal date."""

    __tablename__ = "contact"

    sample_row_id: Mapped[int] = mapped_column(ForeignKey("sample_row.id"), primary_key=True)
    name: Mapped[line] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    address: Mapped[line] = mapped_column(default="")
    remove_after: Mapped[date]
