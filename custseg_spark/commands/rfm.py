"""read -> sum -> score -> write -> publish: from order lines to a customer table."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from pyspark.sql import DataFrame, SparkSession
from pyspark.storagelevel import StorageLevel

from custseg_spark import data, journal, runs, transactions
from custseg_spark.commands import keep_session
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.errors import DataError, InputChangedError, RunError
from custseg_spark.recipe import OrderRecipe
from custseg_spark.steps import order_days, order_lines, write_run
from custseg_spark.steps.describe_engine import describe_engine
from custseg_spark.steps.explain_cast import explain_order_errors
from custseg_spark.transactions import Counts

NO_RECENCY = (
    f"recency: all last orders lie within {transactions.WEEK} days, which can't tell who stays away: r_score "
    "and rfm_group are empty, and nobody is called lost or at risk"
)


@dataclass(frozen=True)
class RfmResult:
    """A whole customer table at the path `customers`, of `rows` customers as they were on the day `as_of`."""

    customers: str
    to: str
    rows: int
    as_of: date
    lines: Counts
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class KeptSums:
    """Sums per day that are kept from night to night. `rebuild_from`: from this day on they are made anew."""

    rebuild_from: date | None = None


@keep_session
def rfm(
    spark: SparkSession,
    recipe: OrderRecipe,
    path: str,
    to: str,
    days: KeptSums | None = None,
) -> RfmResult:
    """Make the customer table of the order lines at `path`, and let `<to>/rfm.json` name it when it is whole.

    `days`: keep sums per customer and day under `<to>/days`, and read only the days that they lack.
    Raises the errors of errors.py; then `rfm.json` names what it named before.
    """
    if runs.find_latest(to) is not None:
        raise RunError(f"{to} holds runs of custseg train", "give --to a directory of its own")
    with write_run.keep_run(to, path, recipe) as run:
        return _make_customers(spark, recipe, path, run, days)


def _make_customers(
    spark: SparkSession,
    recipe: OrderRecipe,
    path: str,
    run: runs.Run,
    kept: KeptSums | None,
) -> RfmResult:
    aggregates, totals, counts, rows, last = _sum_lines(spark, recipe, path, run, kept)
    as_of, identity = recipe.as_of or last + timedelta(days=1), recipe.lines.customer
    with journal.stage("score"):
        customers = transactions.describe_customers(
            totals, identity, as_of, aggregates, subtract=recipe.returns.subtract
        )
        cuts = transactions.find_cuts(
            transactions.select_measures(customers, rows, data.quote(identity)).toPandas()
        )
    if not cuts.last_order:
        journal.warn(NO_RECENCY)
    _write_customers(spark, run, transactions.add_scores(customers, cuts), rows, path)
    totals.unpersist()
    with journal.stage("publish"):
        summed = run if kept else runs.find_kept_days(run.output)
        record = runs.RfmRecord(
            run_id=run.run_id,
            customers=f"runs/{run.run_id}/customers",
            input=path,
            as_of=as_of.isoformat(),
            rows=rows,
            lines=runs.LineCounts(**asdict(counts)),
            cuts=runs.CutsRecord(**asdict(cuts)),
            recipe=recipe.model_dump(mode="json"),
            warnings=tuple(journal.current().warnings),
            seconds=journal.current().seconds,
            scans=journal.current().count_scans(),
            **describe_engine(journal.current().engine),
            days_of=summed.run_id if summed else None,
        )
        run.write_record(record)
        runs.write_file(f"{run.output}/{runs.CUSTOMERS}", record.to_json())
    return RfmResult(run.at("customers"), run.output, rows, as_of, counts, record.warnings)


def _sum_lines(
    spark: SparkSession,
    recipe: OrderRecipe,
    path: str,
    run: runs.Run,
    kept: KeptSums | None,
) -> tuple[transactions.Aggregates, DataFrame, Counts, int, date]:
    """What is kept of the lines, its totals per customer (persisted), what became of the lines, and of those
    that count the customers and the last day. Raises DataError where none counts."""
    with journal.stage("read") as facts, translate_engine_errors(f"input {path}"):
        lines = order_lines.open_lines(spark, recipe, path, until=None if kept else recipe.as_of)
        facts.update(input=path, format=lines.format)
    with journal.stage("sum") as facts, explain_order_errors(f"input {path}", lines.frame, recipe):
        if kept:
            days = order_days.sum_days(spark, lines, recipe, run, kept.rebuild_from)
            sums = days.sums
        else:
            days, sums = None, transactions.sum_per_order(lines.frame, lines.kept)
            journal.scan("sum")
        totals = transactions.sum_per_customer(sums, lines.kept).persist(StorageLevel.MEMORY_AND_DISK)
        counts, rows, last = transactions.count_lines(totals)
        if days is None:
            lines.refuse_unreadable(counts.left_out, counts.read, f"input {path}")
        else:
            counts = _add_later_days(counts, days, path)
        facts.update(lines=counts.read, sales=counts.sales, returns=counts.returns, customers=rows)
    if last is None:
        top = sorted(counts.left_out.items(), key=lambda item: -item[1])[:3]
        why = "".join(f"; {reason}: {count:,}" for reason, count in top)
        raise DataError(f"input {path}: no line counts{why}", "look at the recipe's lines and leave_out")
    return lines.kept, totals, counts, rows, last


def _write_customers(spark: SparkSession, run: runs.Run, customers: DataFrame, rows: int, path: str) -> None:
    """Write the customer table. Raises DataError where it has other rows than were counted."""
    with journal.stage("write") as facts, translate_engine_errors(f"writing {run.at('customers')}"):
        data.write_rows(customers, run.at("customers"))
        found = data.read_written(spark, run.at("customers")).count()
        facts.update(customers=found)
    if found != rows:
        raise InputChangedError(f"input {path}: {found:,} customers were written where {rows:,} were counted")


def _add_later_days(counts: Counts, days: order_days.DaySums, path: str) -> Counts:
    """The counts with the lines of the days from the as-of day on."""
    if counts.read != days.lines:
        raise InputChangedError(
            f"input {path}: {counts.read:,} lines were summed where {days.lines:,} were counted"
        )
    if not days.after:
        return counts
    left_out = {**counts.left_out, transactions.AFTER: days.after}
    return replace(counts, read=counts.read + days.after, left_out=left_out)
