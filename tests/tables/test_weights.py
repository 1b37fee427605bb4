"""`customers: {weight: ...}`: each customer stands for so many, on either engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession
from scipy import stats
from sklearn.metrics import adjusted_rand_score

from custseg_spark import Feature, SegmentationModel, Segmenter, clustering
from custseg_spark.clustering.sample import WEIGHT
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.features import WEIGHT_REASON
from custseg_spark.recipe import Sweep

SETTINGS = {"evidence.bootstraps": 3, "evidence.structure": False, "evidence.spark_ml": False}
POPULATION, PANEL = np.array([6_000, 3_000, 1_000]), np.array([150, 300, 300])
"""Of three groups how many customers there are, and how many answered."""


def make_panel(seed: int = 0) -> pd.DataFrame:
    """A row per customer of the panel, with a weight that makes up for the shares."""
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1, 2], PANEL)
    table = pd.DataFrame(
        {
            "spend": np.exp(np.array([2, 4, 6])[group] + rng.normal(0, 0.2, len(group))),
            "recency": np.array([10.0, 50.0, 90.0])[group] + rng.normal(0, 4, len(group)),
            "age": rng.integers(18, 80, len(group)).astype(float),
            "answered": (rng.random(len(group)) < np.array([0.1, 0.3, 0.6])[group]).astype(int),
            "group": group,
            "w": (POPULATION / PANEL)[group],
            "times": rng.integers(1, 5, len(group)),
        }
    )
    table.loc[::7, "age"] = np.nan
    table = table.sample(frac=1, random_state=1, ignore_index=True)
    return table.assign(id=np.arange(len(table)))


def fit(table: pd.DataFrame, weight: str | None = None, k: Any = 3, **settings: Any) -> SegmentationModel:
    return Segmenter(
        id="id",
        k=k,
        features={
            "spend": Feature("spend", transform="log1p", clip=[None, "p99"]),
            "recency": "recency",
        },
        describe={"age": "age"},
        check={"answered": "answered"},
        weight=weight,
        settings={**SETTINGS, **{name.replace("__", "."): value for name, value in settings.items()}},
    ).fit(table)


def find_centres(model: SegmentationModel) -> np.ndarray:
    """(k, d) in the transformed unit of the features."""
    treated = model._model.features
    scale, middle = np.array([t.scale for t in treated]), np.array([t.centre for t in treated])
    return np.asarray(np.array(model._model.centres) * scale + middle)


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return make_panel()


@pytest.fixture(scope="module")
def counted(spark: SparkSession, panel: pd.DataFrame) -> SegmentationModel:
    return fit(panel, "times")


def test_whole_weights_are_rows_that_stand_so_often(
    spark: SparkSession, panel: pd.DataFrame, counted: SegmentationModel
) -> None:
    repeated = panel.loc[panel.index.repeat(panel["times"])].assign(id=lambda t: np.arange(len(t)))
    many = fit(repeated)
    assert find_centres(counted) == pytest.approx(find_centres(many), rel=1e-9)
    one, other = counted.profile_.set_index("segment"), many.profile_.set_index("segment")
    kinds = ("mean", "std", "min", "max", "missing")
    same = [f"{kind}_{name}" for kind in kinds for name in ("spend", "recency", "age", "answered")]
    same = ["size", "share", "share_of_total_spend", *same]
    pd.testing.assert_frame_equal(one[same], other[same], rtol=1e-9, check_dtype=False)
    assert one["name"].tolist() == other["name"].tolist()
    groups = panel.groupby(panel["id"].map(counted.labels_))
    assert one["rows"].tolist() == groups.size().tolist()
    labels = many.labels_.groupby(repeated.set_index("id")["spend"]).first()
    assert (panel.set_index("spend")["id"].map(counted.labels_).reindex(labels.index) == labels).all()


def test_intervals_rest_on_the_effective_number(panel: pd.DataFrame, counted: SegmentationModel) -> None:
    profile = counted.profile_.set_index("segment")
    for segment, own in panel.groupby(panel["id"].map(counted.labels_)):
        number = own["times"].sum() ** 2 / (own["times"] ** 2).sum()
        assert profile.loc[segment, "effective"] == pytest.approx(number)
        rate, z = np.average(own["answered"], weights=own["times"]), stats.norm.ppf(0.975)
        reach = float(z) * np.sqrt(rate * (1 - rate) / number + z**2 / 4 / number**2)
        ends = (rate + z**2 / 2 / number + np.array([-reach, reach])) / (1 + z**2 / number)
        told = profile.loc[segment, ["low_answered", "high_answered"]]
        assert list(told) == pytest.approx(ends.tolist(), rel=1e-9)


@pytest.mark.parametrize("weight", ["1", "7"])
def test_equal_weights_change_nothing(panel: pd.DataFrame, weight: str) -> None:
    plain, weighted = fit(panel), fit(panel.assign(same=float(weight)), "same")
    pd.testing.assert_series_equal(plain.labels_, weighted.labels_)
    exact = 1e-9 if weight == "1" else 1e-4  # p99 lies between two values, and seven rows of one are no two
    assert find_centres(weighted) == pytest.approx(find_centres(plain), rel=exact)
    one, other = weighted.profile_, plain.profile_
    assert one["size"].tolist() == (other["size"] * int(weight)).tolist()
    assert one["rows"].tolist() == other["size"].tolist()
    assert one["effective"].tolist() == pytest.approx(other["size"].tolist())
    for column in ("share", "mean_spend", "median_spend", "q1_recency", "z_age", "low_answered"):
        assert one[column].tolist() == pytest.approx(other[column].tolist(), rel=1e-3), column
    silhouettes = plain.scores_["silhouette"].tolist()
    assert weighted.scores_["silhouette"].tolist() == pytest.approx(silhouettes, rel=exact)


def test_weights_restore_the_shares_and_means_of_the_population(panel: pd.DataFrame) -> None:
    plain, weighted = fit(panel), fit(panel, "w", k=(2, 4))
    assert weighted.k_ == 3
    truth = panel.set_index("id")["group"].loc[weighted.labels_.index]
    assert adjusted_rand_score(truth, weighted.labels_) == 1
    sizes = dict(zip(weighted.profile_["segment"], weighted.profile_["size"], strict=True))
    found = {int(truth[weighted.labels_ == segment].iloc[0]): size for segment, size in sizes.items()}
    assert [found[group] for group in range(3)] == POPULATION.tolist()
    assert plain.profile_["share"].max() == pytest.approx(0.4)
    centre, spread = weighted._model.features[1].centre, weighted._model.features[1].scale
    assert centre == pytest.approx(np.average(panel["recency"], weights=panel["w"]))
    assert centre == pytest.approx(30, abs=1)  # .6 * 10 + .3 * 50 + .1 * 90; the panel's own is 58
    assert spread == pytest.approx(np.sqrt(np.cov(panel["recency"], aweights=panel["w"], ddof=0)), rel=1e-3)
    drawn = weighted.scores_.set_index("k").loc[3, "smallest_share"]
    assert drawn == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("value", [None, "none", "0", "-2", "Infinity", "NaN", " "])
def test_a_row_without_a_weight_goes_to_the_quarantine(panel: pd.DataFrame, value: str | None) -> None:
    table = panel.assign(w=panel["w"].astype(str))
    table.loc[3, "w"] = value
    model = fit(table, "w")
    assert model.quality_.by_reason == {WEIGHT_REASON: 1}
    assert [row["id"] for row in model.rejected_.collect()] == [3]
    assert 3 not in model.labels_.index


def test_weights_that_are_none_are_refused(panel: pd.DataFrame) -> None:
    with pytest.raises(RecipeError, match=r"customers\.weight: the expression .* gives date"):
        fit(panel.assign(day=pd.Timestamp("2024-01-01").date()), "day")
    with pytest.raises(DataError, match=r"the mean weight is 0\.0013"):
        fit(panel.assign(share=1 / len(panel)), "share")


def test_nobody_needs_a_weight_to_be_labelled(panel: pd.DataFrame, counted: SegmentationModel) -> None:
    labelled = counted.transform(panel.drop(columns=["times", "w", "answered"])).set_index("id")
    assert (labelled["segment"].loc[counted.labels_.index] == counted.labels_).all()
    assert len(counted.labels_) == len(panel)  # every customer of the sample, not those that were drawn
    again = Segmenter(
        id="id", k=3, features={"spend": Feature("spend", transform="log1p"), "recency": "recency"},
        weight="times", settings=SETTINGS,
    ).fit(panel, live=counted)  # fmt: skip
    pd.testing.assert_series_equal(again.labels_, counted.labels_)


def test_a_step_moves_the_centres_to_the_weighted_means(spark: SparkSession) -> None:
    rng = np.random.default_rng(2)
    points, weights = rng.normal(size=(300, 2)), rng.lognormal(0, 1, 300)
    frame = spark.createDataFrame(pd.DataFrame(points, columns=["x", "y"]).assign(**{WEIGHT: weights}))
    centres = points[:3].copy()
    settings = Sweep(refine=4, tolerance=1e-12)
    found = clustering.refine(frame, ["x", "y"], centres, [], settings, weighted=True)
    for _ in range(4):
        labels = clustering.find_nearest(points, centres)
        own = [labels == i for i in range(3)]
        centres = np.array([np.average(points[one], axis=0, weights=weights[one]) for one in own])
    labels = clustering.find_nearest(points, centres)
    assert found.centres == pytest.approx(centres, rel=1e-9)
    assert found.counts == tuple(np.bincount(labels))
    assert found.weights == pytest.approx(np.bincount(labels, weights=weights))
    cost = (weights * ((points - centres[labels]) ** 2).sum(axis=1)).sum()
    assert found.cost == pytest.approx(cost)
    rows, effective = found.count_rows() or ((), ())
    assert rows[-1] == 300
    assert effective[-1] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())


@pytest.mark.spark_only("Spark ML")
@pytest.mark.parametrize("sample", [50_000, "all"])
def test_spark_ml_weighs_too(spark: SparkSession, panel: pd.DataFrame, sample: int | str) -> None:
    """Its KMeans by weightCol; the scale, for which StandardScaler has none, is the driver's, or a pass of
    sums: both are the weighted one."""
    theirs = fit(panel, "w", sweep__by="spark_ml", sweep__sample=sample, sweep__refine=0)
    ours = fit(panel, "w")
    pd.testing.assert_series_equal(theirs.labels_, ours.labels_)
    assert find_centres(theirs) == pytest.approx(find_centres(ours), rel=1e-6)
    for one, other in zip(theirs._model.features, ours._model.features, strict=True):
        assert (one.centre, one.scale) == pytest.approx((other.centre, other.scale), rel=1e-9)


@pytest.mark.spark_only("Spark ML")
def test_spark_ml_agrees_with_weights(spark: SparkSession) -> None:
    """Clouds that run into each other, so that the draw has other best centres than the sample."""
    rng = np.random.default_rng(8)
    spend, recency = rng.normal(50, 9, 900), rng.normal(50, 9, 900)
    table = pd.DataFrame(
        {"id": np.arange(900), "spend": spend, "recency": recency, "age": 1.0, "answered": 1}
    )
    model = fit(table.assign(w=np.exp(spend / 9 - 5)), "w", evidence__spark_ml=True)
    found = model._result.spark_ml
    assert found is not None
    assert found.agrees, found.why
    assert found.rows == 900
    assert found.silhouette_by_spark_ml == pytest.approx(found.silhouette, abs=1e-6)


@pytest.mark.spark_only("Spark ML")
def test_spark_ml_finds_the_weighted_centres(spark: SparkSession) -> None:
    """Where clouds run into each other the weights move the centres."""
    rng = np.random.default_rng(4)
    points = rng.normal(size=(600, 2))
    weights = np.exp(points[:, 0])
    (cut,) = clustering.sweep(spark, points, [3], Sweep(by="spark_ml"), weights=weights)
    (plain,) = clustering.sweep(spark, points, [3], Sweep(by="spark_ml"))
    (ours,) = clustering.sweep(spark, points, [3], Sweep(), weights=weights)

    def measure(centres: np.ndarray) -> float:
        return float((weights * ((points[:, None] - centres) ** 2).sum(axis=2).min(axis=1)).sum())

    assert measure(cut.centres) == pytest.approx(measure(ours.centres), rel=0.01)
    assert measure(cut.centres) < 0.95 * measure(plain.centres)
    assert min(cut.costs) == pytest.approx(measure(cut.centres) / weights.sum(), rel=1e-6)
