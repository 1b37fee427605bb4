"""The names of the shipped recipes on the real table: unique, and back when customers are redrawn."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from custseg_spark.recipe import load
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.traits import measure_traits

CONF = Path(__file__).parents[2] / "conf"


def _spend(table: pd.DataFrame, *without: str) -> pd.Series:
    goods = ["Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds"]
    return table[[f"Mnt{good}" for good in goods if good not in without]].sum(axis=1)


def _within_fences(values: pd.Series) -> pd.Series:
    low, high = values.quantile([0.25, 0.75])
    return values.clip(low - 1.5 * (high - low), high + 1.5 * (high - low))


def _marketing_campaign(table: pd.DataFrame) -> list[pd.Series]:
    table = table[table["Year_Birth"] >= 1930]
    deals = table["NumDealsPurchases"]
    return [np.log1p(_spend(table)), table["Recency"], deals.clip(upper=deals.quantile(0.99))]


def _published_six(table: pd.DataFrame) -> list[pd.Series]:
    table = table.dropna(subset="Income")
    income = table["Income"].clip(upper=table["Income"].quantile(0.995))
    counts = [
        table[column] for column in ("NumStorePurchases", "NumWebPurchases", "NumWebVisitsMonth", "Recency")
    ]
    return [2025 - table["Year_Birth"], income, _spend(table), *counts]


def _published_value_engagement(table: pd.DataFrame) -> list[pd.Series]:
    income = table["Income"].fillna(table["Income"].median())
    spend, engagement = _spend(table, "Fruits"), 1 / (table["Recency"] + 1)
    orders = table["NumWebPurchases"] + table["NumStorePurchases"]
    return [_within_fences(income), _within_fences(spend), orders, _within_fences(engagement)]


def _ordered_labels(points: np.ndarray, k: int, by: int, seed: int) -> np.ndarray:
    """k-means labels, segment 0 with the highest centre on column `by`."""
    with threadpool_limits(1):  # threads only get in each other's way on tables this small
        labels = KMeans(k, n_init=4, random_state=seed).fit_predict(points)
    centres = np.array([points[labels == segment, by].mean() for segment in range(k)])
    ordered: np.ndarray = np.argsort(np.argsort(-centres))[labels]
    return ordered


@pytest.mark.parametrize(
    "features, k, back",
    [(_marketing_campaign, 5, 0.95), (_published_six, 6, 0.6), (_published_value_engagement, 4, 0.85)],
)
def test_names_of_the_shipped_recipes_are_unique_and_come_back(
    shared_data: Path, features: Callable[[pd.DataFrame], list[pd.Series]], k: int, back: float
) -> None:
    recipe = load(str(CONF / f"{features.__name__[1:]}.yaml"))
    by = list(recipe.segment_by).index(recipe.order_by)
    words = {name: feature.words for name, feature in recipe.segment_by.items()}
    customers = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")
    table = np.column_stack(features(customers)).astype(float)
    rng = np.random.default_rng(0)

    def named(rows: np.ndarray, seed: int) -> set[str]:
        points = (rows - rows.mean(axis=0)) / rows.std(axis=0, ddof=1)
        found = measure_traits(points, _ordered_labels(points, k, by, seed), k)
        return {n.name for n in name_segments(found, Vocabulary(words, recipe.order_by))}

    full = named(table, seed=0)
    redrawn = [named(table[rng.integers(0, len(table), len(table))], seed) for seed in range(12)]
    assert {len(names) for names in [full, *redrawn]} == {k}
    assert np.mean([len(names & full) / k for names in redrawn]) >= back
