"""Links by which one person fills in one form herself, once."""

from sqlalchemy import ForeignKey, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import BigKey, hex_digest, identity, moment, now
from survey_app.models.unit import Unit
from survey_app.models.user import User


class SelfLink(Base):
    """One form code's link; only the digest of its token is kept. Used once, or revoked, or expired."""

    __tablename__ = "self_link"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_self_link_campaign_unit",
        ),
        UniqueConstraint("campaign_id", "form_code"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(BigKey)
    unit_id: Mapped[int] = mapped_column(BigKey)
    form_code: Mapped[str] = mapped_column(String(40))
    token_digest: Mapped[hex_digest] = mapped_column(unique=True)
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[moment] = mapped_column(default=now)
    expires_at: Mapped[moment]
    used_at: Mapped[moment | None]
    revoked_at: Mapped[moment | None]
    response_uuid: Mapped[str | None] = mapped_column(String(36))

    unit: Mapped[Unit] = relationship(
        primaryjoin="SelfLink.unit_id == Unit.id", foreign_keys=[unit_id], viewonly=True
    )
    issued_by: Mapped[User] = relationship()
