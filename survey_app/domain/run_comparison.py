"""Two score runs side by side: which units moved, and because of which responses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from scoring.book import ScoreBook
from scoring.method import Method
from scoring.satisfaction import attained
from survey_app.domain import campaigns, counting, run_answers, scores
from survey_app.extensions import db
from survey_app.labels import LABELS
from survey_app.models import Campaign, Response, ResponseVersion, ScoreRun, Unit, User
from survey_app.vocabulary import ResponseState, Validity

SHOWN = 200
ADDED, GONE, CHANGED = "added", "gone", "changed"
KINDS = {ADDED: "thêm vào", GONE: "không còn tính", CHANGED: "được sửa"}
_CHUNK = 500


@dataclass(frozen=True)
class Moved:
    """One unit in both runs; `before` and `after` are its results, None where a run has it not."""

    unit: str
    name: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    appraisal: tuple[str | None, str | None]


@dataclass(frozen=True)
class Difference:
    """One response that does not count alike in both: what kind, of which units, satisfied of valid answers."""

    kind: str
    uuid: str
    form_code: str
    units: tuple[str, ...]
    before: tuple[int, int] | None
    after: tuple[int, int] | None
    why: str


@dataclass(frozen=True)
class Comparison:
    """What changed from the earlier run to the later; `differences` holds the first 200 of `counts` by kind.

    `unexplained` are the names of units whose answers differ although no response does: something changed them behind
    the product's back. Nothing is said of it where there are more differences than are looked at.
    """

    earlier: ScoreRun
    later: ScoreRun
    rules: tuple[str, ...]
    moved: tuple[Moved, ...]
    counts: Mapping[str, int]
    differences: tuple[Difference, ...]
    unexplained: tuple[str, ...]

    @property
    def total(self) -> int:
        """Return how many responses do not count alike."""
        return sum(self.counts.values())

    @property
    def warning(self) -> str:
        """Return what to do about units whose change nothing explains; empty where there are none."""
        if not self.unexplained:
            return ""
        return (
            f"Câu trả lời đã đổi mà không phiếu nào đổi bản: {', '.join(self.unexplained)}. "
            "Dữ liệu có thể đã bị sửa ngoài phần mềm; hãy chạy “hailong check”."
        )


def compare(actor: User, campaign: Campaign, first: int, second: int) -> Comparison:
    """Compare two stored runs, the lower number as the earlier; refuses runs the person may not see."""
    earlier, later = (scores.run_of(actor, campaign, number) for number in sorted((first, second)))
    before, after = run_answers.versions_of(earlier), run_answers.versions_of(later)
    kinds = dict.fromkeys(before.keys() - after.keys(), GONE)
    kinds |= dict.fromkeys(after.keys() - before.keys(), ADDED)
    kinds |= {each: CHANGED for each in before.keys() & after.keys() if before[each] != after[each]}
    counts = {kind: sum(each == kind for each in kinds.values()) for kind in KINDS}
    shown = dict(sorted(kinds.items())[:SHOWN])
    books = ScoreBook.from_json(earlier.book), ScoreBook.from_json(later.book)
    differences = tuple(_differences(campaign, shown, before, after))
    whole = len(shown) == len(kinds)
    return Comparison(
        earlier=earlier,
        later=later,
        rules=tuple(_rules(earlier, later)),
        moved=tuple(_moved(*books)),
        counts=counts,
        differences=differences,
        unexplained=tuple(_unexplained(campaign, books, differences)) if whole else (),
    )


def _unexplained(
    campaign: Campaign, books: tuple[ScoreBook, ScoreBook], differences: Iterable[Difference]
) -> Iterable[str]:
    units = campaigns.units_of(campaign)
    counts_for = {unit.unit.code: counting.counting_units(units)[unit.unit_id] for unit in units}
    known = {counts_for[code] for each in differences for code in each.units}
    for unit in units:
        code = unit.unit.code
        if code not in known and books[0].tally.of([code]) != books[1].tally.of([code]):
            yield unit.unit.name


def _rules(earlier: ScoreRun, later: ScoreRun) -> Iterable[str]:
    if earlier.method_sha256 != later.method_sha256:
        yield "phương pháp"
    if earlier.questionnaire_sha256 != later.questionnaire_sha256:
        yield "bộ câu hỏi"
    if earlier.program_version != later.program_version:
        yield f"phiên bản phần mềm ({earlier.program_version} và {later.program_version})"


def _moved(before: ScoreBook, after: ScoreBook) -> Iterable[Moved]:
    """Yield the units whose index, points, rank, responses, component or appraisal differ."""
    old, new = ({each["unit"]: each for each in book.satisfaction["units"]} for book in (before, after))
    tables = [{each["unit"]: each for each in book.units} for book in (before, after)]
    for unit in sorted(tables[0].keys() | tables[1].keys()):
        rows = [table.get(unit) for table in tables]
        results = (old.get(unit), new.get(unit))
        appraisal = tuple(row["appraisal_points"] if row else None for row in rows)
        facts = [
            (*(result[key] for key in ("index", "points", "rank", "responses")),) if result else None
            for result in results
        ]
        if facts[0] != facts[1] or appraisal[0] != appraisal[1]:
            name = next(row["name"] for row in reversed(rows) if row)
            yield Moved(unit, name, *results, (appraisal[0], appraisal[1]))


def _differences(
    campaign: Campaign, kinds: Mapping[int, str], before: Mapping[int, int], after: Mapping[int, int]
) -> Iterable[Difference]:
    method = campaigns.method_of(campaign.method_sha256)
    rows = {each.id: each for each in _chosen(Response, Response.id, kinds)}
    earlier = _chosen(ResponseVersion, ResponseVersion.response_id, kinds)
    kept = {(each.response_id, each.version): each for each in earlier}
    units = {each.id: each.code for each in db.session.scalars(select(Unit))}
    for identity, kind in kinds.items():
        row = rows[identity]
        known = [
            row if version == row.version else kept.get((identity, version))
            for version in (before.get(identity), after.get(identity))
            if version is not None
        ]
        named = tuple(dict.fromkeys(units[each.unit_id] for each in known if each and each.unit_id))
        counted = [None if each is None else _satisfied(each.answers, method) for each in known]
        old = counted[0] if kind != ADDED else None
        new = counted[-1] if kind != GONE else None
        yield Difference(kind, row.uuid, row.form_code or "", named, old, new, _why(kind, row))


def _chosen(model: Any, column: Any, identities: Mapping[int, str]) -> Iterable[Any]:
    wanted = list(identities)
    for start in range(0, len(wanted), _CHUNK):
        yield from db.session.scalars(select(model).where(column.in_(wanted[start : start + _CHUNK])))


def _satisfied(answers: str, method: Method) -> tuple[int, int]:
    """Return what a response's answers attain by the method's level rule, and how many are valid."""
    levels = [answers.count(str(level)) for level in range(1, 6)]
    return attained(levels, method.index.level_rule), sum(levels)


def _why(kind: str, row: Response) -> str:
    """Return why a response no longer counts, as it stands today."""
    if kind != GONE:
        return ""
    if row.validity != Validity.VALID:
        return LABELS[Validity(row.validity)]
    return LABELS[ResponseState(row.state)]
