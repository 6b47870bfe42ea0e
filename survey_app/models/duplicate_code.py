"""Responses whose form code is another's: kept whole, counted nowhere, until somebody decides."""

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.campaign import Campaign
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word, word_of
from survey_app.models.user import User
from survey_app.vocabulary import DuplicateState, DuplicateWhy


class DuplicateCode(Base):
    """What a device sent under a form code that another response bears, or that was given to somebody else meanwhile.

    `uuid` is the id the device gave it; `content` its canonical content as a response's would be; `making` is how it
    came about, as its device told it, in JSON.
    """

    __tablename__ = "duplicate_code"
    __table_args__ = (
        word_of(DuplicateWhy, "why"),
        word_of(DuplicateState, "state"),
        CheckConstraint("length(uuid) = 36", name="uuid_whole"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided_has_moment"),
    )

    id: Mapped[identity]
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    form_code: Mapped[str] = mapped_column(String(40))
    enumerator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    questionnaire_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    content: Mapped[long_text]
    content_digest: Mapped[hex_digest]
    making: Mapped[long_text] = mapped_column(default="{}", server_default="{}")
    received_at: Mapped[moment] = mapped_column(default=now)
    why: Mapped[word]
    state: Mapped[word] = mapped_column(default=DuplicateState.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[moment | None]
    reason: Mapped[line] = mapped_column(default="")

    campaign: Mapped[Campaign] = relationship()
    enumerator: Mapped[User] = relationship(foreign_keys=[enumerator_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
