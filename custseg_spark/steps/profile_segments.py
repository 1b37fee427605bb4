"""refine -> profile: the model, and what there is to say of its segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import clustering, journal, segments
from custseg_spark.clustering import Refinement
from custseg_spark.model import Model
from custseg_spark.results import (
    CountedTable,
    Segmentation,
    TreatedSample,
)
from custseg_spark.sql import find_columns
from custseg_spark.steps.name_segments import name_segments


def profile_segments(
    counted: CountedTable,
    treated: TreatedSample,
    measures: Mapping[str, segments.MeasuredColumn],
    refined: Refinement,
    identified: segments.Identity,
) -> Segmentation:
    """The segments with their names and figures, and the model that gives them, by ascending id.

    `measures`: of what `refined` holds the aggregates.
    """
    recipe, live = counted.recipe, counted.live
    kept = {i: live.model.name_of(i) for i in identified.continuing_ids} if live else {}
    ids = tuple(sorted(identified.ids))
    refined = refined.reorder([identified.ids.index(i) for i in ids])
    labels, sample = _label_sample(counted, treated, refined, ids)
    values = treated.values.to_numpy(dtype=np.float64)
    traits = segments.measure_traits(treated.points, labels, len(ids), values)
    totals = segments.tabulate_totals(refined.rows, ids, refined.weights, measures)
    profile = segments.build_profile(
        segments.Measurements(totals, sample, *(refined.count_rows() or ())),
        traits,
        name_segments(recipe, traits, ids, kept),
        segments.list_columns(recipe.features, recipe.describe, recipe.check),
        recipe.protected,
    )
    profile = segments.suppress_small_cells(profile, recipe.privacy.min_cell, sample)
    names = tuple(segment.name for segment in profile.segments)
    if small := warn_small(names, refined.weights, recipe.segments.smallest_share):
        journal.warn(small)
    if unknown := sorted(set(recipe.segments.names) - set(ids)):
        listed = ", ".join(map(str, ids))
        journal.warn(f"segments.names.{unknown[0]}: no segment has this id; there are {listed}")
    return Segmentation(
        model=_build_model(counted, treated, refined, ids, names),
        profile=profile,
        refined=refined,
        labels=labels,
        events=identified.events,
        sample=sample,
        points=treated.points,
    )


def take_sample(fitted: Segmentation, counted: CountedTable, treated: TreatedSample) -> Segmentation:
    """The same segments with other customers as their sample: those of `counted`, treated as `treated`."""
    labels, sample = _label_sample(counted, treated, fitted.refined, fitted.model.ids)
    return replace(fitted, labels=labels, sample=sample, points=treated.points)


def _label_sample(
    counted: CountedTable, treated: TreatedSample, refined: Refinement, ids: Sequence[int]
) -> tuple[NDArray[np.int64], pd.DataFrame]:
    """(n,) positions of the sampled customers' segments, and the frame of a Segmentation."""
    labels = clustering.find_nearest(treated.points, refined.centres)
    return labels, treated.values.join(counted.sample.described).assign(segment=np.array(ids)[labels])


def warn_small(names: Sequence[str], sizes: Sequence[float], floor: float) -> str:
    """A warning where a segment of all customers, `sizes` (k,), is under the floor that k was chosen by on
    the sample; empty where none is."""
    everyone = sum(sizes)
    small = [f"{name} ({size / everyone:.2%})" for name, size in zip(names, sizes, strict=True)
             if size < floor * everyone]  # fmt: skip
    if not small:
        return ""
    return (
        f"of all customers, less than segments.smallest_share ({floor:.1%}) are in: {', '.join(small)}; "
        "the floor is asked of the sample, and of no fixed k"
    )


def _build_model(
    counted: CountedTable,
    treated: TreatedSample,
    refined: Refinement,
    ids: tuple[int, ...],
    names: tuple[str, ...],
) -> Model:
    """The model, with the types of the input columns that its features read."""
    wanted = {column.lower() for t in treated.treatments for column in find_columns(t.sql)}
    return Model(
        id=counted.recipe.input.id_column,
        columns={name: kind for name, kind in counted.table.types.items() if name.lower() in wanted},
        features=treated.treatments,
        centres=tuple(map(tuple, refined.centres.tolist())),
        ids=ids,
        names=names,
        order_by=counted.recipe.order_by,
        written={name: kind.form for name, kind in counted.table.written.items() if name.lower() in wanted},
    )
