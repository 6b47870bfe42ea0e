"""What screening looks at: a score of each response by rule, and pairs of responses that look copied."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.fieldwork import Fieldwork, is_night
from scoring.patterns import identical, near_duplicates, straight_lines

Pairs = Mapping[str, NDArray[np.bool_]]  # by unit: response × response

RECHECK = "nên phúc tra"
WORDING = {
    "near_duplicates": "nhiều phiếu gần giống nhau trong cùng đơn vị",
    "identical": "nhiều phiếu giống hệt nhau trong cùng đơn vị",
    "straight_lines": "nhiều phiếu chọn một mức cho mọi tiêu chí",
    "short": "thời lượng phỏng vấn ngắn",
    "blank": "nhiều tiêu chí bỏ trống",
    "night": "nhiều phiếu bắt đầu từ 22 giờ đến 5 giờ",
    "age_digits": "nhiều tuổi tận cùng 0 hoặc 5",
    "minute_digits": "nhiều giờ bắt đầu có phút tận cùng 0 hoặc 5",
    "level_high": "mức hài lòng cao hơn các điều tra viên khác trong cùng đơn vị",
    "level_low": "mức hài lòng thấp hơn các điều tra viên khác trong cùng đơn vị",
}
NEAR, IDENTICAL, SHORT = "near_duplicates", "identical", "short"
PAIR_RULES = (NEAR, IDENTICAL)
WITHIN_LEVEL = (NEAR, "straight_lines")


def find_pairs(work: Fieldwork, rule: str) -> Pairs:
    """Return by unit which two of its responses are near-duplicates, or identical."""
    if rule == NEAR:
        return {unit: near_duplicates(work.answers[places]) for unit, places in work.units.items()}
    return {unit: identical(work.answers[places], work.valid[places]) for unit, places in work.units.items()}


def scores_of(work: Fieldwork) -> dict[str, NDArray[np.float64] | None]:
    """Return by rule what each response adds to its enumerator's sum, NaN where it is not recorded; None if nowhere."""
    records = work.records
    starts, ages = [each.start for each in records], [each.age for each in records]
    level = _levels(work)
    minutes = [None if start is None else start.minute for start in starts]
    return {
        "straight_lines": straight_lines(work.answers, work.valid).astype(np.float64),
        SHORT: _shortness(work) if any(each.duration for each in records) else None,
        "blank": (work.answers == ord("-")).sum(axis=1).astype(np.float64),
        "night": _marked([None if start is None else is_night(start) for start in starts]),
        "age_digits": _marked([None if age is None else age % 5 == 0 for age in ages]),
        "minute_digits": _marked([None if minute is None else minute % 5 == 0 for minute in minutes]),
        "level_high": level,
        "level_low": -level,
    }


def _marked(marks: Sequence[bool | None]) -> NDArray[np.float64] | None:
    known = any(mark is not None for mark in marks)
    return np.array([np.nan if mark is None else float(mark) for mark in marks]) if known else None


def _shortness(work: Fieldwork) -> NDArray[np.float64]:
    """Return how many responses of the same unit took longer, ties half; NaN where the duration is unknown."""
    scores = np.full(len(work), np.nan)
    for places in work.units.values():
        timed = [(place, d) for place in places if (d := work.records[place].duration) is not None]
        lengths = np.array([duration for _, duration in timed])
        for place, duration in timed:
            scores[place] = (lengths > duration).sum() + (lengths == duration).sum() / 2
    return scores


def _levels(work: Fieldwork) -> NDArray[np.float64]:
    """Return satisfied shares from their unit's mean, in its standard deviations; 0 without a valid answer."""
    scores = np.zeros(len(work))
    for places in work.units.values():
        shares = work.satisfied_share[places]
        known = ~np.isnan(shares)
        spread = float(shares[known].std()) if known.any() else 0.0
        if spread:
            scores[places[known]] = (shares[known] - shares[known].mean()) / spread
    return scores
