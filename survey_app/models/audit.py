"""The audit trail: one line a change, each holding the digest of the line before it."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.extensions import Base
from survey_app.models.columns import BigKey, hex_digest, line, long_text, moment, word


class AuditLine(Base):
    """Who changed what, when, from what to what and why; appended only, never changed.

    `body` is the exact text that was digested, so that a reader needs no rule of serialisation.
    """

    __tablename__ = "audit_line"
    __table_args__ = (Index("ix_audit_line_record", "noun", "record_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    at: Mapped[moment]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    actor_name: Mapped[line]
    verb: Mapped[word]
    noun: Mapped[word]
    record_id: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    body: Mapped[long_text]
    previous: Mapped[hex_digest] = mapped_column(unique=True)
    digest: Mapped[hex_digest] = mapped_column(unique=True)
