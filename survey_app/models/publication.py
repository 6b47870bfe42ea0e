"""What was published, and what a report needs beside its result."""

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.campaign import Campaign
from survey_app.models.columns import ExactDecimal, hex_digest, identity, line, moment, now, word, word_of
from survey_app.models.score import ScoreRun
from survey_app.models.user import User
from survey_app.publication_words import FigureKind, FigureMeasure


class Publication(Base):
    """One publication of a campaign's result, written once; a later number corrects the former, and both stay visible.

    `bundle_digest` is the SHA-256 of the manifest of the bundle that anyone verifies the result with.
    """

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        UniqueConstraint("run_id"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("number = 1 OR reason <> ''", name="correction_has_reason"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("score_run.id"))
    published_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[moment] = mapped_column(default=now)
    reason: Mapped[line] = mapped_column(default="")
    bundle_digest: Mapped[hex_digest]

    campaign: Mapped[Campaign] = relationship()
    run: Mapped[ScoreRun] = relationship()
    published_by: Mapped[User] = relationship()


class ReportTemplate(Base):
    """A Word template for a campaign's report, as it was handed in; the highest number is used, an empty one is ours."""

    __tablename__ = "report_template"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    name: Mapped[line]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    content_digest: Mapped[hex_digest]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[moment] = mapped_column(default=now)

    set_by: Mapped[User] = relationship()


class ReportFigure(Base):
    """A figure that a campaign's report takes from elsewhere, with its source: what an earlier year published, or an area's mean.

    `code` is a unit's or a group's; for an area's mean, the group's and the area's number ("departments/3").
    """

    __tablename__ = "report_figure"
    __table_args__ = (
        word_of(FigureKind, "kind"),
        word_of(FigureMeasure, "measure"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_sane"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[word] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    measure: Mapped[word] = mapped_column(primary_key=True)
    value: Mapped[Decimal] = mapped_column(ExactDecimal)
    source: Mapped[line]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    set_at: Mapped[moment] = mapped_column(default=now)
