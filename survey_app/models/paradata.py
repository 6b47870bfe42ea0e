"""How a response came about: when its form was opened, how long each section took, what was asked twice."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.extensions import Base
from survey_app.models.columns import long_text, moment


class Paradata(Base):
    """The making of one response, as its device tells it; no position is kept.

    Moments are the device's own claim; `clock_offset` is the server's time less the device's in seconds at the
    moment of sending. `seconds` is JSON: section → seconds. `doubts` is JSON: doubt code → "confirmed" where
    the enumerator was asked and kept her answer, "unasked" where nobody asked.
    """

    __tablename__ = "paradata"
    __table_args__ = (
        CheckConstraint("edits >= 0", name="edits_counted"),
        CheckConstraint("keystrokes >= 0", name="keystrokes_counted"),
        CheckConstraint("seconds_active >= 0", name="seconds_counted"),
    )

    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"), primary_key=True)
    device: Mapped[str | None] = mapped_column(String(36))
    opened_at: Mapped[moment | None]
    first_answer_at: Mapped[moment | None]
    finished_at: Mapped[moment | None]
    clock_offset: Mapped[int | None]
    seconds_active: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[long_text] = mapped_column(default="{}")
    edits: Mapped[int] = mapped_column(default=0)
    keystrokes: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[long_text] = mapped_column(default="{}")
