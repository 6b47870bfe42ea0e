"""Do re-checks find who makes interviews up, how often do they accuse the honest, and do their intervals hold?

Simulated campaigns of 60 enumerators in 22 units, 2,124 responses, 20 % re-checked by enumerator × unit. Honest answers
asked again repeat as in the golden re-check; made-up ones are repeated only by chance.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import flask_migrate
import numpy as np

from scoring.golden import Golden
from scoring.recheck_rates import by, spread_of
from scoring.recheck_suspicion import Q_LIMIT, suspects
from scoring.rechecks import CONFIRMED, FAILED, UNREACHABLE, Judged, Pair, cases_of, inclusion
from survey_app import create_app
from survey_app.domain import demonstration, people
from survey_app.domain.demonstration import rechecks as demonstration_rechecks
from survey_app.extensions import db

CAMPAIGNS, SEED = 300, 20221231
ENUMERATORS, UNITS, RESPONSES, SHARE = 60, 22, 2124, 0.2
PAGE_MILLISECONDS = 300
MATCH_LEAST = 3  # of the criteria asked again on the same side, else "answers differ": the campaign's default
CRITERIA = ("access_1", "procedure_2", "official_4", "outcome_1", "feedback_2")


@dataclass(frozen=True)
class World:
    """How a campaign's people behave: shares 0–1, `habits` the spread of honest enumerators' error rates (log scale)."""

    name: str
    fabricators: int = 0
    made_up: float = 0.6  # of a fabricator's forms
    found: float = 0.7  # of made-up interviews that were reached fail
    honest_failed: float = 0.02
    unreachable: float = 0.08
    habits: float = 0.0


HONEST = (World("honest, alike"), World("honest, error rates ± 25 % between enumerators", habits=0.25))
GUILTY = (
    World("3 of 60 make up all their forms", fabricators=3, made_up=1.0, habits=0.25),
    World("3 of 60 make up 60 % of their forms", fabricators=3, habits=0.25),
    World("3 of 60 make up 30 % of their forms", fabricators=3, made_up=0.3, habits=0.25),
)


@dataclass(frozen=True)
class Response:
    """One simulated response with what a re-check of it would find."""

    code: str
    enumerator: str
    unit: str
    fails: bool
    judged: Judged


@cache
def repeats() -> np.ndarray:
    """Return the golden re-check's pairs of all criteria together, first × again, as shares."""
    rows = [row for row in Golden().numbers["agreement"] if row["scale"] == "likert5"]
    table = np.sum([row["table"] for row in rows], axis=0, dtype=float)
    return np.asarray(table / table.sum())


def population(world: World, seed: int) -> tuple[list[Response], set[str]]:
    """Return all responses of one campaign, each as it would be judged, and who makes interviews up."""
    generator = np.random.default_rng(seed)
    table = repeats()
    names = [f"E{number:02d}" for number in range(ENUMERATORS)]
    who = np.arange(RESPONSES) % ENUMERATORS
    units = np.where(generator.random(RESPONSES) < 0.5, who % UNITS, (7 * who + 3) % UNITS)
    invented = (who < world.fabricators) & (generator.random(RESPONSES) < world.made_up)
    habit = np.exp(generator.normal(0, world.habits, ENUMERATORS))
    first, again = _answers(generator, table, invented, habit[who])
    fails = generator.random(RESPONSES) < np.where(invented, world.found, world.honest_failed)
    fails |= ((first >= 4) != (again >= 4)).sum(axis=1) > len(CRITERIA) - MATCH_LEAST
    silent = generator.random(RESPONSES) < world.unreachable
    found = []
    for number in range(RESPONSES):
        code, name, unit = f"R{number:05d}", names[who[number]], f"U{units[number]:02d}"
        verdict = UNREACHABLE if silent[number] else FAILED if fails[number] else CONFIRMED
        pairs = [
            Pair(criterion, str(one), str(two))
            for criterion, one, two in zip(CRITERIA, first[number], again[number], strict=True)
        ]
        judged = Judged(code, name, unit, "front", verdict, 1, () if silent[number] else tuple(pairs))
        found.append(Response(code, name, unit, bool(fails[number]), judged))
    return found, set(names[: world.fabricators])


def _answers(
    generator: np.random.Generator, table: np.ndarray, invented: np.ndarray, habit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return levels first and again, response × criterion; what differs comes by whole responses (ICC about 0.3)."""
    shape, same = (len(invented), len(CRITERIA)), float(np.trace(table))
    forgetful = generator.beta(1.2 * (1 - same) / same, 1.2, len(invented)) * habit
    wrong = generator.random(shape) < np.minimum(forgetful, 1)[:, None]
    off = (table - np.diag(np.diag(table))).ravel()
    places = generator.choice(25, size=shape, p=off / off.sum())
    kept = generator.choice(5, size=shape, p=np.diag(table) / same)
    first, again = np.where(wrong, places // 5, kept), np.where(wrong, places % 5, kept)
    made_up = generator.integers(3, 5, shape)
    truth = generator.choice(5, size=shape, p=table.sum(axis=0))
    return 1 + np.where(invented[:, None], made_up, first), 1 + np.where(invented[:, None], truth, again)


def drawn(
    responses: Sequence[Response], seed: int, listed: Sequence[str] = (), extra: float = 0.0
) -> list[Judged]:
    """Return the re-checks of a draw by enumerator × unit, at least one each; `extra` more of those listed, directed."""
    generator = np.random.default_rng(seed)
    strata: dict[tuple[str, str], list[Response]] = {}
    for response in responses:
        strata.setdefault((response.enumerator, response.unit), []).append(response)
    again = set(listed)
    taken_of_list = round(extra * len(again))
    hit = set(generator.permutation(sorted(again))[:taken_of_list].tolist()) if again else set()
    rows = []
    for key in sorted(strata):
        own = strata[key]
        take = max(1, int(np.ceil(SHARE * len(own) - 1e-9)))
        chosen = set(generator.permutation(len(own))[:take].tolist())
        for place, response in enumerate(own):
            if place not in chosen and response.code not in hit:
                continue
            draws = [(take, len(own))] + ([(taken_of_list, len(again))] if response.code in again else [])
            weight = float(1 / inclusion(draws))
            judged = response.judged
            rows.append(
                Judged(
                    judged.response,
                    judged.enumerator,
                    judged.unit,
                    "front",
                    judged.verdict,
                    weight,
                    judged.pairs,
                )
            )
    return rows


def alarms(world: World, seed: int) -> tuple[list[str], set[str], set[str]]:
    """Return the suspicion list of one simulated campaign by name, who is alarmed about, and who fabricates."""
    responses, bad = population(world, seed)
    ranked = suspects(cases_of(drawn(responses, seed)))
    return [each.enumerator for each in ranked], {each.enumerator for each in ranked if each.alarm}, bad


def _accusations() -> bool:
    kept = True
    for world in HONEST:
        found = [len(alarms(world, SEED + number)[1]) for number in range(CAMPAIGNS)]
        share = sum(map(bool, found)) / CAMPAIGNS
        slack = 2 * (Q_LIMIT * (1 - Q_LIMIT) / CAMPAIGNS) ** 0.5
        good = share <= Q_LIMIT + slack
        kept &= good
        _tell(
            good,
            f"{world.name}: campaigns with any alarm",
            f"{100 * share:.1f} % ({sum(found)} people)",
            "≤ 5 %",
        )
    return kept


def _discoveries() -> bool:
    kept = True
    for world in GUILTY:
        first, honest, caught = 0, 0, 0
        for number in range(CAMPAIGNS):
            order, alarmed, bad = alarms(world, SEED + number)
            first += bad <= set(order[:5])
            honest += len(alarmed - bad)
            caught += len(alarmed & bad)
        share = first / CAMPAIGNS
        figure = (
            f"{100 * share:.1f} %, alarms: {caught / CAMPAIGNS:.2f} of 3, honest {honest / CAMPAIGNS:.3f}"
        )
        promised = world is GUILTY[0]
        good = share >= 0.95 or not promised
        kept &= good
        _tell(good, f"{world.name}: all three among the first five", figure, "≥ 95 %" if promised else "told")
    return kept


def _coverage() -> bool:
    """How often 95 % intervals hold the rate of all responses, in all and by enumerator, with a directed draw."""
    world, inside, asked, bias = GUILTY[1], [0, 0], [0, 0], []
    for number in range(CAMPAIGNS):
        responses, bad = population(world, SEED + number)
        reached = [each for each in responses if each.judged.verdict != UNREACHABLE]
        listed = [each.code for each in responses if each.enumerator in bad]
        cases = cases_of(drawn(responses, SEED + number, listed, 0.5))
        spread = spread_of(cases)
        truth = sum(each.fails for each in reached) / len(reached)
        whole = by(cases, lambda _: "all", spread)["all"].failure
        inside[0] += whole.low <= truth <= whole.high
        asked[0] += 1
        bias.append((whole.rate or 0) - truth)
        for name, found in by(cases, lambda case: case.enumerator, spread).items():
            own = [each for each in reached if each.enumerator == name]
            if not own:
                continue
            exact = sum(each.fails for each in own) / len(own)
            inside[1] += found.failure.low <= exact <= found.failure.high
            asked[1] += 1
    kept = True
    for what, hit, of in zip(("all", "an enumerator"), inside, asked, strict=True):
        kept &= hit / of >= 0.95
        _tell(
            hit / of >= 0.95,
            f"95 % interval of the failure rate, {what}, directed draw",
            f"{100 * hit / of:.1f} %",
            "≥ 95 %",
        )
    off, error = float(np.mean(bias)), float(np.std(bias, ddof=1) / CAMPAIGNS**0.5)
    good = abs(off) <= 3 * error
    _tell(good, "bias of the weighted failure rate", f"{100 * off:+.3f} ± {100 * error:.3f} points", "≤ 3 se")
    return kept and good


def _pages() -> bool:
    """Open the pages of a played round of the demonstration, without the network."""
    kept = True
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'rechecks.sqlite'}"
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, "WTF_CSRF_ENABLED": False})
        with app.app_context():
            flask_migrate.upgrade()
            demonstration.load(people.command_line())
            demonstration_rechecks.play(people.command_line())
            db.session.commit()
            db.session.remove()
        client = app.test_client()
        client.post("/login", data={"username": "noivu", "password": demonstration.PASSWORD})
        for path in ("", f"/enumerators/{demonstration_rechecks.FABRICATORS[0]}", "/units/STC"):
            address = f"/campaigns/{demonstration.CODE}/recheck-measures{path}"
            client.get(address)
            taken = []
            for _ in range(7):
                started = time.perf_counter()
                client.get(address)
                taken.append(1000 * (time.perf_counter() - started))
            middle = statistics.median(taken)
            kept &= middle <= PAGE_MILLISECONDS
            _tell(
                middle <= PAGE_MILLISECONDS,
                f"page {path or '/'}, 425 responses judged",
                f"{middle:.0f} ms",
                "≤ 300 ms",
            )
        with app.app_context():
            db.engine.dispose()
    return kept


def _tell(kept: bool, what: str, figure: str, promise: str) -> None:
    sys.stdout.write(f"{'kept  ' if kept else 'MISSED'}  {what:<66}  {figure}  (promised {promise})\n")
    sys.stdout.flush()


def main() -> int:
    """Print every promise beside what was measured; 1 where one was missed."""
    sys.stdout.write(f"{CAMPAIGNS} simulated campaigns each\n")
    return 0 if all([_accusations(), _discoveries(), _coverage(), _pages()]) else 1


if __name__ == "__main__":
    sys.exit(main())
