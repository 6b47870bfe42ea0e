"""The report's and the public page's charts, each from frozen figures alone, with its caption and the same in words.

What a figure is rounded to, tables and pictures share.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from scoring.book import ScoreBook
from scoring.points import half_up
from survey_app.exports import drawings_words as words
from survey_app.exports.doubts import between, points_between
from survey_app.exports.drawings_colours import steps
from survey_app.exports.drawings_factors import factors_by_unit, levels
from survey_app.exports.drawings_facts import results_of, standings_of, units_of
from survey_app.exports.drawings_picture import Picture
from survey_app.exports.drawings_rows import (
    SHARES,
    Column,
    Entry,
    Look,
    axis_of,
    ranking,
)
from survey_app.exports.drawings_years import means_over_years
from survey_app.exports.sentences import comma, count, no_survey, of_group, plain
from survey_app.exports.tables import NO_SURVEY, Cover

__all__ = ["Picture", "factors_by_unit", "index_by_unit", "levels", "means_over_years", "points_by_unit"]

Facts = Mapping[str, Any]


def index_by_unit(book: ScoreBook, cover: Cover, group: str) -> Picture | None:
    """Return the units of a group by index, best first, with bands and mean; None where none has an index."""
    summary, standings = standings_of(book, group)
    if not any(each["index"] for each in standings):
        return None
    units = units_of(book)
    bands = [band.name for band in cover.method.bands]
    apart = [unit for each in standings if not _full(unit := units[each["unit"]], cover)]
    entries = tuple(
        Entry(
            units[each["unit"]]["name"] + ("" if _full(units[each["unit"]], cover) else "\u00a0*"),
            rank=str(each["rank"] or ""),
            figures=(comma(each["index"] or "–"), each["band"] or "–"),
            value=None if each["index"] is None else Decimal(each["index"]),
            shade=bands.index(each["band"]) if each["band"] else 0,
        )
        for each in standings
    )
    mean = Decimal(summary["mean"])
    look = Look(
        "Đơn vị",
        (Column("Chỉ số %", 40), Column("Xếp loại", 66, words=True)),
        SHARES,
        tuple(steps(len(bands))),
        (mean, f"Trung bình {comma(mean)}"),
        _index_notes(apart, standings),
        cover.made_up,
    )
    name = cover.group_names[group]
    about = f"chỉ số cải cách hành chính của {count(len(standings))} đơn vị, nhóm {name}"
    alt = [words.opening("Biểu đồ thanh ngang", about, cover.made_up), *of_group(summary, standings, units)]
    return Picture(
        f"Chỉ số cải cách hành chính – {name}",
        " ".join([*alt, *_without_survey(apart)]),
        entries,
        lambda rows: ranking(rows, look, bars=True),
    )


def _index_notes(apart: Sequence[Facts], standings: Sequence[Facts]) -> tuple[str, ...]:
    maxima = " hoặc ".join(plain(each) for each in sorted({Decimal(unit["max_points"]) for unit in apart}))
    notes = [f"* Không khảo sát: chỉ số tính trên điểm tối đa {maxima}."] if apart else []
    if not all(each["index"] for each in standings):
        notes.append("–: chưa có chỉ số, vì thiếu điểm thẩm định hoặc điểm khảo sát.")
    return tuple(notes)


def _without_survey(apart: Sequence[Facts]) -> list[str]:
    """Return what the star of a picture means, in the words of the table, where the mark is an x."""
    return [f"*{note[len(NO_SURVEY) :]}" for note in no_survey(apart)]


def points_by_unit(book: ScoreBook, cover: Cover, group: str) -> Picture | None:
    """Return the survey points of a group's units with their intervals, best first; None where none has points.

    The interval is that of the index, carried into points. A unit without survey is marked "x", one without points "–".
    """
    summary, standings = standings_of(book, group)
    units = units_of(book)
    results = [each for each in results_of(book, cover, group) if _full(units[each["unit"]], cover)]
    level = _level(results)
    rows = [_points_entry(each, units[each["unit"]]["name"], cover, bool(level)) for each in results]
    surveyed = {each["unit"] for each in results}
    rows += [
        Entry(units[each["unit"]]["name"], figures=(NO_SURVEY, "")[: 1 + bool(level)])
        for each in standings
        if each["unit"] not in surveyed
    ]
    known = [end for row in rows for end in (row.low, row.value, row.high) if end is not None]
    if not known:
        return None
    maximum, mean = half_up(cover.method.points.maximum, 6), Decimal(summary["satisfaction_mean"])
    look = Look(
        "Đơn vị",
        (Column("Điểm", 40), *([Column(f"Khoảng tin cậy {level}", 72)] if level else [])),
        axis_of([*known, mean], Decimal(0), maximum),
        mean=(mean, f"Trung bình {comma(mean)}"),
        notes=tuple(note for mark, note in _POINTS_NOTES.items() if any(_mark(row) == mark for row in rows)),
        made_up=cover.made_up,
    )
    with_interval = f" với khoảng tin cậy {level}" if level else ""
    name, scored = cover.group_names[group], [row for row in rows if row.value is not None]
    about = f"điểm khảo sát của {count(len(scored))} đơn vị có điểm, nhóm {name}, trên thang {plain(maximum)} điểm"
    alt = words.opening(f"Biểu đồ điểm{with_interval}", about, cover.made_up)
    return Picture(
        f"Điểm khảo sát{with_interval} – {name}",
        " ".join([alt, *_points_alt(rows, mean, level)]),
        (*scored, *(row for row in rows if row.value is None)),
        lambda rows: ranking(rows, look, bars=False),
    )


UNRANKED = "hạng –"
_POINTS_NOTES = {
    UNRANKED: "Hạng –: có yếu tố chưa ai trả lời nên chưa xếp hạng.",
    "–": "Điểm –: chưa đủ mẫu hoặc không có câu trả lời nên chưa có điểm.",
    NO_SURVEY: f"{NO_SURVEY}: không khảo sát vì không giải quyết thủ tục cho người dân, tổ chức.",
}


def _mark(row: Entry) -> str:
    """Return what a row is marked with, empty for one that has points and a rank."""
    if row.value is None:
        return row.figures[0]
    return UNRANKED if row.rank == "–" else ""


def _points_alt(rows: Sequence[Entry], mean: Decimal, level: str) -> list[str]:
    """Return the extremes of the ranked, the mean of all who have points, and who is marked."""
    marked = {mark: [row for row in rows if _mark(row) == mark] for mark in ("", *_POINTS_NOTES)}
    scored = marked[""] + marked[UNRANKED]
    sentences = {
        UNRANKED: "Chưa xếp hạng vì có yếu tố chưa ai trả lời",
        "–": "Chưa có điểm (–)",
        NO_SURVEY: f"Không khảo sát ({NO_SURVEY})",
    }
    return [
        words.extremes(
            marked[""] or scored,
            lambda value: f"{comma(value)} điểm",
            lambda entry: _interval_told(entry, level),
        ),
        f"Trung bình {comma(mean)} điểm, tính trên {count(len(scored))} đơn vị có điểm khảo sát.",
        *(f"{told}: {words.named(marked[mark])}." for mark, told in sentences.items() if marked[mark]),
    ]


def _points_entry(result: Facts, name: str, cover: Cover, doubted: bool) -> Entry:
    if result["points"] is None:
        return Entry(name, figures=("–",) * (1 + doubted))
    low, high = points_between(result["interval"], cover.method) or (None, None)
    return Entry(
        name,
        rank=str(result["rank"] or "–"),
        figures=(comma(result["points"]), between(low, high, cover.method.points.decimals))[: 1 + doubted],
        value=Decimal(result["points"]),
        low=low,
        high=high,
    )


def _interval_told(entry: Entry, level: str) -> str:
    if entry.low is None or entry.high is None:
        return ""
    return f"; khoảng tin cậy {level} từ {comma(entry.low)} đến {comma(entry.high)}"


def _level(results: Sequence[Facts]) -> str:
    """Return the level of the results' intervals as "95 %", empty where there are none."""
    known = [result["interval"]["level"] for result in results if result["interval"]]
    return f"{plain(Decimal(str(known[0])) * 100)}\u00a0%" if known else ""


def _full(unit: Facts, cover: Cover) -> bool:
    return Decimal(unit["max_points"]) >= cover.method.full_maximum
