"""The index by kinds of respondents, as a table and as a chart."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.breakdowns import Part
from scoring.estimates import Estimate
from scoring.points import half_up
from scoring.publication_rules import PublicationRule, label
from survey_app.exports.charts import Chart, chart_of, mark_of
from survey_app.exports.doubts import between, decimal
from survey_app.exports.tables import Column, Row, Table

HIDDEN = "ít phiếu, không hiển thị"
COLUMNS = (
    Column("Nhóm người trả lời"),
    Column("Phiếu", "count"),
    Column("Chỉ số %", "percent"),
    Column("Khoảng tin cậy %", "range"),
    Column("Công bố"),
)


def table_of(caption: str, parts: Sequence[Part], words: Mapping[str, str], rule: PublicationRule) -> Table:
    """Return one line a kind of respondents; what is hidden has a sign instead of figures."""
    return Table("Theo nhóm", caption, COLUMNS, tuple(_row(part, words[part.option], rule) for part in parts))


def _row(part: Part, name: str, rule: PublicationRule) -> Row:
    if part.estimate is None:
        return Row((name, part.n, None, "–", HIDDEN if part.hidden else ""))
    interval, found = part.estimate.interval, label(part.estimate, rule)
    index = None if part.estimate.index is None else half_up(part.estimate.index, 2)
    ends = between(decimal(interval.low), decimal(interval.high))
    return Row((name, part.n, index, ends, "; ".join([found.wording, *found.reasons])))


def chart(caption: str, parts: Sequence[Part], words: Mapping[str, str]) -> Chart:
    """Return the kinds somebody belongs to, each with its interval, or with a word where it is hidden."""
    marks = [
        mark_of(
            words[part.option],
            None if part.estimate is None else _plain(part.estimate),
            remark=HIDDEN if part.hidden else f"{part.n} phiếu",
        )
        for part in parts
        if part.n != 0
    ]
    return chart_of(caption, marks)


def _plain(estimate: Estimate) -> dict[str, Any]:
    """Return an estimate as a book holds it."""
    index = None if estimate.index is None else f"{half_up(estimate.index, 12):f}"
    return {"index": index, "interval": vars(estimate.interval)}
