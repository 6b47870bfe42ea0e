"""Add what collecting needs: list, contacts, batches, paradata, devices, second entries, self-completion links."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


COUNTED = "state IN ('submitted', 'accepted') AND validity = 'valid'"


def _count_by(rows: str) -> None:
    """Rebuild the index that counts, over these rows only."""
    op.drop_index("ix_response_counting", "response")
    columns = ["campaign_id", "unit_id", "enumerator_id", "answers"]
    where = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}
    op.create_index("ix_response_counting", "response", columns, **where)


def upgrade() -> None:
    op.create_table(
        "device_key",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_device_key_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_device_key")),
    )
    op.create_table(
        "device_report",
        sa.Column("device", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("to_mend", sa.Integer(), nullable=False),
        sa.Column("aside", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Integer(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(device) = 36", name=op.f("ck_device_report_device_whole")),
        sa.CheckConstraint(
            "waiting >= 0 AND to_mend >= 0 AND aside >= 0 AND drafts >= 0",
            name=op.f("ck_device_report_counted"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_device_report_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("device", "user_id", name=op.f("pk_device_report")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("new_rows", sa.Integer(), nullable=False),
        sa.Column("changed_rows", sa.Integer(), nullable=False),
        sa.Column("unchanged_rows", sa.Integer(), nullable=False),
        sa.Column("read_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'reversed') = (reversed_at IS NOT NULL)",
            name=op.f("ck_import_batch_reversed_has_moment"),
        ),
        sa.CheckConstraint(
            "noun IN ('sample_rows', 'response_rows')", name=op.f("ck_import_batch_noun_known")
        ),
        sa.CheckConstraint(
            "state IN ('previewed', 'applied', 'reversed', 'discarded')",
            name=op.f("ck_import_batch_state_known"),
        ),
        sa.CheckConstraint(
            "new_rows >= 0 AND changed_rows >= 0 AND unchanged_rows >= 0",
            name=op.f("ck_import_batch_counted"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_import_batch_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"], ["user_account.id"], name=op.f("fk_import_batch_read_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(op.f("ix_import_batch_campaign_id"), "import_batch", ["campaign_id"], unique=False)

    op.create_table(
        "sample_row",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(length=200), nullable=False),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("unreachable", sa.String(length=32), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("in_use OR kind = 'reserve'", name=op.f("ck_sample_row_official_in_use")),
        sa.CheckConstraint("kind IN ('official', 'reserve')", name=op.f("ck_sample_row_kind_known")),
        sa.CheckConstraint(
            "unreachable IN ('address_not_found', 'moved_away', 'absent_every_time', 'refused', 'unable', 'never_used_service')",
            name=op.f("ck_sample_row_unreachable_known"),
        ),
        sa.CheckConstraint(
            "(unreachable IS NULL) = (closed_at IS NULL)", name=op.f("ck_sample_row_closed_has_reason")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_sample_row_position_from_one")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_sample_row_replaces_another")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_sample_row_campaign_unit",
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_sample_row_closed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_sample_row_enumerator_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["sample_row.id"], name=op.f("fk_sample_row_replaces_id_sample_row")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_row")),
        sa.UniqueConstraint("campaign_id", "form_code", name=op.f("uq_sample_row_campaign_id_form_code")),
        sa.UniqueConstraint(
            "campaign_id",
            "unit_id",
            "kind",
            "position",
            name=op.f("uq_sample_row_campaign_id_unit_id_kind_position"),
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_sample_row_replaces_id")),
    )
    op.create_index("ix_sample_row_enumerator", "sample_row", ["enumerator_id", "campaign_id"], unique=False)

    op.create_table(
        "self_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_code", sa.String(length=40), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_uuid", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_self_link_campaign_unit",
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["user_account.id"], name=op.f("fk_self_link_issued_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_link")),
        sa.UniqueConstraint("campaign_id", "form_code", name=op.f("uq_self_link_campaign_id_form_code")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_self_link_token_digest")),
    )
    op.create_table(
        "contact",
        sa.Column("sample_row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("remove_after", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_row_id"], ["sample_row.id"], name=op.f("fk_contact_sample_row_id_sample_row")
        ),
        sa.PrimaryKeyConstraint("sample_row_id", name=op.f("pk_contact")),
    )
    op.create_table(
        "paradata",
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device", sa.String(length=36), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clock_offset", sa.Integer(), nullable=True),
        sa.Column("seconds_active", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Text(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("keystrokes", sa.Integer(), nullable=False),
        sa.Column("doubts", sa.Text(), nullable=False),
        sa.CheckConstraint("edits >= 0", name=op.f("ck_paradata_edits_counted")),
        sa.CheckConstraint("keystrokes >= 0", name=op.f("ck_paradata_keystrokes_counted")),
        sa.CheckConstraint("seconds_active >= 0", name=op.f("ck_paradata_seconds_counted")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_paradata_response_id_response")
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_paradata")),
    )
    op.create_table(
        "second_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("keyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("draw", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("second", sa.Text(), nullable=False),
        sa.Column("first_digest", sa.String(length=64), nullable=True),
        sa.Column("fields", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'drawn') = (entered_at IS NULL)", name=op.f("ck_second_entry_entered_has_moment")
        ),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at IS NOT NULL)",
            name=op.f("ck_second_entry_resolved_has_moment"),
        ),
        sa.CheckConstraint(
            "state IN ('drawn', 'entered_again', 'resolved')", name=op.f("ck_second_entry_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_second_entry_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["keyer_id"], ["user_account.id"], name=op.f("fk_second_entry_keyer_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["resolved_by_id"], ["user_account.id"], name=op.f("fk_second_entry_resolved_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_second_entry_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_entry")),
        sa.UniqueConstraint("response_id", name=op.f("uq_second_entry_response_id")),
    )
    op.create_index(op.f("ix_second_entry_campaign_id"), "second_entry", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_second_entry_keyer_id"), "second_entry", ["keyer_id"], unique=False)

    op.add_column("response", sa.Column("apart", sa.Boolean(), server_default=sa.false(), nullable=False))
    _count_by(f"{COUNTED} AND NOT apart")


def downgrade() -> None:
    _count_by(COUNTED)
    op.drop_column("response", "apart")

    op.drop_index(op.f("ix_second_entry_keyer_id"), "second_entry")
    op.drop_index(op.f("ix_second_entry_campaign_id"), "second_entry")

    op.drop_table("second_entry")
    op.drop_table("paradata")
    op.drop_table("contact")
    op.drop_table("self_link")
    op.drop_index("ix_sample_row_enumerator", "sample_row")

    op.drop_table("sample_row")
    op.drop_index(op.f("ix_import_batch_campaign_id"), "import_batch")

    op.drop_table("import_batch")
    op.drop_table("device_report")
    op.drop_table("device_key")
