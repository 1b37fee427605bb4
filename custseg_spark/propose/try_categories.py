"""Whether segments come back that categories cut as well: tried on both halves of the rows, with the numbers
that cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from custseg_spark.errors import DataError
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.evidence.stability import measure_stability
from custseg_spark.features import apply_treatments, fit_treatments, to_model_scale
from custseg_spark.kmeans import Points, fit_kmeans, use_one_thread
from custseg_spark.propose.categories import CategoryTrial, OfferedCategory
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.measure_sets import REDRAWS
from custseg_spark.propose.trial import FEWEST, KS, SMALLEST
from custseg_spark.recipe import FeatureSection, LevelFeature
from custseg_spark.statistics import STABLE
from custseg_spark.wording import join_words
from custseg_spark.workers import run_each

_ROWS = 2_000
_STARTS = 5
_SEED = 7


def try_categories(numbers: Sequence[ProposedFeature], offered: Sequence[OfferedCategory]) -> CategoryTrial:
    """The live ones of the `offered` categories, the weakest left out until segments come back on both
    halves.

    Under FEWEST rows nothing is tried, and beside numbers no category is live.
    """
    live = [one for one in offered if one.is_live]
    if not live or len(live[0].levels) < FEWEST:
        why = f"not tried: under {FEWEST} rows"
        return CategoryTrial(_pass({one.name: why for one in live} if numbers else {}, offered))
    passed: dict[str, str] = {}
    while live:
        try:
            k, back = _measure(numbers, live)
        except DataError:  # a number that can't be placed, such as one that clipping makes constant
            return CategoryTrial(tuple(offered))
        if back >= STABLE or not numbers:
            names = join_words([one.name for one in live])
            told = f"{'The numbers and' if numbers else 'By'} {names}, cut into {k}: the weakest segment"
            return CategoryTrial(_pass(passed, offered), f"{told} comes back to {back:.2f} on either half.")
        passed[live.pop().name] = f"with it segments come back to {back:.2f} only ({STABLE} is asked)"
    return CategoryTrial(_pass(passed, offered))


def _pass(reasons: Mapping[str, str], offered: Sequence[OfferedCategory]) -> tuple[OfferedCategory, ...]:
    """The offered ones, of which those with a reason do not cut."""
    return tuple(
        replace(one, is_live=False, why=reasons[one.name]) if one.name in reasons else one for one in offered
    )


def _measure(numbers: Sequence[ProposedFeature], live: Sequence[OfferedCategory]) -> tuple[int, float]:
    """The k of KS whose weakest segment comes back furthest on the half where it does so less, and how
    far."""
    points = _place(numbers, live)
    asked = [(half, k) for k in KS for half in (points[::2], points[1::2])]
    found = run_each(_measure_cut, asked)
    lowest = {k: min(found[2 * place], found[2 * place + 1]) for place, k in enumerate(KS)}
    k = max(lowest, key=lambda one: lowest[one])
    return k, lowest[k]


def _measure_cut(asked: tuple[Points, int]) -> float:
    """How far the weakest segment comes back; 0 where one is small."""
    points, k = asked
    with use_one_thread():
        fit = fit_kmeans(points, k, _SEED, _STARTS)
        if np.bincount(fit.labels, minlength=k).min() < SMALLEST * len(points):
            return 0.0
        return float(measure_stability(points, fit, REDRAWS, _SEED).jaccards.min())


def _place(numbers: Sequence[ProposedFeature], live: Sequence[OfferedCategory]) -> Points:
    """(at most _ROWS, columns) on the model scale, as the recipe treats them."""
    raw: dict[str, pd.Series[Any]] = {}
    sections: dict[str, FeatureSection] = {}
    for place, number in enumerate(numbers):
        raw[f"n{place}"], sections[f"n{place}"] = number.values, number.section
    for place, one in enumerate(live):
        for rank, level in enumerate(sorted({*one.levels})):
            name = f"c{place}_{rank}"
            raw[name] = (one.levels == level).astype(float)
            sections[name] = LevelFeature(sql=name, impute="quarantine", of=f"c{place}", level=str(rank))
    table = pd.DataFrame({name: values.reset_index(drop=True) for name, values in raw.items()})
    expressions = {name: section.expression for name, section in sections.items()}
    treatments = fit_treatments(table, expressions, sections, "standard")
    rng = np.random.default_rng(_SEED)
    points: Points = to_model_scale(apply_treatments(table, treatments), treatments)
    drawn: Points = points[rng.permutation(draw_subset(len(table), _ROWS, rng))]
    return drawn
