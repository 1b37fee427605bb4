"""The thread from the live run: its model on today's customers, who is who, who moved, what drifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from custseg_spark import clustering, data, features, journal, runs, segments
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.model import Model
from custseg_spark.recipe import Recipe
from custseg_spark.results import PREFIX, LiveComparison, LiveRun, Sample, SampleInLiveRun, Segmentation

NOBODY = segments.NOBODY


def find_live_run(output: str) -> LiveRun | None:
    """The live run under `output`; None where there is none yet. Raises RunError where it can't be read."""
    run = runs.find_live(output)
    return None if run is None else read_live_run(run)


def follow_if_possible(live: LiveRun, columns: Sequence[str]) -> LiveRun | None:
    """The live run, unless its model reads a column that is not among `columns`, those of the table."""
    there = {column.lower() for column in columns}
    lacking = [column for column in live.model.columns if column.lower() not in there]
    if not lacking:
        return live
    journal.warn(
        f"the table has no column {lacking[0]!r}, which the live run {live.run.run_id} reads: segments can't "
        "be matched with its segments and get new ids"
    )
    return None


def part_from_customers(live: LiveRun, fingerprint: str) -> LiveRun:
    """The live run, without its customers where rows have numbers in place of ids, unless both are of one
    file: row 7 of tonight is not row 7 of yesterday. Its model is followed all the same.

    `fingerprint`: of tonight's file, empty where rows have ids.
    """
    if live.record.file == (fingerprint or None):
        return live
    journal.warn(
        f"customers are known by the number of their row, so nobody can be found again in the live run "
        f"{live.run.run_id}: segments are matched by its model alone, and who moved is not told"
    )
    return replace(live, customers=None)


def read_live_run(run: runs.Run) -> LiveRun:
    """A run as later ones are held against it."""
    return LiveRun(
        run,
        Model.from_json(run.read("model.json").decode()),
        run.read_record(),
        segments.Baseline.from_json(run.read("baseline.json").decode()),
        run.at("customers"),
    )


def label_with_live_run(
    spark: SparkSession, live: LiveRun, sample: Sample, recipe: Recipe
) -> SampleInLiveRun:
    """Label the sampled customers with the live model, and look up where they were in the live run.

    Both tables are cut by the same hash of the id, so that the same customers are held against each other.
    """
    described, reach = sample.described, sample.reach
    now, distances = label_by_model(live.model, described)
    if live.customers is None:  # where they would be, had they been labelled by it
        return SampleInLiveRun(live, now, now, distances, np.empty(0, dtype=np.int64), 1.0)
    size = live.record.rows.accepted
    highest = min(reach.highest, clustering.find_highest_hash(recipe.sweep.sample_rows, size))
    key = data.column(live.model.id).cast("string")
    with translate_engine_errors(f"reading {live.customers}"):
        before = (
            data.read_written(spark, live.customers)
            .select(key.alias("id"), "segment", clustering.hash_id(key, reach.seed).alias("hash"))
            .filter(F.col("hash") <= highest)
            .select("id", "segment")
            .toPandas()
            .drop_duplicates("id")
            .set_index("id")["segment"]
        )
    inside = reach.hashes <= highest
    ids = described["id"]
    then = before.reindex(ids).fillna(NOBODY).to_numpy(dtype=np.int64)
    gone = before[~before.index.isin(ids)].to_numpy(dtype=np.int64)
    share = 1.0 if inside.all() and highest == clustering.HIGHEST else float(len(before) / max(size, 1))
    return SampleInLiveRun(live, np.where(inside, then, NOBODY), now, distances, gone, share)


def label_by_model(model: Model, described: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(n,) segment ids and distances to the own centre (model scale), by a model from the raw features in
    `described`; NOBODY and NaN where one is missing that the model does not fill."""
    raw = read_raw_features(model, described)
    points = features.to_model_scale(features.apply_treatments(raw, model.features), model.features)
    whole = np.isfinite(points).all(axis=1)
    labels, distances = np.full(len(points), NOBODY, dtype=np.int64), np.full(len(points), np.nan)
    centres = np.array(model.centres)
    positions = clustering.find_nearest(points[whole], centres)
    labels[whole] = np.array(model.ids)[positions]
    distances[whole] = np.sqrt(((points[whole] - centres[positions]) ** 2).sum(axis=1))
    return labels, distances


def read_raw_features(model: Model, described: pd.DataFrame) -> pd.DataFrame:
    """The raw features of a model, a column each, NaN where missing."""
    columns = {t.name: described[f"{PREFIX}{t.name}"].astype(float) for t in model.features}
    return pd.DataFrame(columns, index=described.index)


def measure_movement(known: SampleInLiveRun, fitted: Segmentation, fewest: int) -> segments.Movement:
    """Who moved between the live run and a new one; flows of less than `fewest` customers are withheld."""
    name, value = segments.find_value_column(fitted.profile), ""
    worth = np.full(len(known.now), np.nan)
    if name:
        column = fitted.profile.column(name)
        value = column.text
        worth = pd.to_numeric(fitted.sample[column.in_sample], errors="coerce").to_numpy(dtype=np.float64)
    new = np.array(fitted.model.ids)[fitted.labels]
    then = known.then if known.live.customers else np.full_like(known.then, NOBODY)
    nights = segments.TwoNights(then, known.now, new, known.gone, worth, value, known.share)
    return segments.measure_movement(nights, _map_names(known.live.model), _map_names(fitted.model), fewest)


def measure_drift(
    live: LiveRun,
    described: pd.DataFrame,
    sizes: Mapping[int, int],
    distances: NDArray[np.float64],
    recipe: Recipe,
) -> segments.Drift:
    """How customers moved from what the live run saw. `described`: a row per sampled customer; `sizes`:
    customers per segment id and `distances` to their centres, by the live model."""
    known = distances[np.isfinite(distances)]
    return segments.measure_drift(
        live.baseline,
        features.fold_levels(read_raw_features(live.model, described), live.model.features),
        read_descriptions(described, recipe),
        sizes,
        known,
    )


def read_descriptions(described: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    """A row per sampled customer as in `described`, a column per description; of a rate it is the customer's
    own, missing where the denominator is zero or one of the two is missing."""
    found = {}
    for name, description in recipe.describe.items():
        if description.rate is None:
            found[name] = described[name]
        else:
            above, below = (
                pd.to_numeric(described[f"{name}[{part}]"], errors="coerce").astype(float)
                for part in ("numerator", "denominator")
            )
            found[name] = above / below.where(below != 0)
    return pd.DataFrame(found, index=described.index)


def compare_with_live_run(
    known: SampleInLiveRun, sample: Sample, fitted: Segmentation, recipe: Recipe
) -> LiveComparison:
    """The new run held against the live one."""
    names = _map_names(known.live.model), _map_names(fitted.model)
    unknown = known.live.customers is None
    told = tuple(segments.tell_event(event, *names, by_model=unknown) for event in fitted.events)
    found, counts = np.unique(known.now[known.now != NOBODY], return_counts=True)
    sizes = dict(zip(found.tolist(), counts.tolist(), strict=True))
    drift = measure_drift(known.live, sample.described, sizes, known.distances, recipe)
    if drift.verdict != "fine":
        journal.warn(f"drift: {drift.verdict}: {'; '.join(drift.reasons)}")
    movement = measure_movement(known, fitted, recipe.privacy.min_cell)
    return LiveComparison(known.live, fitted.events, told, movement, drift)


def build_baseline(recipe: Recipe, raw: pd.DataFrame, fitted: Segmentation) -> segments.Baseline:
    """What later nights are held against; `raw`: a row per sampled customer, a column per feature."""
    centres = np.array(fitted.model.centres)[fitted.labels]
    distances = np.sqrt(((fitted.points - centres) ** 2).sum(axis=1))
    sizes = dict(zip(fitted.model.ids, fitted.refined.counts, strict=True))
    labels = {shown.name: shown.label for shown in fitted.profile.shown}
    labels |= {name: category.label for name, category in recipe.categories.items()}
    cuts = features.fold_levels(raw, fitted.model.features)
    return segments.build_baseline(cuts, read_descriptions(fitted.sample, recipe), sizes, distances, labels)


def _map_names(model: Model) -> dict[int, str]:
    return dict(zip(model.ids, model.names, strict=True))
