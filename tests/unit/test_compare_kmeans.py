"""What others are held against is the run's own KMeans; what `custseg compare` takes. Without a JVM."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import cli, clustering, evidence
from custseg_spark.clustering import Partition
from custseg_spark.commands.compare import _find_partition
from custseg_spark.recipe import Recipe, change, parse
from custseg_spark.results import TreatedSample
from custseg_spark.steps import choose_k
from custseg_spark.steps.compare_algorithms import compare_algorithms, order_segments

UNWEIGHTED = SimpleNamespace(weights=None)
POINTS = np.random.default_rng(3).normal(size=(600, 2))
TREATED = TreatedSample((), pd.DataFrame(), POINTS, np.arange(600), None, 600)


def recipe(**asked: object) -> Recipe:
    return parse(
        {
            "input": {"id": "id"},
            "segment_by": {"spend": "spend", "visits": "visits"},
            "segments": {"k": [3, 6], "smallest_share": 0, "choose": "silhouette"},
            "sweep": {"restarts": 6},
            "evidence": {"bootstraps": 0, "gap": False, "prediction_strength": False, **asked},
        }
    )


@pytest.mark.parametrize(("k", "swept"), [(5, [3, 4, 5]), (3, [3]), (2, [2]), (7, [3, 4, 5, 6, 7])])
def test_kmeans_grows_to_k_as_in_a_run(k: int, swept: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    sweep = clustering.sweep

    def note(
        session: SparkSession, points: np.ndarray, ks: Sequence[int], *how: Any, **more: Any
    ) -> list[Partition]:
        tried.extend(ks)
        return sweep(session, points, ks, *how, **more)

    monkeypatch.setattr(clustering, "sweep", note)
    counted: Any = SimpleNamespace(recipe=recipe(), sample=UNWEIGHTED)
    _, found = _find_partition(None, counted, TREATED, k)  # type: ignore[arg-type]
    assert (tried, found.k) == (swept, k)
    if 3 <= k <= 6:
        run = choose_k.sweep_k(None, TREATED, recipe())  # type: ignore[arg-type]
        assert np.array_equal(found.centres, run[k - 3].centres)


def test_a_chosen_k_is_not_judged_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "start_judgement", lambda *_: pytest.fail("the verdict is thrown away"))
    counted: Any = SimpleNamespace(recipe=recipe(), sample=UNWEIGHTED)
    _, found = _find_partition(None, counted, TREATED, None)  # type: ignore[arg-type]
    assert 3 <= found.k <= 6


@pytest.mark.parametrize("bootstraps", [0, 3])
def test_a_run_hands_over_its_own_labels_and_redraws(bootstraps: int) -> None:
    asked = recipe(compare=True, bootstraps=bootstraps)
    labels = np.random.default_rng(1).integers(4, size=600)  # no k-means would find these
    own = clustering.Partition(4, POINTS[:4], labels, 1.0, (1.0,), 1e6, None)
    others = compare_algorithms(None, POINTS, own, asked)  # type: ignore[arg-type]
    assert np.array_equal(others.found.labels["KMeans"], labels[others.found.at])
    kmeans = others.found.rows[0]
    assert kmeans.algorithm == "KMeans"
    assert 0 < kmeans.seconds < 60  # of one start on these rows, not of all that the sweep did
    assert (kmeans.stability is None) == (bootstraps == 0)


@pytest.mark.parametrize(("by", "asked_of_spark"), [("driver", 0), ("spark_ml", 4)])
def test_spark_ml_redraws_what_it_has_cut(
    by: str, asked_of_spark: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, str, int]] = []

    def cluster(spark: object, name: str, k: int, points: np.ndarray, _: int) -> tuple[np.ndarray, float]:
        asked.append((spark, name, k))
        return (points[:, 0] > 0).astype(np.int64), 77.0  # two sides, which always come back

    fake = SimpleNamespace(cluster=cluster, ALGORITHMS=("KMeans", "BisectingKMeans", "GaussianMixture"))
    monkeypatch.setattr(clustering, "spark_ml", fake, raising=False)
    own = clustering.Partition(4, POINTS[:4], np.arange(600) % 4, 1.0, (1.0,), 1e6, None)
    settings = change(recipe(compare=True, bootstraps=3), {"sweep.by": by})
    found = compare_algorithms("the session", POINTS, own, settings).found  # type: ignore[arg-type]
    names = fake.ALGORITHMS if asked_of_spark else ()
    assert sorted(asked) == sorted([("the session", name, 4) for name in names] * asked_of_spark)
    by_spark = {row.algorithm: row for row in found.rows if row.seconds == 77.0}
    assert set(by_spark) == set(names)
    for name in {*names} - {"KMeans"}:
        assert (by_spark[name].segments, by_spark[name].stability) == (2, 1.0)


@pytest.mark.parametrize(
    "wrong",
    ["--k=1", "--k=101", "--k=x", "--min-samples=0", "--min-samples=-1", "--eps=0", "--eps=nan", "--eps=inf"],
)
def test_what_no_algorithm_can_take_is_refused(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["compare", "--recipe", "r.yaml", "--input", "t.csv", "--to", "there", wrong])
    assert ended.value.code == 2
    assert f"argument {wrong.split('=')[0]}: takes a" in capsys.readouterr().err


def test_the_colours_are_those_of_a_first_run() -> None:
    """Its segment 0 has the highest `order_by`, whichever group the sweep found first."""
    centres = np.array([[0.0, 5.0], [2.0, 1.0], [1.0, 9.0]])
    own = clustering.Partition(3, centres, np.array([0, 1, 2, 1]), 1.0, (1.0,), 4, None)
    assert order_segments(own, recipe()).tolist() == [2, 0, 1, 0]
    assert order_segments(own, change(recipe(), {"segments.order_by": "visits"})).tolist() == [1, 2, 0, 2]
