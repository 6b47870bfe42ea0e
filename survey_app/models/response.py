"""Responses, the versions they had before, and other contents proposed under their id.

`answers` holds one character a criterion in the order of the pinned questionnaire ("1"…"5",
"N" not applicable, "-" blank); STORAGE.md says why. `details` holds the unscored questions as JSON.
`apart` marks what a citizen filled in alone where the campaign counts such forms apart.
"""

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.extensions import Base
from survey_app.models.campaign import Campaign
from survey_app.models.columns import hex_digest, identity, line, long_text, moment, now, word, word_of
from survey_app.models.unit import Unit
from survey_app.models.user import User
from survey_app.vocabulary import COUNTED_STATES, Mode, ResponseState, Validity

ARRIVED = text("state IN ('submitted', 'accepted', 'returned')")
# Queries name these words literally: SQLite uses a partial index only where it sees them.
_states = ", ".join(f"'{state.value}'" for state in COUNTED_STATES)
COUNTED = text(f"state IN ({_states}) AND validity = '{Validity.VALID.value}' AND NOT apart")


class Response(Base):
    """One questionnaire filled in about one unit, in its present version."""

    __tablename__ = "response"
    __table_args__ = (
        word_of(ResponseState, "state"),
        word_of(Validity, "validity"),
        word_of(Mode, "mode"),
        ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_response_campaign_unit",
        ),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("length(uuid) = 36", name="uuid_whole"),
        CheckConstraint(
            "state = 'draft' OR (unit_id IS NOT NULL AND form_code IS NOT NULL AND submitted_at IS NOT NULL)",
            name="arrived_is_complete",
        ),
        CheckConstraint("answers NOT GLOB '*[^1-5N-]*'", name="answers_known").ddl_if(dialect="sqlite"),
        CheckConstraint("answers ~ '^[1-5N-]*$'", name="answers_known").ddl_if(dialect="postgresql"),
        Index(
            "uq_response_campaign_id_form_code",
            "campaign_id",
            "form_code",
            unique=True,
            sqlite_where=ARRIVED,
            postgresql_where=ARRIVED,
        ),
        Index(
            "ix_response_counting",
            "campaign_id",
            "unit_id",
            "enumerator_id",
            "answers",
            sqlite_where=COUNTED,
            postgresql_where=COUNTED,
        ),
        # Read alone without the table, in the order of their grouping, by the board and by a person's own lists.
        Index(
            "ix_response_field_work",
            "campaign_id",
            "enumerator_id",
            "mode",
            "unit_id",
            "state",
            "validity",
            "apart",
            "submitted_at",
            "saved_at",
        ),
    )

    id: Mapped[identity]
    uuid: Mapped[str] = mapped_column(String(36), unique=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    form_code: Mapped[str | None] = mapped_column(String(40))
    enumerator_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    state: Mapped[word]
    validity: Mapped[word] = mapped_column(default=Validity.VALID)
    mode: Mapped[word]
    apart: Mapped[bool] = mapped_column(default=False, server_default=false())
    questionnaire_sha256: Mapped[hex_digest] = mapped_column(ForeignKey("definition.sha256"))
    answers: Mapped[str] = mapped_column(String(200))
    details: Mapped[long_text] = mapped_column(default="{}")
    content_digest: Mapped[hex_digest]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[moment] = mapped_column(default=now)
    saved_at: Mapped[moment] = mapped_column(default=now)
    submitted_at: Mapped[moment | None]

    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit | None] = relationship()
    enumerator: Mapped[User] = relationship()


class ResponseVersion(Base):
    """What a response said before a correction; written once, when it was superseded."""

    __tablename__ = "response_version"
    __table_args__ = (UniqueConstraint("response_id", "version"),)

    id: Mapped[identity]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    version: Mapped[int]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    form_code: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[word]
    validity: Mapped[word]
    mode: Mapped[word]
    answers: Mapped[str] = mapped_column(String(200))
    details: Mapped[long_text]
    content_digest: Mapped[hex_digest]
    saved_at: Mapped[moment]
    superseded_at: Mapped[moment] = mapped_column(default=now)
    superseded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[line]

    unit: Mapped[Unit | None] = relationship()
    superseded_by: Mapped[User] = relationship()


class ResponseProposal(Base):
    """Other content that arrived under the id of a response already received; nothing is lost."""

    __tablename__ = "response_proposal"
    __table_args__ = (UniqueConstraint("response_id", "content_digest"),)

    id: Mapped[identity]
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_at: Mapped[moment] = mapped_column(default=now)
    content: Mapped[long_text]
    content_digest: Mapped[hex_digest]

    proposed_by: Mapped[User] = relationship()
