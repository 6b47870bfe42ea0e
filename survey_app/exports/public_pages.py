"""The pages of a publication: which there are, and what each shows; nothing but its frozen material goes in.

A page has a path of its own ("", "don-vi/STC", "tep/don-vi.csv"), the same under an address and in a folder of files.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from scoring.flags import wording
from scoring.method import Method
from scoring.printing import ranks_between
from survey_app.exports import charts, doubts, drawings, open_data, public_words, sentences, tables
from survey_app.exports.material import Material

Facts = Mapping[str, Any]
UNITS, FILES, PICTURES = "don-vi/", "tep/", "hinh/"
RANKING, METHOD, DATA, CHARTS, RESULT = "", "phuong-phap", "du-lieu", "bieu-do", "ket-qua.json"
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True)
class Edition:
    """One publication of a campaign as the others know it: its number, its day ("29/11/2026") and why it was made."""

    number: int
    day: str
    reason: str = ""


@dataclass(frozen=True)
class Shelf:
    """All publications of a campaign, newest first; `again` tells that the campaign is open to changes once more."""

    editions: tuple[Edition, ...]
    again: bool = False


@dataclass(frozen=True)
class Page:
    """What one page is made of: a template with its facts, or the content of a file and its kind."""

    path: str
    template: str = ""
    facts: Facts = field(default_factory=dict)
    content: bytes = b""
    kind: str = "text/html; charset=utf-8"


class Pages:
    """The pages of one publication among the others of its campaign."""

    def __init__(self, material: Material, shelf: Shelf) -> None:
        """Take what was frozen; nothing is computed before a page is asked for."""
        self.material, self.book, self.cover = material, material.book, material.cover
        self.number = int(material.publication["number"])
        self.shelf = shelf

    @cached_property
    def units(self) -> dict[str, Facts]:
        """Return the ranked units by code, in the order of the codes."""
        return {each["unit"]: each for each in sorted(self.book.units, key=lambda each: str(each["unit"]))}

    @cached_property
    def results(self) -> dict[str, dict[str, Any]]:
        """Return the surveyed units' results as anybody may see them."""
        return open_data.seen_results(self.material)

    @cached_property
    def tables(self) -> tuple[open_data.OpenTable, ...]:
        """Return the tables of open data."""
        return open_data.tables_of(self.material)

    @cached_property
    def standings(self) -> dict[str, Facts]:
        """Return each unit's index, rank and band."""
        return {each["unit"]: each for each in (self.book.index or {"units": []})["units"]}

    @cached_property
    def _makers(self) -> dict[str, Callable[[], Page]]:
        made: dict[str, Callable[[], Page]] = {
            RANKING: self._ranking,
            METHOD: self._method,
            DATA: self._data,
            CHARTS: self._charts,
            RESULT: self._result,
        }
        made |= {UNITS + unit: partial(self._unit, unit) for unit in self.units}
        names = open_data.names_of(self.tables)
        made |= {FILES + name: partial(self._open_file, name) for name in names}
        made |= {PICTURES + f"{name}.svg": partial(self._picture, name) for name in self._pictures}
        return made

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the paths of all pages and files."""
        return tuple(self._makers)

    def page(self, path: str) -> Page | None:
        """Return the page of a path, None where there is none."""
        make = self._makers.get(path)
        return None if make is None else make()

    @cached_property
    def common(self) -> dict[str, Any]:
        """Return what every page of the publication knows."""
        return {
            "cover": self.cover,
            "facts": open_data.publication_facts(self.material),
            "day": open_data.day_of(self.material.publication["published_at"]),
            "number": self.number,
            "notices": notices(self.shelf, self.number),
            "again": self.shelf.again,
            "editions": self.shelf.editions,
            "period": public_words.period(self.material),
            "smallest": self.cover.method.publication.smallest_cell,
            "method": self.cover.method,
        }

    def _page(self, path: str, template: str, **facts: Any) -> Page:
        return Page(path, f"public/{template}.html", {**self.common, "path": path, **facts})

    def _file(self, path: str, content: bytes) -> Page:
        return Page(path, content=content, kind=KINDS[path.rpartition(".")[2]])

    def _result(self) -> Page:
        return self._file(RESULT, open_data.result_json(self.material))

    def _open_file(self, name: str) -> Page:
        return self._file(FILES + name, open_data.file_of(self.material, self.tables, name))

    def _ranking(self) -> Page:
        surveyed = dict(charts.group_charts(self.book, self.cover))
        groups = [
            {
                "code": code,
                "name": name,
                "rows": [self._row(each) for each in standings],
                "mean": group,
                "notes": notes,
                "chart": surveyed.get(code),
            }
            for code, name, group, standings, notes in self._by_group()
        ]
        return self._page(
            RANKING,
            "ranking",
            groups=groups,
            counted=public_words.counted(self.material, len(self.results)),
            level=public_words.level(self.book),
        )

    def _by_group(self) -> list[tuple[str, str, Facts, list[Facts], Sequence[str]]]:
        """Return every group with its figures, its standings by rank and then by code, and its sentences."""
        notes = {
            group["group"]: table.notes
            for group, table in zip(
                (self.book.index or {"groups": []})["groups"],
                tables.index_tables(self.book, self.cover),
                strict=True,
            )
        }
        found = []
        for group in (self.book.index or {"groups": []})["groups"]:
            code = group["group"]
            standings = [each for each in self.standings.values() if each["group"] == code]
            standings.sort(key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"]))
            found.append((code, self.cover.group_names[code], group, standings, notes[code]))
        order = list(self.cover.group_names)
        return sorted(found, key=lambda each: order.index(each[0]))

    def _row(self, standing: Facts) -> Facts:
        unit, result = self.units[standing["unit"]], self.results.get(standing["unit"])
        return {
            **standing,
            "name": unit["name"],
            "appraisal": open_data.rounded(unit["appraisal_points"]),
            "survey": open_data.rounded(unit["satisfaction_points"]),
            "surveyed": result is not None,
            "few": result is not None and result["points"] is None,
            "between": points_between(result, self.cover.method),
            "total": open_data.rounded(standing["total_points"]),
            "index": open_data.rounded(standing["index"]),
            "most": open_data.rounded(unit["max_points"]),
            "ranks": self._ranks(standing["unit"]),
        }

    def _ranks(self, unit: str) -> str:
        return ranks_between((self.book.uncertainty or {"index_ranks": {}})["index_ranks"].get(unit))

    def _unit(self, code: str) -> Page:
        unit, result, cover = self.units[code], self.results.get(code), self.cover
        standing = self.standings.get(code)
        group = [each for each in self.units.values() if each["group"] == unit["group"]]
        common = {
            "unit": unit,
            "group_name": cover.group_names[unit["group"]],
            "row": self._row(standing) if standing else None,
            "index_made": public_words.index_made(unit, standing, cover.method),
            "ranked": sum(self.standings[each["unit"]]["rank"] is not None for each in group),
        }
        if result is None:
            return self._page(
                UNITS + code, "unit", result=None, why=public_words.why_no_survey(unit, cover), **common
            )
        work = next((each for each in self.material.dossier.field_work if each.unit == code), None)
        return self._page(
            UNITS + code,
            "unit",
            result=result,
            how_made=sentences.how_made(result, cover.method),
            how_sure=doubts.how_sure(self.book, code, cover.method),
            validity=self.material.dossier.note_of(code),
            remarks=[wording(flag, cover.questionnaire) for flag in result["flags"]],
            surveyed=sum(each["unit"] in self.results for each in group),
            chart=self._unit_chart(code, result),
            factors=[
                (factor, {**part, "weight": open_data.rounded(part["weight"], 4)})
                for factor, part in zip(cover.questionnaire.factors, result["factors"], strict=True)
            ],
            criteria=[
                (criterion, part, self._blocks(part))
                for criterion, part in zip(cover.questionnaire.criteria, result["criteria"], strict=True)
            ],
            levels=cover.questionnaire.scale.levels,
            level_heads=[(str(level), "num") for level in range(1, 6)],
            work=work,
            excluded=public_words.left_out(work),
            **common,
        )

    def _unit_chart(self, code: str, result: Facts) -> charts.Chart | None:
        """Return the unit's index, factors and criteria with their intervals, but for what is hidden."""
        if not result["interval"]:
            return None
        hidden = {part["factor"] for part in result["factors"] if part["hidden"]}
        hidden |= {part["criterion"] for part in result["criteria"] if part["index"] is None}
        whole = charts.unit_chart(self.book, code, self.cover.questionnaire)
        kept = [mark for mark in whole.marks if mark.key not in hidden]
        return charts.chart_of(whole.caption, kept)

    def _blocks(self, part: Facts) -> list[Facts]:
        """Return a criterion's levels as they are told: each alone, or those on one side as a sum."""
        least = self.cover.method.publication.smallest_cell
        found: list[Facts] = []
        satisfied = part["satisfied"]
        sums = (None, None) if satisfied is None else (part["answered"] - satisfied, satisfied)
        for levels, whole in zip(((1, 2, 3), (4, 5)), sums, strict=True):
            counts = [part["levels"][level - 1] for level in levels]
            if None in counts:
                few = whole is None or 0 < whole < least
                found.append({"levels": levels, "count": None if few else whole, "few": few})
            else:
                found += [
                    {"levels": (level,), "count": count, "few": False}
                    for level, count in zip(levels, counts, strict=True)
                ]
        return found

    def _method(self) -> Page:
        return self._page(METHOD, "method", sections=public_words.method_sections(self.material))

    def _data(self) -> Page:
        files = {
            name: open_data.file_of(self.material, self.tables, name)
            for name in open_data.names_of(self.tables)
        }
        return self._page(
            DATA,
            "data",
            tables_of=self.tables,
            columns=len(open_data.dictionary(self.tables).rows),
            sizes={name: -(-len(content) // 1000) for name, content in files.items()},
            rules=public_words.cell_rules(self.cover.method),
        )

    def _charts(self) -> Page:
        return self._page(CHARTS, "charts", pictures=self._pictures)

    @cached_property
    def _pictures(self) -> dict[str, drawings.Picture]:
        """Return each chart that shows something; none by level: it would give hidden cells away."""
        drawers = {
            "chi-so": drawings.index_by_unit,
            "diem": drawings.points_by_unit,
            "yeu-to": drawings.factors_by_unit,
        }
        found: dict[str, drawings.Picture] = {}
        for code in self.cover.group_names:
            members = [each for each in self.results.values() if self.units[each["unit"]]["group"] == code]
            for name, draw in drawers.items():
                if name == "yeu-to" and any(each["hidden"] == "factors" for each in members):
                    continue
                picture = draw(self.book, self.cover, code)
                if picture is not None:
                    found[f"{name}-{code}"] = picture
        return found

    def _picture(self, name: str) -> Page:
        return self._file(f"{PICTURES}{name}.svg", self._pictures[name].svg())


def notices(shelf: Shelf, number: int) -> list[str]:
    """Return what a publication's reader must know of the others: what it corrects, and by what it was corrected."""
    found = []
    by_number = {each.number: each for each in shelf.editions}
    for each in sorted(shelf.editions, key=lambda edition: edition.number):
        before = by_number.get(each.number - 1)
        if before and number in (each.number, before.number):
            found.append(
                f"Lần công bố {each.number} (ngày {each.day}) đính chính lần {before.number} ngày {before.day} "
                f"vì: {each.reason.rstrip('.')}."
            )
    return found


def points_between(result: Facts | None, method: Method) -> str:
    """Return the interval of a unit's points, or a sign where there is none."""
    found = doubts.points_between(result["interval"], method) if result and result["points"] else None
    return doubts.between(*found, method.points.decimals) if found else "–"
