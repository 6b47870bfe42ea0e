"""Charts as data: marks on one axis; who draws them decides how they look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from scoring.book import ScoreBook
from scoring.moments import ALL
from scoring.printing import ranks_between
from scoring.questionnaire import Questionnaire
from survey_app.exports.doubts import between, decimal, estimate_of, group_doubt
from survey_app.exports.sentences import percent
from survey_app.exports.tables import Cover, by_group

_STEPS, _MOST_TICKS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10), Decimal(20)), 6


@dataclass(frozen=True)
class Mark:
    """One line of a chart: a value in percent with its interval, None where undefined; texts tell the same."""

    label: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    text: str
    remarks: tuple[str, ...] = ()
    key: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Chart:
    """Marks on an axis from `low` to `high` percent; `ticks` are where it is labelled."""

    caption: str
    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]
    marks: tuple[Mark, ...]

    def place(self, value: Decimal) -> Decimal:
        """Return where a value stands on the axis, 0–100 from left to right."""
        return (100 * (value - self.low) / (self.high - self.low)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Bar:
    """One upright bar: what it stands for, and how many."""

    label: str
    value: int


@dataclass(frozen=True)
class Bars:
    """Upright bars side by side in order, on an axis from 0 to `top`."""

    caption: str
    top: int
    bars: tuple[Bar, ...]

    @property
    def told(self) -> str:
        """Return what the drawing shows as a sentence: from when to when, how many in all, and the most."""
        first, last, most = self.bars[0], self.bars[-1], max(self.bars, key=lambda bar: bar.value)
        total = sum(bar.value for bar in self.bars)
        return (
            f"{self.caption}, từ {first.label} đến {last.label}: cộng {whole(total)}; "
            f"nhiều nhất {most.label}: {whole(most.value)}."
        )

    def height(self, value: int) -> Decimal:
        """Return how high a value stands on the axis, 0–100."""
        return (Decimal(100 * value) / self.top).quantize(Decimal("0.01"))


def bars_of(caption: str, bars: Sequence[Bar]) -> Bars:
    """Return bars on an axis that ends at the first 1, 2 or 5 times a power of ten that holds them all."""
    most = max(bar.value for bar in bars)
    top = next(
        step * 10**power
        for power in range(len(str(most)) + 1)
        for step in (1, 2, 5)
        if step * 10**power >= most
    )
    return Bars(caption, top, tuple(bars))


def whole(number: int) -> str:
    """Return a whole number with points between thousands."""
    return f"{number:,}".replace(",", ".")


def unit_chart(book: ScoreBook, unit: str, questionnaire: Questionnaire) -> Chart:
    """Return a unit's index, its factors and their criteria, each with its interval."""
    lines = [("Cả phiếu", ALL, True)]
    for factor in questionnaire.factors:
        lines.append((f"{factor.number}. {factor.name}", factor.code, True))
        lines += [
            (each.text.rstrip("."), each.code, False)
            for each in questionnaire.criteria
            if each.factor == factor.code
        ]
    marks = [
        mark_of(label, estimate_of(book, unit, component), strong, key=component)
        for label, component, strong in lines
    ]
    return chart_of("Chỉ số của cả phiếu, từng yếu tố và từng tiêu chí, với khoảng tin cậy", marks)


def group_charts(book: ScoreBook, cover: Cover) -> list[tuple[str, Chart]]:
    """Return by group code: its ranked units, best first, each with interval and rank interval."""
    names = {unit["unit"]: unit["name"] for unit in book.units}
    charts = []
    for group, name, results in by_group(book, cover):
        if group_doubt(book, group) is None:
            continue
        marks = [
            mark_of(
                f"{result['rank']}. {names[result['unit']]}",
                estimate_of(book, result["unit"]),
                remark=f"hạng {ranks_between(result['rank_interval'])}",
                key=result["unit"],
            )
            for result in results
            if result["rank"] is not None
        ]
        charts.append((group, chart_of(f"Chỉ số hài lòng với khoảng tin cậy – {name}", marks)))
    return charts


def mark_of(
    label: str, estimate: Mapping[str, Any] | None, strong: bool = False, remark: str = "", key: str = ""
) -> Mark:
    """Return the mark of an estimate as a book holds it; None, or one without an index, is a mark without a value."""
    remarks = (remark,) if remark else ()
    if estimate is None or estimate["index"] is None:
        return Mark(label, None, None, None, "–", remarks, key, strong)
    low, high = (decimal(estimate["interval"][end]) for end in ("low", "high"))
    if low is not None:
        remarks = (between(low, high), *remarks)
    return Mark(
        label, Decimal(estimate["index"]), low, high, percent(estimate["index"]), remarks, key, strong
    )


def chart_of(caption: str, marks: Sequence[Mark]) -> Chart:
    """Return marks on an axis that holds them all."""
    known = [value for mark in marks for value in (mark.low, mark.value, mark.high) if value is not None]
    low, high, step = _axis(known or [Decimal(0), Decimal(100)])
    ticks = tuple(low + step * place for place in range(int((high - low) / step) + 1))
    return Chart(caption, low, high, ticks, tuple(marks))


def _axis(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Return both ends and the step of an axis: the first step that needs few ticks, the ends whole steps."""
    for step in _STEPS:
        low = (min(values) / step).to_integral_value(ROUND_FLOOR) * step
        high = (max(values) / step).to_integral_value(ROUND_CEILING) * step
        if low == high:
            low = max(low - step, Decimal(0))
            high = low + step
        if (high - low) / step <= _MOST_TICKS:
            break
    return low, high, step
