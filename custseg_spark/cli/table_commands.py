"""The commands that begin with a customer table: train, compare, init."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from custseg_spark import workers
from custseg_spark.cli.parsers import (
    Commands,
    add_command,
    add_engine,
    add_fail_on_drift,
    add_recipe_and_input,
    fail_on_drift,
    read_over_zero,
    read_recipe_and_input,
    read_whole,
)
from custseg_spark.cli.reading_options import (
    add_reading_options,
    name_reading_options,
    read_reading_options,
)
from custseg_spark.errors import RecipeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from custseg_spark.commands.compare import ComparisonResult
    from custseg_spark.commands.train import TrainResult
    from custseg_spark.propose.proposal import Proposal
    from custseg_spark.recipe import Recipe

TRAIN = """\
examples:
  custseg train --recipe conf/marketing_campaign.yaml --input marketing_campaign.csv --output out
  custseg train --recipe my.yaml --input t.parquet --output out --set segments.k=[3,6] --set sweep.restarts=20
  custseg train --recipe my.yaml --explain
  spark-submit --py-files dist/custseg_spark.zip jobs/train.py --recipe my.yaml \\
      --input s3a://lake/customers --output s3a://lake/segments
"""
COMPARE = """\
examples:
  custseg compare --recipe conf/marketing_campaign.yaml --input marketing_campaign.csv --to comparison
  custseg compare --recipe my.yaml --input customers.parquet --to comparison --k 4 --eps 0.8 --min-samples 6
"""
INIT = """\
examples:
  custseg init customers.csv --to customers.yaml
  custseg train --recipe customers.yaml --output out
  custseg init book.xlsx --sheet Customers --skip-rows 3 --to customers.yaml
  custseg init export.txt --sep ";" --encoding ISO-8859-1 --id member_no --to customers.yaml
"""


def add_commands(commands: Commands) -> None:
    """Add the parsers of these commands."""
    train = add_command(
        commands, "train", _train, "find segments in a customer table and publish them as a run", TRAIN
    )
    add_recipe_and_input(train)
    train.add_argument("--output", metavar="PATH", help="where runs are kept; needed unless --explain")
    train.add_argument(
        "--explain", action="store_true", help="print the checked recipe with its defaults, the expressions "
        "and the output schema; run nothing over the data",
    )  # fmt: skip
    train.add_argument("--promote", action="store_true", help="let the new run go live at once")
    add_fail_on_drift(train, "the live run should be replaced")
    add_engine(train)

    compare = add_command(
        commands, "compare", _compare, "hold other algorithms against KMeans on the same sample", COMPARE
    )
    add_recipe_and_input(compare)
    compare.add_argument("--to", required=True, metavar="PATH", help="where comparison.csv and figures go")
    compare.add_argument(
        "--k", type=read_whole(2, 100), help="number of segments; chosen as the recipe says if left out"
    )
    compare.add_argument(
        "--eps", type=read_over_zero, help="DBSCAN's; the knee of the k-distances if not given"
    )
    compare.add_argument(
        "--min-samples", type=read_whole(1), help="DBSCAN's; twice the features if not given"
    )
    add_engine(compare)

    init = add_command(commands, "init", _write_starter, "write a commented starter recipe for a table", INIT)
    init.add_argument("table", metavar="TABLE", help="a CSV, TSV, Excel or Parquet table, by path or URI")
    init.add_argument(
        "--to", metavar="FILE", help="the recipe to write; must not exist; standard output if not given"
    )
    add_reading_options(init)
    add_engine(init)


def _name_work(recipe: Recipe, path: str) -> str:
    """The table whose size says how much Spark has to do; none where the fits of Spark ML are most of it."""
    return "" if recipe.sweep.by == "spark_ml" else path


def _train(arguments: argparse.Namespace) -> None:
    if not arguments.explain:
        workers.warm_up()
    recipe, path = read_recipe_and_input(arguments)
    if not arguments.output and not arguments.explain:
        raise RecipeError("no --output given", "say where runs are kept with --output PATH")
    from custseg_spark import terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    def prepare_explain() -> Callable[[SparkSession], str]:
        from custseg_spark.commands.explain_recipe import explain_recipe

        return lambda spark: explain_recipe(spark, recipe, path)

    def prepare() -> Callable[[SparkSession], TrainResult]:
        from custseg_spark.commands.train import train

        return lambda spark: train(spark, recipe, path, arguments.output, promote=arguments.promote)

    with terminal.show_progress():
        if arguments.explain:
            print(run_on_engine(arguments.engine, prepare_explain, path))
            return
        trained = run_on_engine(arguments.engine, prepare, _name_work(recipe, path))
    terminal.tell_training(trained)
    if arguments.fail_on_drift and trained.found.since_live:
        fail_on_drift(trained.found.since_live.drift)


def _compare(arguments: argparse.Namespace) -> None:
    workers.warm_up()
    recipe, path = read_recipe_and_input(arguments)
    from custseg_spark import terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    def prepare() -> Callable[[SparkSession], ComparisonResult]:
        from custseg_spark.commands.compare import CompareSettings, compare
        from custseg_spark.evidence import DbscanSettings

        settings = CompareSettings(arguments.k, DbscanSettings(arguments.eps, arguments.min_samples))
        return lambda spark: compare(spark, recipe, path, arguments.to, settings)

    with terminal.show_progress():
        compared = run_on_engine(arguments.engine, prepare, _name_work(recipe, path))
    terminal.tell_comparison(compared)


def _write_starter(arguments: argparse.Namespace) -> None:
    from custseg_spark import terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    target = Path(arguments.to) if arguments.to else None
    if target:
        _refuse_existing([target])
        if not target.parent.is_dir():
            raise RecipeError(
                f"there is no directory {target.parent}", "make it first, or name another one with --to"
            )
    workers.warm_up(figures=False)

    def prepare() -> Callable[[SparkSession], Proposal]:
        from custseg_spark.commands.init import propose_recipe

        options = read_reading_options(arguments)
        return lambda spark: propose_recipe(spark, arguments.table, options, arguments.format, arguments.id)

    with name_reading_options():
        proposal = run_on_engine(arguments.engine, prepare, arguments.table)
    if target is None:
        print(proposal.text, end="")
        return
    files = proposal.name_files(target)
    _refuse_existing(files)
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    terminal.tell_proposal(proposal, target)


def _refuse_existing(files: Iterable[Path]) -> None:
    if there := [path for path in files if path.exists()]:
        raise RecipeError(
            f"{there[0]} is there already", "name another file with --to, or move that one away"
        )
