"""Every named rule of the tables is broken once, and says its name."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError

import survey_app.models  # noqa: F401 - fills the metadata
from survey_app.extensions import Base, db

# constraint → a statement that breaks nothing else. {r} is the id of a response, {v} its version row.
RESPONSE = "UPDATE response SET {} WHERE id = (SELECT min(id) FROM response)"
CHECKS = {
    "ck_user_account_role_known": "UPDATE user_account SET role = 'king' WHERE username = 'dtv01'",
    "ck_user_account_body_known": "UPDATE user_account SET body = 'other' WHERE username = 'mattran'",
    "ck_user_account_supervisor_has_body": "UPDATE user_account SET body = 'front' WHERE username = 'dtv01'",
    "ck_user_account_officer_has_unit": "UPDATE user_account SET unit_id = NULL WHERE username = 'donvi'",
    "ck_user_account_failed_logins_counted": "UPDATE user_account SET failed_logins = -1",
    "ck_unit_validity_ordered": "UPDATE unit SET valid_from = '2022-02-01', valid_to = '2022-01-01'",
    "ck_unit_not_its_own_parent": "UPDATE unit SET parent_id = id",
    "ck_unit_succession_two_units": "INSERT INTO unit_succession SELECT min(id), min(id), '2025-07-01' FROM unit",
    "ck_definition_kind_known": (
        "INSERT INTO definition (sha256, kind, code, text) VALUES ('x', 'poem', 'x', 'x')"
    ),
    "ck_campaign_state_known": "UPDATE campaign SET state = 'lost'",
    "ck_campaign_period_ordered": "UPDATE campaign SET period_to = '2021-01-01'",
    "ck_campaign_year_sane": "UPDATE campaign SET year = 1999",
    "ck_campaign_unit_quota_not_negative": "UPDATE campaign_unit SET quota = -1 WHERE surveyed",
    "ck_campaign_unit_population_not_negative": "UPDATE campaign_unit SET population = -1",
    "ck_campaign_unit_counts_for_another": "UPDATE campaign_unit SET counts_for_id = unit_id",
    "ck_campaign_unit_quota_only_if_surveyed": "UPDATE campaign_unit SET quota = 1 WHERE NOT surveyed",
    "ck_assignment_target_not_negative": "UPDATE assignment SET target = -1",
    "ck_response_state_known": RESPONSE.format("state = 'lost'"),
    "ck_response_validity_known": RESPONSE.format("validity = 'nice'"),
    "ck_response_mode_known": RESPONSE.format("mode = 'fax'"),
    "ck_response_version_from_one": RESPONSE.format("version = 0"),
    "ck_response_uuid_whole": RESPONSE.format("uuid = 'short'"),
    "ck_response_arrived_is_complete": RESPONSE.format("form_code = NULL"),
    "ck_response_answers_known": RESPONSE.format("answers = '6'"),
    "ck_flag_reason_known": "UPDATE flag SET reason = 'mood'",
    "ck_flag_state_known": "UPDATE flag SET state = 'lost', closed_at = raised_at",
    "ck_flag_body_known": "UPDATE flag SET body = 'other'",
    "ck_flag_closed_has_moment": "UPDATE flag SET closed_at = raised_at",
    "ck_appraisal_points_not_negative": "UPDATE appraisal SET points = '-1'",
    "ck_appraisal_version_from_one": "UPDATE appraisal SET version = 0",
    "ck_score_run_number_from_one": "UPDATE score_run SET number = 0",
}


def named(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Return the named constraints of a kind over all tables."""
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, kind):
                yield str(constraint.name), constraint


@pytest.fixture
def filled(demo: Flask) -> Flask:
    """The demonstration with a flag and a score run, so that every table can be broken."""
    db.session.execute(
        text(
            "INSERT INTO flag (response_id, response_version, body, raised_by_id, raised_at, reason, note, state, "
            "reply) SELECT min(id), 1, 'front', min(enumerator_id), min(saved_at), 'other', 'x', 'open', '' "
            "FROM response"
        )
    )
    db.session.execute(
        text(
            "INSERT INTO score_run (campaign_id, number, run_by_id, run_at, milliseconds, reason, responses, "
            "input_digest, questionnaire_sha256, method_sha256, program_version, book, book_digest) SELECT id, 1, "
            "(SELECT min(id) FROM user_account), created_at, 1, '', 1, 'x', questionnaire_sha256, method_sha256, "
            "'x', 'x', 'x' FROM campaign"
        )
    )
    db.session.commit()
    return demo


def test_every_check_has_a_name_and_a_statement_that_breaks_it() -> None:
    names = {name for name, _ in named(CheckConstraint)}
    assert names == set(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_broken_check_says_its_name(filled: Flask, name: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        db.session.execute(text(CHECKS[name]))
    db.session.rollback()


def test_every_unique_rule_refuses_the_second_row(filled: Flask) -> None:
    tables = Base.metadata.tables
    rules = [(c.table.name, [column.name for column in c.columns]) for _, c in named(UniqueConstraint)]
    rules += [
        (index.table.name, [column.name for column in index.columns])
        for table in tables.values()
        for index in table.indexes
        if isinstance(index, Index) and index.unique
    ]
    filled_tables = {
        table for table, _ in rules if db.session.execute(text(f"SELECT 1 FROM {table}")).first() is not None
    }
    assert filled_tables >= {
        "user_account",
        "unit",
        "campaign",
        "response",
        "assignment",
        "audit_line",
        "score_run",
    }
    for table, columns in rules:
        if table not in filled_tables:
            continue
        whole = [
            column.name for column in tables[table].columns if column.name != "id" or table == "audit_line"
        ]
        fresh = {"uuid": "'00000000-0000-0000-0000-000000000000'", "id": "900000", "token_digest": "'x'"}
        told = [fresh[c] if c in fresh and c not in columns else c for c in whole]
        copy = f"INSERT INTO {table} ({', '.join(whole)}) SELECT {', '.join(told)} FROM {table} LIMIT 1"
        with pytest.raises(IntegrityError, match=r"(?i)unique"):
            db.session.execute(text(copy))
        db.session.rollback()


def test_every_foreign_key_has_a_name_and_refuses_an_orphan(filled: Flask) -> None:
    place = "rowid" if db.engine.dialect.name == "sqlite" else "ctid"
    append_only = ("audit_line", "response_version", "definition")
    for name, constraint in named(ForeignKeyConstraint):
        assert name.startswith("fk_"), name
        column, table = list(constraint.columns)[-1], constraint.table.name
        row = f"SELECT min({place}) FROM {table}"
        if table in append_only or db.session.scalar(text(row)) is None:
            continue
        value = "'nobody'" if column.type.python_type is str else "987654"
        one = f"{place} = coalesce(({row} WHERE {column.name} IS NOT NULL), ({row}))"
        with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
            db.session.execute(text(f"UPDATE {table} SET {column.name} = {value} WHERE {one}"))
        db.session.rollback()
