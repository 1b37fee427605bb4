"""What a pass measures of each segment, against pandas on the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark.segments import MeasuredColumn, build_aggregates, tabulate_totals

COLUMNS = {
    "spend": MeasuredColumn("spend", 250.0),
    "far": MeasuredColumn("far", 1e6),
    "same": MeasuredColumn("same", 3.1),
    "none": MeasuredColumn("CAST(NULL AS DOUBLE)", 0.0),
}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """400 customers in two segments and one alone; every fifth has no spend."""
    rng = np.random.default_rng(5)
    spend = rng.lognormal(5, 1, 401)
    spend[::5] = np.nan
    far = 1e6 + rng.normal(size=401)
    return pd.DataFrame({"segment": [*[0, 1] * 200, 2], "spend": spend, "far": far, "same": 5.3})


def test_totals_are_those_of_the_rows(spark: SparkSession, rows: pd.DataFrame) -> None:
    frame = spark.createDataFrame(rows.astype({"segment": int})).selectExpr(
        "CAST(segment AS INT) AS segment", "if(isnan(spend), NULL, spend) AS spend", "far", "same"
    )
    found = frame.groupBy("segment").agg(*build_aggregates(frame, COLUMNS)).orderBy("segment").collect()
    totals = tabulate_totals([row.asDict() for row in found], [7, 8, 9], [200, 200, 1], COLUMNS)
    kinds = {"count": "count", "mean": "mean", "std": "std", "min": "min", "max": "max", "total": "sum"}
    for column in ("spend", "far", "same"):
        own = totals[totals["column"] == column].set_index("segment")[list(kinds)].astype(float)
        theirs = rows.groupby("segment")[column].agg(**kinds).set_axis([7, 8, 9])  # type: ignore[call-overload]
        theirs.loc[theirs["count"] == 0, "total"] = np.nan
        pd.testing.assert_frame_equal(own, theirs.astype(float), rtol=1e-9, check_names=False)
    assert totals.loc[totals["column"] == "same", "std"].tolist()[:2] == [0.0, 0.0]
    assert totals[totals["column"] == "none"][["mean", "std", "min", "total"]].isna().all(axis=None)
    assert totals["rows"].tolist() == [200] * 4 + [200] * 4 + [1] * 4
