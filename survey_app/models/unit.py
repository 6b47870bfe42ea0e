"""Units, the groups they are ranked in, and who came before whom."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from survey_app.extensions import Base
from survey_app.language import search_key, sort_key
from survey_app.models.columns import identity, line, order_key


class UnitGroup(Base):
    """Units ranked together: departments, districts, communes."""

    __tablename__ = "unit_group"

    id: Mapped[identity]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[line]
    position: Mapped[int]


class Unit(Base):
    """A body that is rated; valid in a span of dates, a commune under its district."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity_ordered"
        ),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    )

    id: Mapped[identity]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[line]
    sort_key: Mapped[order_key]
    search_key: Mapped[order_key]
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    group: Mapped[UnitGroup] = relationship(lazy="joined", innerjoin=True)
    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id")

    @validates("name")
    def _keys(self, _key: str, name: str) -> str:
        self.sort_key, self.search_key = sort_key(name), search_key(name)
        return name


class UnitSuccession(Base):
    """A unit renamed, split or merged: the predecessor's history belongs to the successor's page."""

    __tablename__ = "unit_succession"
    __table_args__ = (CheckConstraint("predecessor_id <> successor_id", name="two_units"),)

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    since: Mapped[date]
