"""The bars: what was promised, and where each stands in the results at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from programs import ON_SAIL, SCORE
from small_page import APP, COMPARE, DEMO, INIT, TRAIN
from stands import (
    Results,
    Size,
    Stand,
    count_other_k,
    find_between,
    find_evidence,
    find_figure,
    find_orders,
    find_ratio,
    find_small,
    find_worst_cost,
)


@dataclass(frozen=True)
class Bar:
    """`what` is measured `against` something: at most so much, in `unit` if it has one. `find` takes the
    results and the end of a program's name, which says on which engine it ran."""

    what: str
    against: str
    most: float
    find: Callable[..., Stand | None]
    unit: str = ""


def _small(what: str, program: str, most: float) -> Bar:
    return Bar(what, "time", most, partial(find_small, program=program), "s")


MILLION, TEN, HUNDRED = Size(1_000_000), Size(10_000_000), Size(100_000_000)
HUNDRED_IN_FOUR_GIB = Size(100_000_000, memory=("4g", "4096m"))
WIDE, MORE_K = Size(1_000_000, 50, (2, 30)), Size(10_000_000, k=(2, 20))
FEW, LINES = "2,240 customers", "100 million order lines to 5 million customers"
COST, OTHER_K = (
    "best of 10 full-data starts, worst cost at any k",
    "turns that chose another k than all rows do",
)
EVIDENCE = "evidence beside the sweep, or beside 2 s"
ON_EACH: dict[str, tuple[Bar, ...]] = {
    ON_SAIL: (
        _small(f"{FEW}, custseg train", TRAIN, 5),
        _small(f"{FEW}, custseg compare", COMPARE, 5),
        _small(f"{FEW}, custseg init", INIT, 4),
        _small(f"{FEW}, the page: a spreadsheet to segments", APP, 6),
        _small("a clone to the report, scripts/demo, empty cache", DEMO, 30),
        Bar("1 million", "scikit-learn, time", 0.7, partial(find_ratio, size=MILLION, other="sklearn")),
        Bar("10 million", "scikit-learn, time", 0.35, partial(find_ratio, size=TEN, other="sklearn")),
        Bar("10 million", "plain copy, time", 3, partial(find_ratio, size=TEN, other="copy-sail")),
        Bar("100 million", "plain copy, time", 2.2, partial(find_ratio, size=HUNDRED, other="copy-sail")),
        Bar(
            "100 million", "peak memory of all processes", 4096,
            partial(find_figure, size=HUNDRED, figure="peak_mib"), "MiB",
        ),
        Bar("1 million, 50 features, k = 2..30", "time", 60, partial(find_figure, size=WIDE), "s"),
        Bar(LINES, "plain groupBy, time", 1.3, find_orders),
        Bar(
            "10 million, custseg score", "plain copy, time", 2,
            partial(find_ratio, size=TEN, program=SCORE, other="copy-sail"),
        ),
        Bar("all with a reference", COST, 1.005, find_worst_cost),
        Bar("all with a reference", OTHER_K, 0, count_other_k),
        Bar("all", EVIDENCE, 1, find_evidence),
    ),
    "": (
        _small(f"{FEW}, custseg train", TRAIN, 18),
        _small(f"{FEW}, custseg compare", COMPARE, 20),
        _small(f"{FEW}, custseg init", INIT, 10),
        Bar("1 million", "plain copy, time", 1.6, partial(find_ratio, size=MILLION, other="copy")),
        Bar("1 million", "textbook loop, time", 0.167, partial(find_ratio, size=MILLION, other="textbook")),
        Bar("10 million", "plain copy, time", 1.7, partial(find_ratio, size=TEN, other="copy")),
        Bar(
            "10 million", "itself, k = 2..20 over k = 2..10, time", 1.3,
            partial(find_between, size=MORE_K, other=TEN),
        ),
        Bar(
            "100 million, 4 GiB of driver memory", "plain copy, time", 1.5,
            partial(find_ratio, size=HUNDRED_IN_FOUR_GIB, other="copy"),
        ),
        Bar(
            "100 million", "itself at 10 million, peak memory", 1.1,
            partial(find_between, size=HUNDRED, other=TEN, figure="peak_mib"),
        ),
        Bar("1 million, 50 features, k = 2..30", "time", 80, partial(find_figure, size=WIDE), "s"),
        Bar(LINES, "plain groupBy, time", 1.2, find_orders),
        Bar(
            "10 million, custseg score", "plain copy, time", 1.3,
            partial(find_ratio, size=TEN, program=SCORE, other="copy"),
        ),
        Bar("all with a reference", COST, 1.005, find_worst_cost),
        Bar("all with a reference", OTHER_K, 0, count_other_k),
        Bar("all", EVIDENCE, 1, find_evidence),
    ),
}  # fmt: skip
HEADINGS = ("on", "rows", "against", "bar", "stands at", "turns", "reached")


def judge_bars(results: Results) -> list[tuple[str, ...]]:
    """A row per bar and engine, in the order of HEADINGS."""
    return [_judge(bar, on, results) for on, bars in ON_EACH.items() for bar in bars]


def _judge(bar: Bar, on: str, results: Results) -> tuple[str, ...]:
    unit = f" {bar.unit}" if bar.unit else ""
    told = ("Sail" if on else "Spark", bar.what, bar.against, f"at most {bar.most:,.4g}{unit}")
    stand = bar.find(results, on)
    if stand is None:
        return (*told, "not measured", "", "")
    figure, turns = stand
    digits = {"s": 1, "MiB": 0}.get(bar.unit, 4 if 1 < bar.most < 1.01 else 2 if bar.most else 0)
    return (*told, f"{figure:,.{digits}f}{unit}", str(turns), "yes" if figure <= bar.most else "no")
