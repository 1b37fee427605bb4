"""The evidence on marketing_campaign, by pandas alone, against published figures."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custseg_spark.evidence import (
    Candidate,
    ComparisonRow,
    ComparisonSettings,
    DbscanSettings,
    choose,
    compare,
    gather_scores,
    judge_structure,
    measure_squared_silhouette,
)
from custseg_spark.kmeans import fit_kmeans
from custseg_spark.recipe import Evidence
from tests.support import campaign


@dataclasses.dataclass(frozen=True)
class Cut:
    centres: np.ndarray
    labels: np.ndarray
    cost: float


@pytest.fixture
def spend_recency_deals(shared_data: Path) -> np.ndarray:
    """The features of conf/marketing_campaign.yaml: (2237, 3), standardised."""
    return campaign.standardise(campaign.build_marketing_campaign(_read(shared_data)))


@pytest.fixture
def value_engagement(shared_data: Path) -> np.ndarray:
    """The features of conf/published_value_engagement.yaml: (2240, 4), standardised."""
    return campaign.standardise(campaign.build_published_value_engagement(_read(shared_data)))


def _read(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")


def test_five_segments_by_evidence(spend_recency_deals: np.ndarray) -> None:
    """Euclidean silhouette .363, prediction strength .85, lowest Jaccard about .93, at six about .65."""
    points = spend_recency_deals
    cuts = {k: Cut(*fit_kmeans(points, k, 0, starts=10)) for k in range(4, 8)}
    scores = gather_scores(points, cuts, Evidence(bootstraps=40, gap=False), seed=42)
    candidates = []
    for k, cut in cuts.items():
        share = np.bincount(cut.labels).min() / len(points)
        silhouette, error = measure_squared_silhouette(points, cut.labels)
        candidates.append(
            Candidate(
                k=k,
                cost=cut.cost,
                cost_spread=0.0,
                silhouette=silhouette,
                silhouette_se=error,
                smallest_share=share,
                distinct_segments=k,
                **vars(scores[k]),
            )
        )
    choice = choose(candidates, "evidence", 0.05)
    assert (choice.k, choice.passed) == (5, True)
    assert scores[5].silhouette_euclidean == pytest.approx(0.363, abs=0.001)
    assert scores[5].lowest_jaccard == pytest.approx(0.93, abs=0.03)
    assert scores[6].lowest_jaccard == pytest.approx(0.65, abs=0.08)
    assert scores[5].prediction_strength == pytest.approx(0.85, abs=0.04)


def test_they_are_reproducible_but_not_natural(spend_recency_deals: np.ndarray) -> None:
    found = judge_structure(spend_recency_deals, fit_kmeans(spend_recency_deals, 5, 0, starts=10))
    assert found.kind == "reproducible", found.why
    assert found.figures["valley"] > 0.6


def test_ward_and_dbscan_on_value_and_engagement(value_engagement: np.ndarray) -> None:
    """Ward at 4 .4043; DBSCAN with eps .8 and 6 points: one cluster and 20 of noise; k-means at 4 .4237."""
    found = compare(
        value_engagement,
        4,
        fit_kmeans(value_engagement, 4, 42, starts=5).labels,
        ComparisonSettings(redraws=0, dbscan=DbscanSettings(eps=0.8, min_samples=6)),
    )
    rows: dict[str, ComparisonRow] = {row.algorithm: row for row in found.rows}
    assert rows["Ward"].silhouette_euclidean == pytest.approx(0.4043, abs=5e-5)
    assert found.linkage.shape == (2239, 4)
    assert rows["DBSCAN"].segments == 1
    assert rows["DBSCAN"].noise_share * 2240 == pytest.approx(20)
    assert (rows["DBSCAN"].silhouette, rows["DBSCAN"].stability) == (None, None)
    assert rows["KMeans"].silhouette_euclidean == pytest.approx(0.4237, abs=1e-4)
    assert rows["KMeans"].adjusted_rand == 1.0
