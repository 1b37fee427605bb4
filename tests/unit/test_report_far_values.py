"""Values far outside: planted ones are found, and a column without any is left alone."""

from collections.abc import Callable

import numpy as np
import pytest

from custseg_spark.report.far_values import FEWEST, find_far_values, is_code

Draw = Callable[[np.random.Generator, int], np.ndarray]
DRAWN: dict[str, Draw] = {
    "lognormal": lambda rng, n: rng.lognormal(rng.uniform(0, 8), rng.uniform(0.2, 2), n),
    "poisson": lambda rng, n: rng.poisson(10 ** rng.uniform(-1.5, 2), n).astype(float),
    "exponential": lambda rng, n: rng.exponential(10 ** rng.uniform(0, 3), n),
    "whole exponential": lambda rng, n: rng.exponential(10 ** rng.uniform(0, 3), n).round(),
    "uniform": lambda rng, n: rng.uniform(rng.uniform(-100, 100), rng.uniform(101, 1000), n),
    "normal": lambda rng, n: rng.normal(rng.uniform(-50, 50), rng.uniform(1, 30), n),
    "gamma": lambda rng, n: rng.gamma(rng.uniform(0.3, 6), 30, n),
    "shares": lambda rng, n: rng.beta(rng.uniform(0.4, 3), rng.uniform(0.4, 3), n),
    "flags": lambda rng, n: (rng.random(n) < rng.uniform(0, 0.2)).astype(float),
    "years": lambda rng, n: 2014.0 - rng.poisson(40, n),
    "spend of some": lambda rng, n: np.where(rng.random(n) < 0.7, 0, rng.lognormal(3, 1, n)),
}
SIZES = (50, 100, 300, 1_000, 3_000, 20_000)


@pytest.mark.parametrize("kind", DRAWN)
def test_a_column_of_its_own_kind_is_left_alone(kind: str) -> None:
    """At most one of 100, for each kind, at any size."""
    rng = np.random.default_rng(sorted(DRAWN).index(kind))
    alarms = [
        find_far_values(DRAWN[kind](rng, size)) is not None
        for size in SIZES
        for _ in range(300 if size < 3_000 else 30)
    ]
    assert np.mean(alarms) <= 0.01


def test_a_power_law_is_seldom_named() -> None:
    """Of a tail index of 2.5, whose variance is just finite; without the gap it would always be."""
    rng = np.random.default_rng(8)
    drawn = (1 + rng.pareto(2.5, size) for size in (300, 1_000, 3_000, 20_000) for _ in range(100))
    assert np.mean([find_far_values(values) is not None for values in drawn]) <= 0.04


@pytest.mark.parametrize("value, is_far", [(1_500.0, False), (1_750.0, True)])
def test_far_is_eight_times_as_far_as_the_quartile_on_the_logarithm(value: float, is_far: bool) -> None:
    """Quartiles at 100 times and over the root of 2: eight of these ways end at 1,600."""
    values = np.append(100 * 2 ** np.linspace(-1, 1, 401), value)
    assert (find_far_values(values) is not None) == is_far


@pytest.mark.parametrize("value, is_far", [(580.0, False), (620.0, True)])
def test_of_columns_under_zero_far_is_twelve_quartiles_in_the_unit(value: float, is_far: bool) -> None:
    values = np.append(np.linspace(-100, 100, 401), value)
    assert (find_far_values(values) is not None) == is_far


HOSTS: dict[str, Draw] = {
    "incomes": lambda rng, n: rng.normal(52_000, 21_000, n).clip(1_730).round(),
    "ages": lambda rng, n: rng.normal(45, 12, n).clip(18, 95).round(),
    "spend": lambda rng, n: rng.lognormal(5, rng.uniform(0.4, 0.8), n),
    "orders": lambda rng, n: rng.poisson(rng.uniform(2, 20), n).astype(float),
    "days": lambda rng, n: rng.integers(0, 100, n).astype(float),
    "shares": lambda rng, n: rng.beta(2, 3, n),
}
PLANTED: dict[str, Callable[[np.ndarray], list[float]]] = {
    "three zeros too many": lambda values: [1000 * float(np.median(values))],
    "999999": lambda values: [999_999.0],
    "-999, in one row of ten": lambda values: [-999.0] * (len(values) // 10),
    "999999, in one row of ten": lambda values: [999_999.0] * (len(values) // 10),
}


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_is_found(what: str) -> None:
    """At least 95 of 100, and nothing beside it; -999 lies within nothing that spreads as far."""
    rng, found = np.random.default_rng(sorted(PLANTED).index(what)), []
    for host, draw in HOSTS.items():
        if what.startswith("-999") and host in ("incomes", "spend"):
            continue
        for size in (100, 500, 2_000, 20_000):
            for _ in range(40 if size < 20_000 else 10):
                values = draw(rng, size)
                planted = PLANTED[what](values)
                values[: len(planted)] = planted
                far = find_far_values(values)
                found.append(far is not None and far.values == ((planted[0], len(planted)),))
    assert np.mean(found) >= 0.95


def test_the_income_of_666666_is_found() -> None:
    rng = np.random.default_rng(1)
    incomes = np.concatenate(
        [[1_730, 162_397, np.nan, 666_666], rng.normal(52_000, 21_000, 2_200).clip(1_800)]
    )
    far = find_far_values(incomes)
    assert far is not None
    assert far.values == ((666_666.0, 1),)
    assert far.others == (1_730.0, 162_397.0)
    assert np.flatnonzero(far.rows).tolist() == [3]


def test_several_far_values_are_told_together_and_sides_apart() -> None:
    values = np.concatenate([np.arange(1_000.0, 2_000.0), [900_000.0, 1_000_000.0, -50_000.0]])
    far = find_far_values(values)
    assert far is not None
    assert far.values == ((-50_000.0, 1), (900_000.0, 1), (1_000_000.0, 1))


def test_a_group_of_its_own_is_no_slip() -> None:
    values = np.concatenate([np.arange(1_000.0, 2_000.0), np.full(40, 900_000.5)])
    assert find_far_values(values) is None


def test_of_few_values_nothing_is_said() -> None:
    assert find_far_values(np.append(np.arange(FEWEST - 2.0), 1e9)) is None
    assert find_far_values(np.append(np.arange(FEWEST - 1.0), 1e9)) is not None
    assert find_far_values(np.full(500, np.nan)) is None
    assert find_far_values(np.full(500, 7.0)) is None


@pytest.mark.parametrize("value", [999, 9999, 999999, -1, -9, -99, -999, 123456, 2147483647, 666666])
def test_codes_are_known(value: float) -> None:
    assert is_code(value)


@pytest.mark.parametrize("value", [99, 12, 1000, 162_397, 900_000, -57, -57.5, 999.5, -1234])
def test_what_is_no_code(value: float) -> None:
    assert not is_code(value)
