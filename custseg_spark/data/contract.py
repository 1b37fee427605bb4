"""The contract of the customer table: checks, the rows that keep them, the rows that break them.

A check is a column; nothing here runs a job. The counts come from one aggregate over the checked
frame (`aggregate_counts`), in an `agg` or an `observe`, and `judge_counts` decides on them in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from custseg_spark.data.columns import AS_READ, MISSHAPEN, column, join_conditions
from custseg_spark.errors import DataError, RecipeError, suggest_name
from custseg_spark.recipe.models import Bound, Rule

ROWS = "rows_read"
ACCEPTED = "rows_accepted"
UNBOUNDED = "rows_unbounded"
REASONS = "reasons"
REJECTED = "rejected"
"""The code of the error for too many rows in quarantine; facts: rejected, rows, allowed (a share; None where
all are rejected), reasons (rows by reason)."""
ID_MISSING, ID_REPEATED = "id: missing", "id: repeated"
ID_TOTAL = "id: a total, not a customer"
ROW_TOTAL = "row: a total, not a customer"
NOTHING_ELSE = "row: nothing beside the id"
ID_REASONS = (ID_MISSING, ID_REPEATED, ID_TOTAL, ROW_TOTAL, NOTHING_ELSE)
"""Reasons of the checks on ids, whether this table needed all of them or not."""


@dataclass(frozen=True)
class Check:
    """What must be true of a row. `ok` null counts as failed.

    `reason` is what the quarantine says of a row that fails; it is unique among the checks of a run.
    `at_most` is the share of rows that may fail before the command does; null: no bound of its own.
    """

    reason: str
    ok: Column
    on_fail: Literal["quarantine", "warn", "stop"] = "quarantine"
    at_most: float | None = None
    may_stay: bool = True
    """Whether a failing row can be kept: one whose feature is infinite would spoil every sum."""


@dataclass(frozen=True)
class Quality:
    """How the rows of one table kept the contract; `read` = `accepted` + `quarantined`.

    `by_reason`: rows failing each check, only those with any; a row that fails two is in both.
    `warnings`: one line for each broken check that keeps its rows.
    """

    read: int
    accepted: int
    quarantined: int
    by_reason: dict[str, int]
    warnings: tuple[str, ...] = ()


def _is_kept(check: Check) -> Column:
    return F.coalesce(check.ok, F.lit(False))


def _keep_quarantining(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if check.on_fail == "quarantine"]


def pass_checks(checks: Sequence[Check]) -> Column:
    """True of the rows that keep every quarantine check."""
    return join_conditions([_is_kept(check) for check in _keep_quarantining(checks)])


def keep_accepted(frame: DataFrame, checks: Sequence[Check]) -> DataFrame:
    """The rows that keep every quarantine check."""
    return frame.filter(pass_checks(checks))


def keep_rejected(frame: DataFrame, checks: Sequence[Check]) -> DataFrame:
    """The other rows, as read, plus `reasons` array<string>: the quarantine checks each of them fails.

    A column of that name in the table (a quarantine read again) is called `reasons_as_read`.
    """
    failed = [F.when(~_is_kept(check), F.lit(check.reason)) for check in _keep_quarantining(checks)]
    names = frame.select(f"{AS_READ}.*").columns
    as_read = [
        column(AS_READ).getField(name).alias(f"{name}_as_read" if name.lower() == REASONS else name)
        for name in names
    ]
    reasons = F.array_compact(F.array(*failed)).alias(REASONS)
    return frame.filter(~pass_checks(checks)).select(*as_read, reasons)


def aggregate_counts(checks: Sequence[Check]) -> list[Column]:
    """Everything `judge_counts` needs, as aggregates of one pass: rows, accepted rows, failures of each
    check (`failed_<i>` in the order given), and the rows that fail a quarantine check without a bound of
    its own."""
    unbounded = [check for check in checks if check.at_most is None]
    return [
        F.count(F.lit(1)).alias(ROWS),
        F.count_if(pass_checks(checks)).alias(ACCEPTED),
        F.count_if(~pass_checks(unbounded)).alias(UNBOUNDED),
        *[F.count_if(~_is_kept(check)).alias(f"failed_{i}") for i, check in enumerate(checks)],
    ]


def judge_counts(found: Mapping[str, int], checks: Sequence[Check], max_quarantined: float) -> Quality:
    """What the counts of `aggregate_counts(checks)` mean. `max_quarantined` (share, 0..1) bounds the rows
    rejected by checks that have no `at_most` of their own.

    Raises DataError: no rows, a check over its bound, too many rows quarantined, nothing accepted.
    """
    rows, kept = found[ROWS], found[ACCEPTED]
    if rows == 0:
        raise DataError("the table has no rows", "check the input path and the job that writes it")
    failed = check_bounds(found, checks)
    by_reason = {check.reason: count for check, count in failed}
    rejecting = {check.reason: count for check, count in failed if check.on_fail == "quarantine"}
    rejected_rows = found[UNBOUNDED]
    if rejected_rows > max_quarantined * rows:
        raise DataError(
            f"{rejected_rows:,} of {rows:,} rows ({rejected_rows / rows:.1%}) are rejected, more than "
            f"rules.max_quarantined allows ({max_quarantined:.1%}): {list_reasons(rejecting)}",
            "mend the table, declare what was read as the wrong type under input.types, or raise the bound",
            code=REJECTED,
            facts={"rejected": rejected_rows, "rows": rows, "allowed": max_quarantined, "reasons": rejecting},
        )
    if kept == 0:
        raise DataError(
            f"all {rows:,} rows are rejected: {list_reasons(rejecting)}",
            "mend the table or the rule that rejects them",
            code=REJECTED,
            facts={"rejected": rows, "rows": rows, "allowed": None, "reasons": rejecting},
        )
    return Quality(rows, kept, rows - kept, by_reason, tell_kept(failed, rows))


def tell_kept(failed: Sequence[tuple[Check, int]], rows: int) -> tuple[str, ...]:
    """A line for each of the failed checks that keeps its rows, of which so many were read."""
    return tuple(
        f"{check.reason}: {count:,} of {rows:,} rows, kept"
        for check, count in failed
        if check.on_fail != "quarantine"
    )


def check_bounds(found: Mapping[str, int], checks: Sequence[Check]) -> list[tuple[Check, int]]:
    """The checks that rows fail, and how many. Raises DataError where one is broken more than it may be."""
    failed = [(check, found[f"failed_{i}"]) for i, check in enumerate(checks) if found[f"failed_{i}"]]
    rows = found[ROWS]
    for check, count in failed:
        bound = find_allowed(check)
        if count > bound * rows:
            allowed = (
                "and on_fail is stop" if check.at_most is None else f"more than its at_most ({bound:.1%})"
            )
            raise DataError(
                f"{check.reason}: broken by {count:,} of {rows:,} rows ({count / rows:.1%}), {allowed}",
                "mend the table, or change the rule's on_fail or at_most if such rows are expected; of a "
                "check that every table gets they stand under rules.reasons",
            )
    return failed


def find_allowed(check: Check | Bound, max_quarantined: float = 1.0) -> float:
    """The share of the rows that may fail. Without `at_most`: `stop` allows none, and `quarantine` those that
    `rules.max_quarantined` allows to all checks together."""
    unbounded = {"quarantine": max_quarantined, "warn": 1.0, "stop": 0.0}
    return unbounded[check.on_fail] if check.at_most is None else check.at_most


def list_reasons(rejecting: Mapping[str, int]) -> str:
    """The three most frequent reasons for a rejection with their rows; ties in the order that is given."""
    top = sorted(rejecting, key=lambda reason: -rejecting[reason])
    listed = "; ".join(f"{reason} ({rejecting[reason]:,})" for reason in top[:3])
    return listed + (f"; {len(top) - 3} more" if len(top) > 3 else "")


def name_reason(name: str, rule: Rule) -> str:
    """What the quarantine says of a row that breaks this rule."""
    return f"{name}: not {' '.join(rule.sql.split())}"


def build_rule_checks(rules: Mapping[str, Rule], expression: Callable[[str, str], Column]) -> list[Check]:
    """One check for each of the recipe's rules. `expression(sql, key)` gives the column of a rule,
    and raises for what may not be one."""
    return [
        Check(
            reason=name_reason(name, rule),
            ok=expression(rule.sql, f"rules.{name}"),
            on_fail=rule.on_fail,
            at_most=rule.at_most,
        )
        for name, rule in rules.items()
    ]


def apply_bounds(
    checks: Sequence[Check], bounds: Mapping[str, Bound], possible: Sequence[str] = ()
) -> tuple[Check, ...]:
    """The checks with what `rules.reasons` says of them, by reason; the case of a column does not matter.

    `possible`: reasons that this table's format or columns don't give and another's would; a bound of one
    applies to nothing here. Raises RecipeError for a reason that is neither a check's nor possible, and for a
    check whose rows can't be kept.
    """
    known = [*(check.reason for check in checks), *ID_REASONS, *MISSHAPEN.values(), *possible]
    keys = {_make_key(reason) for reason in known}
    must_go = {_make_key(check.reason) for check in checks if not check.may_stay}
    for reason, bound in bounds.items():
        if _make_key(reason) not in keys:
            raise RecipeError(
                f"rules.reasons: no check has the reason {reason!r}", suggest_name(reason, known)
            )
        if bound.on_fail == "warn" and _make_key(reason) in must_go:
            raise RecipeError(
                f"rules.reasons.{reason}.on_fail: such rows can't be kept: nothing can be computed of them",
                "quarantine or stop; clip: [0, null] admits values that log1p does not take",
            )
    found = [(check, find_bound(bounds, check.reason)) for check in checks]
    return tuple(
        check if bound is None else replace(check, on_fail=bound.on_fail, at_most=bound.at_most)
        for check, bound in found
    )


def find_bound(bounds: Mapping[str, Bound], reason: str) -> Bound | None:
    """What `rules.reasons` says of this reason; null if nothing."""
    return {_make_key(given): bound for given, bound in bounds.items()}.get(_make_key(reason))


def _make_key(reason: str) -> str:
    """The reason with the name of its column in one case; patterns of dates keep theirs."""
    name, colon, fault = reason.partition(": ")
    return name.casefold() + colon + fault
