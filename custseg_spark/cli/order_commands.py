"""The commands that begin with order lines: rfm, backtest."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from custseg_spark.cli.parsers import Commands, add_command, add_engine, add_input, add_overrides, find_input
from custseg_spark.errors import RecipeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from custseg_spark.commands.backtest import BacktestResult
    from custseg_spark.commands.rfm import RfmResult

RFM = """\
examples:
  custseg rfm --recipe conf/online_retail_orders.yaml --input online_retail.parquet --to customers
  custseg train --recipe conf/online_retail.yaml --input customers --output out
  custseg rfm --recipe my_orders.yaml --input s3a://lake/lines --to s3a://lake/customers --incremental
"""
BACKTEST = """\
example:
  custseg backtest --orders conf/online_retail_orders.yaml --recipe conf/online_retail.yaml \\
      --input online_retail.parquet --at 2011-06-12 --at 2011-09-11 --days 90 --to backtest
"""


def add_commands(commands: Commands) -> None:
    """Add the parsers of these commands."""
    rfm = add_command(
        commands, "rfm", _make_customers, "make a customer table of order lines, with RFM scores", RFM
    )
    rfm.add_argument("--recipe", required=True, metavar="FILE", help="the YAML file of the order lines")
    add_input(rfm, "the order lines")
    add_overrides(rfm, "as_of=2011-06-12")
    rfm.add_argument("--to", required=True, metavar="PATH", help="where the customer tables are kept")
    rfm.add_argument("--as-of", type=_read_day, metavar="DATE", help="the customers as they were on this day")
    rfm.add_argument(
        "--incremental", action="store_true", help="keep sums per customer and day, and read only the days "
        "that they lack",
    )  # fmt: skip
    rfm.add_argument(
        "--rebuild-from", type=_read_day, metavar="DATE", help="with --incremental: sum this day and all "
        "after it anew",
    )  # fmt: skip
    add_engine(rfm)

    what = "segment as of a past day, and measure what the segments did after it"
    backtest = add_command(commands, "backtest", _backtest, what, BACKTEST)
    backtest.add_argument("--orders", required=True, metavar="FILE", help="the recipe of the order lines")
    backtest.add_argument("--recipe", required=True, metavar="FILE", help="the recipe of the segmentation")
    add_input(backtest, "the order lines")
    add_overrides(backtest)
    backtest.add_argument(
        "--at", action="append", default=[], type=_read_day, metavar="DATE", help="segment as of this day; "
        "may be given several times; the last day with --days after it if not given",
    )  # fmt: skip
    backtest.add_argument("--days", type=_read_days, default=90, help="days to look ahead (default: 90)")
    backtest.add_argument("--to", required=True, metavar="PATH", help="where tables, runs and results go")
    add_engine(backtest)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"takes a day such as 2011-06-12; found {text!r}") from None


def _read_days(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"takes a number of days; found {text!r}")
    return int(text)


def _make_customers(arguments: argparse.Namespace) -> None:
    from custseg_spark.recipe import change, load_orders

    recipe = load_orders(arguments.recipe, arguments.overrides)
    path = find_input(arguments.input, recipe, "order lines", "them")
    if arguments.as_of:
        recipe = change(recipe, {"as_of": arguments.as_of})
    if arguments.rebuild_from and not arguments.incremental:
        raise RecipeError("--rebuild-from goes with --incremental", "without it every day is summed anyway")
    from custseg_spark import terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    def prepare() -> Callable[[SparkSession], RfmResult]:
        from custseg_spark.commands.rfm import KeptSums, rfm

        days = KeptSums(arguments.rebuild_from) if arguments.incremental else None
        return lambda spark: rfm(spark, recipe, path, arguments.to, days)

    with terminal.show_progress():
        made = run_on_engine(arguments.engine, prepare)
    terminal.tell_customers(made, Path(arguments.recipe))


def _backtest(arguments: argparse.Namespace) -> None:
    from custseg_spark.recipe import load, load_orders

    orders = load_orders(arguments.orders)
    recipe = load(arguments.recipe, arguments.overrides)
    path = find_input(arguments.input, orders, "order lines", "them")
    from custseg_spark import terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    def prepare() -> Callable[[SparkSession], BacktestResult]:
        from custseg_spark.commands.backtest import BacktestPlan, backtest

        plan = BacktestPlan(orders, recipe, arguments.at, arguments.days)
        return lambda spark: backtest(spark, plan, path, arguments.to)

    with terminal.show_progress():
        found = run_on_engine(arguments.engine, prepare)
    terminal.tell_backtest(found)
