"""`custseg compare`: other algorithms on the same sample, against the published figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import cli
from custseg_spark.report.figures import Printed
from custseg_spark.report.plots.data import ComparisonPictures
from custseg_spark.report.plots.pairing import renumber_all
from custseg_spark.steps import compare_algorithms
from tests.jobs.conftest import RECIPE, Train, planted


def test_other_algorithms_on_the_published_features(
    spark: SparkSession, tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = shared_data / "marketing_campaign.csv"
    to = tmp_path / "comparison"
    recipe = ["--recipe", "conf/published_value_engagement.yaml", "--input", str(table), "--to", str(to)]
    assert cli.main(["compare", *recipe, "--k", "4", "--eps", "0.8", "--min-samples", "6"]) == 0
    rows = pd.read_csv(to / "comparison.csv").set_index("algorithm")
    assert list(rows.index) == ["KMeans", "BisectingKMeans", "GaussianMixture", "Ward", "DBSCAN", "HDBSCAN"]
    assert rows.loc["KMeans", "silhouette_euclidean"] == pytest.approx(0.4237, abs=5e-4)
    assert rows.loc["Ward", "silhouette_euclidean"] == pytest.approx(0.4043, abs=5e-4)
    assert rows.loc["DBSCAN", "segments"] == 1
    assert rows["noise_share"].loc["DBSCAN"] * 2240 == pytest.approx(20)
    assert rows.loc["KMeans", "adjusted_rand"] == 1
    assert rows.loc[["BisectingKMeans", "GaussianMixture"], "segments"].tolist() == [4, 4]
    why = (to / "comparison.txt").read_text().strip()
    assert why in capsys.readouterr().out
    for figure in ("comparison.png", "dendrogram.png", "k_distance.png"):
        assert (to / figure).read_bytes().startswith(b"\x89PNG")


def test_a_run_tells_of_other_algorithms_where_asked(train: Train) -> None:
    evidence = {**RECIPE["evidence"], "compare": True}
    outcome = train(planted(), {**RECIPE, "evidence": evidence})
    assert outcome.code == 0, outcome.err
    table = pd.read_csv(outcome.run / "comparison.csv")
    assert {"KMeans", "DBSCAN", "Ward"} <= set(table["algorithm"])
    assert (outcome.run / "plots" / "comparison.png").exists()
    assert "Other algorithms" in (outcome.run / "report.html").read_text()


def test_the_figures_wear_the_colours_of_the_segments(
    train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a run and in a comparison by itself, whichever group k-means found first."""
    shown: list[ComparisonPictures] = []

    def note(pictures: ComparisonPictures) -> dict[str, Printed]:
        shown.append(pictures)
        return {}

    monkeypatch.setattr(compare_algorithms, "draw", note)
    outcome = train(planted(), {**RECIPE, "evidence": {**RECIPE["evidence"], "compare": True}})
    assert outcome.code == 0, outcome.err
    recipe, table = (str(outcome.output.parent / name) for name in ("recipe.yaml", "customers.csv"))
    asked = ["--recipe", recipe, "--input", table, "--to", str(tmp_path / "to")]
    assert cli.main(["compare", *asked, "--k", "3"]) == 0
    sizes = pd.read_csv(outcome.run / "profile.csv").set_index("segment")["size"].to_dict()
    for pictures in shown:
        assert pictures.segments is not None
        assert pd.Series(pictures.segments).value_counts().to_dict() == sizes
        painted = renumber_all(pictures.labellings, pictures.segments)["KMeans"]
        assert (painted == pictures.segments).mean() > 0.99
    assert len(shown) == 2


@pytest.mark.spark_only("Spark ML")
def test_spark_ml_is_held_against_its_own_redraws(train: Train) -> None:
    asked = {**RECIPE["evidence"], "compare": True, "bootstraps": 1}
    by = {"sweep": {"restarts": 3, "by": "spark_ml"}, "segments": {"k": [3, 3], "choose": "silhouette"}}
    outcome = train(planted(), {**RECIPE, **by, "evidence": asked})
    assert outcome.code == 0, outcome.err
    rows = pd.read_csv(outcome.run / "comparison.csv").set_index("algorithm")
    assert list(rows.index[:3]) == ["KMeans", "BisectingKMeans", "GaussianMixture"]
    assert (rows["adjusted_rand"].iloc[:3] > 0.95).all()
    assert (rows["stability"].iloc[:3] > 0.9).all()
