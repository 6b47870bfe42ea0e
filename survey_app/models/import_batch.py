"""Files that were read in: previewed, applied as one batch, and reversed as one."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word, word_of
from survey_app.models.user import User
from survey_app.vocabulary import BatchNoun, BatchState


class ImportBatch(Base):
    """One file: what it would change, what it changed, and what each row was before.

    `content` holds the file between preview and decision only; `changes` is JSON, one entry a row that was
    new or changed, with what stood there before, so that the batch can be reversed.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        word_of(BatchNoun, "noun"),
        word_of(BatchState, "state"),
        CheckConstraint("new_rows >= 0 AND changed_rows >= 0 AND unchanged_rows >= 0", name="counted"),
        CheckConstraint("(state = 'reversed') = (reversed_at IS NOT NULL)", name="reversed_has_moment"),
    )

    id: Mapped[identity]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    noun: Mapped[word]
    state: Mapped[word] = mapped_column(default=BatchState.PREVIEWED)
    file_name: Mapped[line]
    file_sha256: Mapped[hex_digest]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    changes: Mapped[long_text] = mapped_column(default="[]")
    new_rows: Mapped[int] = mapped_column(default=0)
    changed_rows: Mapped[int] = mapped_column(default=0)
    unchanged_rows: Mapped[int] = mapped_column(default=0)
    read_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    read_at: Mapped[moment] = mapped_column(default=now)
    applied_at: Mapped[moment | None]
    reversed_at: Mapped[moment | None]

    read_by: Mapped[User] = relationship()
