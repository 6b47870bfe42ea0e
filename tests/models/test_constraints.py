"""Every named rule of the tables is broken once, on both databases, and says its name."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.exc import IntegrityError

import survey_app.models  # noqa: F401 - fills the metadata
from survey_app.domain.integrity import APPEND_ONLY
from survey_app.extensions import Base, db
from tests.conftest import PostgresHouse, SqliteHouse, opened

# constraint → a statement that breaks nothing else.
RESPONSE = "UPDATE response SET {} WHERE id = (SELECT min(id) FROM response)"
ATTEMPT = (
    "INSERT INTO recheck_attempt (recheck_id, made_by_id, made_at, way, result, note) "
    "SELECT recheck_id, made_by_id, made_at, {}, {}, '' FROM recheck_attempt LIMIT 1"
)
FIGURE = (
    "INSERT INTO report_figure (campaign_id, year, kind, code, measure, value, source, set_by_id, set_at) "
    "SELECT campaign_id, {}, {}, 'x', {}, value, '', set_by_id, set_at FROM report_figure LIMIT 1"
)
PUBLICATION = (
    "INSERT INTO publication (campaign_id, number, run_id, published_by_id, published_at, reason, bundle_digest) "
    "SELECT campaign_id, {}, run_id + 1, published_by_id, published_at, {}, 'x' FROM publication LIMIT 1"
)
VERDICT = (
    "INSERT INTO recheck_verdict (recheck_id, number, given_by_id, given_at, response_version, verdict, reasons, "
    "took_place, used_service, read_fairly, answers_again, note, blind, content_digest) SELECT recheck_id, {}, "
    "given_by_id, given_at, 1, {}, '', {}, {}, {}, {}, '', blind, 'x' FROM recheck_verdict LIMIT 1"
)
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
    "ck_screening_number_from_one": "UPDATE screening SET number = 0",
    "ck_sample_row_kind_known": "UPDATE sample_row SET kind = 'lost'",
    "ck_sample_row_unreachable_known": "UPDATE sample_row SET unreachable = 'lost', closed_at = '2022-01-01'",
    "ck_sample_row_position_from_one": "UPDATE sample_row SET position = 0",
    "ck_sample_row_official_in_use": "UPDATE sample_row SET in_use = (1 = 0) WHERE kind = 'official'",
    "ck_sample_row_closed_has_reason": "UPDATE sample_row SET closed_at = '2022-01-01'",
    "ck_sample_row_replaces_another": "UPDATE sample_row SET replaces_id = id",
    "ck_import_batch_noun_known": "UPDATE import_batch SET noun = 'poems'",
    "ck_import_batch_state_known": "UPDATE import_batch SET state = 'lost'",
    "ck_import_batch_counted": "UPDATE import_batch SET new_rows = -1",
    "ck_import_batch_reversed_has_moment": "UPDATE import_batch SET reversed_at = read_at",
    "ck_paradata_edits_counted": "UPDATE paradata SET edits = -1",
    "ck_paradata_keystrokes_counted": "UPDATE paradata SET keystrokes = -1",
    "ck_paradata_seconds_counted": "UPDATE paradata SET seconds_active = -1",
    "ck_device_report_device_whole": "UPDATE device_report SET device = 'short'",
    "ck_device_report_counted": "UPDATE device_report SET waiting = -1",
    "ck_second_entry_state_known": "UPDATE second_entry SET state = 'lost', entered_at = drawn_at",
    "ck_second_entry_entered_has_moment": "UPDATE second_entry SET entered_at = drawn_at",
    "ck_second_entry_resolved_has_moment": "UPDATE second_entry SET resolved_at = drawn_at",
    "ck_flag_kind_known": "UPDATE flag SET kind = 'mood'",
    "ck_flag_settled_has_moment": "UPDATE flag SET settled_at = raised_at",
    "ck_flag_question_is_settled": (
        "UPDATE flag SET state = 'settled', closed_at = raised_at, settled_at = raised_at"
    ),
    "ck_response_tag_body_known": "UPDATE response_tag SET body = 'other'",
    "ck_response_tag_removed_by_somebody": "UPDATE response_tag SET removed_at = added_at",
    "ck_draw_kind_known": "UPDATE draw SET kind = 'lost'",
    "ck_draw_state_known": "UPDATE draw SET state = 'lost', ended_at = opened_at",
    "ck_draw_number_from_one": "UPDATE draw SET number = 0",
    "ck_draw_frame_not_empty": "UPDATE draw SET frame_size = 0",
    "ck_draw_drawn_has_seed": "UPDATE draw SET seed = 'x'",
    "ck_draw_ended_has_moment": "UPDATE draw SET ended_at = opened_at",
    "ck_draw_directed_by_screening": "UPDATE draw SET kind = 'directed'",
    "ck_draw_part_party_known": "UPDATE draw_part SET party = 'other'",
    "ck_draw_part_revealed_has_moment": "UPDATE draw_part SET part = 'x'",
    "ck_draw_part_commitment_whole": "UPDATE draw_part SET commitment = 'short'",
    "ck_draw_member_probability_whole": "UPDATE draw_member SET taken = 1",
    "ck_draw_member_probability_at_most_one": "UPDATE draw_member SET taken = 2, out_of = 1",
    "ck_draw_member_chosen_for_a_body": "UPDATE draw_member SET chosen = (1 = 1)",
    "ck_draw_member_replacement_is_chosen": "UPDATE draw_member SET replaces_id = response_id",
    "ck_recheck_body_known": "UPDATE recheck SET body = 'other'",
    "ck_recheck_state_known": "UPDATE recheck SET state = 'lost', ended_at = drawn_at",
    "ck_recheck_verdict_known": (
        "UPDATE recheck SET state = 'judged', ended_at = drawn_at, verdict = 'lost'"
    ),
    "ck_recheck_uuid_whole": "UPDATE recheck SET uuid = 'short'",
    "ck_recheck_version_from_one": "UPDATE recheck SET version = 0",
    "ck_recheck_judged_has_verdict": "UPDATE recheck SET verdict = 'failed'",
    "ck_recheck_ended_has_moment": "UPDATE recheck SET ended_at = drawn_at",
    "ck_recheck_attempt_way_known": ATTEMPT.format("'by_fax'", "'nobody'"),
    "ck_recheck_attempt_result_known": ATTEMPT.format("'by_phone'", "'lost'"),
    "ck_recheck_verdict_verdict_known": VERDICT.format("2", "'lost'", "NULL", "NULL", "NULL", "''"),
    "ck_recheck_verdict_took_place_known": VERDICT.format("2", "'failed'", "'so'", "NULL", "NULL", "''"),
    "ck_recheck_verdict_used_service_known": VERDICT.format("2", "'failed'", "NULL", "'so'", "NULL", "''"),
    "ck_recheck_verdict_read_fairly_known": VERDICT.format("2", "'failed'", "NULL", "NULL", "'so'", "''"),
    "ck_recheck_verdict_number_from_one": VERDICT.format("0", "'failed'", "NULL", "NULL", "NULL", "''"),
    "ck_recheck_verdict_answers_known": VERDICT.format("2", "'failed'", "NULL", "NULL", "NULL", "'6'"),
    "ck_recheck_verdict_confirmed_took_place": VERDICT.format(
        "2", "'confirmed'", "'yes'", "NULL", "NULL", "''"
    ),
    "ck_void_proposal_body_known": "UPDATE void_proposal SET body = 'other'",
    "ck_void_proposal_state_known": "UPDATE void_proposal SET state = 'lost', decided_at = proposed_at",
    "ck_void_proposal_decided_has_moment": "UPDATE void_proposal SET decided_at = proposed_at",
    "ck_void_proposal_decided_by_another": "UPDATE void_proposal SET decided_by_id = proposed_by_id",
    "ck_joint_case_state_known": "UPDATE joint_case SET state = 'lost'",
    "ck_joint_case_outcome_known": (
        "UPDATE joint_case SET state = 'agreed', agreed_at = opened_at, outcome = 'lost'"
    ),
    "ck_joint_case_agreed_has_outcome": "UPDATE joint_case SET outcome = 'failed'",
    "ck_joint_case_agreed_has_moment": "UPDATE joint_case SET agreed_at = opened_at",
    "ck_joint_opinion_body_known": "UPDATE joint_opinion SET body = 'other'",
    "ck_joint_opinion_outcome_known": "UPDATE joint_opinion SET outcome = 'lost'",
    "ck_redo_proposal_state_known": "UPDATE redo_proposal SET state = 'lost', decided_at = opened_at",
    "ck_redo_proposal_failed_of_judged": "UPDATE redo_proposal SET failed = judged + 1",
    "ck_redo_proposal_decided_has_moment": "UPDATE redo_proposal SET decided_at = opened_at",
    "ck_duplicate_code_why_known": "UPDATE duplicate_code SET why = 'lost'",
    "ck_duplicate_code_state_known": "UPDATE duplicate_code SET state = 'lost', decided_at = received_at",
    "ck_duplicate_code_uuid_whole": "UPDATE duplicate_code SET uuid = 'short'",
    "ck_duplicate_code_decided_has_moment": "UPDATE duplicate_code SET decided_at = received_at",
    "ck_publication_number_from_one": PUBLICATION.format("0", "'x'"),
    "ck_publication_correction_has_reason": PUBLICATION.format("2", "''"),
    "ck_report_template_number_from_one": (
        "INSERT INTO report_template (campaign_id, number, name, content, content_digest, set_by_id, set_at) "
        "SELECT campaign_id, 0, '', content, '', set_by_id, set_at FROM report_template LIMIT 1"
    ),
    "ck_report_figure_kind_known": FIGURE.format("2021", "'mood'", "'index'"),
    "ck_report_figure_measure_known": FIGURE.format("2021", "'unit'", "'mood'"),
    "ck_report_figure_year_sane": FIGURE.format("1999", "'unit'", "'index'"),
}


# Rows for the tables that the demonstration leaves empty, a unit outside the campaign, and one idle in it.
MORE_ROWS = (
    "INSERT INTO unit (code, name, sort_key, search_key, group_id) SELECT 'OUTSIDE', 'x', 'x', 'x', min(id) "
    "FROM unit_group",
    "INSERT INTO unit_succession SELECT min(id), max(id), '2025-07-01' FROM unit",
    "UPDATE unit SET parent_id = (SELECT max(id) FROM unit) WHERE id = (SELECT min(id) FROM unit)",
    "INSERT INTO unit (code, name, sort_key, search_key, group_id) SELECT 'IDLE', 'x', 'x', 'x', min(id) "
    "FROM unit_group",
    "INSERT INTO campaign_unit (campaign_id, unit_id, group_id, counts_for_id, surveyed, quota, max_points) "
    "SELECT campaign_id, (SELECT id FROM unit WHERE code = 'IDLE'), group_id, unit_id, surveyed, 0, max_points "
    "FROM campaign_unit LIMIT 1",
    "INSERT INTO user_account (username, display_name, sort_key, search_key, role, unit_id, password_hash, "
    "failed_logins, created_at) SELECT 'officer', 'x', 'x', 'x', role, unit_id, '!', 0, created_at "
    "FROM user_account WHERE role = 'unit_officer'",
    "INSERT INTO flag (response_id, response_version, body, raised_by_id, raised_at, reason, note, state, reply) "
    "SELECT id, 1, 'front', enumerator_id, saved_at, 'other', 'x', 'open', '' FROM response LIMIT 1",
    "INSERT INTO response_version (response_id, version, state, validity, mode, answers, details, content_digest, "
    "saved_at, superseded_at, superseded_by_id, reason) SELECT id, 1, state, validity, mode, answers, details, "
    "content_digest, saved_at, saved_at, enumerator_id, 'x' FROM response LIMIT 1",
    "INSERT INTO response_proposal (response_id, proposed_by_id, proposed_at, content, content_digest) "
    "SELECT id, enumerator_id, saved_at, 'x', 'x' FROM response LIMIT 1",
    "INSERT INTO login_session (token_digest, user_id, opened_at, seen_at) "
    "SELECT 'x', id, created_at, created_at FROM user_account LIMIT 1",
    "INSERT INTO score_run (campaign_id, number, run_by_id, run_at, milliseconds, reason, responses, input_digest, "
    "questionnaire_sha256, method_sha256, program_version, book, book_digest, versions) SELECT campaign.id, 1, "
    "user_account.id, campaign.created_at, 1, '', 1, 'x', questionnaire_sha256, method_sha256, 'x', 'x', 'x', "
    ":bytes FROM campaign, user_account LIMIT 1",
    "INSERT INTO screening (campaign_id, number, run_by_id, run_at, milliseconds, responses, input_digest, "
    "program_version, result, result_digest) SELECT campaign.id, 1, user_account.id, campaign.created_at, 1, 1, "
    "'x', 'x', '{}', 'x' FROM campaign, user_account LIMIT 1",
    "INSERT INTO import_batch (campaign_id, noun, state, file_name, file_sha256, changes, new_rows, changed_rows, "
    "unchanged_rows, read_by_id, read_at) SELECT campaign.id, 'sample_rows', 'previewed', 'x', 'x', '[]', 0, 0, 0, "
    "user_account.id, campaign.created_at FROM campaign, user_account LIMIT 1",
    "INSERT INTO sample_row (campaign_id, unit_id, form_code, kind, position, procedure, in_use, note) "
    "SELECT campaign_id, unit_id, 'ROW-1', 'official', 1, '', (1 = 1), '' FROM campaign_unit LIMIT 1",
    "INSERT INTO sample_row (campaign_id, unit_id, form_code, kind, position, procedure, in_use, note, replaces_id) "
    "SELECT campaign_id, unit_id, 'ROW-2', 'reserve', 1, '', (1 = 1), '', id FROM sample_row LIMIT 1",
    "INSERT INTO contact (sample_row_id, name, phone, address, remove_after) "
    "SELECT min(id), 'x', '', '', '2023-01-01' FROM sample_row",
    "INSERT INTO self_link (campaign_id, unit_id, form_code, token_digest, issued_by_id, issued_at, expires_at) "
    "SELECT campaign_id, sample_row.unit_id, 'ROW-1', 'x', user_account.id, created_at, created_at FROM sample_row, "
    "user_account LIMIT 1",
    "INSERT INTO paradata (response_id, seconds_active, seconds, edits, keystrokes, doubts) "
    "SELECT min(id), 0, '{}', 0, 0, '{}' FROM response",
    "INSERT INTO device_key (user_id, secret) SELECT min(id), 'x' FROM user_account",
    "INSERT INTO device_report (device, user_id, waiting, to_mend, aside, drafts, browser, reported_at) "
    "SELECT '000000000000000000000000000000000001', id, 0, 0, 0, 0, '', created_at FROM user_account LIMIT 1",
    "INSERT INTO second_entry (campaign_id, response_id, draw, state, first, second, fields, differing, resolution, "
    "drawn_at) SELECT campaign_id, id, 'x', 'drawn', '', '', 0, 0, '{}', saved_at FROM response LIMIT 1",
    "INSERT INTO response_tag (response_id, body, tag, added_by_id, added_at) "
    "SELECT id, 'front', 'x', enumerator_id, saved_at FROM response LIMIT 1",
    "INSERT INTO draw (campaign_id, number, kind, state, rules, frame_size, frame_digest, opened_by_id, opened_at, "
    "reason) SELECT campaign.id, 1, 'random', 'committing', '{}', 1, 'x', user_account.id, campaign.created_at, '' "
    "FROM campaign, user_account LIMIT 1",
    "INSERT INTO draw_part (draw_id, party, committed_by_id, committed_at, commitment) "
    "SELECT id, 'front', opened_by_id, opened_at, "
    "'0000000000000000000000000000000000000000000000000000000000000000' FROM draw LIMIT 1",
    "INSERT INTO draw_member (draw_id, response_id, response_version, enumerator_id, unit_id, chosen, for_front, "
    "for_veterans) SELECT draw.id, response.id, 1, enumerator_id, unit_id, (1 = 0), (1 = 0), (1 = 0) "
    "FROM draw, response LIMIT 1",
    "INSERT INTO recheck (uuid, campaign_id, draw_id, response_id, body, criteria, state, version, drawn_at, reason) "
    "SELECT '000000000000000000000000000000000002', response.campaign_id, draw.id, response.id, 'front', 'access_1', "
    "'waiting', 1, saved_at, '' FROM draw, response LIMIT 1",
    "INSERT INTO recheck_attempt (recheck_id, made_by_id, made_at, way, result, note) "
    "SELECT recheck.id, user_account.id, drawn_at, 'by_phone', 'nobody', '' FROM recheck, user_account LIMIT 1",
    "INSERT INTO recheck_verdict (recheck_id, number, given_by_id, given_at, response_version, verdict, reasons, "
    "answers_again, note, blind, content_digest) SELECT recheck.id, 1, user_account.id, drawn_at, 1, 'failed', '', "
    "'', '', (1 = 1), 'x' FROM recheck, user_account LIMIT 1",
    "INSERT INTO void_proposal (campaign_id, response_id, response_version, body, proposed_by_id, proposed_at, "
    "reasons, note, reply_until, reply, state, decision) SELECT campaign_id, id, 1, 'front', enumerator_id, saved_at, "
    "'', '', saved_at, '', 'open', '' FROM response LIMIT 1",
    "INSERT INTO joint_case (campaign_id, response_id, opened_at, state) "
    "SELECT campaign_id, id, saved_at, 'open' FROM response LIMIT 1",
    "INSERT INTO joint_opinion (joint_case_id, body, outcome, note, given_by_id, given_at) "
    "SELECT joint_case.id, 'front', 'failed', '', user_account.id, opened_at FROM joint_case, user_account LIMIT 1",
    "INSERT INTO redo_proposal (campaign_id, enumerator_id, judged, failed, opened_at, state, reason) "
    "SELECT campaign_id, enumerator_id, 5, 1, saved_at, 'open', '' FROM response LIMIT 1",
    "INSERT INTO duplicate_code (uuid, campaign_id, form_code, enumerator_id, questionnaire_sha256, content, "
    "content_digest, received_at, why, state, reason) SELECT '000000000000000000000000000000000003', campaign_id, "
    "form_code, enumerator_id, questionnaire_sha256, '{}', 'x', saved_at, 'taken', 'open', '' FROM response LIMIT 1",
    "INSERT INTO score_run (campaign_id, number, run_by_id, run_at, milliseconds, reason, responses, input_digest, "
    "questionnaire_sha256, method_sha256, program_version, book, book_digest, versions) SELECT campaign_id, 2, "
    "run_by_id, run_at, 1, '', 1, 'x', questionnaire_sha256, method_sha256, 'x', 'x', 'x', versions FROM score_run",
    "INSERT INTO publication (campaign_id, number, run_id, published_by_id, published_at, reason, bundle_digest) "
    "SELECT campaign_id, 1, id, run_by_id, run_at, 'x', 'x' FROM score_run WHERE number = 1",
    "INSERT INTO report_template (campaign_id, number, name, content, content_digest, set_by_id, set_at) "
    "SELECT campaign_id, 1, 'x', :bytes, 'x', run_by_id, run_at FROM score_run LIMIT 1",
    "INSERT INTO report_figure (campaign_id, year, kind, code, measure, value, source, set_by_id, set_at) "
    "SELECT campaign_id, 2020, 'unit', 'y', 'index', '90.00', 'x', run_by_id, run_at FROM score_run LIMIT 1",
)


# What must change with the column in question, lest another rule speaks first.
BESIDE = {
    "uq_recheck_uuid": {"body": "'veterans'"},
    "uq_publication_campaign_id_number": {"run_id": "run_id + 1"},
    "fk_publication_campaign_id_campaign": {"run_id": "run_id + 1"},
    "fk_publication_published_by_id_user_account": {"run_id": "run_id + 1"},
    "fk_draw_screening_id_screening": {"kind": "'directed'"},
    "fk_draw_member_replaces_id_response": {"chosen": "(1 = 1)", "for_front": "(1 = 1)"},
    "fk_response_tag_removed_by_id_user_account": {"removed_at": "added_at"},
}


def named(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    """Return the named constraints of a kind over all tables."""
    for table in Base.metadata.tables.values():
        for constraint in sorted(table.constraints, key=lambda each: str(each.name)):
            if isinstance(constraint, kind):
                yield str(constraint.name), constraint


def unique_rules() -> dict[str, tuple[Table, list[str]]]:
    """Return every rule that forbids a second row: its table and columns by its name."""
    rules = [*named(UniqueConstraint), *named(PrimaryKeyConstraint)]
    rules += [
        (str(index.name), index)
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if isinstance(index, Index) and index.unique
    ]
    return {name: (rule.table, [column.name for column in rule.columns]) for name, rule in rules}


UNIQUE = unique_rules()
FOREIGN = dict(named(ForeignKeyConstraint))


@pytest.fixture(scope="module")
def filled(house: SqliteHouse | PostgresHouse, demo_template: str) -> Iterator[Flask]:
    """The demonstration with a row in every table; what breaks a rule is never committed."""
    url = house.fresh(demo_template)
    with opened(url) as app:
        for statement in MORE_ROWS:
            db.session.execute(text(statement), {"bytes": b"x"} if ":bytes" in statement else {})
        db.session.commit()
        yield app
    house.drop(url)


def refused(statement: str) -> str:
    """Return what the database says of a statement that it refuses."""
    try:
        with pytest.raises(IntegrityError) as refusal:
            db.session.execute(text(statement))
    finally:
        db.session.rollback()
    return str(refusal.value.orig)


def copy_of_a_row(table: Table, *, changed: dict[str, str], same: Iterable[str] = ()) -> str:
    """Return the INSERT of a row that differs from one there only where it must, and where it is changed."""
    must_differ = {name for each, columns in UNIQUE.values() if each is table for name in columns}
    values = [
        changed.get(column.name) or (fresh(column) if column.name in must_differ - set(same) else column.name)
        for column in table.columns
    ]
    names = ", ".join(column.name for column in table.columns)
    whole = " AND ".join(f"{name} IS NOT NULL" for name in same) or "1 = 1"
    return f"INSERT INTO {table.name} ({names}) SELECT {', '.join(values)} FROM {table.name} WHERE {whole} LIMIT 1"


def change_of_a_row(table: Table, changed: dict[str, str]) -> str:
    """Return the UPDATE of the newest row, to which no other row refers."""
    place = "rowid" if db.engine.dialect.name == "sqlite" else "ctid"
    told = ", ".join(f"{name} = {value}" for name, value in changed.items())
    return f"UPDATE {table.name} SET {told} WHERE {place} = (SELECT max({place}) FROM {table.name})"


def fresh(column: Column[Any]) -> str:
    """Return a value no row has; a reference stays, since it must name a row, and so does a word of a list."""
    if column.foreign_keys or f"ck_{column.table.name}_{column.name}_known" in CHECKS:
        return column.name
    if not isinstance(column.type, String):
        return "900001"
    return f"'{'0' * min(36, column.type.length or 36)}'"


def test_every_check_has_a_name_and_a_statement_that_breaks_it() -> None:
    assert {name for name, _ in named(CheckConstraint)} == set(CHECKS)


def test_every_table_has_a_row_that_can_be_copied(filled: Flask) -> None:
    empty = [
        name
        for name in Base.metadata.tables
        if db.session.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() is None
    ]
    assert empty == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_broken_check_says_its_name(filled: Flask, name: str) -> None:
    assert name in refused(CHECKS[name])


@pytest.mark.parametrize("name", UNIQUE)
def test_a_second_row_is_refused_by_name(filled: Flask, name: str) -> None:
    table, columns = UNIQUE[name]
    told = refused(copy_of_a_row(table, changed=BESIDE.get(name, {}), same=columns))
    # SQLite names the columns, not the rule.
    shown = ", ".join(f"{table.name}.{column}" for column in columns)
    assert told == f"UNIQUE constraint failed: {shown}" or f'unique constraint "{name}"' in told


@pytest.mark.parametrize("name", FOREIGN)
def test_a_row_that_names_nobody_is_refused_by_name(filled: Flask, name: str) -> None:
    rule = FOREIGN[name]
    columns = [column.name for column in rule.columns]
    changed = {columns[-1]: "'nobody'" if rule.columns[columns[-1]].type.python_type is str else "987654"}
    if len(columns) > 1:
        changed = {columns[-1]: "(SELECT max(id) FROM unit WHERE code = 'OUTSIDE')"}
    changed |= BESIDE.get(name, {})
    broken = copy_of_a_row(rule.table, changed=changed) if rule.table.name in APPEND_ONLY else None
    told = refused(broken or change_of_a_row(rule.table, changed))
    # A unit that does not exist is in no campaign either: both rules refuse it, and one of them speaks.
    also = [
        str(each.name)
        for each in FOREIGN.values()
        if each.table is rule.table and columns[-1] in each.columns
    ]
    assert told == "FOREIGN KEY constraint failed" or any(f'constraint "{each}"' in told for each in also)
    if len(columns) > 1 and db.engine.dialect.name == "postgresql":
        assert f'constraint "{name}"' in told


def test_names_follow_one_grammar_and_none_is_longer_than_postgresql_keeps() -> None:
    names = [*CHECKS, *UNIQUE, *FOREIGN]
    assert len(set(names)) == len(names)
    assert [name for name in names if name.partition("_")[0] not in ("ck", "uq", "pk", "fk")] == []
    assert max(map(len, names)) <= 63
