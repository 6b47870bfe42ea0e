"""The verifier's arithmetic against R, against the published table, and against the scorer: two programs, one result."""

import csv
import json
import math
import random
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from scipy.special import betaincinv
from scipy.stats import t

from scoring.answers import Tally
from scoring.book import Doubts, score
from scoring.method import parse_method
from scoring.moments import Moments, layout_of
from scoring.questionnaire import load_questionnaire
from scoring.units import UnitRow
from survey_app.domain.people import CITIZENS, alias
from survey_app.exports import verify

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
METHODS, QUESTIONNAIRES = ROOT / "scoring" / "methods", ROOT / "scoring" / "questionnaires"
SMALL = json.loads((GOLDEN / "golden_small.json").read_text())
POINTS = json.loads((GOLDEN / "points.json").read_text())
FORM = verify.read_form((QUESTIONNAIRES / "sipas-2017.toml").read_text())
RULES = verify.read_method((METHODS / "ha-nam-2022.toml").read_text())
MARKS = {"-": 0, "N": -1, **{str(level): level for level in range(1, 6)}}


@cache
def campaign(name: str) -> dict[str, verify.Answers]:
    """Return the answers of a golden campaign by unit."""
    units: dict[str, verify.Answers] = {}
    with (GOLDEN / f"{name}.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            unit = units.setdefault(row["unit"], verify.Answers())
            unit.marks.append(tuple(verify._MARKS[row[code]] for code in FORM.codes))
            unit.clusters.append(row["cluster"])
            unit.enumerators.append(row["enumerator"])
    return units


@cache
def people(name: str) -> dict[str, int]:
    """Return the people served by each unit of a golden campaign."""
    with (GOLDEN / f"units_{name}.csv").open(newline="") as file:
        return {row["unit"]: int(row["population"]) for row in csv.DictReader(file)}


@cache
def samples(name: str, component: str, population: bool) -> dict[str, verify.Sample]:
    """Return every unit of a golden campaign, linearised for one component."""
    places = {"all": tuple(range(22))}
    places |= {code: FORM.of_factor(code) for code, _ in FORM.factors}
    places |= {code: (place,) for place, code in enumerate(FORM.codes)}
    found = {}
    for unit, answers in campaign(name).items():
        counts = verify.counts_of(answers.marks, 22)
        known = people(name)[unit] if population else None
        block = verify.Block(places[component], Fraction(1))
        found[unit] = verify.sampled(answers, counts, [block], "top2", known)
    return found


def close(found: float, expected: float, digits: float = 1e-11) -> bool:
    """Whether two numbers agree; R's were printed with 15 digits."""
    return math.isclose(found, expected, rel_tol=digits, abs_tol=digits)


def test_intervals_of_a_share_are_those_of_r() -> None:
    for each in SMALL["binomial_intervals"]:
        p, n = each["x"] / each["n"], each["n"]
        for name in ("wilson", "clopper_pearson"):
            found = getattr(verify, name)(p, n)
            assert all(map(close, found, each[name])), (name, each["x"], n)
        # R's column closes Jeffreys' interval at 0 and 1 alike.
        assert all(map(close, verify.jeffreys(p, n), each["jeffreys"])), each


def test_korn_and_graubard_s_size_is_that_of_r() -> None:
    for each in SMALL["korn_graubard"]:
        size = verify.korn_graubard_size(each["p"], each["var"], each["n"], each["df"])
        assert close(size, each["neff"])
        assert all(map(close, verify.clopper_pearson(each["p"], size), each["kg"]))


def test_quantiles_are_those_of_scipy_to_twelve_digits() -> None:
    for df in (1, 2, 5, 59, 983, 20_000):
        assert close(verify.student_quantile(0.975, df), float(t.ppf(0.975, df)), 1e-12)
    assert close(verify.student_quantile(0.025, 5), -verify.student_quantile(0.975, 5), 1e-12)
    for a, b in ((0.5, 0.5), (0.5, 40.5), (3, 1), (173, 24), (1458.1, 70.2), (20_000, 3.5)):
        for share in (0.001, 0.025, 0.5, 0.975):
            assert close(verify.beta_quantile(share, a, b), float(betaincinv(a, b, share)), 1e-12)


def test_counts_indices_and_points_are_those_of_r() -> None:
    told = POINTS["counts_campaign_200"]
    assert set(told) == set(campaign("campaign_200"))
    for unit, each in told.items():
        counts = verify.counts_of(campaign("campaign_200")[unit].marks, 22)
        assert counts == [each["items"][code] for code in FORM.codes]
        found = verify.measure(counts, FORM, RULES)
        assert found.index == Fraction(100 * each["overall"]["sat"], each["overall"]["valid"])
        assert verify.half_up(found.index, 2) == each["overall"]["index_pct_2dp_half_up"]
        points = verify.points_of(found.index, RULES)
        assert verify.half_up(points, 2) == each["overall"]["component_2dp_half_up"]
        for (code, index, _), (name, part) in zip(found.factors, each["factors"].items(), strict=True):
            assert (code, index) == (name, Fraction(100 * part["sat"], part["valid"]))
        for field, within, weights in (
            ("alt_mean_of_criteria_pct", "criterion_mean", "criteria"),
            ("alt_mean_of_factors_pct", "pooled", "equal"),
        ):
            other = verify.measure(counts, FORM, replace(RULES, within=within, weights=weights))
            assert other.index is not None
            assert close(float(other.index), each[field], 1e-13)


def test_numbers_are_rounded_once_half_up_as_in_exact_arithmetic() -> None:
    for each in SMALL["rounding_percent"]:
        assert verify.half_up(Fraction(100 * each["num"], each["den"]), each["digits"]) == each["half_up"]
    assert verify.half_up(Fraction(-5, 1000), 2) == "-0.01"
    assert verify.half_up(Fraction(-4, 1000), 2) == "0.00"


def test_the_published_table_of_2022_comes_out() -> None:
    with (GOLDEN / "hanam_2022.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = {row["unit"]: {**row, "quota": None, "population": None} for row in rows}
    for each in table.values():
        each["appraisal_points"] = each["appraisal_points"] or None
    own = verify.Recomputed(table, {}, FORM, RULES)
    own.components |= {
        row["unit"]: Decimal(row["satisfaction_points"]) if row["satisfaction_points"] else None
        for row in rows
    }
    standings = verify.index_of(own)
    for row in rows:
        told = standings[row["unit"]].told
        assert (told["total_points"], told["index"], str(told["rank"])) == (
            row["total_points"],
            row["index"],
            row["rank"],
        )
    # Means, spreads and units above the mean as the report prints them.
    groups = [verify.group_of(own, name, members, standings) for name, members in own.groups(table).items()]
    assert [
        (each["mean"], each["satisfaction_mean"], each["spread"], each["above_mean"]) for each in groups
    ] == [
        ("89.60", "9.45", "18.06", 10),
        ("90.70", "9.65", "10.30", 3),
    ]


def _variance(sample: verify.Sample, design: str) -> float | None:
    if design == "cluster":
        return verify.spread_of(sample) if sample.every > 1 else None
    return verify.simple_variance(sample)


@pytest.mark.parametrize("name", ["units_200", "units_2124_overall"])
def test_errors_of_units_are_those_of_r(name: str) -> None:
    tried = 0
    for each in SMALL[name]:
        if each["design"] == "two_stage" or each.get("p") is None or each.get("se") is None:
            continue
        fpc = each["design"] == "srs_fpc"
        sample = samples(each["dataset"], each["var"], fpc)[each["unit"]]
        assert sample.share is not None
        assert close(float(sample.share), each["p"])
        variance = _variance(sample, each["design"])
        assert variance is not None
        assert close(math.sqrt(variance), each["se"], 1e-10), each
        tried += 1
    assert tried > 300


def test_modelled_design_effects_and_their_intervals_are_those_of_r() -> None:
    for each in SMALL["modelled_deff"]:
        units = samples(each["dataset"], each["var"], False)
        fitted, sample = verify.correlation(units.values()), units[each["unit"]]
        assert close(fitted.icc, each["icc_pooled"])
        assert close(fitted.ratio or 0.0, each["ratio_bar"])
        assert close(verify.effect_of(sample, fitted.icc), each["deff_model"])
        size = verify.effective_size(sample, fitted)
        assert size is not None
        assert close(size, each["n_eff"])
        for kind, compute in (("wilson", verify.wilson), ("jeffreys", verify.jeffreys)):
            low, high = compute(each["p"], size)
            assert close(low, each[f"{kind}_lo"], 1e-10)
            assert close(high, each[f"{kind}_hi"], 1e-10)


def test_rank_intervals_are_those_of_r() -> None:
    for each in SMALL["ranks"]:
        for adjustment in ("holm", "bonferroni"):
            apart = verify.surely_apart(each["x"], each["se"], adjustment)
            found = verify.rank_ranges(len(each["x"]), apart)
            ends = (each[f"{adjustment}_simultaneous_{end}"] for end in "LU")
            assert found == [list(both) for both in zip(*ends, strict=True)]


# --- The scorer and the verifier, over campaigns at random --------------------------------------------------------------

TOLD_2023 = (QUESTIONNAIRES / "sipas-2023.toml").read_text()
FORM_2023, QUESTIONNAIRE = verify.read_form(TOLD_2023), load_questionnaire("sipas-2023")
DESIGNS = [
    ("modelled-deff-wilson", "modelled"),
    ("modelled-deff-jeffreys", "modelled"),
    *((kind, design) for kind in verify.KINDS[2:] for design in ("cluster", "srs")),
    ("none", "srs"),
]


def _method(draw: random.Random) -> str:
    """Return a method file with every rule at random."""
    names = sorted(path.stem for path in METHODS.glob("*.toml") if path.stem != "general-question")
    text = (METHODS / f"{draw.choice(names)}.toml").read_text()
    kind, design = draw.choice(DESIGNS)
    changes = {
        'interval = "modelled-deff-wilson"': f'interval = "{kind}"',
        'design = "modelled"': f'design = "{design}"',
        'interval = "holm"': f'interval = "{draw.choice(["holm", "bonferroni"])}"',
        'ties = "competition"': f'ties = "{draw.choice(["competition", "dense"])}"',
        'on = "published"': f'on = "{draw.choice(["published", "unrounded"])}"',
        "incomplete_units = false": f"incomplete_units = {draw.choice(['true', 'false'])}",
        'undefined_factor = "reweight"': f'undefined_factor = "{draw.choice(["reweight", "withhold"])}"',
    }
    if draw.random() < 0.3:
        within, weights = (
            draw.choice(["pooled", "criterion_mean"]),
            draw.choice(["answers", "criteria", "equal"]),
        )
        for name in verify.COMBINATIONS:
            changes[f'combination = "{name}"'] = f'within_factor = "{within}"\nfactor_weights = "{weights}"'
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def _campaign(draw: random.Random) -> tuple[list[UnitRow], list[tuple[str, str, str]]]:
    """Return units with every edge at random, and (unit, enumerator, answers) of each response."""
    units, rows = [], []
    for place in range(draw.randint(1, 7)):
        n, level = draw.choice([0, 1, 2, 3, 4, 5, 8, 12, 30, 60]), draw.choice([0.0, 0.5, 0.8, 0.95, 1.0])
        most = draw.choice([100, 100, 100, 100, 60])
        appraisal = draw.choice([None, "45", "30.33"] if most == 60 else [None, "80", "50.5", "81.25"])
        people = draw.choice([None, None, n, n + 1, n * 3 + 1, max(0, n - 1), 10_000])
        unit = UnitRow(
            f"U{place}",
            f"Đơn vị {place}",
            draw.choice("ab"),
            Decimal(most),
            None if appraisal is None else Decimal(appraisal),
            population=people,
            quota=draw.choice([None, 5, 10]),
        )
        units.append(unit)
        rows += _responses(draw, unit.unit, n, level)
    return units, rows


def _responses(draw: random.Random, unit: str, n: int, level: float) -> list[tuple[str, str, str]]:
    alike, silent_factor, silent_criterion = (draw.random() < 0.15 for _ in range(3))
    askers = [f"E{draw.randint(1, draw.choice([1, 3, 6]))}" for _ in range(n)]
    rows: list[tuple[str, str, str]] = []
    for asker in askers:
        shift = draw.gauss(0, 0.1) if 0 < level < 1 else 0.0
        answers = "".join(
            draw.choices(
                ["-", "N", draw.choice("45" if draw.random() < level + shift else "123")], [5, 5, 90]
            )[0]
            for _ in QUESTIONNAIRE.criterion_codes
        )
        if silent_factor:
            answers = answers[:-3] + draw.choice(["---", "N--"])
        if silent_criterion:
            answers = "-" + answers[1:]
        if alike and rows:
            answers = rows[0][2]
        if draw.random() < 0.03:
            answers = "-" * len(answers)
        rows.append((unit, verify.CITIZENS if draw.random() < 0.05 else asker, answers))
    return rows


def _both(
    units: list[UnitRow], rows: list[tuple[str, str, str]], text: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the scorer's book of these responses by this method, and the verifier's."""
    method = parse_method(text, "at random")
    clustered = [
        (unit, f"{asker}/{place}" if asker == verify.CITIZENS else asker, answers)
        for place, (unit, asker, answers) in enumerate(rows)
    ]
    empty = [(unit.unit, "") for unit in units if unit.max_points >= 100]
    tally = Tally.from_packed(QUESTIONNAIRE, [*empty, *((unit, answers) for unit, _, answers in rows)])
    hers: dict[str, list[tuple[str, str]]] = {}
    answered: dict[str, verify.Answers] = {}
    for (unit, cluster, packed), (_, asker, _) in zip(clustered, rows, strict=True):
        hers.setdefault(asker, []).append((unit, packed))
        found = answered.setdefault(unit, verify.Answers())
        found.marks.append(tuple(MARKS[mark] for mark in packed))
        found.clusters.append(cluster)
        found.enumerators.append(asker)
    doubts = Doubts(
        Moments.from_packed(layout_of(QUESTIONNAIRE, method), clustered),
        None,
        {},
        {asker: Tally.from_packed(QUESTIONNAIRE, each) for asker, each in hers.items()},
    )
    book = score(tally, QUESTIONNAIRE, method, units, verify.input_digest(answered), doubts)
    told = json.loads(book.to_json())
    return told, verify.recompute(told, answered, FORM_2023, verify.read_method(text))


def _two_books(draw: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both books of a campaign at random."""
    units, rows = _campaign(draw)
    return _both(units, rows, _method(draw))


@pytest.mark.parametrize("seed", range(60))
def test_scorer_and_verifier_give_one_book_whatever_the_campaign_and_the_method(seed: int) -> None:
    told, own = _two_books(random.Random(seed))
    verify.compare(own, told, "book.json")
    assert own["satisfaction"]["units"] != []


def test_a_group_in_which_all_are_satisfied_is_weighted_by_all_its_answers_in_both() -> None:
    # Group a has no dissatisfied answer; half of U0's responses leave the first criterion blank.
    units = [UnitRow(f"U{place}", "Đơn vị", "aab"[place], Decimal(100), Decimal(80)) for place in range(3)]
    width = len(QUESTIONNAIRE.criterion_codes)
    full, blank, mixed = "5" * width, "-" + "5" * (width - 1), "2" + "4" * (width - 1)
    rows = [("U0", "E1", [full, blank][place % 2]) for place in range(20)]
    rows += [("U1", "E2", full)] * 7 + [
        ("U2", f"E{3 + place % 2}", [full, mixed][place % 3 > 1]) for place in range(30)
    ]
    told, own = _both(units, rows, (METHODS / "criterion-mean.toml").read_text())
    verify.compare(own, told, "book.json")
    assert own["uncertainty"]["groups"][0]["index"]["responses"]["index"] == "100.000000000000"


def test_a_changed_number_of_a_book_is_found_by_its_place() -> None:
    told, own = _two_books(random.Random(3))
    told["satisfaction"]["units"][0]["responses"] += 1
    unit = told["satisfaction"]["units"][0]["unit"]
    with pytest.raises(verify.Differs, match=f"book.json/satisfaction/units/{unit}/responses: tệp ghi"):
        verify.compare(own, told, "book.json")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ('level_rule = "top2"', 'level_rule = "top3"', "level_rule"),
        ('conversion = "linear"', 'conversion = "cubic"', "conversion"),
        ('ties = "competition"', 'ties = "random"', "ranks.ties"),
        ('combination = "pooled"', 'combination = "median"', "within_factor"),
    ],
)
def test_a_rule_that_is_not_known_is_said_by_name(old: str, new: str, name: str) -> None:
    text = (METHODS / "ha-nam-2022.toml").read_text()
    with pytest.raises(verify.Differs, match=f"quy tắc {name} = “.*” mà chương trình này không biết"):
        verify.read_method(text.replace(old, new))


def test_what_citizens_filled_in_alone_bears_the_code_by_which_the_verifier_parts_it_into_clusters() -> None:
    assert alias(7, CITIZENS) == verify.CITIZENS
