"""Segment as of a past day, and measure what each segment did in the days after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data, journal, runs, transactions
from custseg_spark.commands import keep_session
from custseg_spark.commands.rfm import RfmResult, rfm
from custseg_spark.commands.train import TrainResult, train
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import OrderRecipe, Privacy, Recipe, change
from custseg_spark.steps import order_lines
from custseg_spark.transactions import Grouping

LOOKED_AT = 200_000
"""Customers the measures are taken on: all, or so many of them, drawn by a hash of the id."""
SEGMENTS, PLAIN, NAMED = "segments", "RFM sum", "RFM groups"
SPEND, LOG_SPEND, RETAINED = "spend", "log_spend", "retained"


@dataclass(frozen=True)
class BacktestDay:
    """One day's: `customers` that were segmented, and what each grouping says of the `days` after `at`."""

    at: date
    days: int
    customers: int
    groupings: tuple[Grouping, ...]


@dataclass(frozen=True)
class BacktestResult:
    """All days', and the directory with backtest.csv, explained.csv, backtest.md, and each day's runs."""

    path: str
    tests: tuple[BacktestDay, ...]


@dataclass(frozen=True)
class BacktestPlan:
    """Two recipes, that of the order lines and that of the segments, and the days to try them on: each of
    `at`, else the last that has `days` after it."""

    orders: OrderRecipe
    recipe: Recipe
    at: Sequence[date] = ()
    days: int = 90


@keep_session
def backtest(
    spark: SparkSession,
    plan: BacktestPlan,
    path: str,
    to: str,
) -> BacktestResult:
    """For each day of the plan: the customers as of that day, their segments, and spend and retention in the
    days that follow, against plain RFM groups.

    Raises the errors of errors.py; DataError where the lines end before the days after do.
    """
    orders, recipe, days = plan.orders, plan.recipe, plan.days
    with journal.stage("read") as facts, translate_engine_errors(f"input {path}"):
        lines = order_lines.open_lines(spark, orders, path, until=None)
        sale = F.col(transactions.LEFT_OUT).isNull() & ~F.col(transactions.RETURNED)
        last = lines.frame.filter(sale).agg(F.max(transactions.DAY)).collect()[0][0]
        journal.scan("last day")
        if last is None:
            raise DataError(f"input {path}: no line counts", "check the recipe's lines and leave_out")
        facts.update(input=path, last=last)
    tests = []
    for day in _choose_days(plan, last):
        made = rfm(spark, change(orders, {"as_of": day}), path, f"{to}/{day}/customers")
        trained = train(spark, recipe, made.customers, f"{to}/{day}/segments")
        with journal.stage("measure"), translate_engine_errors(f"input {path}"):
            later = _sum_later(lines, day, day + timedelta(days=days))
            journal.scan("later lines")
            customers = _join_later(spark, plan, made, trained, later)
            tests.append(_measure(customers, trained, day, days, recipe.sweep.seed))
    found = BacktestResult(to, tuple(tests))
    runs.write_file(f"{to}/backtest.csv", data.write_csv(tabulate_groups(found)))
    runs.write_file(f"{to}/explained.csv", data.write_csv(tabulate_explained(found)))
    runs.write_file(f"{to}/backtest.md", write_markdown(found))
    return found


def _choose_days(plan: BacktestPlan, last: date) -> list[date]:
    """The days to segment as of. Raises RecipeError for one that the lines do not last for."""
    latest = last - timedelta(days=plan.days - 1)
    chosen = sorted(set(plan.at)) or [latest]
    for day in chosen:
        if day > latest:
            raise RecipeError(
                f"--at {day}: the lines end on {last}, before {plan.days} days have passed",
                f"take {latest} or earlier, or fewer --days",
            )
    return chosen


def _sum_later(lines: order_lines.OrderLines, start: date, end: date) -> DataFrame:
    """One row per customer with an order from `start` until before `end`: `_id`, `_later` (money)."""
    inside = F.col(transactions.DAY).between(start, end - timedelta(days=1))
    kept = replace(lines.kept, favourites={}, aggregates={})
    totals = transactions.sum_per_customer(transactions.sum_per_order(lines.frame.filter(inside), kept), kept)
    money = F.col("value") / F.lit(float(transactions.UNIT))
    return totals.filter("orders > 0").select(
        F.col(transactions.CUSTOMER).alias("_id"), money.alias("_later")
    )


def _join_later(
    spark: SparkSession, plan: BacktestPlan, made: RfmResult, trained: TrainResult, later: DataFrame
) -> pd.DataFrame:
    """A row per customer by id: segment, the RFM scores, and spend in the days after (0 without an order)."""
    identity, privacy = plan.orders.lines.customer, plan.recipe.privacy
    name = data.quote(identity)
    before = data.read_written(spark, made.customers).select(
        F.col(name).alias("_id"), "r_score", "f_score", "m_score", "rfm_group"
    )
    known = before.join(later, "_id", "left")
    labelled = data.read_written(spark, trained.run.at("customers")).select(
        F.col(name).alias("_id"), "segment"
    )
    if made.rows > LOOKED_AT:
        labelled = labelled.filter(F.pmod(F.xxhash64("_id"), F.lit(made.rows)) < LOOKED_AT)
    joined = labelled.join(_hash_ids(known, identity, privacy), "_id")
    table = joined.fillna(0.0, ["_later"]).toPandas()
    return table.sort_values("_id", ignore_index=True)  # so that the same seed draws the same customers


def _hash_ids(customers: DataFrame, identity: str, privacy: Privacy) -> DataFrame:
    """The customers under the ids that the segments have: hashed where the recipe says so."""
    if identity.lower() not in {name.lower() for name in privacy.hash}:
        return customers
    of_the_id = Privacy(hash=("_id",), secret=privacy.secret)
    return data.apply_privacy(data.Table(customers, None, "parquet", ""), of_the_id).frame


def _measure(customers: pd.DataFrame, trained: TrainResult, day: date, days: int, seed: int) -> BacktestDay:
    model, named = trained.found.model, transactions.GROUP_NAMES
    spend = customers["_later"].to_numpy(dtype=float)
    groups = {
        SEGMENTS: (customers["segment"].map(model.ids.index).to_numpy(dtype=np.int64), model.names),
        PLAIN: transactions.cut_rfm_sum(customers, len(model.names)),
    }
    if customers["rfm_group"].notna().all():  # none where recency tells nothing
        groups[NAMED] = (customers["rfm_group"].map(named.index).to_numpy(dtype=np.int64), named)
    groupings = transactions.compare_groupings(
        groups,
        {SPEND: spend, LOG_SPEND: np.log1p(spend), RETAINED: (spend > 0).astype(float)},
        seed=seed,
    )
    return BacktestDay(day, days, len(customers), groupings)


def tabulate_groups(found: BacktestResult) -> pd.DataFrame:
    """backtest.csv: a row per day, grouping and group, with the means and their intervals."""
    return pd.DataFrame(
        {"at": test.at, "days": test.days, "grouping": grouping.name, "group": group.name,
         "customers": group.customers,
         **{f"{outcome}{bound}": value for outcome, mean in group.means.items()
            for bound, value in zip(("", "_low", "_high"), asdict(mean).values(), strict=True)}}
        for test in found.tests for grouping in test.groupings for group in grouping.groups
    )  # fmt: skip


def tabulate_explained(found: BacktestResult) -> pd.DataFrame:
    """explained.csv: a row per day, grouping and outcome: the share of its variance that the grouping
    explains, and how much more of it the segments explain."""
    return pd.DataFrame(
        {"at": test.at, "days": test.days, "grouping": grouping.name, "groups": len(grouping.groups),
         "outcome": outcome, **{f"explained_{key}": value for key, value in asdict(share).items()},
         **{f"segments_more_{key}": value for more in [grouping.gain.get(outcome)] if more
            for key, value in asdict(more).items()}}
        for test in found.tests for grouping in test.groupings
        for outcome, share in grouping.explained.items()
    )  # fmt: skip


def write_markdown(found: BacktestResult) -> str:
    """backtest.md: of each day the groups and what they did, and what each grouping explains."""
    lines = []
    for test in found.tests:
        lines += [f"**{test.customers:,} customers as of {test.at}, the {test.days} days after**", ""]
        lines += [
            "| grouping | group | customers | mean spend | retained |",
            "| --- | --- | --- | --- | --- |",
        ]
        for grouping in test.groupings:
            for group in grouping.groups:
                means = f"{group.means[SPEND]:,.0f} | {group.means[RETAINED]:.0%}"
                lines.append(f"| {grouping.name} | {group.name} | {group.customers:,} | {means} |")
        lines += ["", "| variance explained | groups | spend | log spend | retention |"]
        lines += ["| --- | --- | --- | --- | --- |"]
        for grouping in test.groupings:
            shares = " | ".join(f"{share:.1%}" for share in grouping.explained.values())
            lines.append(f"| {grouping.name} | {len(grouping.groups)} | {shares} |")
        for grouping in test.groupings[1:]:
            more = " | ".join(f"{share:+.1%}" for share in grouping.gain.values())
            lines.append(f"| {SEGMENTS} over {grouping.name} | | {more} |")
        lines.append("")
    return "\n".join(lines)
