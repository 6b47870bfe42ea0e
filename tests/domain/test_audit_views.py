"""The trail in words: every fact that any verb writes has a Vietnamese name, every word its label."""

import ast
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from survey_app.audit_verbs import AuditVerb
from survey_app.domain import audit, audit_views, people
from survey_app.domain.audit_views import Fact
from survey_app.models import AuditLine

SOURCES = Path(audit.__file__).parents[1]


def told(verb: AuditVerb, **change: object) -> audit_views.Told:
    """Return what is told of one change."""
    body = audit.canonical({"before": None, "after": None, "reason": "", **change})
    line = AuditLine(id=1, at=datetime.now(UTC), verb=verb, noun=verb.partition(".")[0], body=body)
    return audit_views.told(line)


def test_old_and_new_are_told_in_the_words_of_the_interface() -> None:
    moved = told(AuditVerb.CAMPAIGN_STATE, before={"state": "draft"}, after={"state": "open"}, reason="vì")
    assert (moved.facts, moved.reason) == ([Fact("trạng thái", "Đang chuẩn bị", "Đang thu thập")], "vì")
    flagged = told(AuditVerb.FLAG_RAISED, before={"state": "submitted"}, after={"state": "returned"})
    assert flagged.facts == [Fact("trạng thái", "Đã gửi", "Trả lại")]
    made = told(AuditVerb.PERSON_CREATED, after={"role": "supervisor", "body": "front", "username": "front"})
    assert made.facts == [
        Fact("cơ quan giám sát", None, "Mặt trận Tổ quốc"),
        Fact("vai trò", None, "Giám sát viên"),
        Fact("tên đăng nhập", None, "front"),
    ]


def test_a_zero_is_a_value_and_what_has_no_value_is_left_out() -> None:
    recalled = told(AuditVerb.ASSIGNMENT_SET, before={"target": 7}, after={"target": 0, "body": None})
    assert recalled.facts == [Fact("chỉ tiêu", "7", "0")]
    assert told(AuditVerb.ASSIGNMENT_SET, before={"target": 0}, after={"target": 7}).facts == [
        Fact("chỉ tiêu", "0", "7")
    ]


def test_a_digest_is_shortened_and_a_text_is_not() -> None:
    shown = told(AuditVerb.SCORE_RUN, after={"book": "a" * 64, "username": "b" * 64})
    assert shown.facts == [Fact("mã kết quả", None, "a" * 12), Fact("tên đăng nhập", None, "b" * 64)]


def test_every_fact_that_a_verb_writes_has_a_name_and_every_name_a_fact() -> None:
    written: set[str] = set()
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in {"before", "after"}:
                written |= _keys(node.value)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"before", "after"}:
                written |= _keys(node.value)
    assert written == set(audit_views.NAMES)


def _keys(value: ast.expr) -> set[str]:
    return {
        key.value
        for each in ast.walk(value)
        if isinstance(each, ast.Dict)
        for key in each.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def test_the_lines_of_the_demonstration_are_told_in_vietnamese(demo: Flask) -> None:
    appraised = audit.search(
        people.by_username("quantri"), verb="appraisal.entered", name="", record_id="", number=1
    )
    facts = [audit_views.told(line).facts for line in appraised.rows]
    assert len(facts) == 25  # the units of the published table (Hà Nam's report 2022)
    assert {fact.name for each in facts for fact in each} == {"điểm thẩm định"}
    assert [Fact("điểm thẩm định", None, "85,75")] in facts  # Sở Tài chính as published
