"""Create the tables of the first house; facts that must not change are append-only by trigger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("audit_line", "definition", "response_version")


def _forbid_changes(table: str) -> None:
    """Let rows of a table be added but never changed or deleted."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def upgrade() -> None:
    op.create_table(
        "definition",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('questionnaire', 'method')", name=op.f("ck_definition_kind_known")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_definition")),
    )
    op.create_table(
        "unit_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_group_code")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.Column("questionnaire_sha256", sa.String(length=64), nullable=False),
        sa.Column("method_sha256", sa.String(length=64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'sealed', 'published')",
            name=op.f("ck_campaign_state_known"),
        ),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_campaign_period_ordered")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_campaign_year_sane")),
        sa.ForeignKeyConstraint(
            ["method_sha256"], ["definition.sha256"], name=op.f("fk_campaign_method_sha256_definition")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["definition.sha256"],
            name=op.f("fk_campaign_questionnaire_sha256_definition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "search_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_unit_not_its_own_parent")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from",
            name=op.f("ck_unit_validity_ordered"),
        ),
        sa.ForeignKeyConstraint(["group_id"], ["unit_group.id"], name=op.f("fk_unit_group_id_unit_group")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_group_id"), ["group_id"], unique=False)

    op.create_table(
        "campaign_unit",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("counts_for_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("surveyed", sa.Boolean(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("max_points", sa.Numeric(9, 4).with_variant(sa.String(16), "sqlite"), nullable=False),
        sa.CheckConstraint("counts_for_id <> unit_id", name=op.f("ck_campaign_unit_counts_for_another")),
        sa.CheckConstraint(
            "population IS NULL OR population >= 0", name=op.f("ck_campaign_unit_population_not_negative")
        ),
        sa.CheckConstraint("quota >= 0", name=op.f("ck_campaign_unit_quota_not_negative")),
        sa.CheckConstraint("surveyed OR quota = 0", name=op.f("ck_campaign_unit_quota_only_if_surveyed")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "counts_for_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_campaign_unit_counts_for",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_unit_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_campaign_unit_group_id_unit_group")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_campaign_unit_unit_id_unit")),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", name=op.f("pk_campaign_unit")),
    )
    op.create_table(
        "unit_succession",
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("successor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_unit_succession_two_units")),
        sa.ForeignKeyConstraint(
            ["predecessor_id"], ["unit.id"], name=op.f("fk_unit_succession_predecessor_id_unit")
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["unit.id"], name=op.f("fk_unit_succession_successor_id_unit")
        ),
        sa.PrimaryKeyConstraint("predecessor_id", "successor_id", name=op.f("pk_unit_succession")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "search_key",
            sa.String(length=400).with_variant(sa.String(length=400, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("failed_logins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'supervisor') = (body IS NOT NULL)", name=op.f("ck_user_account_supervisor_has_body")
        ),
        sa.CheckConstraint(
            "(role = 'unit_officer') = (unit_id IS NOT NULL)", name=op.f("ck_user_account_officer_has_unit")
        ),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_user_account_body_known")),
        sa.CheckConstraint(
            "role IN ('enumerator', 'coordinator', 'supervisor', 'home_affairs', 'unit_officer', 'appraiser', 'administrator')",
            name=op.f("ck_user_account_role_known"),
        ),
        sa.CheckConstraint("failed_logins >= 0", name=op.f("ck_user_account_failed_logins_counted")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_user_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "appraisal",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("points", sa.Numeric(9, 4).with_variant(sa.String(16), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("CAST(points AS NUMERIC) >= 0", name=op.f("ck_appraisal_points_not_negative")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_appraisal_version_from_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_appraisal_campaign_unit",
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["user_account.id"], name=op.f("fk_appraisal_entered_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "unit_id", name=op.f("pk_appraisal")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("target >= 0", name=op.f("ck_assignment_target_not_negative")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_assignment_campaign_unit",
        ),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_assignment_enumerator_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "campaign_id",
            "enumerator_id",
            "unit_id",
            name=op.f("uq_assignment_campaign_id_enumerator_id_unit_id"),
        ),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_enumerator_id"), ["enumerator_id"], unique=False)

    op.create_table(
        "audit_line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("verb", sa.String(length=32), nullable=False),
        sa.Column("noun", sa.String(length=32), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user_account.id"], name=op.f("fk_audit_line_actor_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_audit_line_campaign_id_campaign")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_line")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_line_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_line_previous")),
    )
    with op.batch_alter_table("audit_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_line_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_line_record", ["noun", "record_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_session_token_digest")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "response",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("form_code", sa.String(length=40), nullable=True),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("validity", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("questionnaire_sha256", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("answers NOT GLOB '*[^1-5N-]*'", name=op.f("ck_response_answers_known")).ddl_if(
            dialect="sqlite"
        ),
        sa.CheckConstraint("answers ~ '^[1-5N-]*$'", name=op.f("ck_response_answers_known")).ddl_if(
            dialect="postgresql"
        ),
        sa.CheckConstraint(
            "mode IN ('face_to_face', 'paper', 'phone', 'self')", name=op.f("ck_response_mode_known")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (unit_id IS NOT NULL AND form_code IS NOT NULL AND submitted_at IS NOT NULL)",
            name=op.f("ck_response_arrived_is_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'accepted', 'returned', 'void')",
            name=op.f("ck_response_state_known"),
        ),
        sa.CheckConstraint(
            "validity IN ('valid', 'too_few_answers')", name=op.f("ck_response_validity_known")
        ),
        sa.CheckConstraint("length(uuid) = 36", name=op.f("ck_response_uuid_whole")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_response_version_from_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id", "unit_id"],
            ["campaign_unit.campaign_id", "campaign_unit.unit_id"],
            name="fk_response_campaign_unit",
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_response_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_response_enumerator_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["definition.sha256"],
            name=op.f("fk_response_questionnaire_sha256_definition"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_response_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("uuid", name=op.f("uq_response_uuid")),
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(
            "ix_response_counting",
            ["campaign_id", "unit_id", "enumerator_id", "answers"],
            unique=False,
            sqlite_where=sa.text("state IN ('submitted', 'accepted') AND validity = 'valid'"),
            postgresql_where=sa.text("state IN ('submitted', 'accepted') AND validity = 'valid'"),
        )
        batch_op.create_index(
            "ix_response_enumerator", ["enumerator_id", "campaign_id", "state"], unique=False
        )
        batch_op.create_index(
            "uq_response_campaign_id_form_code",
            ["campaign_id", "form_code"],
            unique=True,
            sqlite_where=sa.text("state IN ('submitted', 'accepted', 'returned')"),
            postgresql_where=sa.text("state IN ('submitted', 'accepted', 'returned')"),
        )

    op.create_table(
        "score_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("questionnaire_sha256", sa.String(length=64), nullable=False),
        sa.Column("method_sha256", sa.String(length=64), nullable=False),
        sa.Column("program_version", sa.String(length=32), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("book_digest", sa.String(length=64), nullable=False),
        sa.Column("versions", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_score_run_number_from_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_score_run_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["method_sha256"], ["definition.sha256"], name=op.f("fk_score_run_method_sha256_definition")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["definition.sha256"],
            name=op.f("fk_score_run_questionnaire_sha256_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["run_by_id"], ["user_account.id"], name=op.f("fk_score_run_run_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_run")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_score_run_campaign_id_number")),
    )
    op.create_table(
        "screening",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False),
        sa.Column("input_digest", sa.String(length=64), nullable=False),
        sa.Column("program_version", sa.String(length=32), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("result_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_screening_number_from_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_screening_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["run_by_id"], ["user_account.id"], name=op.f("fk_screening_run_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_screening_campaign_id_number")),
    )
    op.create_table(
        "flag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("raised_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_flag_closed_has_moment")),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_flag_body_known")),
        sa.CheckConstraint(
            "reason IN ('identical_answers', 'contradiction', 'respondent_disputes', 'wrong_unit', 'missing_answers', 'other')",
            name=op.f("ck_flag_reason_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'answered', 'withdrawn')", name=op.f("ck_flag_state_known")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user_account.id"], name=op.f("fk_flag_closed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_id"], ["user_account.id"], name=op.f("fk_flag_raised_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["response_id"], ["response.id"], name=op.f("fk_flag_response_id_response")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flag")),
    )
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_flag_response_id"), ["response_id"], unique=False)

    op.create_table(
        "response_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["user_account.id"],
            name=op.f("fk_response_proposal_proposed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_proposal_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_proposal")),
        sa.UniqueConstraint(
            "response_id", "content_digest", name=op.f("uq_response_proposal_response_id_content_digest")
        ),
    )
    op.create_table(
        "response_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("form_code", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("validity", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("answers", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_version_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["user_account.id"],
            name=op.f("fk_response_version_superseded_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_response_version_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_version")),
        sa.UniqueConstraint("response_id", "version", name=op.f("uq_response_version_response_id_version")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    op.drop_table("response_version")
    op.drop_table("response_proposal")
    with op.batch_alter_table("flag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_flag_response_id"))

    op.drop_table("flag")
    op.drop_table("screening")
    op.drop_table("score_run")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_response_campaign_id_form_code",
            sqlite_where=sa.text("state IN ('submitted', 'accepted', 'returned')"),
            postgresql_where=sa.text("state IN ('submitted', 'accepted', 'returned')"),
        )
        batch_op.drop_index("ix_response_enumerator")
        batch_op.drop_index("ix_response_counting")

    op.drop_table("response")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_user_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("audit_line", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_line_record")
        batch_op.drop_index(batch_op.f("ix_audit_line_actor_id"))

    op.drop_table("audit_line")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_enumerator_id"))

    op.drop_table("assignment")
    op.drop_table("appraisal")
    op.drop_table("user_account")
    op.drop_table("unit_succession")
    op.drop_table("campaign_unit")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_group_id"))

    op.drop_table("unit")
    op.drop_table("campaign")
    op.drop_table("unit_group")
    op.drop_table("definition")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")
