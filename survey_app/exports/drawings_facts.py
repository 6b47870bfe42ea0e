"""The figures of one group, as a book holds them, in the order in which pictures show them."""

from collections.abc import Mapping
from typing import Any

from scoring.book import ScoreBook
from survey_app.exports.tables import Cover, by_group

Facts = Mapping[str, Any]


def units_of(book: ScoreBook) -> dict[str, dict[str, Any]]:
    """Return the units that went in, by code."""
    return {unit["unit"]: unit for unit in book.units}


def standings_of(book: ScoreBook, group: str) -> tuple[Facts, list[Facts]]:
    """Return what a book says of a group, and its units by rank in the index and then by code, the ranked ones first.

    A book without an index, or without the group, says nothing of it.
    """
    index = book.index or {"groups": [], "units": []}
    summary = next((each for each in index["groups"] if each["group"] == group), {"mean": None})
    standings = [each for each in index["units"] if each["group"] == group]
    return summary, sorted(
        standings, key=lambda each: (each["rank"] is None, each["rank"] or 0, each["unit"])
    )


def results_of(book: ScoreBook, cover: Cover, group: str) -> list[dict[str, Any]]:
    """Return the survey's results of a group's surveyed units, by rank and then by code."""
    return next((results for code, _, results in by_group(book, cover) if code == group), [])
