"""The funnel plot as data: each enumerator's share of failed re-checks against how many were judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.funnel import LEVELS, funnel, zone
from scoring.recheck_rates import Measures
from survey_app.exports.recheck_sentences import share
from survey_app.exports.sentences import count

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
_MOST_TICKS = 6
_TOPS = (10, 20, 30, 40, 50, 60, 80, 100)


@dataclass(frozen=True)
class Point:
    """One place of the funnel, 0–100 from left and from above, and who stand there; `zone` counts limits exceeded."""

    x: Decimal
    y: Decimal
    label: str
    zone: int
    strong: bool


@dataclass(frozen=True)
class Funnel:
    """Points among control limits; `lines` are the limits' paths from the innermost, `middle` is the common rate."""

    caption: str
    told: str
    x_ticks: tuple[tuple[Decimal, str], ...]
    y_ticks: tuple[tuple[Decimal, str], ...]
    lines: tuple[tuple[str, str], ...]
    middle: Decimal
    points: tuple[Point, ...]


def funnel_of(
    rate: float, parts: Mapping[str, Measures], names: Mapping[str, str], own: str = ""
) -> Funnel | None:
    """Return the funnel of all enumerators with a decided re-check around the rate of all; `own` is pointed out.

    None where nobody has one.
    """
    shown = {name: each.failure for name, each in parts.items() if each.failure.n}
    if not shown:
        return None
    most = max(each.n for each in shown.values())
    limits = {level: funnel(rate, range(1, most + 1), level) for level in LEVELS}
    highest = max(
        [each.hits / each.n for each in shown.values()]
        + [each.high / each.n for each in limits[LEVELS[0]] if each.n >= min(5, most)]
    )
    top = next(top for top in _TOPS if 100 * highest <= top)

    def across(n: int) -> Decimal:
        return _place(n, most)

    def down(value: float) -> Decimal:
        return _place(max(0.0, top - 100 * value), top)

    zones = {name: zone(each.hits, rate, each.n) for name, each in shown.items()}
    return Funnel(
        caption="Tỷ lệ không đạt của từng điều tra viên theo số phiếu đã kết luận",
        told=_told(rate, zones, names),
        x_ticks=tuple((across(n), count(n)) for n in _ticks(most)),
        y_ticks=tuple(
            (_place(top - value, top), f"{value} %") for value in range(0, top + 1, max(5, top // 4))
        ),
        lines=tuple(
            (
                " ".join(f"{across(each.n)},{down(each.low / each.n)}" for each in limits[level]),
                " ".join(f"{across(each.n)},{down(each.high / each.n)}" for each in limits[level]),
            )
            for level in LEVELS
        ),
        middle=down(rate),
        points=_points(
            [(across(each.n), down(each.hits / each.n), name) for name, each in shown.items()],
            {name: f"{names.get(name, name)}: {each.hits} / {each.n}" for name, each in shown.items()},
            zones,
            own,
        ),
    )


def _points(
    places: Sequence[tuple[Decimal, Decimal, str]],
    labels: Mapping[str, str],
    zones: Mapping[str, int],
    own: str,
) -> tuple[Point, ...]:
    """Return one point a place: who stand at the same one are named together."""
    there: dict[tuple[Decimal, Decimal], list[str]] = {}
    for x, y, name in places:
        there.setdefault((x, y), []).append(name)
    return tuple(
        Point(
            x,
            y,
            "; ".join(labels[name] for name in who),
            max(zones[name] for name in who),
            own in who,
        )
        for (x, y), who in sorted(there.items(), key=lambda each: own in each[1])
    )


def _told(rate: float, zones: Mapping[str, int], names: Mapping[str, str]) -> str:
    outer = [names.get(name, name) for name, each in zones.items() if each == 2]
    inner = [names.get(name, name) for name, each in zones.items() if each == 1]
    return (
        f"Biểu đồ phễu: tỷ lệ không đạt chung {share(rate)}; {count(len(zones))} điều tra viên. "
        f"Trên giới hạn 99,8 %: {', '.join(outer) or 'không ai'}. "
        f"Giữa giới hạn 95 % và 99,8 %: {', '.join(inner) or 'không ai'}. Số liệu ở bảng bên dưới."
    )


def _ticks(most: int) -> list[int]:
    step = next((step for step in _STEPS if most / step <= _MOST_TICKS), 1000)
    return list(range(step, most + 1, step))


def _place(value: float, of: float) -> Decimal:
    return (Decimal(str(value)) * 100 / Decimal(str(of))).quantize(Decimal("0.01"))
