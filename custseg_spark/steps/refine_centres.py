"""choose -> refine: the chosen centres made to hold for all customers, and what is measured on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import clustering, data, features, journal, segments
from custseg_spark.clustering import Refinement
from custseg_spark.model import SCALED, add_stages, build_scaled_stages
from custseg_spark.recipe import LevelFeature
from custseg_spark.results import CountedTable, TreatedSample
from custseg_spark.segments import MeasuredColumn
from custseg_spark.steps.check_rows import refuse_change
from custseg_spark.steps.explain_cast import explain_engine_errors
from custseg_spark.steps.name_segments import order_centres


def refine_centres(
    counted: CountedTable,
    treated: TreatedSample,
    measures: Mapping[str, MeasuredColumn],
    centres: NDArray[np.float64],
) -> Refinement:
    """Lloyd steps over all customers from `centres` (k, d), those of the sample, on the model scale; gives
    those of the highest `order_by` first.

    The passes that move the centres take the `measures` of the profile too: they are the only scans. Raises
    DataError where they saw other customers than were counted.
    """
    recipe, table, weighted = counted.recipe, counted.table, treated.weights is not None
    scaled = add_stages(table.accepted, build_scaled_stages(treated.treatments))
    measured = segments.build_aggregates(scaled, measures, clustering.WEIGHT if weighted else None)
    with explain_engine_errors("reading the input", table, recipe):
        refined = clustering.refine(
            scaled, [f"{SCALED}{i}" for i in range(centres.shape[1])], centres,
            measured, recipe.sweep, weighted=weighted,
        )  # fmt: skip
    journal.scan("refine", refined.passes)
    refuse_change(counted.counts[data.ACCEPTED], sum(refined.counts))
    by = list(recipe.features).index(recipe.order_by)
    return refined.reorder(order_centres(refined.centres, refined.weights, by))


def list_measures(counted: CountedTable, treated: TreatedSample) -> dict[str, MeasuredColumn]:
    """What is measured of each segment over all customers, by name, with the mean of the sample."""
    cutting = {name: f"{features.VALUE}{name}" for name in counted.recipe.features}
    levels = {name for name, one in counted.recipe.features.items() if isinstance(one, LevelFeature)}
    described, profiled = counted.sample.described, counted.table.profiled
    return {
        **{
            name: MeasuredColumn(sql, _find_middle(treated.values[sql]), name in levels)
            for name, sql in cutting.items()
        },
        **{name: MeasuredColumn(sql, _find_middle(described[name])) for name, sql in profiled.items()},
    }


def _find_middle(values: pd.Series[Any]) -> float:
    middle = float(pd.to_numeric(values, errors="coerce").astype(float).mean())
    return middle if math.isfinite(middle) else 0.0
