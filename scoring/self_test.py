"""The self-test: golden values computed anew, and the largest deviation of each family from them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import inf, isnan
from pathlib import Path

from scoring.golden import FOLDER, Golden
from scoring.self_test_doubts import DOUBTS
from scoring.self_test_estimates import ESTIMATES

Value = float | int | str | bool | None
Check = tuple[Value, Value]  # computed, golden

LIMIT = 1e-9
# Iterative programs stop early: the restricted likelihood of the golden values is flat to about a ten-millionth.
LIMITS = {"reml": 1e-6, "rank_bootstrap": 1.0}
_NOTHING, _ALMOST_NONE = 1e-15, 1e-9


@dataclass(frozen=True)
class Family:
    """One family of golden values: how many were compared, and the largest relative deviation against its limit.

    Whole numbers and words deviate by infinity or not at all; ranks from a bootstrap by whole ranks.
    """

    name: str
    compared: int
    deviation: float
    limit: float

    @property
    def passed(self) -> bool:
        """Tell whether something was compared and nothing deviates by more than the limit."""
        return self.compared > 0 and self.deviation <= self.limit


def self_test(folder: Path = FOLDER) -> list[Family]:
    """Compute every family of golden values anew; refuses a folder without them."""
    golden = Golden(folder)
    families: dict[str, Callable[[Golden], Iterable[Check]]] = {**ESTIMATES, **DOUBTS}
    return [_family(name, checks(golden)) for name, checks in families.items()]


def table(families: Iterable[Family]) -> str:
    """Return the result as a text table in Vietnamese, a line a family."""
    lines = ["Nhóm giá trị chuẩn         Số giá trị   Lệch lớn nhất   Giới hạn   Kết quả"]
    for each in families:
        verdict = "đạt" if each.passed else "KHÔNG ĐẠT"
        lines.append(
            f"{each.name:<26} {each.compared:>10}   {_shown(each.deviation):>13}   {_shown(each.limit):>8}   {verdict}"
        )
    return "\n".join(lines) + "\n"


def deviation(computed: Value, golden: Value) -> float:
    """Return how far a value is from its golden one, relative to it; infinite for another word."""
    # Next to 0 a golden value may be the last bits of one.
    if computed is None or golden is None or isinstance(computed, str | bool) or isinstance(golden, str):
        return 0.0 if computed == golden else inf
    apart = abs(computed - golden)
    if isnan(apart):
        return inf
    if abs(golden) < _ALMOST_NONE and apart <= _NOTHING:
        return 0.0
    return apart / abs(golden) if golden else inf


def _family(name: str, checks: Iterable[Check]) -> Family:
    bootstrap = name == "rank_bootstrap"
    compared, largest = 0, 0.0
    for computed, golden in checks:
        apart = abs(float(computed or 0) - float(golden or 0)) if bootstrap else deviation(computed, golden)
        compared, largest = compared + 1, max(largest, apart)
    return Family(name, compared, largest, LIMITS.get(name, LIMIT))


def _shown(value: float) -> str:
    return f"{value:.1e}".replace(".", ",") if value else "0"
