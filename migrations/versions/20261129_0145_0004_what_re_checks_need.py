"""Add what two bodies' re-checks need: heads, draws, re-checks, questions, consequences, duplicate codes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


OLD_ROLES = (
    "'enumerator', 'coordinator', 'supervisor', 'home_affairs', 'unit_officer', 'appraiser', 'administrator'"
)
NEW_ROLES = "'enumerator', 'coordinator', 'supervisor', 'body_head', 'home_affairs', 'unit_officer', 'appraiser', 'administrator'"


def _people(roles: str, of_a_body: str) -> None:
    """Say anew which roles there are, and which of them belong to a body."""
    with op.batch_alter_table("user_account") as batch:
        batch.drop_constraint(op.f("ck_user_account_role_known"), type_="check")
        batch.drop_constraint(op.f("ck_user_account_supervisor_has_body"), type_="check")
        batch.create_check_constraint(op.f("ck_user_account_role_known"), f"role IN ({roles})")
        batch.create_check_constraint(
            op.f("ck_user_account_supervisor_has_body"), f"({of_a_body}) = (body IS NOT NULL)"
        )


# Written once, like the tables of 0001; their trigger function is 0001's.
APPEND_ONLY = ("recheck_attempt", "recheck_verdict")


def _forbid_changes(table: str) -> None:
    if op.get_context().dialect.name == "postgresql":
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
    _people(NEW_ROLES, "role IN ('supervisor', 'body_head')")
    op.create_table(
        "duplicate_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("form_code", sa.String(length=40), nullable=False),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("questionnaire_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_duplicate_code_decided_has_moment")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'first_kept', 'second_kept')", name=op.f("ck_duplicate_code_state_known")
        ),
        sa.CheckConstraint("why IN ('taken', 'moved')", name=op.f("ck_duplicate_code_why_known")),
        sa.CheckConstraint("length(uuid) = 36", name=op.f("ck_duplicate_code_uuid_whole")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_duplicate_code_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_duplicate_code_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_duplicate_code_enumerator_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["questionnaire_sha256"],
            ["definition.sha256"],
            name=op.f("fk_duplicate_code_questionnaire_sha256_definition"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_code")),
        sa.UniqueConstraint("uuid", name=op.f("uq_duplicate_code_uuid")),
    )
    op.create_index(op.f("ix_duplicate_code_campaign_id"), "duplicate_code", ["campaign_id"], unique=False)

    op.create_table(
        "redo_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_redo_proposal_decided_has_moment")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined')", name=op.f("ck_redo_proposal_state_known")
        ),
        sa.CheckConstraint("failed BETWEEN 0 AND judged", name=op.f("ck_redo_proposal_failed_of_judged")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_redo_proposal_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_redo_proposal_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_redo_proposal_enumerator_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redo_proposal")),
    )
    op.create_index(
        "uq_redo_proposal_open",
        "redo_proposal",
        ["campaign_id", "enumerator_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "draw",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("screening_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("frame_digest", sa.String(length=64), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(kind = 'directed') = (screening_id IS NOT NULL)", name=op.f("ck_draw_directed_by_screening")
        ),
        sa.CheckConstraint(
            "(state = 'committing') = (ended_at IS NULL)", name=op.f("ck_draw_ended_has_moment")
        ),
        sa.CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name=op.f("ck_draw_drawn_has_seed")),
        sa.CheckConstraint("kind IN ('random', 'directed')", name=op.f("ck_draw_kind_known")),
        sa.CheckConstraint("state IN ('committing', 'drawn', 'abandoned')", name=op.f("ck_draw_state_known")),
        sa.CheckConstraint("frame_size >= 1", name=op.f("ck_draw_frame_not_empty")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_draw_number_from_one")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_draw_campaign_id_campaign")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["user_account.id"], name=op.f("fk_draw_opened_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screening.id"], name=op.f("fk_draw_screening_id_screening")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_draw_campaign_id_number")),
    )
    op.create_table(
        "joint_case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'agreed') = (agreed_at IS NOT NULL)", name=op.f("ck_joint_case_agreed_has_moment")
        ),
        sa.CheckConstraint(
            "(state = 'agreed') = (outcome IS NOT NULL)", name=op.f("ck_joint_case_agreed_has_outcome")
        ),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'failed', 'unreachable')", name=op.f("ck_joint_case_outcome_known")
        ),
        sa.CheckConstraint("state IN ('open', 'agreed')", name=op.f("ck_joint_case_state_known")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_joint_case_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_joint_case_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joint_case")),
        sa.UniqueConstraint("response_id", name=op.f("uq_joint_case_response_id")),
    )
    op.create_index(op.f("ix_joint_case_campaign_id"), "joint_case", ["campaign_id"], unique=False)

    op.create_table(
        "response_tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.Column("added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_response_tag_body_known")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by_id IS NULL)", name=op.f("ck_response_tag_removed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user_account.id"], name=op.f("fk_response_tag_added_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["user_account.id"], name=op.f("fk_response_tag_removed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_tag_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_tag")),
    )
    op.create_index(op.f("ix_response_tag_response_id"), "response_tag", ["response_id"], unique=False)
    op.create_index(
        "uq_response_tag_present",
        "response_tag",
        ["response_id", "body", "tag"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )

    op.create_table(
        "draw_member",
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_version", sa.Integer(), nullable=False),
        sa.Column("enumerator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("for_front", sa.Boolean(), nullable=False),
        sa.Column("for_veterans", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(taken IS NULL) = (out_of IS NULL)", name=op.f("ck_draw_member_probability_whole")
        ),
        sa.CheckConstraint(
            "chosen = (for_front OR for_veterans)", name=op.f("ck_draw_member_chosen_for_a_body")
        ),
        sa.CheckConstraint(
            "replaces_id IS NULL OR chosen", name=op.f("ck_draw_member_replacement_is_chosen")
        ),
        sa.CheckConstraint("taken BETWEEN 0 AND out_of", name=op.f("ck_draw_member_probability_at_most_one")),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_member_draw_id_draw")),
        sa.ForeignKeyConstraint(
            ["enumerator_id"], ["user_account.id"], name=op.f("fk_draw_member_enumerator_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["response.id"], name=op.f("fk_draw_member_replaces_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_draw_member_response_id_response")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_draw_member_unit_id_unit")),
        sa.PrimaryKeyConstraint("draw_id", "response_id", name=op.f("pk_draw_member")),
    )
    op.create_index(op.f("ix_draw_member_response_id"), "draw_member", ["response_id"], unique=False)

    op.create_table(
        "draw_part",
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.String(length=32), nullable=False),
        sa.Column("committed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=200), nullable=True),
        sa.Column("revealed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "party IN ('front', 'veterans', 'home_affairs')", name=op.f("ck_draw_part_party_known")
        ),
        sa.CheckConstraint(
            "(part IS NULL) = (revealed_at IS NULL)", name=op.f("ck_draw_part_revealed_has_moment")
        ),
        sa.CheckConstraint("length(commitment) = 64", name=op.f("ck_draw_part_commitment_whole")),
        sa.ForeignKeyConstraint(
            ["committed_by_id"], ["user_account.id"], name=op.f("fk_draw_part_committed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_part_draw_id_draw")),
        sa.ForeignKeyConstraint(
            ["revealed_by_id"], ["user_account.id"], name=op.f("fk_draw_part_revealed_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("draw_id", "party", name=op.f("pk_draw_part")),
    )
    op.create_table(
        "joint_opinion",
        sa.Column("joint_case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_joint_opinion_body_known")),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'failed', 'unreachable')", name=op.f("ck_joint_opinion_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["user_account.id"], name=op.f("fk_joint_opinion_given_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["joint_case_id"], ["joint_case.id"], name=op.f("fk_joint_opinion_joint_case_id_joint_case")
        ),
        sa.PrimaryKeyConstraint("joint_case_id", "body", name=op.f("pk_joint_opinion")),
    )
    op.create_table(
        "recheck",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("supervisor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("criteria", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state = 'judged') = (verdict IS NOT NULL)", name=op.f("ck_recheck_judged_has_verdict")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_recheck_ended_has_moment")
        ),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_recheck_body_known")),
        sa.CheckConstraint("state IN ('waiting', 'judged', 'dropped')", name=op.f("ck_recheck_state_known")),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'failed', 'unreachable')", name=op.f("ck_recheck_verdict_known")
        ),
        sa.CheckConstraint("length(uuid) = 36", name=op.f("ck_recheck_uuid_whole")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_recheck_version_from_one")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_recheck_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_recheck_draw_id_draw")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_recheck_response_id_response")
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["user_account.id"], name=op.f("fk_recheck_supervisor_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck")),
        sa.UniqueConstraint("response_id", "body", name=op.f("uq_recheck_response_id_body")),
        sa.UniqueConstraint("uuid", name=op.f("uq_recheck_uuid")),
    )
    op.create_index(op.f("ix_recheck_draw_id"), "recheck", ["draw_id"], unique=False)
    op.create_index(
        "ix_recheck_queue", "recheck", ["campaign_id", "body", "state", "supervisor_id"], unique=False
    )

    op.create_table(
        "recheck_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recheck_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "result IN ('reached', 'nobody', 'call_again', 'wrong_contact', 'refused_recheck')",
            name=op.f("ck_recheck_attempt_result_known"),
        ),
        sa.CheckConstraint("way IN ('by_phone', 'in_person')", name=op.f("ck_recheck_attempt_way_known")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_recheck_attempt_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["recheck.id"], name=op.f("fk_recheck_attempt_recheck_id_recheck")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_attempt")),
    )
    op.create_index(op.f("ix_recheck_attempt_recheck_id"), "recheck_attempt", ["recheck_id"], unique=False)

    op.create_table(
        "recheck_verdict",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recheck_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("response_version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("took_place", sa.String(length=32), nullable=True),
        sa.Column("took_place_on", sa.Date(), nullable=True),
        sa.Column("used_service", sa.String(length=32), nullable=True),
        sa.Column("read_fairly", sa.String(length=32), nullable=True),
        sa.Column("answers_again", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "answers_again NOT GLOB '*[^1-5N-]*'", name=op.f("ck_recheck_verdict_answers_known")
        ).ddl_if(dialect="sqlite"),
        sa.CheckConstraint(
            "answers_again ~ '^[1-5N-]*$'", name=op.f("ck_recheck_verdict_answers_known")
        ).ddl_if(dialect="postgresql"),
        sa.CheckConstraint(
            "read_fairly IN ('yes', 'no', 'unsure')", name=op.f("ck_recheck_verdict_read_fairly_known")
        ),
        sa.CheckConstraint(
            "took_place IN ('yes', 'no', 'unsure')", name=op.f("ck_recheck_verdict_took_place_known")
        ),
        sa.CheckConstraint(
            "used_service IN ('yes', 'no', 'unsure')", name=op.f("ck_recheck_verdict_used_service_known")
        ),
        sa.CheckConstraint(
            "verdict <> 'confirmed' OR (coalesce(took_place, 'no') <> 'no' AND coalesce(used_service, 'no') <> 'no')",
            name=op.f("ck_recheck_verdict_confirmed_took_place"),
        ),
        sa.CheckConstraint(
            "verdict IN ('confirmed', 'failed', 'unreachable')", name=op.f("ck_recheck_verdict_verdict_known")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_recheck_verdict_number_from_one")),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["user_account.id"], name=op.f("fk_recheck_verdict_given_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["recheck.id"], name=op.f("fk_recheck_verdict_recheck_id_recheck")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_verdict")),
        sa.UniqueConstraint("recheck_id", "number", name=op.f("uq_recheck_verdict_recheck_id_number")),
    )
    op.create_table(
        "void_proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("response_version", sa.Integer(), nullable=False),
        sa.Column("recheck_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.String(length=32), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reply_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_void_proposal_decided_has_moment")
        ),
        sa.CheckConstraint("body IN ('front', 'veterans')", name=op.f("ck_void_proposal_body_known")),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'rejected', 'withdrawn')",
            name=op.f("ck_void_proposal_state_known"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id", name=op.f("ck_void_proposal_decided_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_void_proposal_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user_account.id"], name=op.f("fk_void_proposal_decided_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user_account.id"], name=op.f("fk_void_proposal_proposed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["recheck_id"], ["recheck.id"], name=op.f("fk_void_proposal_recheck_id_recheck")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_void_proposal_response_id_response")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_void_proposal")),
    )
    op.create_index(op.f("ix_void_proposal_campaign_id"), "void_proposal", ["campaign_id"], unique=False)
    op.create_index(op.f("ix_void_proposal_response_id"), "void_proposal", ["response_id"], unique=False)
    op.create_index(
        "uq_void_proposal_open",
        "void_proposal",
        ["response_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    with op.batch_alter_table("flag") as batch:
        batch.add_column(sa.Column("kind", sa.String(32), server_default="doubt", nullable=False))
        batch.add_column(sa.Column("question", sa.String(64), server_default="", nullable=False))
        batch.add_column(
            sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(
            op.f("fk_flag_settled_by_id_user_account"), "user_account", ["settled_by_id"], ["id"]
        )
        batch.drop_constraint(op.f("ck_flag_state_known"), type_="check")
        batch.create_check_constraint(
            op.f("ck_flag_state_known"), "state IN ('open', 'answered', 'settled', 'withdrawn')"
        )
        batch.create_check_constraint(op.f("ck_flag_kind_known"), "kind IN ('doubt', 'question')")
        batch.create_check_constraint(
            op.f("ck_flag_settled_has_moment"), "(state = 'settled') = (settled_at IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_flag_question_is_settled"), "state <> 'settled' OR kind = 'question'"
        )
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    # What the former words cannot say becomes what comes nearest: heads supervisors, questions answered.
    op.execute("UPDATE user_account SET role = 'supervisor' WHERE role = 'body_head'")
    op.execute(
        "UPDATE flag SET state = 'answered', closed_at = coalesce(closed_at, raised_at), settled_at = NULL "
        "WHERE kind = 'question' AND state IN ('open', 'settled')"
    )
    with op.batch_alter_table("flag") as batch:
        for name in ("settled_has_moment", "question_is_settled", "kind_known", "state_known"):
            batch.drop_constraint(op.f(f"ck_flag_{name}"), type_="check")
        batch.create_check_constraint(
            op.f("ck_flag_state_known"), "state IN ('open', 'answered', 'withdrawn')"
        )
        batch.drop_constraint(op.f("fk_flag_settled_by_id_user_account"), type_="foreignkey")
        for name in ("settled_at", "settled_by_id", "question", "kind"):
            batch.drop_column(name)

    op.drop_index("uq_void_proposal_open", "void_proposal")
    op.drop_index(op.f("ix_void_proposal_response_id"), "void_proposal")
    op.drop_index(op.f("ix_void_proposal_campaign_id"), "void_proposal")

    op.drop_table("void_proposal")
    op.drop_table("recheck_verdict")
    op.drop_index(op.f("ix_recheck_attempt_recheck_id"), "recheck_attempt")

    op.drop_table("recheck_attempt")
    op.drop_index("ix_recheck_queue", "recheck")
    op.drop_index(op.f("ix_recheck_draw_id"), "recheck")

    op.drop_table("recheck")
    op.drop_table("joint_opinion")
    op.drop_table("draw_part")
    op.drop_index(op.f("ix_draw_member_response_id"), "draw_member")

    op.drop_table("draw_member")
    op.drop_index("uq_response_tag_present", "response_tag")
    op.drop_index(op.f("ix_response_tag_response_id"), "response_tag")

    op.drop_table("response_tag")
    op.drop_index(op.f("ix_joint_case_campaign_id"), "joint_case")

    op.drop_table("joint_case")
    op.drop_table("draw")
    op.drop_index("uq_redo_proposal_open", "redo_proposal")

    op.drop_table("redo_proposal")
    op.drop_index(op.f("ix_duplicate_code_campaign_id"), "duplicate_code")

    op.drop_table("duplicate_code")
    _people(OLD_ROLES, "role = 'supervisor'")
