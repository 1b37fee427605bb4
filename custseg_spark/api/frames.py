"""Tables as a notebook has them."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.engine.session import open_session
from custseg_spark.errors import RecipeError


def open_frame(dataset: DataFrame | pd.DataFrame) -> tuple[SparkSession, DataFrame]:
    """The table in its session; a pandas one in the active session, or in one that is opened for it.

    Raises RecipeError for what is no table.
    """
    if isinstance(dataset, pd.DataFrame):
        spark = SparkSession.getActiveSession() or open_session(small=True)
        return spark, spark.createDataFrame(dataset)
    if not isinstance(dataset, DataFrame):
        raise RecipeError(
            f"a table is a Spark or pandas DataFrame; found {type(dataset).__name__}",
            "read it first: spark.read.parquet(path), or pandas.read_csv(path)",
        )
    return dataset.sparkSession, dataset
