"""read -> check: from a table of order lines to lines of which each is a sale, a return or left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, IntegralType, TimestampNTZType, TimestampType

from custseg_spark import data, transactions
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError
from custseg_spark.recipe import OrderRecipe, Source, find_codes, find_order_columns
from custseg_spark.recipe.column_types import ColumnType
from custseg_spark.recipe.order_recipe import list_order_expressions
from custseg_spark.sql import decompose, find_instants, make_safe, put_in_utc
from custseg_spark.transactions import DAY, Aggregates, LineExpressions

MOST_RATES = 1_000_000
_SPANS = pa.schema({"_code": pa.string(), "_rate": pa.float64(), "_from": pa.date32(), "_until": pa.date32()})
_MEASURES = frozenset(["lines.quantity", "lines.price", "lines.amount", "returns.when"])
"""Keys whose columns may have fractions far behind the first rows; of the others a whole number is a code."""


@dataclass(frozen=True)
class OrderLines:
    """Order lines under their recipe: lazy, nothing read yet.

    `frame`: one row per line, as `transactions.told_apart` gives it. `kept`: what is kept of
    them. `day_sql`: a line's date or time, as the table has it. `unreadable`: the reasons for which a line is
    left out because a value does not fit its column, and the share of lines that may be, `max_unreadable`.
    `text`: the first lines as they were read, where they are text; `types`: what is declared of the columns.
    """

    frame: DataFrame
    kept: Aggregates
    format: str
    day_sql: str
    unreadable: tuple[str, ...] = ()
    max_unreadable: float = 1.0
    text: pd.DataFrame | None = None
    types: Mapping[str, ColumnType] = field(default_factory=dict)

    def select_days(self, days: Collection[date], *, undated: bool, everything: bool) -> DataFrame:
        """The lines of these days, and those without a date where `undated`.

        `everything`: the table has no other days between the first and the last, so that need not be asked.
        """
        if not days:
            return self.frame.filter(F.col(DAY).isNull() if undated else F.lit(False))
        inside = F.col(DAY).between(min(days), max(days))
        if not everything:
            inside &= F.col(DAY).isin(list(days))
        if undated:
            return self.frame.filter(inside | F.col(DAY).isNull())
        kind = self.frame.select(F.expr(self.day_sql)).schema[0].dataType
        if isinstance(kind, DateType | TimestampType | TimestampNTZType):
            # on the column itself, so that Parquet skips row groups that lie wholly outside
            as_read = F.expr(self.day_sql)
            first, after = (
                _find_midnight(min(days), kind),
                _find_midnight(max(days) + timedelta(days=1), kind),
            )
            inside &= (as_read >= first) & (as_read < after)
        return self.frame.filter(inside)

    def refuse_unreadable(self, left_out: Mapping[str, int], read: int, where: str) -> None:
        """Raises DataError where too many of the lines that were `read` can't be read."""
        found = {reason: left_out[reason] for reason in self.unreadable if left_out.get(reason)}
        lost = sum(found.values())
        if lost > self.max_unreadable * read:
            top = sorted(found.items(), key=lambda item: -item[1])
            listed = "; ".join(f"{reason} ({count:,})" for reason, count in top[:3])
            told, remedy = data.explain_misfit(top[0][0], self.text, self.types) or ("", "")
            raise DataError(
                f"{where}: {lost:,} of {read:,} lines ({lost / read:.1%}) can't be read, more than "
                f"max_unreadable allows ({self.max_unreadable:.1%}): {listed}{told and f'; {told}'}",
                remedy
                or "declare what was read as the wrong type under input.types, mend the table, or raise the "
                "bound",
            )


def open_lines(spark: SparkSession, recipe: OrderRecipe, path: str, until: date | None) -> OrderLines:
    """Open the table and lay the recipe over it; lines from `until` on don't count. Runs no job over it."""
    table = data.open_table(spark, recipe.input, path)
    table.warn_of_notes()
    typed = _cast_used(table, recipe)
    frame, instants = typed.frame, find_instants(typed.frame.schema)

    def write(sql: str, where: str) -> str:
        return put_in_utc(make_safe(sql, where), instants)

    _name_the_key(frame, recipe)
    rates = None
    if recipe.currency is not None:
        code = write(recipe.currency.code, "currency.code")
        frame = frame.withColumn("_currency", F.expr(f"CAST({code} AS string)"))
        rates = _read_rates(spark, recipe.currency.rates)
    expressions = _build_expressions(frame, recipe, until, write)
    customer = data.resolve_column(recipe.lines.customer, frame.columns, ["lines.customer"])
    checks = (*data.build_total_checks(frame, customer), *typed.checks)
    return OrderLines(
        frame=transactions.classify_lines(
            frame, expressions, [(one.reason, one.ok) for one in checks], rates
        ),
        kept=Aggregates(
            favourites={name: write(sql, f"favourites.{name}") for name, sql in recipe.favourites.items()},
            aggregates={
                name: decompose(sql, f"aggregates.{name}", f"_{name}_")
                for name, sql in recipe.aggregates.items()
            },
        ),
        format=table.format,
        day_sql=make_safe(recipe.lines.date, "lines.date"),
        unreadable=tuple(check.reason for check in typed.checks),
        max_unreadable=recipe.max_unreadable,
        text=table.text if table.text is None else table.text.filter(list(typed.types)),
        types=recipe.input.types,
    )


def _cast_used(table: data.Table, recipe: OrderRecipe) -> data.TypedTable:
    """The columns that the recipe uses in their types; of a text file, what is a code stays text."""
    declared: dict[str, ColumnType] = dict(recipe.input.types)
    if table.text is not None:
        named = {name.lower() for name in declared}
        text = {column.lower(): column for column in table.text.columns}
        codes = [text[code] for code in sorted(find_codes(recipe) - named) if code in text]
        declared |= dict.fromkeys(codes, "string")
    used = find_order_columns(recipe)
    table.refuse_unread(used)
    whole = {name.lower() for name, keys in used.items() if not _MEASURES.issuperset(keys)}
    return data.cast_columns(_keep_used(table, used), used, declared, whole=whole)


def _find_midnight(day: date, kind: DataType) -> Column:
    """When the day begins in UTC, as the type of a column of days, times or moments."""
    if isinstance(kind, TimestampType):
        return F.lit(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return F.lit(day).cast(kind)


def _keep_used(table: data.Table, used: Collection[str]) -> data.Table:
    """Only the columns that the recipe uses, where the others need not be read."""
    wanted = {name.lower() for name in used}
    names = [name for name in table.frame.columns if name.lower() in wanted]
    if table.text is not None or len(names) < len(wanted):  # a column that is missing is told later
        return table
    return replace(table, frame=table.frame.select(*map(data.column, names)))


def _build_expressions(
    frame: DataFrame, recipe: OrderRecipe, until: date | None, write: Callable[[str, str], str]
) -> LineExpressions:
    lines = recipe.lines
    return LineExpressions(
        customer=data.quote(lines.customer),
        order=lines.order and write(lines.order, "lines.order"),
        day=write(lines.date, "lines.date"),
        quantity=lines.quantity and write(lines.quantity, "lines.quantity"),
        value=put_in_utc(_write_value(frame, recipe), find_instants(frame.schema)),
        returned=recipe.returns.when and write(recipe.returns.when, "returns.when"),
        leave_out={name: write(sql, f"leave_out.{name}") for name, sql in recipe.leave_out.items()},
        keep_free=recipe.free_lines == "keep",
        until=until,
    )


def _write_value(frame: DataFrame, recipe: OrderRecipe) -> str:
    """The SQL of a line's value. Whole numbers are multiplied as 64 bits: 1,000 pieces at 3,000,000 yen."""
    lines = recipe.lines
    if lines.quantity is not None and lines.price is not None:
        factors = [make_safe(lines.quantity, "lines.quantity"), make_safe(lines.price, "lines.price")]
        kinds = [field.dataType for field in frame.select(*map(F.expr, factors)).schema]
        if all(isinstance(kind, IntegralType) for kind in kinds):
            return f"try_multiply(CAST({factors[0]} AS bigint), {factors[1]})"
    return make_safe(lines.value, "lines.price")


def _name_the_key(frame: DataFrame, recipe: OrderRecipe) -> None:
    """Where an expression does not hold for the table, the error names its key."""
    for where, sql in list_order_expressions(recipe):
        with translate_engine_errors(where):
            try:
                _ = frame.select(F.expr(sql)).schema
            except AnalysisException:
                if not where.startswith("aggregates."):
                    raise
                _ = frame.agg(F.expr(sql)).schema


def _read_rates(spark: SparkSession, source: Source) -> DataFrame:
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
