"""How often screening doubts honest field work: campaigns without a single made-up interview, drawn anew each time."""

import sys
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from scoring.fieldwork import FieldRecord, Fieldwork
from scoring.golden import Golden
from scoring.quality import screen

CAMPAIGNS, SEED = 60, 20221231
CRITERIA, CUTS = 22, (-2.2, -1.3, -0.2, 1.6)


@dataclass(frozen=True)
class Habits:
    """How honest enumerators differ: clientele on the scale of answers, pace on that of logarithms, rounding of ages."""

    name: str
    clientele: float
    pace: float
    rounding: bool


SETTINGS = (
    Habits("no differences", 0.0, 0.0, False),
    Habits("clientele 7 % of variance, pace ± 10 %, ages rounded", 0.4, 0.1, True),
    Habits("clientele 11 % of variance, pace ± 25 %, ages rounded", 0.5, 0.25, True),
)


def honest(base: Fieldwork, habits: Habits, seed: int) -> Fieldwork:
    """Return honest responses with the units, enumerators and hours of the golden campaign."""
    generator = np.random.default_rng(seed)
    level = {unit: generator.normal(1.3, 0.5) for unit in base.units}
    pace = {code: generator.normal(0, habits.pace) for code in base.enumerators}
    rounds = {code: generator.beta(2, 8) if habits.rounding else 0.0 for code in base.enumerators}
    clientele: dict[tuple[str, str], float] = {}
    hard = generator.normal(0, 0.4, CRITERIA)
    records = []
    for each in base.records:
        place = each.unit, each.enumerator
        if place not in clientele:
            clientele[place] = generator.normal(0, habits.clientele)
        latent = level[each.unit] + clientele[place] + generator.normal() + hard
        levels = np.searchsorted(CUTS, latent + generator.normal(0, 0.8, CRITERIA)) + 1
        silent = generator.random(CRITERIA)
        packed = "".join(
            "-" if chance < 0.02 else "N" if chance < 0.04 else str(answer)
            for chance, answer in zip(silent, levels, strict=True)
        )
        age = int(generator.integers(18, 75))
        if generator.random() < rounds[each.enumerator]:
            age = 5 * round(age / 5)
        start = None if each.start is None else each.start + timedelta(minutes=int(generator.integers(60)))
        seconds = int(700 * np.exp(pace[each.enumerator] + generator.normal(0, 0.3)))
        record = FieldRecord(each.unit, each.form_code, each.enumerator, packed, start, seconds, age)
        records.append(record)
    return Fieldwork.of(base.layout, records)


def main() -> int:
    """Print by habits how many honest campaigns raise any doubt, and about how many enumerators and responses."""
    base = Golden().campaign("campaign").fieldwork
    sys.stdout.write(f"{CAMPAIGNS} honest campaigns each, q ≤ 5 %: with a doubt, enumerators, responses\n")
    for habits in SETTINGS:
        found = [screen(honest(base, habits, SEED + number)) for number in range(CAMPAIGNS)]
        doubts = [each.enumerators_to_recheck for each in found]
        enumerators = sum(len({doubt.enumerator for doubt in each}) for each in doubts)
        responses = sum(len(each.responses) for each in found)
        rules = sorted(doubt.rule for each in doubts for doubt in each)
        line = f"{habits.name:<56} {sum(map(bool, doubts)):>3} {enumerators:>4} {responses:>4}  {' '.join(rules)}"
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
