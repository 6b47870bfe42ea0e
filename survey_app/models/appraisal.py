"""The points out of 90 that the appraisal of documents gives a unit."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.extensions import Base
from survey_app.models.columns import BigKey, ExactDecimal, moment, now


class Appraisal(Base):
    """A unit's appraised points in a campaign; each save carries the version it started from."""

    __tablename__ = "appraisal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_appraisal_campaign_unit",
        ),
        CheckConstraint("CAST(points AS NUMERIC) >= 0", name="points_not_negative"),
        CheckConstraint("version >= 1", name="version_from_one"),
    )

    campaign_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    points: Mapped[Decimal] = mapped_column(ExactDecimal)
    version: Mapped[int] = mapped_column(default=1)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[moment] = mapped_column(default=now)
