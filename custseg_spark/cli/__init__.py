"""The `custseg` command. The programs in jobs/ are the same commands under spark-submit."""

from __future__ import annotations

import argparse
import logging
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from custseg_spark import __version__
from custseg_spark.cli import app, nightly, orders, tracking
from custseg_spark.cli.parsers import (
    EPILOG,
    add_command,
    add_recipe_and_input,
    read_over_zero,
    read_recipe_and_input,
    read_whole,
)
from custseg_spark.errors import CustsegError, RecipeError

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
example:
  custseg init customers.csv --to customers.yaml
  custseg train --recipe customers.yaml --output out
"""


def main(argv: Sequence[str] | None = None) -> int:
    """The `custseg` command with its subcommands; gives the exit code."""
    return _run_guarded(_build_parser(), argv)


def run(name: str, argv: Sequence[str] | None = None) -> int:
    """One subcommand as a program of its own, for jobs/; gives the exit code."""
    return main([name, *(sys.argv[1:] if argv is None else argv)])


def _run_guarded(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> int:
    arguments = parser.parse_args(argv)
    _log_to_stderr()
    try:
        arguments.act(arguments)
    except CustsegError as problem:
        print(f"error: {problem.what}", file=sys.stderr)
        if problem.remedy:
            print(f"  {problem.remedy}", file=sys.stderr)
        return problem.exit_code
    except KeyboardInterrupt:
        print("interrupted: nothing was published that is not whole", file=sys.stderr)
        return 130
    except Exception:
        traceback.print_exc()
        return 1
    return 0


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("custseg")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("SQLQueryContextLogger").disabled = True  # Spark's own report of an error that we tell


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="custseg",
        description="Customer segmentation on Spark: labelled customers, the model that scores tomorrow's, "
        "the evidence for the number of segments, and a page to act on.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"custseg {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    _add_train(commands)
    _add_compare(commands)
    _add_init(commands)
    nightly.add(commands)
    orders.add(commands)
    app.add(commands)
    tracking.add(commands)
    return parser


def _add_train(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    train = add_command(
        commands, "train", "find segments in a customer table and publish them as a run", TRAIN
    )
    add_recipe_and_input(train)
    train.add_argument("--output", metavar="PATH", help="where runs are kept; needed unless --explain")
    train.add_argument(
        "--explain", action="store_true", help="print the checked recipe with its defaults, the expressions "
        "and the output schema; run nothing over the data",
    )  # fmt: skip
    train.add_argument("--promote", action="store_true", help="let the new run go live at once")
    train.add_argument(
        "--fail-on-drift",
        action="store_true",
        help="end with exit code 5 where the customers drifted so far that the live run should be replaced",
    )
    train.set_defaults(act=_train)


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = add_command(
        commands, "compare", "hold other algorithms against KMeans on the same sample", COMPARE
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
    compare.set_defaults(act=_compare)


def _add_init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    init = add_command(commands, "init", "write a commented starter recipe for a table", INIT)
    init.add_argument("table", metavar="TABLE", help="a CSV, TSV, Excel or Parquet table, by path or URI")
    init.add_argument(
        "--to", metavar="FILE", help="the recipe to write; must not exist; standard output if not given"
    )
    init.set_defaults(act=_init)


def _compare(arguments: argparse.Namespace) -> None:
    recipe, path = read_recipe_and_input(arguments)
    from custseg_spark import commands, terminal
    from custseg_spark.engine.session import is_small, open_session

    with terminal.progress():
        compared = commands.compare(
            open_session(small=is_small(path)),
            recipe,
            path,
            arguments.to,
            k=arguments.k,
            eps=arguments.eps,
            min_samples=arguments.min_samples,
        )
    terminal.tell_comparison(compared)


def _train(arguments: argparse.Namespace) -> None:
    recipe, path = read_recipe_and_input(arguments)
    if not arguments.output and not arguments.explain:
        raise RecipeError("no --output given", "say where runs are kept with --output PATH")
    from custseg_spark import terminal
    from custseg_spark.engine.session import open_beside

    with terminal.progress(), ThreadPoolExecutor(1) as beside:
        opened = open_beside(beside, path)  # a JVM takes as long to start as our libraries to import
        from custseg_spark import commands

        spark = opened()
        if arguments.explain:
            print(commands.explain_recipe(spark, recipe, path))
            return
        trained = commands.train(spark, recipe, path, arguments.output, promote=arguments.promote)
    terminal.tell(trained)
    if arguments.fail_on_drift and trained.found.since_live:
        nightly.fail_on_drift(trained.found.since_live.drift.verdict, trained.found.since_live.drift.reasons)


def _init(arguments: argparse.Namespace) -> None:
    from custseg_spark import commands
    from custseg_spark.engine.session import is_small, open_session

    target = Path(arguments.to) if arguments.to else None
    if target and target.exists():
        raise RecipeError(f"{target} is there already", "name another file with --to, or move that one away")
    text = commands.propose_recipe(open_session(small=is_small(arguments.table)), arguments.table)
    if target is None:
        print(text, end="")
        return
    target.write_text(text, encoding="utf-8")
    print(f"{target} is written; look through it, then: custseg train --recipe {target} --output out")
