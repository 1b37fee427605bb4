"""The sums that are kept from night to night: which of them are read, and how much is asked to find them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from custseg_spark.steps import order_days
from custseg_spark.transactions import Day


def nights_of(root: Path, nights: int) -> dict[str, Day]:
    """The state that many nights leave: each sums its own day (1 order) and the day before once more (100
    orders more than the first time), of which the last sums count; and the first night has undated lines."""
    days = [date(2010, 1, 1) + timedelta(days=i) for i in range(nights)]
    known = {}
    for night, day in enumerate(days):
        summed = {day.isoformat(): 1}
        if night:
            summed[days[night - 1].isoformat()] = 101
        else:
            summed[""] = 0
        for iso, orders in summed.items():
            folder = root / f"batch=night{night}" / f"day={iso or '__HIVE_DEFAULT_PARTITION__'}"
            folder.mkdir(parents=True)
            pd.DataFrame({"_customer": ["c"], "orders": [orders]}).to_parquet(folder / "part-0.parquet")
            known[iso] = Day(f"night{night}", 1)
    return known


def test_the_days_of_400_nights_are_found_without_a_filter_that_grows(
    spark: SparkSession, engine: str, tmp_path: Path
) -> None:
    root = tmp_path / "shop [a]" / "days"
    known = nights_of(root, 400)
    frame = order_days._read_sums(spark, str(root.parent), known)
    if engine == "spark":  # Sail takes no folders by name, and filters
        plan = frame._jdf.queryExecution().optimizedPlan().toString()
        assert "Filter" not in plan
        assert len(plan) < 1000
    found = frame.toPandas()
    assert len(found) == 401
    assert found["orders"].sum() == 399 * 101 + 1
    assert found["_day"].isna().sum() == 1
    assert found["_day"].dropna().max() == date(2011, 2, 4)
