"""read -> check: from a table of order lines to lines of which each is a sale, a return or left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, IntegralType, StringType, TimestampNTZType, TimestampType

from custseg_spark import data, transactions
from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.expressions import add_columns, compile_expression, find_types
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError
from custseg_spark.recipe import OrderRecipe, find_codes, find_order_columns
from custseg_spark.recipe.column_types import ColumnType
from custseg_spark.recipe.order_recipe import list_order_expressions
from custseg_spark.sql import decompose, find_instants, make_safe, put_in_utc
from custseg_spark.steps.currency_rates import read_rates
from custseg_spark.transactions import DAY, Aggregates, LineExpressions

_MEASURES = frozenset(["lines.quantity", "lines.price", "lines.amount", "returns.when"])
"""Keys whose columns may have fractions far behind the first rows; of the others a whole number is a code."""


@dataclass(frozen=True)
class OrderLines:
    """Order lines under their recipe: lazy, nothing read yet.

    `frame`: one row per line, as `transactions.classify_lines` gives it. `kept`: what is kept of
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
        as_read = compile_expression(self.frame, self.day_sql)
        kind = self.frame.select(as_read).schema[0].dataType
        if isinstance(kind, DateType | TimestampType | TimestampNTZType):
            # on the column itself, so that Parquet skips row groups that lie wholly outside
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
            remedy = data.suggest_types(self.text, self.types) or remedy  # of all columns at once
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
        frame = add_columns(frame, {"_currency": f"CAST({code} AS string)"})
        rates = read_rates(spark, recipe.currency.rates)
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


def _find_texts(table: data.Table, recipe: OrderRecipe) -> tuple[dict[str, ColumnType], dict[str, str]]:
    """The columns of text that the recipe takes by themselves for a number, as what they are declared, and
    the one that it takes for a day, as what it is known: a value that is none is told as such. Of a text file
    only those whose first values do not say what they are."""
    lines, declared = recipe.lines, {name.lower() for name in recipe.input.types}
    texts = {
        one.name.lower(): one.name
        for one in table.frame.schema
        if isinstance(one.dataType, StringType) and one.name.lower() not in declared
        if table.text is None or data.infer_column_type(table.text.get(one.name, [])) == "string"
    }
    named = [sql.strip("` ").lower() for sql in (lines.quantity, lines.price, lines.amount) if sql]
    day = lines.date.strip("` ").lower()
    return (
        {texts[name]: "double" for name in named if name in texts},
        {texts[day]: "timestamp"} if day in texts else {},
    )


def _cast_used(table: data.Table, recipe: OrderRecipe) -> data.TypedTable:
    """The columns that the recipe uses in their types; of a text file, what is a code stays text."""
    numbers, days = _find_texts(table, recipe)
    declared: dict[str, ColumnType] = {**recipe.input.types, **numbers}
    if table.text is not None:
        named = {name.lower() for name in declared}
        text = {column.lower(): column for column in table.text.columns}
        codes = [text[code] for code in sorted(find_codes(recipe) - named) if code in text]
        declared |= dict.fromkeys(codes, "string")
    used = find_order_columns(recipe)
    table.refuse_unread(used)
    whole = {name.lower() for name, keys in used.items() if not _MEASURES.issuperset(keys)}
    return data.cast_columns(_keep_used(table, used), used, declared, days, whole)


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
        kinds = find_types(frame, dict(zip(("quantity", "price"), factors, strict=True)))
        if all(isinstance(kind, IntegralType) for kind in kinds.values()):
            return f"try_multiply(CAST({factors[0]} AS bigint), {factors[1]})"
    return make_safe(lines.value, "lines.price")


def _name_the_key(frame: DataFrame, recipe: OrderRecipe) -> None:
    """Where an expression does not hold for the table, the error names its key."""
    for where, sql in list_order_expressions(recipe):
        if is_sail(frame.sparkSession):
            if not where.startswith("aggregates."):  # of these their parts are looked at
                compile_expression(
                    frame, put_in_utc(make_safe(sql, where), find_instants(frame.schema)), where
                )
            continue
        with translate_engine_errors(where):
            try:
                find_types(frame, {where: sql})
            except AnalysisException:
                if not where.startswith("aggregates."):
                    raise
                _ = frame.agg(compile_expression(frame, sql, where)).schema
