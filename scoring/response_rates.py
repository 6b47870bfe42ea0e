"""Who was reached and who was not: response rates by disposition, and how far silence could move an index."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scoring.errors import refusal

DISPOSITIONS = {
    "I": "phỏng vấn đủ",
    "P": "phỏng vấn một phần",
    "R": "từ chối",
    "NC": "không liên hệ được",
    "O": "lý do khác",
    "UH": "không rõ có người hay không",
    "UO": "không rõ có thuộc diện hỏi hay không",
    "NE": "không thuộc diện hỏi",
}


@dataclass(frozen=True)
class Rates:
    """Exact rates 0–1 after the Standard Definitions of AAPOR; None where the denominator is empty.

    `eligible` is e, the share of addresses of known status that may be asked, applied to those of unknown status.
    `response` holds RR1–RR6, `cooperation` COOP1 and COOP3; `refusal` is REF1, `contact` CON1.
    """

    eligible: Fraction | None
    response: tuple[Fraction | None, ...]
    cooperation: tuple[Fraction | None, Fraction | None]
    refusal: Fraction | None
    contact: Fraction | None


@dataclass(frozen=True)
class SilenceBound:
    """Where an index, in percent, could lie if those who did not answer were all dissatisfied, or all satisfied.

    `per_ten_points` is how far it would move if they differed by ten points from those who did.
    """

    low: Fraction
    high: Fraction
    per_ten_points: Fraction


def response_rates(counts: Mapping[str, int]) -> Rates:
    """Return the rates of one unit's, or of all, contacts by final disposition; a missing code counts 0.

    RR1 = I/(I+P+R+NC+O+UH+UO), RR2 with P among the answers; RR3 and RR4 count UH+UO times e; RR5 and RR6 leave them
    out. Refuses an unknown code and a count that is no whole number from 0.
    """
    for code, count in counts.items():
        if code not in DISPOSITIONS:
            raise refusal("choice_unknown", value=code, hint="", known=", ".join(DISPOSITIONS))
        if type(count) is not int or count < 0:
            raise refusal("number_bad", what=f"Số liên hệ {code}", value=count, expected="số nguyên từ 0")
    full, part, refused, missed, other, *unknown, outside = (counts.get(code, 0) for code in DISPOSITIONS)
    known, open_cases = full + part + refused + missed + other, sum(unknown)
    eligible = _rate(known, known + outside)
    likely = None if eligible is None else known + eligible * open_cases
    response = [
        _rate(answers, among)
        for among in (known + open_cases, likely, known)
        for answers in (full, full + part)
    ]
    reached = full + part + refused + other
    return Rates(
        eligible,
        tuple(response),
        (_rate(full, reached), _rate(full, full + part + refused)),
        _rate(refused, known + open_cases),
        _rate(reached, known + open_cases),
    )


def silence_bound(index: Fraction, rate: Fraction) -> SilenceBound:
    """Return the bounds of an index (percent) at a response rate (0–1): rate·index and rate·index + 100·(1 − rate).

    Nothing is assumed about those who did not answer. Refuses an index outside 0–100 and a rate outside 0–1.
    """
    if not 0 <= index <= 100:
        raise refusal("number_bad", what="Chỉ số", value=index, expected="số từ 0 đến 100")
    if not 0 <= rate <= 1:
        raise refusal("number_bad", what="Tỷ lệ trả lời", value=rate, expected="số từ 0 đến 1")
    low = rate * index
    return SilenceBound(low, low + 100 * (1 - rate), 10 * (1 - rate))


def _rate(part: int, whole: int | Fraction | None) -> Fraction | None:
    return Fraction(part) / whole if whole else None
