"""The features of the shipped recipes of marketing_campaign, by pandas alone."""

import numpy as np
import pandas as pd


def sum_spend(table: pd.DataFrame, *without: str) -> pd.Series:
    """What the customers of a table spent, on all goods but those."""
    goods = ["Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds"]
    return table[[f"Mnt{good}" for good in goods if good not in without]].sum(axis=1)


def clip_to_fences(values: pd.Series) -> pd.Series:
    low, high = values.quantile([0.25, 0.75])
    return values.clip(low - 1.5 * (high - low), high + 1.5 * (high - low))


def build_marketing_campaign(table: pd.DataFrame) -> pd.DataFrame:
    """conf/marketing_campaign.yaml and conf/spark_ml.yaml."""
    table = table[table["Year_Birth"] >= 1930]
    deals = table["NumDealsPurchases"]
    return _join(np.log1p(sum_spend(table)), table["Recency"], deals.clip(upper=deals.quantile(0.99)))


def build_published_elbow_six(table: pd.DataFrame) -> pd.DataFrame:
    """conf/published_elbow_six.yaml."""
    table = table.dropna(subset="Income")
    counts = ("NumStorePurchases", "NumWebPurchases", "NumWebVisitsMonth", "Recency")
    return _join(
        2025 - table["Year_Birth"], table["Income"], sum_spend(table), *(table[one] for one in counts)
    )


def build_published_six(table: pd.DataFrame) -> pd.DataFrame:
    """conf/published_six.yaml: without the one income of 666,666, which is a segment."""
    income = table["Income"]
    return build_published_elbow_six(table.assign(Income=income.clip(upper=income.quantile(0.995))))


def build_published_value_engagement(table: pd.DataFrame) -> pd.DataFrame:
    """conf/published_value_engagement.yaml."""
    income = clip_to_fences(table["Income"].fillna(table["Income"].median()))
    spend, engagement = clip_to_fences(sum_spend(table, "Fruits")), clip_to_fences(1 / (table["Recency"] + 1))
    return _join(income, spend, table["NumWebPurchases"] + table["NumStorePurchases"], engagement)


def standardise(features: pd.DataFrame) -> np.ndarray:
    """(n, d) by mean and sample standard deviation."""
    scaled: np.ndarray = ((features - features.mean()) / features.std()).to_numpy()
    return scaled


def _join(*columns: pd.Series) -> pd.DataFrame:
    return pd.concat([column.rename(f"x{i}") for i, column in enumerate(columns)], axis=1).astype(float)
