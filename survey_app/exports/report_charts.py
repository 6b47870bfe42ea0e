"""The charts of a report, each asked for by material and group, so that what draws them can be another."""

from types import ModuleType
from typing import Any

from survey_app.exports import drawings as own
from survey_app.exports.material import Material
from survey_app.exports.report_content import Drawing


class Charts:
    """The charts of a report; each is None where there is nothing to draw."""

    def __init__(self, drawings: ModuleType | Any = own) -> None:
        self._drawings: Any = drawings

    def index_by_unit(self, material: Material, group: str) -> Drawing | None:
        """Return the index of a group's units."""
        return self._of_group("index_by_unit", material, group)

    def points_by_unit(self, material: Material, group: str) -> Drawing | None:
        """Return the survey points of a group's units with their intervals."""
        return self._of_group("points_by_unit", material, group)

    def means_over_years(self, material: Material, group: str) -> Drawing | None:
        """Return a group's mean index over the years."""
        found: Drawing | None = self._drawings.means_over_years(
            material.book, material.cover, material.years, group
        )
        return found

    def factors_by_unit(self, material: Material, group: str) -> Drawing | None:
        """Return the heat map of a group's factors by unit."""
        return self._of_group("factors_by_unit", material, group)

    def levels(self, material: Material, group: str) -> Drawing | None:
        """Return how a group's answers spread over the five levels."""
        return self._of_group("levels", material, group)

    def _of_group(self, name: str, material: Material, group: str) -> Drawing | None:
        found: Drawing | None = getattr(self._drawings, name)(material.book, material.cover, group)
        return found
