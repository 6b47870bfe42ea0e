"""Widen the index by enumerator so that the board reads it alone, without the table."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIELD_WORK = (
    "campaign_id",
    "enumerator_id",
    "mode",
    "unit_id",
    "state",
    "validity",
    "apart",
    "submitted_at",
    "saved_at",
)


def upgrade() -> None:
    op.drop_index("ix_response_enumerator", "response")
    op.create_index("ix_response_field_work", "response", list(FIELD_WORK))


def downgrade() -> None:
    op.drop_index("ix_response_field_work", "response")
    op.create_index("ix_response_enumerator", "response", ["enumerator_id", "campaign_id", "state"])
