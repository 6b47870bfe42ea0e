"""A small result by hand, for tests of what is made of one: five forms about three units, in two questionnaires."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from scoring.answers import Tally
from scoring.book import score
from scoring.questionnaire import Questionnaire, load_questionnaire
from survey_app.exports.dossier import Dossier, FieldWork
from survey_app.exports.material import AnswerRow, Material, Words
from survey_app.exports.tables import Cover
from tests.exports.six_units import GROUPS, METHOD, QUESTIONNAIRE, UNITS

OTHER = load_questionnaire("sipas-2023")
QUESTIONNAIRES: tuple[Questionnaire, ...] = (QUESTIONNAIRE, OTHER)
_FIRST = AnswerRow(
    form_code="00017",
    unit="A",
    counts_for="A",
    enumerator="E0012",
    mode="paper",
    questionnaire=QUESTIONNAIRE.code,
    version=2,
    submitted_on="2026-06-12",
    answers="N-" + "4" * 20,
    details={"service_field": "land", "channel": ["media", "other"], "gender": "female"},
)
ROWS = (
    _FIRST,
    replace(_FIRST, form_code="+84912", version=1, answers="12345" + "5" * 17, details={}),
    replace(_FIRST, form_code="A-3", mode="self", enumerator="citizens", answers="4" * 22),
    replace(_FIRST, form_code="H-1", unit="H1", counts_for="H", answers="5" * 22, details={"channel": []}),
    replace(
        _FIRST,
        form_code="H-2",
        unit="H",
        counts_for="H",
        questionnaire=OTHER.code,
        answers="3" * len(OTHER.criteria),
        details={"age": 41},
    ),
)


def work(unit: str, name: str, group: str) -> FieldWork:
    """Return a unit's field work without a form."""
    return FieldWork(unit, name, group, True, 10, None, 0, 0, 0, 0, 0, 0)


def material(rows: tuple[AnswerRow, ...] = ROWS, name: str = "Đợt thử") -> Material:
    """Return the material of these rows; a unit's name looks like a formula."""
    packed = [(row.counts_for, row.answers) for row in rows if row.questionnaire == QUESTIONNAIRE.code]
    units = tuple(replace(unit, name="=1+1; Sở A" if unit.unit == "A" else unit.name) for unit in UNITS)
    book = score(Tally.from_packed(QUESTIONNAIRE, packed), QUESTIONNAIRE, METHOD, units, "ab" * 32)
    moment = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    cover = Cover(
        campaign=name,
        campaign_code="thu",
        made_up=True,
        state="Đã niêm phong",
        as_of=moment,
        written_at=moment,
        program_version="0.5.0",
        questionnaire=QUESTIONNAIRE,
        method=METHOD,
        group_names=GROUPS,
        run_number=3,
        run_reason="Chốt",
    )
    dossier = Dossier(
        campaign={"code": "thu", "name": name},
        groups=GROUPS,
        field_work=tuple(work(unit.unit, unit.name, unit.group) for unit in units),
        excluded=(),
        corrections=(),
        draws=(),
        rechecks=(),
        unit_rechecks=(),
        answers_sha256="",
    )

    def answers() -> Iterator[AnswerRow]:
        return iter(rows)

    return Material(book, cover, dossier, answers, Words("UBND tỉnh", "Sở Nội vụ"))
