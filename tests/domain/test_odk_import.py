"""Files of ODK and KoboToolbox: one set of answers in every shape they export it, and what is not recognised is named."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scoring.questionnaire import load_questionnaire, parse_questionnaire
from survey_app import problems
from survey_app.domain import campaigns, import_batches, people
from survey_app.domain.odk_import import How, mapping
from survey_app.extensions import db
from survey_app.models import Campaign, Response, User
from survey_app.vocabulary import CampaignState, Role
from tests.bad_inputs import BAD_INPUTS
from tests.conftest import PostgresHouse, SqliteHouse, opened
from tests.domain.answer_files import counts, csv_of, read_in, row, taken_in, told, xlsx_of
from tests.domain.small_campaign import enumerator, plan

QUESTIONNAIRE = load_questionnaire("sipas-2017")
LEVELS = ["4", "5", "na", "", "1", "2", "3"] * 4
WORDS = {"na": QUESTIONNAIRE.scale.not_applicable, "": ""} | {
    str(place): name for place, name in enumerate(QUESTIONNAIRE.scale.levels, 1)
}
PACKED = "".join({"na": "N", "": "-"}.get(level, level) for level in LEVELS[:22])
DETAILS = '{"channel":["media","internet"],"comment":"Tốt","gender":"female","respondent_kind":"citizen","service_field":"land"}'
CHANNEL = next(question for question in QUESTIONNAIRE.questions if question.code == "channel")
TEXTS = {question.code: question.text for question in QUESTIONNAIRE.questions}
TICKED = {"media", "internet"}


@pytest.fixture
def home(actor: User, small: Campaign) -> User:
    """Whoever reads files in, in a campaign with an enumerator."""
    enumerator(actor, small, "A")
    return people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)


def by_path(separator: str, split: str = "") -> tuple[list[str], list[str]]:
    """Return heading and one row as ODK writes them: paths, codes, and one cell or 0/1 columns for several answers."""
    heading = ["SubmissionDate", "start", "end", "today", "form_code", "unit", "mode"]
    cells = ["2026-11-25T02:00:00Z", "2026-11-25T08:30:00.000+07:00", "", "2026-11-25", "F-1", "A", "phone"]
    heading += [f"{each.factor}{separator}{each.code}" for each in QUESTIONNAIRE.criteria]
    cells += LEVELS[:22]
    heading += [
        f"service{separator}service_field",
        f"respondent{separator}respondent_kind",
        f"respondent{separator}gender",
    ]
    cells += ["land", "citizen", "female"]
    if split != "only":
        heading.append(f"experience{separator}channel")
        cells.append("internet media")
    if split:
        heading += [f"experience{separator}channel/{option.code}" for option in CHANNEL.options]
        cells += ["1" if option.code in TICKED else "0" for option in CHANNEL.options]
    heading += [f"comment{separator}comment", f"meta{separator}instanceID", "KEY", "username"]
    return heading, [*cells, "Tốt", "uuid:1", "uuid:1", "dtv-a"]


def by_label(numbered: bool = False) -> tuple[list[str], list[str]]:
    """Return heading and one row as KoboToolbox writes them with labels for questions and answers."""
    heading = ["start", "end", "Mã phiếu", "Cơ quan, đơn vị", "Cách hỏi"]
    cells = ["", "", "F-1", "Sở A", "Phỏng vấn qua điện thoại"]
    for place, each in enumerate(QUESTIONNAIRE.criteria):
        heading.append(f"Nhóm/{each.number}.1. {each.text}" if numbered else each.text)
        level = LEVELS[place]
        cells.append(f"{level}. {WORDS[level]}" if numbered and level.isdigit() else WORDS[level])
    heading += [TEXTS["service_field"], TEXTS["respondent_kind"], TEXTS["gender"], TEXTS["channel"]]
    cells += [
        "Đất đai, môi trường",
        "Cho cá nhân, gia đình",
        "Nữ",
        "Qua báo, đài, loa truyền thanh Qua mạng Internet",
    ]
    heading += [f"{CHANNEL.text}/{option.text}" for option in CHANNEL.options]
    cells += ["1" if option.code in TICKED else "0" for option in CHANNEL.options]
    heading += [
        TEXTS["comment"],
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "_submitted_by",
        "__version__",
        "_index",
    ]
    return heading, [*cells, "Tốt", "7", "x", "", "", "dtv-a", "v", "1"]


SHAPES: dict[str, Callable[[], tuple[list[str], list[str]]]] = {
    "ODK Central": lambda: by_path("-"),
    "ODK Central, split": lambda: by_path("-", "both"),
    "KoboToolbox by codes": lambda: by_path("/", "both"),
    "split alone": lambda: by_path("/", "only"),
    "colons": lambda: by_path(":"),
    "KoboToolbox by labels": by_label,
    "numbered labels in groups": lambda: by_label(numbered=True),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["csv", "semicolons", "xlsx"])
def test_the_same_answers_in_every_shape_are_the_same_response(
    home: User, small: Campaign, shape: str, kind: str
) -> None:
    heading, cells = SHAPES[shape]()
    if kind == "xlsx":
        numbers = [int(cell) if cell.isdigit() else cell for cell in cells]
        taken_in(home, small, xlsx_of([heading, numbers]), "odk.xlsx")
    else:
        content = csv_of(
            [dict(zip(heading, cells, strict=True))], ";" if kind == "semicolons" else ",", "\ufeff"
        )
        taken_in(home, small, content, "odk.csv")
    (response,) = db.session.scalars(select(Response)).all()
    assert (response.form_code, response.mode, response.enumerator.username) == ("F-1", "phone", "dtv-a")
    assert (response.answers, response.details) == (PACKED, DETAILS)
    assert response.unit is not None
    assert response.unit.code == "A"


def test_the_preview_tells_what_each_column_was_read_as(home: User, small: Campaign) -> None:
    heading, cells = by_path("/", "both")
    batch, _ = read_in(home, small, csv_of([dict(zip([*heading, "ghi chú"], [*cells, "x"], strict=True))]))
    shown = import_batches.shown(small, batch)
    found = {each.name: (each.meaning, each.how, each.is_read) for each in shown.headings}
    first = QUESTIONNAIRE.criteria[0].text
    assert found["access/access_1"] == (f"access_1 – {first}", "theo mã sau tên nhóm", True)
    assert found["unit"] == ("unit – Cơ quan, đơn vị", "theo mã", True)
    assert found["meta/instanceID"] == ("", "thông tin kỹ thuật của máy, không nhập", False)
    assert found["ghi chú"] == ("", "không nhận ra, bỏ qua", False)
    assert found["username"] == ("enumerator – Điều tra viên", "theo mã sau tên nhóm", True)
    assert shown.absent == ()


def test_two_columns_for_one_question_are_refused_by_name(home: User, small: Campaign) -> None:
    content = b"form_code,access_1,access/access_1,unit\nF-1,4,4,A\n"
    assert told(read_in(home, small, content)[1]) == [(1, "access_1"), (1, "access/access_1")]
    label = QUESTIONNAIRE.criteria[0].text
    twice = f"form_code,{label},{label}\nF-1,4,5\n".encode()
    found = read_in(home, small, twice)[1]
    assert told(found) == [(1, label), (1, label)]
    assert "hai cột cùng là access_1" in found.refused[0].why


def test_u4_words_that_two_questions_share_name_neither_of_them() -> None:
    text = QUESTIONNAIRE.text.replace(QUESTIONNAIRE.criteria[1].text, QUESTIONNAIRE.criteria[0].text)
    shared = parse_questionnaire(text, "x.toml")
    (column,) = mapping(shared, [QUESTIONNAIRE.criteria[0].text]).columns
    assert (column.how, column.target) == (How.TWICE, "")


def test_the_whole_cell_and_its_ticks_must_say_the_same(home: User, small: Campaign) -> None:
    cells = {"channel": "internet media", "channel/internet": "1", "channel/media": "0"}
    found = read_in(home, small, [row("F-1") | cells])[1]
    assert told(found) == [(2, "channel/internet")]
    assert told(read_in(home, small, [row("F-1") | {"channel/internet": "x"}])[1]) == [
        (2, "channel/internet")
    ]


@pytest.mark.parametrize(
    ("cell", "chosen"),
    [
        ("internet media", '["media","internet"]'),
        ("media;internet", '["media","internet"]'),
        ("Qua mạng Internet; Qua báo, đài, loa truyền thanh", '["media","internet"]'),
        ("Qua mạng Internet", '["internet"]'),
        ("Qua cán bộ, công chức xã, phường, Qua nguồn khác", '["commune_office","other"]'),
    ],
)
def test_several_answers_in_one_cell_are_read_as_codes_or_words(
    home: User, small: Campaign, cell: str, chosen: str
) -> None:
    taken_in(home, small, [row("F-1", channel=cell)])
    assert db.session.scalars(select(Response.details)).one() == f'{{"channel":{chosen}}}'


@pytest.mark.parametrize("cell", ["moon", "internet moon", "Qua mạng", "1", "internet,media x"])
def test_several_answers_of_which_one_is_unknown_are_refused(home: User, small: Campaign, cell: str) -> None:
    assert told(read_in(home, small, [row("F-1", channel=cell)])[1]) == [(2, "channel")]


@pytest.mark.parametrize("cell", ["na", "NA", " Na ", "n/a", "Không áp dụng", "KHÔNG ÁP DỤNG"])
def test_not_applicable_is_read_in_every_spelling(home: User, small: Campaign, cell: str) -> None:
    taken_in(home, small, [row("F-1", access_1=cell)])
    assert db.session.scalars(select(Response.answers)).one() == "N" + "4" * 21


@pytest.mark.parametrize("code", ["sipas-2017", "sipas-2022", "sipas-2023"])
def test_every_questionnaires_own_words_and_codes_lead_to_its_questions(code: str) -> None:
    questionnaire = load_questionnaire(code)
    several = [each for each in questionnaire.questions if each.kind == "multi"]
    codes = [*questionnaire.criterion_codes, *(each.code for each in questionnaire.questions)]
    codes += [f"{each.code}/{option.code}" for each in several for option in each.options]
    words = [each.text for each in (*questionnaire.criteria, *questionnaire.questions)]
    words += [f"{each.text}/{option.text}" for each in several for option in each.options]
    by_code, by_words = mapping(questionnaire, codes), mapping(questionnaire, words)
    assert [(each.target, each.option) for each in by_code.columns] == [
        (each.target, each.option) for each in by_words.columns
    ]
    assert {each.how for each in by_words.columns} == {How.LABEL}


def test_who_sent_a_form_is_read_only_where_no_column_says_who_asked() -> None:
    both = mapping(QUESTIONNAIRE, ["enumerator", "_submitted_by", "username"])
    assert [each.how for each in both.columns] == [How.CODE, How.METADATA, How.METADATA]
    senders = mapping(QUESTIONNAIRE, ["SubmitterName", "_submitted_by"])
    assert [(each.target, each.how) for each in senders.columns] == [
        ("submittername", How.METADATA),
        ("enumerator", How.GROUP),
    ]


HEADINGS = ["form_code", "unit", "enumerator", "mode", *QUESTIONNAIRE.criterion_codes[:3]]
HEADINGS += [
    "channel",
    "channel/internet",
    "comment",
    "late_notice",
    "result_time",
    "start",
    "Tuổi",
    "",
    "/",
    "-.:",
    "x",
]
WEIRD = st.one_of(
    st.sampled_from([str(value) for value in BAD_INPUTS.values() if len(str(value)) < 400]),
    st.sampled_from(["4", "na", "A", "B", "dtv-a", "F-1", "F-2", "late", "yes", "(xóa)", "internet", ""]),
    st.text(max_size=12),
)


@pytest.fixture(scope="module")
def fuzzed(house: SqliteHouse | PostgresHouse, empty_template: str) -> Iterator[Flask]:
    """A campaign with one response, shared by all examples."""
    url = house.fresh(empty_template)
    with opened(url) as app:
        actor = people.command_line()
        campaign = campaigns.create(actor, plan())
        campaigns.move(actor, campaign, CampaignState.OPEN)
        enumerator(actor, campaign, "A")
        home = people.create(actor, people.Person("noivu", "Nội Vụ", Role.HOME_AFFAIRS), None)
        taken_in(home, campaign, [row("F-1", result_time="late", late_notice="yes")])
        db.session.commit()
        yield app
    house.drop(url)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    headings=st.lists(st.one_of(st.sampled_from(HEADINGS), WEIRD), min_size=1, max_size=8),
    rows=st.lists(st.lists(WEIRD, min_size=8, max_size=8), max_size=4),
)
def test_no_table_ever_raises_anything_but_named_refusals(
    fuzzed: Flask, headings: Sequence[str], rows: list[list[str]]
) -> None:
    home, campaign = people.by_username("noivu"), campaigns.by_code("c26")
    text = io.StringIO(newline="")
    csv.writer(text).writerows([headings, *(cells[: len(headings)] for cells in rows)])
    content = text.getvalue().encode("utf-8", "replace")
    with suppress(problems.Problem):
        batch, found = read_in(home, campaign, content)
        import_batches.shown(campaign, batch)
        if not found.refused:
            import_batches.apply(home, batch)
            assert counts(found)[3] == 0
    db.session.rollback()
