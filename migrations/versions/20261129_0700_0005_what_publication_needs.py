"""Add what publication needs: dossiers of runs, publications, report templates, figures taken from elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Written once, like the tables of 0001; their trigger function is 0001's.
APPEND_ONLY = ("publication", "report_template")
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_KINDS = "kind IN ('unit', 'group', 'area')"
_MEASURES = "measure IN ('index', 'rank', 'satisfaction_points', 'mean', 'satisfaction_mean', 'spread')"


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


def _key_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _publications() -> None:
    op.create_table(
        "publication",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", _KEY, nullable=False),
        sa.Column("published_by_id", _KEY, nullable=False),
        sa.Column("published_at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("bundle_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_publication_number_from_one")),
        sa.CheckConstraint("number = 1 OR reason <> ''", name=op.f("ck_publication_correction_has_reason")),
        _key_to("publication", "campaign_id", "campaign"),
        _key_to("publication", "run_id", "score_run"),
        _key_to("publication", "published_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_publication_campaign_id_number")),
        sa.UniqueConstraint("run_id", name=op.f("uq_publication_run_id")),
    )


def _templates() -> None:
    op.create_table(
        "report_template",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("set_by_id", _KEY, nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_report_template_number_from_one")),
        _key_to("report_template", "campaign_id", "campaign"),
        _key_to("report_template", "set_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_template")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_report_template_campaign_id_number")),
    )


def _figures() -> None:
    op.create_table(
        "report_figure",
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Numeric(9, 4).with_variant(sa.String(length=16), "sqlite"), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("set_by_id", _KEY, nullable=False),
        sa.Column("set_at", _MOMENT, nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f("ck_report_figure_kind_known")),
        sa.CheckConstraint(_MEASURES, name=op.f("ck_report_figure_measure_known")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_report_figure_year_sane")),
        _key_to("report_figure", "campaign_id", "campaign"),
        _key_to("report_figure", "set_by_id", "user_account"),
        sa.PrimaryKeyConstraint(
            "campaign_id", "year", "kind", "code", "measure", name=op.f("pk_report_figure")
        ),
    )


def upgrade() -> None:
    with op.batch_alter_table("score_run") as batch:
        batch.add_column(sa.Column("dossier", sa.LargeBinary(), nullable=True))
        batch.add_column(sa.Column("dossier_digest", sa.String(length=64), nullable=True))
    _publications()
    _templates()
    _figures()
    for table in APPEND_ONLY:
        _forbid_changes(table)


def downgrade() -> None:
    for table in ("report_figure", "report_template", "publication"):
        op.drop_table(table)
    with op.batch_alter_table("score_run") as batch:
        batch.drop_column("dossier_digest")
        batch.drop_column("dossier")
