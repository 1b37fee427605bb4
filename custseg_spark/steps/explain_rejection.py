"""check: why so many rows are rejected, in a value that stands in the table and the key that mends it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from custseg_spark import data
from custseg_spark.engine.expressions import compile_expression, find_types
from custseg_spark.errors import DataError
from custseg_spark.features import MOST_VALUES, WEIGHT_REASON
from custseg_spark.propose.column_kinds import ColumnKind, look_at_column
from custseg_spark.recipe import Recipe, find_columns_used, plain_yaml
from custseg_spark.results import CustomerTable
from custseg_spark.sql.parse import find_columns

_LOOKED_AT = 1_000
_LONGEST = 40
_MALFORMED = f"{data.AS_READ}.{data.quote(data.MALFORMED)}"
_FAULTS = {
    "missing": "segment_by.{name}.impute: median fills in what is missing",
    "infinite": "an expression may divide by zero: try_divide(a, b) gives null there",
    "log1p takes values above -1": "segment_by.{name}: clip: [0, null] takes what lies under zero for zero; "
    "or leave transform out",
}
"""What is wrong with a feature's value -> what to do."""
_REASONS = {
    data.ID_REPEATED: "a customer table has one row per customer: custseg rfm makes one of order lines; or "
    "input.id should name another column",
    data.ID_MISSING: "name a column under input.id that every row has, or take such rows out of the table",
    WEIGHT_REASON: "a weight says how many customers one stands for: mend those that are missing, zero or "
    "negative, or leave such rows out by input.filter",
    **dict.fromkeys(
        data.MISSHAPEN.values(), "a separator, a quote or a line break may stand in a text: mend it"
    ),
}


@dataclass(frozen=True)
class Misfits:
    """`column`: what the values of a rejecting check look like, of fitting rows too. `value`: one that does
    not fit, in the row of the customer `id`. `all_misfit`: no row that was looked at fits."""

    column: ColumnKind
    value: str
    id: str
    all_misfit: bool

    @property
    def shown(self) -> str:
        """The value, in so far as it fits into a line."""
        return repr(self.value if len(self.value) <= _LONGEST else f"{self.value[:_LONGEST]}...")

    @property
    def example(self) -> str:
        return f"{self.shown} (id {self.id})"


def explain_rejection(problem: DataError, table: CustomerTable, recipe: Recipe) -> DataError:
    """The error for too many rejected rows (data.REJECTED) with one value that does not fit, the customer it
    stands at, and what to do about the commonest reason. Reads up to _LOOKED_AT rows."""
    reasons = problem.facts["reasons"]
    reason = max(reasons, key=lambda one: reasons[one])
    rules = {data.name_reason(rule, section): rule for rule, section in recipe.rules.named.items()}
    names = (*recipe.segment_by, *table.columns)
    name = rules.get(reason) or next((name for name in names if reason.startswith(f"{name}: ")), "")
    fault = reason.removeprefix(f"{name}: ")
    if reason in data.MISSHAPEN.values() and (found := find_misfits(table, recipe, reason, _MALFORMED)):
        return _build(problem, f"{problem.what}, such as {found.shown}", _REASONS[reason])
    what, remedy = problem.what, _REASONS.get(reason) or _FAULTS.get(fault, "").format(name=name)
    if reason in rules:
        remedy = f"mend the table, or the rule: rules.{name}"
    if name and fault.startswith("not ") and not remedy:
        is_feature = name in recipe.segment_by and reason in _list_text_reasons(table)
        sql = table.expressions[name] if is_feature else f"{data.AS_READ}.{data.quote(name)}"
        found = find_misfits(table, recipe, reason, sql)
        if found is not None and is_feature and found.all_misfit:
            what, remedy = explain_text_feature(name, recipe.segment_by[name].expression, found)
        elif found is not None:
            what, remedy = f"{what}, such as {found.example}", suggest_type(found, recipe)
    return _build(problem, what, remedy or problem.remedy)


def _build(problem: DataError, what: str, remedy: str) -> DataError:
    return DataError(what, remedy, code=problem.code, facts=problem.facts)


def _list_text_reasons(table: CustomerTable) -> set[str]:
    """The reasons of the checks on features whose expressions give text."""
    kinds = find_types(table.frame, table.expressions)
    return {f"{name}: not a number" for name, kind in kinds.items() if isinstance(kind, StringType)}


def find_misfits(table: CustomerTable, recipe: Recipe, reason: str, sql: str) -> Misfits | None:
    """What the values of `sql` look like, of which the check with this reason rejects rows; None where such
    rows are gone meanwhile."""
    fits = next(check.ok for check in table.checks if check.reason == reason)
    fits = F.coalesce(fits, F.lit(False))
    identity = data.column(recipe.input.id_column).cast("string")
    value = compile_expression(table.frame, sql)
    rows = table.frame.select(identity, value.cast("string"), fits)
    wrong = rows.filter(~fits).limit(_LOOKED_AT).collect()
    right = rows.filter(fits & value.isNotNull()).limit(_LOOKED_AT).collect()
    if not wrong:
        return None
    values = pd.Series([row[1] for row in (*right, *wrong)], dtype=object)
    known = next((row for row in wrong if row[1]), wrong[0])
    used = sorted(find_columns(sql) - {data.AS_READ})
    column = look_at_column(used[0] if len(used) == 1 else reason.partition(":")[0], values)
    return Misfits(column, str(known[1]), str(known[0]), all_misfit=not right)


def explain_text_feature(name: str, sql: str, found: Misfits) -> tuple[str, str]:
    """What is wrong with a feature whose expression `sql` gives nothing but text, and how to use such a
    column."""
    where, column = f"segment_by.{name}", found.column
    what = f"{where}: what cuts is a number; {sql} is text, such as {found.example}"
    if column.kind == "date":
        what = f"{where}: what cuts is a number; {sql} is a date, such as {found.example}"
        typed = f", with {data.write_type(column.name, column.declared)}" if column.declared else ""
        return what, f"cut by the days since: {name}: datediff(current_date(), {sql}){typed}"
    if column.kind == "number" and isinstance(column.declared, dict):
        return what, f"say how it writes numbers: {data.write_type(column.name, column.declared)}"
    shown = f"describe by it: describe: {plain_yaml.inline({name: sql})}"
    if column.distinct <= min(MOST_VALUES, len(column.values) / 2):
        use = plain_yaml.inline({name: {"category": sql}})
        return what, f"cut by its levels: segment_by: {use}; or {shown}"
    return what, f"{shown}; or write an expression that makes a number or few levels of it"


def suggest_type(found: Misfits, recipe: Recipe) -> str:
    """What to do about a column of which some values do not fit."""
    column, given = found.column, recipe.model_dump(mode="json", exclude_unset=True)["input"].get("types", {})
    if isinstance(column.declared, dict) and column.declared != given.get(column.name):
        return f"say how it is written: {data.write_type(column.name, column.declared)}"
    remedy = "mend such values, or raise rules.max_quarantined: their rows are kept apart"
    cuts = any(key.startswith("segment_by.") for key in find_columns_used(recipe).get(column.name, ()))
    return remedy if cuts else f"{remedy}; or read it as text: {data.write_type(column.name, 'string')}"
