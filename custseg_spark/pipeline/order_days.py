"""Sums per customer and day, kept from night to night, so that only new days are read."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark import runs, transactions
from custseg_spark.errors import RecipeError
from custseg_spark.journal import Journal
from custseg_spark.pipeline.order_lines import Lines
from custseg_spark.recipe import OrderRecipe
from custseg_spark.transactions import DAY, Day
from custseg_spark.transactions.days import NO_DAY

KEPT = "days"
"""Under the output: `days/batch=<run_id>/day=<date>/*.parquet`; the run's days.json says which count."""


def summed(
    spark: SparkSession,
    lines: Lines,
    recipe: OrderRecipe,
    run: runs.Run,
    rebuild_from: date | None,
    journal: Journal,
) -> tuple[DataFrame, int]:
    """The kept sums brought up to date with the input, of the days before `as_of`; and the lines of the days
    from then on.

    One pass over the date column finds the days to sum, and one over those days alone sums them. What this
    run sums becomes part of what is kept only when rfm.json names the run. Raises DataError for a day that
    has lost lines, RecipeError where the kept sums are those of another recipe.
    """
    known = _known(run.output, recipe)
    journal.scan("dates")
    found = {_iso(row[0]): row[1] for row in lines.frame.groupBy(DAY).count().collect()}
    plan = transactions.planned(known, found, rebuild_from.isoformat() if rebuild_from else None)
    for day in plan.late:
        journal.warn(f"{day}: {found[day] - known[day].lines:,} lines came late; the day was summed anew")
    if plan.anew:
        journal.scan("new days")
        known |= _sum(lines, plan.anew, found, run)
    run.write("days.json", json.dumps(transactions.as_document(known)))
    sums = _sums(spark, f"{run.output}/{KEPT}", known)
    if recipe.as_of is None:
        return sums, 0
    after = sum(day.lines for iso, day in known.items() if iso >= recipe.as_of.isoformat())
    return sums.filter(F.coalesce(F.col(DAY) < F.lit(recipe.as_of), F.lit(True))), after


def _known(output: str, recipe: OrderRecipe) -> dict[str, Day]:
    """The days that are summed already; none in a new directory."""
    pointer = runs.read(f"{output}/{runs.CUSTOMERS}")
    if pointer is None:
        return {}
    record = json.loads(pointer)
    kept = runs.read(f"{output}/runs/{record['run_id']}/days.json")
    if kept is None:
        return {}
    if _meaning(record["recipe"]) != _meaning(recipe.model_dump(mode="json")):
        raise RecipeError(
            f"the days kept in {output} were summed by another recipe",
            "give --to another directory, and the days are summed anew",
        )
    return transactions.from_document(json.loads(kept))


def _meaning(recipe: dict[str, Any]) -> dict[str, Any]:
    """All of a recipe that decides on the sums of a day."""
    source = {key: value for key, value in recipe["input"].items() if key != "path"}
    return {**{key: value for key, value in recipe.items() if key != "as_of"}, "input": source}


def _sum(lines: Lines, anew: tuple[str, ...], found: dict[str, int], run: runs.Run) -> dict[str, Day]:
    """Sum these days into a batch of this run's own; gives what is to be known of them."""
    days = [date.fromisoformat(day) for day in anew if day != NO_DAY]
    between = {day for day in found if days and days[0].isoformat() <= day <= days[-1].isoformat()}
    frame = lines.on(days, undated=NO_DAY in anew, everything=between <= set(anew))
    sums = transactions.per_day(transactions.per_order(frame, lines.kept), lines.kept)
    path = f"{run.output}/{KEPT}/batch={run.run_id}"
    sums.withColumnRenamed(DAY, "day").repartition("day").write.mode("error").partitionBy("day").parquet(path)
    return {day: Day(run.run_id, found[day]) for day in anew}


def _sums(spark: SparkSession, root: str, known: dict[str, Day]) -> DataFrame:
    """The kept rows that count: each day's from the batch that summed it last."""
    live = transactions.live(known)
    paths = [f"{root}/batch={batch}" for batch in live]
    frame = spark.read.option("basePath", root).parquet(*paths)
    iso = F.coalesce(F.col("day").cast("string"), F.lit(NO_DAY))
    current = F.lit(False)
    for batch in live:
        replaced = [day for day, summed in known.items() if summed.batch != batch]
        mine = F.col("batch") == batch
        current |= mine & ~iso.isin(replaced) if replaced else mine
    return frame.filter(current).withColumn(DAY, F.col("day").cast("date")).drop("batch", "day")


def _iso(day: date | None) -> str:
    return NO_DAY if day is None else day.isoformat()
