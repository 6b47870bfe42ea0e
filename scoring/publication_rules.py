"""What may be published: labels from sample size, degrees of freedom and width, and cells too small to show."""

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.errors import refusal
from scoring.estimates import Estimate

PUBLISHED, CAUTION, NOT_ENOUGH = "published", "caution", "not_enough"
WORDING = {
    PUBLISHED: "đủ tin cậy để công bố",
    CAUTION: "công bố kèm lưu ý",
    NOT_ENOUGH: "chưa đủ mẫu",
}


@dataclass(frozen=True)
class PublicationRule:
    """Below `smallest_n` responses, or wider than `widest` index points, is not enough.

    Fewer than `caution_n` responses or `caution_df` degrees of freedom, or wider than `caution_width`, is published with
    caution. A breakdown shows no cell of 1 to `smallest_cell` − 1 responses.
    """

    smallest_n: int
    caution_n: int
    caution_df: int
    caution_width: float
    widest: float
    smallest_cell: int

    def __post_init__(self) -> None:
        """Refuse limits that cross or are negative."""
        if not 1 <= self.smallest_n <= self.caution_n:
            raise refusal(
                "number_bad", what="smallest_n", value=self.smallest_n, expected="số từ 1 đến caution_n"
            )
        if self.caution_df < 0:
            raise refusal("number_bad", what="caution_df", value=self.caution_df, expected="số từ 0")
        if not 0 < self.caution_width <= self.widest <= 100:
            raise refusal(
                "number_bad",
                what="caution_width",
                value=self.caution_width,
                expected="số trên 0, không quá widest",
            )
        if self.smallest_cell < 1:
            raise refusal("number_bad", what="smallest_cell", value=self.smallest_cell, expected="số từ 1")


@dataclass(frozen=True)
class Label:
    """One of published, caution, not_enough, with the Vietnamese reasons for anything but published."""

    code: str
    reasons: tuple[str, ...]

    @property
    def wording(self) -> str:
        """Return the label as a person reads it."""
        return WORDING[self.code]


def label(estimate: Estimate, rule: PublicationRule) -> Label:
    """Return what may be done with an estimate; a census is judged by the number of responses alone."""
    interval = estimate.interval
    if estimate.share is None or interval.low is None or interval.high is None:
        return Label(NOT_ENOUGH, (f"{interval.n} phiếu có trả lời",))
    width = interval.high - interval.low
    if interval.n < rule.smallest_n:
        return Label(NOT_ENOUGH, (f"{interval.n} phiếu có trả lời, cần ít nhất {rule.smallest_n}",))
    if width > rule.widest:
        return Label(NOT_ENOUGH, (f"khoảng tin cậy rộng {_points(width)} điểm phần trăm",))
    census = estimate.standard_error == 0
    doubts = {
        f"chỉ {interval.n} phiếu có trả lời": interval.n < rule.caution_n and not census,
        f"chỉ {interval.df} bậc tự do": interval.df < rule.caution_df and not census,
        f"khoảng tin cậy rộng {_points(width)} điểm phần trăm": width > rule.caution_width,
    }
    reasons = tuple(reason for reason, holds in doubts.items() if holds)
    return Label(CAUTION if reasons else PUBLISHED, reasons)


def hidden_cells(counts: Sequence[int], rule: PublicationRule) -> list[bool]:
    """Tell which cells of one breakdown are hidden: those too small, and one more where the total would give one away.

    Empty cells hide nobody and stay. Refuses negative counts.
    """
    for count in counts:
        if count < 0:
            raise refusal("number_bad", what="Số phiếu", value=count, expected="số từ 0")
    hidden = [0 < count < rule.smallest_cell for count in counts]
    others = [place for place, count in enumerate(counts) if count and not hidden[place]]
    if sum(hidden) == 1 and others:
        hidden[min(others, key=lambda place: (counts[place], place))] = True
    return hidden


def _points(width: float) -> str:
    return f"{width:.1f}".replace(".", ",")
