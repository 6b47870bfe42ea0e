"""A group's mean over the years: a line that breaks where a year is missing or cannot be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.book import ScoreBook
from scoring.points import half_up
from survey_app.exports import drawings_words as words
from survey_app.exports.drawings_colours import shade
from survey_app.exports.drawings_facts import standings_of
from survey_app.exports.drawings_picture import Picture
from survey_app.exports.drawings_rows import BORDER, HUNDRED, Axis, axis_of
from survey_app.exports.drawings_sheet import FAINT, SIZE, SMALL, WIDTH, Dot, Line, Pen, Sheet, wrapped
from survey_app.exports.material import Year
from survey_app.exports.sentences import comma, plain
from survey_app.exports.tables import Cover

HEIGHT, MARGIN = 150.0, 34.0


@dataclass(frozen=True)
class YearMean:
    """One year on the line: how it is written, its mean, None with the reason where there is nothing to compare."""

    label: str
    mean: Decimal | None
    why_not: str = ""


def line_of(years: Sequence[YearMean], axis: Axis, notes: Sequence[str], made_up: bool) -> Sheet:
    """Return the means as dots with their values, joined where years with a mean follow one another."""
    pen = Pen()
    pen.warning(made_up)
    top = pen.y + 14
    bottom, left, right = top + HEIGHT, MARGIN, WIDTH - 8
    wide = (right - left) / len(years)

    def at(place: int, value: Decimal) -> tuple[float, float]:
        return left + wide * (place + 0.5), bottom - HEIGHT * axis.place(value)

    pen.words(2, pen.y + SMALL, ["%"], size=SMALL)
    for tick in axis.ticks:
        y = bottom - HEIGHT * axis.place(tick)
        pen.marks.append(Line(((left, y), (right, y)), FAINT, 0.5))
        pen.words(left - 5, y + SMALL * 0.36, [plain(tick)], size=SMALL, align="right")
    pen.marks.append(Line(((left, bottom), (right, bottom)), BORDER, 0.6))
    for run in _runs(years):
        places = tuple(at(place, mean) for place, mean in run)
        if len(places) > 1:
            pen.marks.append(Line(places, shade(0.75), 1.6))
    for place, year in enumerate(years):
        x = left + wide * (place + 0.5)
        pen.words(x, bottom + SIZE + 3, wrapped(year.label, wide - 2, most=1), align="center")
        if year.mean is None:
            pen.words(x, bottom - 5, ["–"], align="center")
            continue
        x, y = at(place, year.mean)
        pen.marks.append(Dot(x, y, 3, shade(1)))
        pen.words(x, y - 6, [comma(year.mean)], align="center", bold=place == len(years) - 1)
    pen.y = bottom + SIZE + 9
    for note in notes:
        pen.paragraph(note)
    return pen.sheet()


def _runs(years: Sequence[YearMean]) -> list[list[tuple[int, Decimal]]]:
    """Return the stretches of years that all have a mean."""
    runs: list[list[tuple[int, Decimal]]] = [[]]
    for place, year in enumerate(years):
        if year.mean is None:
            runs.append([])
        else:
            runs[-1].append((place, year.mean))
    return [run for run in runs if run]


def means_over_years(book: ScoreBook, cover: Cover, years: Sequence[Year], group: str) -> Picture | None:
    """Return a group's mean index of this year and of earlier ones; None where fewer than two can be compared.

    The line breaks where a year is missing or cannot be compared, and the picture says why.
    """
    summary, _ = standings_of(book, group)
    if summary["mean"] is None:
        return None
    known = _by_year(years, cover, group, Decimal(summary["mean"]))
    means = [(year, each.mean) for year, each in known.items() if each.mean is not None]
    if len(means) < 2:
        return None
    this = list(known.values())[-1]
    axis = axis_of([mean for _, mean in means], Decimal(0), HUNDRED, most=5)
    reasons = [f"{each.label}: {each.why_not}." for each in known.values() if each.mean is None]
    notes = tuple([f"– {' '.join(reasons)}"] if reasons else [])
    name = cover.group_names[group]
    told = "; ".join(
        f"{_year_told(each.label)} {comma(each.mean)}\u00a0%"
        for each in known.values()
        if each.mean is not None
    )
    about = f"chỉ số cải cách hành chính trung bình của nhóm {name}: {told}"
    alt = [
        words.opening("Biểu đồ đường", about, cover.made_up),
        words.change_sentence(means[-2], (_capital(_year_told(this.label)), means[-1][1])),
        *reasons,
    ]
    return Picture(
        f"Chỉ số cải cách hành chính trung bình qua các năm – {name}",
        " ".join(alt),
        (),
        lambda _rows: line_of(list(known.values()), axis, notes, cover.made_up),
    )


THIS = "Đợt này"


def _by_year(years: Sequence[Year], cover: Cover, group: str, mean: Decimal) -> dict[int, YearMean]:
    """Return every year from the first to this one, those that are missing among them."""
    earlier = {year.year: year for year in years if cover.year is None or year.year < cover.year}
    present = cover.year or max(earlier, default=0) + 1
    known = {
        number: _earlier(number, earlier.get(number), group, cover.method.points.decimals)
        for number in range(min(earlier, default=present), present)
    }
    return known | {present: YearMean(str(cover.year or THIS), mean)}


def _earlier(number: int, year: Year | None, group: str, digits: int) -> YearMean:
    if year is None:
        return YearMean(str(number), None, "không có số liệu")
    if year.why_not:
        return YearMean(str(number), None, f"không so sánh được ({year.why_not.rstrip('.')})")
    found = year.groups.get(group)
    if found is None or found.mean is None:
        return YearMean(str(number), None, "không có số liệu")
    return YearMean(str(number), half_up(found.mean, digits))


def _year_told(label: str) -> str:
    return f"năm {label}" if label.isdigit() else label.lower()


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
