"""The phones and computers of enumerators and supervisors: the key of what waits on them, and what they report."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import hex_digest, line, moment, now
from survey_app.models.user import User


class DeviceKey(Base):
    """The key under which a person's records wait on devices; given to nobody else, never changed."""

    __tablename__ = "device_key"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    secret: Mapped[hex_digest]


class DeviceReport(Base):
    """What one device last told about the records of one person that wait on it."""

    __tablename__ = "device_report"
    __table_args__ = (
        CheckConstraint("length(device) = 36", name="device_whole"),
        CheckConstraint("waiting >= 0 AND to_mend >= 0 AND aside >= 0 AND drafts >= 0", name="counted"),
    )

    device: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    waiting: Mapped[int] = mapped_column(default=0)
    to_mend: Mapped[int] = mapped_column(default=0)
    aside: Mapped[int] = mapped_column(default=0)
    drafts: Mapped[int] = mapped_column(default=0)
    oldest_at: Mapped[moment | None]
    browser: Mapped[line] = mapped_column(default="")
    reported_at: Mapped[moment] = mapped_column(default=now)

    user: Mapped[User] = relationship()
