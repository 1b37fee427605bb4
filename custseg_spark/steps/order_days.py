"""Sums per customer and day, kept from night to night, so that only new days are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import data, journal, runs, transactions
from custseg_spark.errors import DataError, RecipeError
from custseg_spark.recipe import OrderRecipe
from custseg_spark.steps.order_lines import OrderLines
from custseg_spark.transactions import DAY, Day, Plan
from custseg_spark.transactions.days import NO_DAY


@dataclass(frozen=True)
class DaySums:
    """The kept sums of the days before the as-of day, of `lines` lines; `after`: the lines of the days from
    then on."""

    sums: DataFrame
    lines: int
    after: int


def sum_days(
    spark: SparkSession,
    lines: OrderLines,
    recipe: OrderRecipe,
    run: runs.Run,
    rebuild_from: date | None,
) -> DaySums:
    """The kept sums brought up to date with the input.

    One pass over the date column finds the days to sum, and one over those days alone sums them. What this
    run sums becomes part of what is kept only when rfm.json names the run. Raises DataError for a day that
    has lost lines, RecipeError where the kept sums are those of another recipe.
    """
    known = _read_known(run.output, recipe)
    journal.scan("dates")
    found = {_write_day(row[0]): row[1] for row in lines.frame.groupBy(DAY).count().collect()}
    plan = transactions.plan_days(known, found, rebuild_from.isoformat() if rebuild_from else None)
    for day in plan.late:
        journal.warn(f"{day}: {found[day] - known[day].lines:,} lines came late; the day was summed anew")
    for day in plan.gone:
        gone = known.pop(day)
        journal.warn(f"{day or 'no date'}: the input has none of its {gone.lines:,} lines any more")
    if plan.anew:
        journal.scan("new days")
        fresh = _sum_batch(lines, plan, found, known.get(NO_DAY), run)
        known |= fresh
        if lines.unreadable:
            new = _read_sums(spark, run.output, fresh)
            left_out = transactions.count_left_out(new, lines.kept)
            lines.refuse_unreadable(*left_out, "the new days of the input")
    if not known:
        raise DataError("the input has no lines", "check the job that writes it")
    run.write(runs.DAYS, json.dumps({iso: asdict(known[iso]) for iso in sorted(known)}))
    sums = _read_sums(spark, run.output, known)
    every = sum(day.lines for day in known.values())
    if recipe.as_of is None:
        return DaySums(sums, every, 0)
    after = sum(day.lines for iso, day in known.items() if iso >= recipe.as_of.isoformat())
    before = F.coalesce(F.col(DAY) < F.lit(recipe.as_of), F.lit(True))
    return DaySums(sums.filter(before), every - after, after)


def _read_known(output: str, recipe: OrderRecipe) -> dict[str, Day]:
    """The days that are summed already; none in a new directory."""
    kept = runs.find_kept_days(output)
    if kept is None:
        return {}
    if _select_meaning(kept.recipe) != _select_meaning(recipe.model_dump(mode="json")):
        raise RecipeError(
            f"the days kept in {output} were summed by another recipe",
            "give --to another directory, and the days are summed anew",
        )
    return {iso: Day(**day) for iso, day in kept.days.items()}


def _select_meaning(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """All of a recipe that decides on the sums of a day."""
    source = {key: value for key, value in recipe["input"].items() if key != "path"}
    rest = {key: value for key, value in recipe.items() if key not in ("as_of", "max_unreadable")}
    return {**rest, "input": source}


def _sum_batch(
    lines: OrderLines, plan: Plan, found: Mapping[str, int], undated: Day | None, run: runs.Run
) -> dict[str, Day]:
    """Sum the days of the plan into a batch of this run's own; gives what is to be known of them."""
    days = [date.fromisoformat(day) for day in plan.anew if day != NO_DAY]
    between = {day for day in found if days and days[0].isoformat() <= day <= days[-1].isoformat()}
    frame = lines.select_days(days, undated=NO_DAY in plan.anew, everything=between <= set(plan.anew))
    sums = transactions.sum_per_day(transactions.sum_per_order(frame, lines.kept), lines.kept)
    more = 0
    if plan.more_undated and undated:
        before = _read_sums(lines.frame.sparkSession, run.output, {NO_DAY: undated})
        sums, more = sums.unionByName(before), undated.lines
    path = f"{run.output}/{runs.KEPT}/batch={run.run_id}"
    folder = F.coalesce(F.col(DAY).cast("string"), F.lit(data.NO_VALUE)).alias("day")
    data.write_customers(sums.select("*", folder).drop(DAY).repartition("day"), path, "day")
    return {day: Day(run.run_id, found[day] + (more if day == NO_DAY else 0)) for day in plan.anew}


def _read_sums(spark: SparkSession, output: str, known: Mapping[str, Day]) -> DataFrame:
    """The kept rows that count: each day's from the batch that summed it last.

    Their folders are named one by one, so that what was replaced is not listed, and no filter grows with the
    nights.
    """
    folders = [f"batch={day.batch}/day={iso or data.NO_VALUE}" for iso, day in sorted(known.items())]
    frame = data.read_folders(spark, f"{output}/{runs.KEPT}", folders)
    return frame.withColumn(DAY, F.col("day").cast("date")).drop("batch", "day")


def _write_day(day: date | None) -> str:
    return NO_DAY if day is None else day.isoformat()
