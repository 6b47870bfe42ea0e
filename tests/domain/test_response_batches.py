"""A file of responses as one batch: what it would do, what it did, and how all of it is taken back."""

import io
import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from scoring.questionnaire import load_questionnaire, parse_questionnaire
from survey_app import problems
from survey_app.domain import (
    audit,
    campaigns,
    counting,
    flags,
    import_batches,
    integrity,
    people,
    response_export,
    responses,
)
from survey_app.domain.campaigns import _pin
from survey_app.domain.import_plan import Plan
from survey_app.domain.response_content import Entry, entry_of
from survey_app.exports.answers_csv import write_answers
from survey_app.extensions import db
from survey_app.models import Campaign, Paradata, Response, User
from survey_app.vocabulary import Body, CampaignState, Role
from tests.bad_inputs import BAD_INPUTS
from tests.domain.answer_files import (
    FOURS,
    counts,
    csv_of,
    read_in,
    row,
    table_of,
    taken_in,
    told,
    xlsx_of,
)
from tests.domain.small_campaign import CRITERIA, answer, enumerator, plan


@pytest.fixture
def an(actor: User, small: Campaign) -> User:
    """The enumerator of the files."""
    return enumerator(actor, small, "A")


@pytest.fixture
def home(actor: User, an: User) -> User:
    """Whoever reads files in."""
    return people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)


def stored(form_code: str) -> Response:
    """Return the newest response with a form code."""
    found = select(Response).where(Response.form_code == form_code).order_by(Response.id.desc())
    response = db.session.scalars(found.execution_options(populate_existing=True)).first()
    assert response is not None
    return response


def details_of(form_code: str) -> dict[str, object]:
    """Return the unscored answers of a response."""
    found: dict[str, object] = json.loads(stored(form_code).details)
    return found


def exported(home: User, campaign: Campaign) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the exported workbook as headings and rows."""
    return table_of(response_export.workbook(home, campaign))


def written(headings: Sequence[str], rows: Sequence[dict[str, Any]]) -> bytes:
    """Return rows under their headings as an .xlsx."""
    return xlsx_of([list(headings), *([each[name] for name in headings] for each in rows)])


def say(home: User, campaign: Campaign, **cells: object) -> Plan:
    """Return what one row about F-1 would do."""
    return read_in(home, campaign, [{"form_code": "F-1", **cells}])[1]


def test_e15_an_export_comes_back_without_a_difference_and_three_cells_are_three_changes(
    home: User, small: Campaign
) -> None:
    rows = [
        row(
            "00017", access_1="NA", access_2="", wishes="simpler;faster", comment="=1+1", service_field="land"
        ),
        row("0912345678", mode="phone", comment="+84912345678", result_time="late", late_notice="no"),
        row("012345678901", comment="-5\tx"),
        row("12300000", access_3="1"),
    ]
    taken_in(home, small, rows)
    headings, lines = exported(home, small)
    content = response_export.workbook(home, small)
    assert counts(read_in(home, small, content, "x.xlsx")[1]) == (0, 0, 4, 0)
    assert [each["form_code"] for each in lines] == ["00017", "012345678901", "0912345678", "12300000"]
    assert [each["access_3"] for each in lines] == [4, 4, 4, 1]
    lines[0]["access_1"], lines[1]["access_2"], lines[3]["comment"] = 2, "NA", "@SUM(A1)"
    batch, found = read_in(home, small, written(headings, lines), "x.xlsx")
    assert counts(found) == (0, 3, 1, 0)
    assert [(each.key, each.differences) for each in found.rows if each.kind == "changed"] == [
        ("00017", (("access_1", "Không áp dụng", "2 – Không hài lòng"),)),
        ("012345678901", (("access_2", "4 – Hài lòng", "Không áp dụng"),)),
        ("12300000", (("comment", "để trống", "@SUM(A1)"),)),
    ]
    import_batches.apply(home, batch)
    assert [stored(code).version for code in ("00017", "012345678901", "0912345678", "12300000")] == [
        2,
        2,
        1,
        2,
    ]
    assert stored("00017").answers == "2-" + "4" * 20
    assert details_of("12300000") == {"comment": "@SUM(A1)"}
    assert all(finding.holds for finding in integrity.check())


def test_e15_the_command_lines_export_comes_back_without_a_difference(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1", access_1="NA", access_2=""), row("F-2", comment="x")])
    out = io.BytesIO()
    questionnaire = campaigns.questionnaire_of(small.questionnaire_sha256)
    write_answers(out, questionnaire, responses.counted_rows(small))
    assert counts(read_in(home, small, out.getvalue())[1]) == (0, 0, 2, 0)


def test_a5_each_change_has_its_line_with_old_and_new_and_the_version_before_stays(
    home: User, small: Campaign
) -> None:
    taken_in(home, small, [row("F-1")])
    taken_in(home, small, [{"form_code": "F-1", "access_1": "2", "mode": "phone"}], "sua.csv")
    response = stored("F-1")
    (version,) = responses.versions_of(response)
    assert (version.version, version.answers, version.reason) == (1, "4" * 22, "sua.csv")
    line = audit.history("response", response.uuid)[-1]
    facts = audit.changes_of(line)
    assert (line.verb, line.actor_id, facts["reason"]) == ("response.corrected", home.id, "sua.csv")
    assert facts["before"] == {
        "access_1": "4 – Hài lòng",
        "mode": "Nhập từ phiếu giấy",
        "version": 1,
        "digest": version.content_digest,
    }
    assert facts["after"] == {
        "access_1": "2 – Không hài lòng",
        "mode": "Phỏng vấn qua điện thoại",
        "version": 2,
        "digest": response.content_digest,
    }
    assert audit.verify()[1] is None


@pytest.mark.parametrize(
    ("cells", "after"),
    [
        ({}, {"service_field": "land", "wishes": ["faster"], "comment": "cũ"}),
        (
            {"comment": "", "wishes": "  ", "service_field": "\u200b"},
            {"service_field": "land", "wishes": ["faster"], "comment": "cũ"},
        ),
        ({"comment": "(xóa)", "wishes": " (XÓA) "}, {"service_field": "land"}),
        ({"comment": "(xo\u0301a)"}, {"service_field": "land", "wishes": ["faster"]}),
        (
            {"wishes": "online;faster"},
            {"service_field": "land", "wishes": ["faster", "online"], "comment": "cũ"},
        ),
    ],
)
def test_e16_u7_a_blank_cell_leaves_what_stands_and_the_word_erases_it(
    home: User, small: Campaign, cells: dict[str, str], after: dict[str, object]
) -> None:
    taken_in(home, small, [row("F-1", service_field="land", wishes="faster", comment="cũ")])
    batch, _ = read_in(home, small, [{"form_code": "F-1", "access_1": "", **cells}])
    import_batches.apply(home, batch)
    assert details_of("F-1") == after
    assert stored("F-1").answers == "4" * 22
    assert "Ô để trống giữ nguyên" in import_batches.rule_of(batch)


def test_e16_a_level_is_erased_by_the_word_and_counts_as_no_answer(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1")])
    taken_in(home, small, [{"form_code": "F-1", "access_1": "(xóa)"}])
    assert stored("F-1").answers == "-" + "4" * 21


def test_e18_rows_in_any_order_are_matched_by_their_key_and_those_missing_are_named(
    home: User, small: Campaign
) -> None:
    taken_in(home, small, [row(f"F-{number}") for number in range(5)])
    rows = [{"access_1": "5", "form_code": f"F-{number}"} for number in (3, 0)]
    batch, found = read_in(home, small, rows)
    assert [(each.key, each.kind) for each in found.rows] == [("F-3", "changed"), ("F-0", "changed")]
    assert import_batches.shown(small, batch).left == ["F-1", "F-2", "F-4"]
    import_batches.apply(home, batch)
    assert [stored(f"F-{number}").answers[0] for number in range(5)] == ["5", "4", "4", "5", "4"]


def test_e17_one_refused_cell_keeps_the_whole_file_out(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1")])
    rows = [row("F-2"), {"form_code": "F-1", "access_1": "6"}, row("F-3", unit="Z", enumerator="ai")]
    batch, found = read_in(home, small, rows)
    assert told(found) == [(3, "access_1"), (4, "unit"), (4, "enumerator")]
    with pytest.raises(problems.BatchRefused, match="còn 3 ô bị từ chối"):
        import_batches.apply(home, batch)
    assert db.session.scalar(text("SELECT count(*) FROM response")) == 1


@pytest.mark.parametrize(
    ("cells", "column", "why"),
    [
        ({"access_1": "0"}, "access_1", "“0” không có trong thang"),
        ({"access_1": "6"}, "access_1", "“6” không có trong thang"),
        ({"access_1": "4 5"}, "access_1", "“4 5” không có trong thang"),
        ({"access_1": "4,0"}, "access_1", "“4,0” không có trong thang"),
        ({"access_1": "5 Hài lòng"}, "access_1", "“5 Hài lòng” không có trong thang"),
        ({"access_1": "１"}, "access_1", "“１” không có trong thang"),
        ({"access_1": "٤"}, "access_1", "“٤” không có trong thang"),
        ({"access_1": "1e999"}, "access_1", "“1e999” không có trong thang"),
        ({"access_1": "NaN"}, "access_1", "“NaN” không có trong thang"),
        ({"access_1": "inf"}, "access_1", "“inf” không có trong thang"),
        ({"gender": "male female"}, "gender", "“male female” không có trong danh sách"),
        ({"wishes": "faster;moon"}, "wishes", "không có trong danh sách"),
        ({"late_notice": "yes"}, "late_notice", "không hỏi trong trường hợp"),
        ({"organisation_role": "leader"}, "organisation_role", "không hỏi trong trường hợp"),
        ({"unit": "C"}, "unit", "không phải đơn vị được khảo sát"),
        ({"unit": "(xóa)"}, "unit", "không phải đơn vị được khảo sát"),
        ({"unit": "KHONG-CO"}, "unit", "không phải đơn vị được khảo sát"),
        ({"mode": "fax"}, "mode", "“fax” không phải cách hỏi"),
        ({"enumerator": "dtv-b"}, "enumerator", "tệp không đổi được người thu"),
        ({"comment": "x" * 2001}, "comment", "dài 2001 ký tự"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_refused_by_row_column_and_reason(
    home: User, small: Campaign, cells: dict[str, str], column: str, why: str
) -> None:
    taken_in(home, small, [row("F-1", respondent_kind="citizen")])
    found = say(home, small, **cells)
    assert told(found) == [(2, column)]
    assert why in found.refused[0].why
    fresh = read_in(home, small, [row("F-2", respondent_kind="citizen") | cells])[1]
    assert told(fresh) == [(2, column)]


def test_an_answer_loses_its_question_when_the_file_changes_the_one_before(
    home: User, small: Campaign
) -> None:
    taken_in(home, small, [row("F-1", result_time="late", late_notice="no")])
    found = say(home, small, result_time="on_time")
    assert told(found) == [(2, "late_notice")]
    assert counts(say(home, small, result_time="on_time", late_notice="(xóa)")) == (0, 1, 0, 0)


def test_a_response_changes_its_unit_by_code_or_name_composed_or_not(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1")])
    for name in ("B", "Huyện B", "huyện b", "Huye\u0323\u0302n B"):
        found = say(home, small, unit=name)
        assert found.rows[0].differences == (("unit", "Sở A", "Huyện B"),)


def test_a_returned_and_a_void_response_are_not_changed_by_a_file(
    home: User, small: Campaign, an: User
) -> None:
    front = people.create(home, people.Person("mattran", "Mặt Trận", Role.SUPERVISOR, Body.FRONT), None)
    answer(small, an, "A", 4, "F-1")
    answer(small, an, "A", 4, "F-2")
    flags.raise_flag(front, stored("F-1"), version=1, reason="other", note="Hỏi lại")
    stored("F-2").state = "void"
    db.session.flush()
    same = [{"form_code": code, "access_1": "4"} for code in ("F-1", "F-2")]
    assert counts(read_in(home, small, same)[1]) == (0, 0, 2, 0)
    found = read_in(home, small, [each | {"access_1": "5"} for each in same])[1]
    assert [cell.why[:24] for cell in found.refused] == [
        "phiếu F-1 đang trả lại c",
        "phiếu F-2 đã hủy nên tệp",
    ]


def test_a_draft_is_no_response_yet_and_stays_a_draft(home: User, small: Campaign, an: User) -> None:
    responses.save_draft(an, small, str(uuid4()), Entry("A", "F-1", "paper", {}))
    taken_in(home, small, [row("F-1")])
    states = db.session.scalars(select(Response.state).order_by(Response.id)).all()
    assert states == ["draft", "submitted"]


def test_an_accepted_response_stays_accepted_and_counts_with_its_new_answers(
    home: User, small: Campaign
) -> None:
    taken_in(home, small, [row("F-1")])
    stored("F-1").state = "accepted"
    db.session.flush()
    taken_in(home, small, [{"form_code": "F-1", "access_1": "1"}])
    assert (stored("F-1").state, stored("F-1").version) == ("accepted", 2)


def test_e20_a_file_is_taken_back_as_one_batch(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1", comment="cũ")])
    before = counting.current(small).digest
    batch = taken_in(home, small, [row("F-2"), row("F-1", comment="mới", access_1="1")], "hai.csv")
    assert batch.content is None
    import_batches.reverse(home, batch, "Nhập nhầm tệp")
    assert (stored("F-2").state, stored("F-1").version) == ("void", 3)
    assert details_of("F-1") == {"comment": "cũ"}
    assert [each.version for each in responses.versions_of(stored("F-1"))] == [1, 2]
    assert counting.current(small).digest == before
    (withdrawn,) = audit.history("response", stored("F-2").uuid)[1:]
    assert (withdrawn.verb, audit.changes_of(withdrawn)["reason"]) == ("response.withdrawn", "Nhập nhầm tệp")
    applied, taken_back = audit.history("batch", batch.id)
    assert (applied.verb, taken_back.verb) == ("batch.applied", "batch.reversed")
    assert audit.changes_of(applied)["after"]["sha256"] == batch.file_sha256
    assert all(finding.holds for finding in integrity.check())


def test_e20_a_form_code_is_free_again_once_its_file_is_taken_back(home: User, small: Campaign) -> None:
    first = taken_in(home, small, [row("F-1")])
    import_batches.reverse(home, first, "Nhập nhầm")
    again = taken_in(home, small, [row("F-1", access_1="1")])
    assert (again.new_rows, again.changed_rows) == (1, 0)
    import_batches.reverse(home, again, "Lại nhầm")
    taken_in(home, small, [row("F-1", access_1="2")])
    found = db.session.execute(select(Response.state, Response.answers).order_by(Response.id)).all()
    assert [(state, answers[0]) for state, answers in found] == [
        ("void", "4"),
        ("void", "1"),
        ("submitted", "2"),
    ]


def test_e20_what_changed_since_is_named_and_then_nothing_is_taken_back(home: User, small: Campaign) -> None:
    batch = taken_in(home, small, [row("F-1"), row("F-2")])
    taken_in(home, small, [{"form_code": "F-2", "access_1": "1"}])
    with pytest.raises(problems.BatchChangedSince, match=r"1 dòng .*\(F-2\)"):
        import_batches.reverse(home, batch, "Nhầm")
    db.session.rollback()


def test_v3_a_response_keeps_the_questionnaire_it_was_asked_by(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1", access_4="5")])
    small.questionnaire_sha256 = _pin("questionnaire", load_questionnaire("sipas-2023"))
    db.session.flush()
    headings, lines = exported(home, small)
    assert lines[0]["access_4 (sipas-2017)"] == 5
    assert (lines[0]["access_1"], lines[0]["questionnaire"]) == (None, "sipas-2017")
    assert counts(read_in(home, small, written(headings, lines), "x.xlsx")[1]) == (0, 0, 1, 0)
    lines[0]["access_4 (sipas-2017)"] = 1
    taken_in(home, small, written(headings, lines), "x.xlsx")
    response = stored("F-1")
    assert (response.answers, len(response.questionnaire_sha256)) == ("4441" + "4" * 18, 64)
    assert campaigns.questionnaire_of(response.questionnaire_sha256).code == "sipas-2017"
    found = say(home, small, access_1="3")
    assert "hỏi theo bản sipas-2017" in found.refused[0].why


def test_v1_v4_a_label_changed_and_a_criterion_dropped_keep_each_response_by_its_own_version(
    home: User, small: Campaign
) -> None:
    old = campaigns.questionnaire_of(small.questionnaire_sha256)
    taken_in(home, small, [row("F-1", feedback_4="5")])
    first = stored("F-1").questionnaire_sha256
    text = "".join(line for line in old.text.splitlines(keepends=True) if '"feedback_4"' not in line)
    text = text.replace(old.criteria[0].text, "Có đủ ghế ngồi chờ.")
    small.questionnaire_sha256 = _pin("questionnaire", parse_questionnaire(text, "x.toml"))
    db.session.flush()
    taken_in(home, small, [{name: cell for name, cell in row("F-2").items() if name != "feedback_4"}])
    headings, lines = exported(home, small)
    dropped = f"feedback_4 (sipas-2017 {first[:8]})"
    assert [(each["access_1"], each[dropped]) for each in lines] == [(4, 5), (4, None)]
    assert counts(read_in(home, small, written(headings, lines), "x.xlsx")[1]) == (0, 0, 2, 0)
    lines[0]["access_1"] = lines[0][dropped] = 1
    taken_in(home, small, written(headings, lines), "x.xlsx")
    assert (stored("F-1").answers, stored("F-1").questionnaire_sha256) == ("1" + "4" * 20 + "1", first)
    lines[1][dropped] = 3
    assert told(read_in(home, small, written(headings, lines), "x.xlsx")[1]) == [(3, dropped)]


def test_v6_an_old_breach_is_not_in_the_way_of_another_correction(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1", comment="cũ")])
    old = stored("F-1")
    old.details = audit.canonical({"comment": "cũ", "gender": "khác", "late_notice": "yes"})
    db.session.flush()
    taken_in(home, small, [{"form_code": "F-1", "comment": "mới", "access_1": "5"}])
    assert details_of("F-1") == {"comment": "mới", "gender": "khác", "late_notice": "yes"}
    assert told(say(home, small, gender="lạ")) == [(2, "gender")]


def test_a_file_without_a_column_new_responses_need_says_so_once(home: User, small: Campaign) -> None:
    rows = [{name: cell for name, cell in row(code).items() if name != "access_3"} for code in ("F-1", "F-2")]
    assert told(read_in(home, small, rows)[1]) == [(1, "access_3")]
    assert told(read_in(home, small, [{"unit": "A", "access_1": "4"}])[1]) == [(1, "form_code")]
    assert told(read_in(home, small, b"form_code,unit\n")[1]) == [(1, "form_code")]


def test_moments_of_a_device_are_kept_with_new_responses(home: User, small: Campaign) -> None:
    rows = [
        row("F-1", start="2026-11-25T08:30:00.000+07:00", end="2026-11-25T08:41:00"),
        row("F-2", start="hôm qua", end="0001-01-01T00:00:00"),
    ]
    taken_in(home, small, rows)
    (kept,) = db.session.scalars(select(Paradata)).all()
    assert kept.response_id == stored("F-1").id
    assert [str(each) for each in (kept.opened_at, kept.finished_at)] == [
        "2026-11-25 01:30:00+00:00",
        "2026-11-25 01:41:00+00:00",
    ]


def test_a_closed_campaign_neither_takes_a_file_nor_gives_one_back(home: User, small: Campaign) -> None:
    batch = taken_in(home, small, [row("F-1")])
    waiting, _ = read_in(home, small, [row("F-2")])
    campaigns.move(home, small, CampaignState.CLOSED)
    for verb in (
        lambda: read_in(home, small, [row("F-3")]),
        lambda: import_batches.apply(home, waiting),
        lambda: import_batches.reverse(home, batch, "Nhầm"),
    ):
        with pytest.raises(problems.CampaignNotOpen):
            verb()


def test_a_response_stored_meanwhile_shows_the_preview_again(home: User, small: Campaign, an: User) -> None:
    batch, found = read_in(home, small, [row("F-1")])
    answer(small, an, "A", 4, "F-1")
    with pytest.raises(problems.BatchOvertaken):
        import_batches.apply(home, batch)
    assert (batch.state, batch.new_rows, batch.unchanged_rows) == ("previewed", 0, 1)
    assert counts(found) == (1, 0, 0, 0)


def test_the_same_counts_with_other_changes_are_shown_again_too(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1")])
    batch, found = read_in(home, small, [{"form_code": "F-1", "access_1": "1"}])
    db.session.execute(update(Response).values(answers="3" + "4" * 21))
    with pytest.raises(problems.BatchOvertaken):
        import_batches.apply(home, batch, seen=import_batches.seal(found))


COLUMNS = [
    "form_code",
    "unit",
    "enumerator",
    "mode",
    "access_1",
    "service_field",
    "wishes",
    "comment",
    "late_notice",
]


@pytest.mark.parametrize("column", COLUMNS)
def test_every_bad_input_in_every_column_is_refused_by_name_or_is_a_good_value(
    home: User, small: Campaign, column: str
) -> None:
    taken_in(home, small, [row("F-0", respondent_kind="citizen")])
    for name, value in BAD_INPUTS.items():
        typed = str("" if value is None else value).replace("\x00", "").encode("utf-8", "replace").decode()
        code = typed if column == "form_code" else "F-0"
        for given in ({"form_code": code}, row(code if column == "form_code" else "F-9")):
            try:
                _, found = read_in(home, small, csv_of([{**given, column: typed}]))
            except problems.ScorerRefused:
                continue
            for cell in found.refused:
                assert cell.why, (name, column)
                assert len(cell.value) <= 40
            if not found.refused:
                assert counts(found)[:3] in ((1, 0, 0), (0, 1, 0), (0, 0, 1)), (name, column)


def test_the_entry_of_an_imported_response_opens_in_the_form_again(home: User, small: Campaign) -> None:
    taken_in(home, small, [row("F-1", wishes="faster", access_1="NA")])
    entry = entry_of(stored("F-1"), small.questionnaire_sha256)
    assert (entry.answers["access_1"], entry.details) == ("NA", {"wishes": ["faster"]})
    assert list(entry.answers) == list(CRITERIA)
    assert FOURS.keys() == entry.answers.keys()


def test_another_campaign_with_the_same_form_codes_is_not_touched(
    actor: User, home: User, small: Campaign
) -> None:
    other = campaigns.create(actor, plan(code="c27"))
    campaigns.move(actor, other, CampaignState.OPEN)
    taken_in(home, small, [row("F-1")])
    assert counts(read_in(home, other, [row("F-1")])[1]) == (1, 0, 0, 0)
