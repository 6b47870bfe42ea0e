"""Factors and levels: a heat map of units by factors, and how answers share out over the five levels."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from scoring.book import ScoreBook
from scoring.points import half_up
from survey_app.exports import drawings_words as words
from survey_app.exports.drawings_facts import results_of, units_of
from survey_app.exports.drawings_picture import Picture
from survey_app.exports.drawings_rows import SHARES, Axis, Column, Entry, Look, heat_map, stacked
from survey_app.exports.sentences import comma, count
from survey_app.exports.tables import LEVELS, Cover

CELL = 46.0
SATISFIED = 2  # the two best levels, which the sources call satisfied
Facts = Mapping[str, Any]


def factors_by_unit(book: ScoreBook, cover: Cover, group: str) -> Picture | None:
    """Return a heat map of the factors' indices of a group's surveyed units; None where no cell has a value.

    A unit with fewer responses than a cell may show keeps its row and shows none.
    """
    names, factors = units_of(book), cover.questionnaire.factors
    results = results_of(book, cover, group)
    entries = tuple(
        Entry(
            names[result["unit"]]["name"],
            rank=str(result["rank"] or ""),
            parts=tuple(_factor_index(part, result, cover) for part in result["factors"]),
        )
        for result in results
    )
    values = [value for entry in entries for value in entry.parts if value is not None]
    if not values:
        return None
    look = Look(
        "Chỉ số %",
        tuple(Column(f"({factor.number}) {factor.name}", CELL) for factor in factors),
        _tens(values),
        notes=_hidden(entries, cover),
        made_up=cover.made_up,
    )
    name = cover.group_names[group]
    about = f"chỉ số hài lòng theo {len(factors)} yếu tố của {count(len(entries))} đơn vị, nhóm {name}"
    alt = [
        words.opening("Bảng màu", about, cover.made_up),
        *(
            words.factor_sentence(f"({factor.number}) {factor.name}", entries, place)
            for place, factor in enumerate(factors)
        ),
    ]
    caption = f"Chỉ số hài lòng theo yếu tố – {name}"
    return Picture(caption, " ".join(alt), entries, lambda rows: heat_map(rows, look))


def _tens(values: Sequence[Decimal]) -> Axis:
    """Return the scale of the colours: whole tens around the values."""
    low = (min(values) / 10).to_integral_value(ROUND_FLOOR) * 10
    high = (max(values) / 10).to_integral_value(ROUND_CEILING) * 10
    ends = (max(low - 10, Decimal(0)), max(high, Decimal(10))) if low == high else (low, high)
    return Axis(*ends, ends)


def _factor_index(part: Facts, result: Facts, cover: Cover) -> Decimal | None:
    if part["index"] is None or _too_few(result["responses"], cover):
        return None
    return half_up(Decimal(part["index"]), 2)


def _too_few(responses: int, cover: Cover) -> bool:
    return responses < cover.method.publication.smallest_cell


def _hidden(entries: Sequence[Entry], cover: Cover) -> tuple[str, ...]:
    """Return what a dash means, where there is one."""
    if all(value is not None for entry in entries for value in entry.parts):
        return ()
    least = cover.method.publication.smallest_cell
    return (f"–: chưa có câu trả lời, hoặc có ít hơn {count(least)} phiếu nên không công bố chi tiết.",)


def levels(book: ScoreBook, cover: Cover, group: str, by_unit: bool = False) -> Picture | None:
    """Return how a group's answers share out over the levels, factor by factor and in all, or unit by unit.

    Shares are of the answers given; "not applicable" and blank are none. None where nobody answered, or too few did.
    """
    results = results_of(book, cover, group)
    if by_unit:
        names = units_of(book)
        counted = [(names[each["unit"]]["name"], _levels_of([each], None, cover), each) for each in results]
        stacks = [
            (name, [0] * LEVELS if _too_few(each["responses"], cover) else found)
            for name, found, each in counted
        ]
    else:
        if _too_few(sum(each["responses"] for each in results), cover):
            return None
        factors = cover.questionnaire.factors
        stacks = [
            (f"({factor.number}) {factor.name}", _levels_of(results, factor.code, cover))
            for factor in factors
        ]
        stacks.append(("Cả phiếu", _levels_of(results, None, cover)))
    entries = tuple(_stack(name, found, name == "Cả phiếu" and not by_unit) for name, found in stacks)
    if not any(entry.value is not None for entry in entries):
        return None
    return _levels_picture(entries, cover, group, by_unit)


def _levels_picture(entries: tuple[Entry, ...], cover: Cover, group: str, by_unit: bool) -> Picture:
    best_first = list(reversed(cover.questionnaire.scale.levels))
    what, name = "đơn vị" if by_unit else "yếu tố", cover.group_names[group]
    missing = any(entry.value is None for entry in entries)
    least = count(cover.method.publication.smallest_cell)
    dash = f"–: chưa có câu trả lời, hoặc có ít hơn {least} phiếu nên không công bố chi tiết."
    look = Look(
        what.capitalize(),
        (Column("Hài lòng (mức 4, 5) %", 54),),
        SHARES,
        notes=(dash,) if missing else (),
        made_up=cover.made_up,
    )
    alt = [
        words.opening(
            "Biểu đồ thanh chồng", f"tỷ lệ câu trả lời ở từng mức theo {what}, nhóm {name}", cover.made_up
        )
    ]
    if by_unit:
        known = [entry for entry in entries if entry.value is not None]
        alt += [
            f"{count(len(known))} đơn vị có số liệu; tỷ lệ hài lòng (mức 4 và 5):",
            words.extremes(known, words.percent),
        ]
    else:
        alt += [words.level_sentence(entry, best_first) for entry in entries]
    caption = f"Tỷ lệ câu trả lời ở từng mức theo {what} – {name}"
    return Picture(caption, " ".join(alt), entries, lambda rows: stacked(rows, look, best_first))


def _levels_of(results: Sequence[Facts], factor: str | None, cover: Cover) -> list[int]:
    """Return how many answers stand at each level, worst first, over results and the criteria of a factor or of all."""
    places = [
        place
        for place, criterion in enumerate(cover.questionnaire.criteria)
        if factor in (None, criterion.factor)
    ]
    return [
        sum(result["criteria"][place]["levels"][level] for result in results for place in places)
        for level in range(LEVELS)
    ]


def _stack(name: str, found: Sequence[int], strong: bool) -> Entry:
    """Return the shares of counts, best level first, and the share of the satisfied ones."""
    total = sum(found)
    if not total:
        return Entry(name, figures=("–",), parts=(None,) * len(found), strong=strong)
    shares = tuple(half_up(Fraction(100 * each, total), 1) for each in reversed(found))
    satisfied = half_up(Fraction(100 * sum(found[-SATISFIED:]), total), 2)
    return Entry(name, figures=(comma(satisfied),), value=satisfied, parts=shares, strong=strong)
