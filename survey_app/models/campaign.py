"""A year's survey: its pinned questionnaire and method, its units and its state."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import (
    BigKey,
    ExactDecimal,
    hex_digest,
    identity,
    line,
    long_text,
    moment,
    now,
    word,
    word_of,
)
from survey_app.models.unit import Unit, UnitGroup
from survey_app.vocabulary import CampaignState


class Definition(Base):
    """The text of a questionnaire or method as it was pinned, kept for ever under its checksum."""

    __tablename__ = "definition"
    __table_args__ = (CheckConstraint("kind IN ('questionnaire', 'method')", name="kind_known"),)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[word]
    code: Mapped[str] = mapped_column(String(64))
    text: Mapped[long_text]


class Campaign(Base):
    """One survey: units, quotas, period, questionnaire and method, and how far it has come."""

    __tablename__ = "campaign"
    __table_args__ = (
        word_of(CampaignState, "state"),
        CheckConstraint("period_to >= period_from", name="period_ordered"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_sane"),
    )

    id: Mapped[identity]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[line]
    year: Mapped[int]
    period_from: Mapped[date]
    period_to: Mapped[date]
    state: Mapped[word] = mapped_column(default=CampaignState.DRAFT)
    made_up: Mapped[bool] = mapped_column(default=False)
    questionnaire_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    method_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    settings: Mapped[long_text] = mapped_column(default="{}")
    created_at: Mapped[moment] = mapped_column(default=now)

    questionnaire_definition: Mapped[Definition] = relationship(foreign_keys=[questionnaire_sha256])
    method_definition: Mapped[Definition] = relationship(foreign_keys=[method_sha256])


class CampaignUnit(Base):
    """A unit's part in a campaign: its group, quota, population and maximum points that year.

    `counts_for_id` names the ranked unit its responses count to (a commune's to its district);
    such a unit is not ranked itself.
    """

    __tablename__ = "campaign_unit"
    __table_args__ = (
        CheckConstraint("quota >= 0", name="quota_not_negative"),
        CheckConstraint("population IS NULL OR population >= 0", name="population_not_negative"),
        CheckConstraint("counts_for_id <> unit_id", name="counts_for_another"),
        CheckConstraint("surveyed OR quota = 0", name="quota_only_if_surveyed"),
        ForeignKeyConstraint(
            ["campaign_id", "counts_for_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_campaign_unit_counts_for",
        ),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"))
    counts_for_id: Mapped[int | None] = mapped_column(BigKey)
    surveyed: Mapped[bool] = mapped_column(default=True)
    quota: Mapped[int] = mapped_column(default=0)
    population: Mapped[int | None]
    max_points: Mapped[Decimal] = mapped_column(ExactDecimal)

    unit: Mapped[Unit] = relationship(lazy="joined", innerjoin=True)
    group: Mapped[UnitGroup] = relationship(lazy="joined", innerjoin=True)
