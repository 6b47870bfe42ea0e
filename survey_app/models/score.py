"""Score runs and screenings: what went in, by which rules, and the whole result."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.campaign import Campaign
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word
from survey_app.models.user import User


class ScoreRun(Base):
    """One computation of a campaign's points and ranks, stored whole.

    `versions` is compressed text: a line "identity version" for every response counted, by identity. `dossier` is
    compressed JSON: what stood around the result at its moment; None for runs stored before there were dossiers.
    """

    __tablename__ = "score_run"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    run_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    run_at: Mapped[moment] = mapped_column(default=now)
    milliseconds: Mapped[int]
    reason: Mapped[line]
    responses: Mapped[int]
    input_digest: Mapped[hex_digest]
    questionnaire_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    method_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    program_version: Mapped[word]
    book: Mapped[long_text]
    book_digest: Mapped[hex_digest]
    versions: Mapped[bytes] = mapped_column(LargeBinary)
    dossier: Mapped[bytes | None] = mapped_column(LargeBinary)
    dossier_digest: Mapped[hex_digest | None]
    published_at: Mapped[moment | None]

    campaign: Mapped[Campaign] = relationship()
    run_by: Mapped[User] = relationship()


class Screening(Base):
    """One screening of a campaign's field work, stored whole: which responses and enumerators to re-check."""

    __tablename__ = "screening"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    run_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    run_at: Mapped[moment] = mapped_column(default=now)
    milliseconds: Mapped[int]
    responses: Mapped[int]
    input_digest: Mapped[hex_digest]
    program_version: Mapped[word]
    result: Mapped[long_text]
    result_digest: Mapped[hex_digest]

    campaign: Mapped[Campaign] = relationship()
    run_by: Mapped[User] = relationship()
