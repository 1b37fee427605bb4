"""read -> check: the table of currency rates of order lines, a row per currency and span of days."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError
from custseg_spark.recipe import Source

MOST_RATES = 1_000_000
_SPANS = pa.schema({"_code": pa.string(), "_rate": pa.float64(), "_from": pa.date32(), "_until": pa.date32()})


def read_rates(spark: SparkSession, source: Source) -> DataFrame:
    """The rates table: small, one row per currency and span of days. Raises DataError where it is unclear."""
    where = f"currency.rates {source.path}"
    table = data.open_table(spark, source, source.path or "")
    names = {name.lower() for name in table.frame.columns}
    used = {name: ["currency.rates"] for name in ("currency", "rate", *(["date"] if "date" in names else []))}
    typed = data.cast_columns(table, used, {"currency": "string", **source.types})
    broken = {check.reason: ~F.coalesce(check.ok, F.lit(False)) for check in typed.checks}
    dated = F.lit(None).cast("date")
    if "date" in used:
        dated = F.col("date").try_cast("date")
        broken["date: not a date"] = dated.isNull() & F.col("date").isNotNull()
    reason = F.coalesce(*[F.when(holds, reason) for reason, holds in broken.items()], F.lit(""))
    with translate_engine_errors(where):
        columns = [F.col("currency"), F.col("rate").cast("double"), dated.alias("date"), reason.alias("why")]
        rates = typed.frame.select(*columns).limit(MOST_RATES + 1).toPandas()
    wrong = rates.loc[rates["why"] != "", "why"]
    if len(wrong):  # a rate whose date is lost would hold since ever
        raise DataError(
            f"{where}: {len(wrong):,} of {len(rates):,} rows can't be read; {wrong.iloc[0]}",
            "mend the table, or say under currency.rates.types how it is written",
        )
    spans = pa.Table.from_pandas(_find_spans(rates, where), _SPANS, preserve_index=False)
    return spark.createDataFrame(spans)  # as Arrow: rows of Python would take Python on executors


def _find_spans(rates: pd.DataFrame, where: str) -> pd.DataFrame:
    """The columns of _SPANS: currency, rate, the day it holds from (null: since ever), the day it no longer
    does (null: it does)."""
    if len(rates) > MOST_RATES or rates.empty:
        raise DataError(f"{where}: has {len(rates):,} rows", "give one row per currency and day at most")
    if rates[["currency", "rate"]].isna().any(axis=None) or not (rates["rate"] > 0).all():
        raise DataError(f"{where}: a currency or a rate is missing or not over zero", "mend the table")
    if rates.duplicated(["currency", "date"]).any():
        again = rates[rates.duplicated(["currency", "date"])].iloc[0]
        raise DataError(f"{where}: {again['currency']} has two rates of one day", "keep one of them")
    ordered = rates.sort_values(["currency", "date"], na_position="first")
    until = ordered.groupby("currency")["date"].shift(-1)
    return ordered[["currency", "rate", "date"]].assign(until=until).set_axis(list(_SPANS.names), axis=1)
