"""The `custseg` command. The programs in jobs/ are the same commands under spark-submit."""

from __future__ import annotations

import argparse
import atexit
import gc
import logging
import sys
import traceback
import warnings
from collections.abc import Sequence

from custseg_spark import __version__
from custseg_spark.cli import night_commands, order_commands, run_commands, service_commands, table_commands
from custseg_spark.cli.parsers import EPILOG
from custseg_spark.engine.require_pyspark import require_pyspark
from custseg_spark.errors import CustsegError


def main(argv: Sequence[str] | None = None) -> int:
    """The `custseg` command with its subcommands; gives the exit code."""
    # A command makes a million objects, of which few are garbage that only a collection finds: looked
    # for as often as Python does, that took a tenth of a small run.
    gc.set_threshold(200_000, 10, 100)
    atexit.register(gc.freeze)  # nor at the end, which took a third of a second
    arguments = _build_parser().parse_args(argv)
    _log_to_stderr()
    try:
        _act(arguments)
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


def _act(arguments: argparse.Namespace) -> None:
    try:
        arguments.act(arguments)
    except ModuleNotFoundError:
        require_pyspark()
        raise


def run(name: str, argv: Sequence[str] | None = None) -> int:
    """One subcommand as a program of its own, for jobs/; gives the exit code."""
    return main([name, *(sys.argv[1:] if argv is None else argv)])


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log = logging.getLogger("custseg")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.getLogger("SQLQueryContextLogger").disabled = True  # Spark's own report of an error that we tell
    warnings.filterwarnings("ignore", "toPandas attempted Arrow", UserWarning)  # the same


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
    for module in (table_commands, night_commands, run_commands, order_commands, service_commands):
        module.add_commands(commands)
    return parser
