"""Who asks about which unit, and how many responses are expected."""

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import BigKey, identity, moment, now
from survey_app.models.user import User


class Assignment(Base):
    """An enumerator's share of a unit's quota in a campaign; a target of 0 recalls it."""

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_assignment_campaign_unit",
        ),
        UniqueConstraint("campaign_id", "enumerator_id", "unit_id"),
        CheckConstraint("target >= 0", name="target_not_negative"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(BigKey)
    unit_id: Mapped[int] = mapped_column(BigKey)
    enumerator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    target: Mapped[int]
    assigned_at: Mapped[moment] = mapped_column(default=now)

    enumerator: Mapped[User] = relationship()
