"""The names of the shipped recipes on the real table: unique, and back when customers are redrawn."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from custseg_spark.recipe import load
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.traits import measure_traits
from tests.support import campaign

CONF = Path(__file__).parents[2] / "conf"


def _ordered_labels(points: np.ndarray, k: int, by: int, seed: int) -> np.ndarray:
    """k-means labels, segment 0 with the highest centre on column `by`."""
    with threadpool_limits(1):  # threads only get in each other's way on tables this small
        labels = KMeans(k, n_init=4, random_state=seed).fit_predict(points)
    centres = np.array([points[labels == segment, by].mean() for segment in range(k)])
    ordered: np.ndarray = np.argsort(np.argsort(-centres))[labels]
    return ordered


@pytest.mark.parametrize(
    "name, k, back",
    [("marketing_campaign", 5, 0.95), ("published_six", 6, 0.6), ("published_value_engagement", 4, 0.85)],
)
def test_names_of_the_shipped_recipes_are_unique_and_come_back(
    shared_data: Path, name: str, k: int, back: float
) -> None:
    recipe = load(str(CONF / f"{name}.yaml"))
    by = list(recipe.segment_by).index(recipe.order_by)
    words = {column: feature.words for column, feature in recipe.segment_by.items()}
    customers = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")
    table = getattr(campaign, f"build_{name}")(customers).to_numpy()
    rng = np.random.default_rng(0)

    def named(rows: np.ndarray, seed: int) -> set[str]:
        points = (rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1)
        found = measure_traits(points, _ordered_labels(points, k, by, seed), k)
        return {n.name for n in name_segments(found, Vocabulary(words, recipe.order_by))}

    full = named(table, seed=0)
    redrawn = [named(table[rng.integers(0, len(table), len(table))], seed) for seed in range(12)]
    assert {len(names) for names in [full, *redrawn]} == {k}
    assert np.mean([len(names & full) / k for names in redrawn]) >= back
