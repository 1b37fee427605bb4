"""The commands of every night after the first: score, stream, audience."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from custseg_spark.cli.parsers import (
    Commands,
    add_command,
    add_engine,
    add_fail_on_drift,
    add_run_input_and_to,
    fail_on_drift,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from custseg_spark.commands.audience import AudienceResult
    from custseg_spark.commands.score import ScoreResult
    from custseg_spark.commands.stream import StreamResult

SCORE = """\
examples:
  custseg score --output out --input customers.parquet --to scored
  custseg score --output out --input customers.parquet --to scored --columns ID,country --fail-on-drift
"""
STREAM = """\
examples:
  custseg stream --output out --input arriving/ --to labelled --once
  custseg stream --output out --kafka broker:9092 --input customers --to labelled
  spark-submit --py-files dist/custseg_spark.zip jobs/stream.py --output s3a://lake/segments \\
      --input s3a://lake/arriving --to s3a://lake/labelled
"""
AUDIENCE = """\
examples:
  custseg audience --output out --input customers.parquet --to campaign
  custseg audience --output out --input customers.parquet --to campaign --format parquet --recipe my.yaml
"""


def add_commands(commands: Commands) -> None:
    """Add the parsers of these commands."""
    score = add_command(commands, "score", _score, "label a table with the live run's model", SCORE)
    add_run_input_and_to(score, "where scores are kept; its scores/latest.json names the newest whole one")
    score.add_argument(
        "--columns", metavar="NAME,...", help="input columns kept beside the labels; those that the run's "
        "recipe keeps (output.columns) if not given",
    )  # fmt: skip
    add_fail_on_drift(score, "the model should be made anew")
    score.add_argument(
        "--filter", metavar="SQL", help="which rows are tonight's table, such as \"day = date '2026-11-24'\""
        "; the recipe's filter if not given",
    )  # fmt: skip
    score.add_argument(
        "--run-date", type=_read_day, metavar="YYYY-MM-DD", help="the day that is replaced in the lake, "
        "where the live run's recipe says publish; today, in UTC, if not given",
    )  # fmt: skip
    add_engine(score)

    stream = add_command(
        commands, "stream", _stream, "label the files of a stream as they arrive, each row once", STREAM
    )
    add_run_input_and_to(stream, "where labelled batches and the checkpoint are")
    stream.add_argument("--once", action="store_true", help="label what is there now, and end")
    stream.add_argument(
        "--kafka", metavar="SERVERS", help="read the topic --input of these Kafka servers (host:port,...), a "
        "JSON object per message; the session needs the package spark-sql-kafka-0-10",
    )  # fmt: skip
    add_engine(stream)

    audience = add_command(
        commands, "audience", _write_audience, "write whom a campaign may write to, per segment", AUDIENCE
    )
    kept = "where audiences are kept; the last one in it says who entered, stayed and left"
    add_run_input_and_to(audience, kept)
    tonight = "which rows are tonight's table (default: the recipe's filter)"
    audience.add_argument("--filter", metavar="SQL", help=tonight)
    audience.add_argument("--recipe", metavar="FILE", help="take the audience settings from this recipe")
    audience.add_argument("--format", choices=("csv", "parquet"), default="csv", dest="kind")
    add_engine(audience)


def _read_day(text: str) -> str:
    """A day as it stands in a folder's name."""
    from custseg_spark.recipe.sections import check_day

    try:
        return check_day(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _read_source(arguments: argparse.Namespace) -> dict[str, str] | None:
    """What of the recipe's `input` is another tonight. Raises RecipeError for what no filter may ask."""
    if arguments.filter is None:
        return None
    from custseg_spark.sql import check_expression

    check_expression(arguments.filter, "--filter")
    return {"filter": arguments.filter}


def _score(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs, terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    source = _read_source(arguments)
    run = runs.find_run(arguments.output, arguments.run)
    names = None if arguments.columns is None else arguments.columns.split(",")
    path = runs.find_customers(arguments.input)

    def prepare() -> Callable[[SparkSession], ScoreResult]:
        from custseg_spark.commands.score import ScoreSettings, score

        columns = None if names is None else [name.strip() for name in names if name.strip()]
        settings = ScoreSettings(columns, arguments.run_date, source)
        return lambda spark: score(spark, run, path, arguments.to, settings)

    with terminal.show_progress():
        scored = run_on_engine(arguments.engine, prepare, path)
    terminal.tell_score(scored)
    if arguments.fail_on_drift:
        fail_on_drift(scored.drift)


def _stream(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs, terminal
    from custseg_spark.engine.run_on_engine import run_on_engine

    run = runs.find_run(arguments.output, arguments.run)

    def prepare() -> Callable[[SparkSession], StreamResult]:
        from custseg_spark.commands.stream import StreamSettings, stream

        settings = StreamSettings(arguments.once, arguments.kafka)
        return lambda spark: stream(spark, run, arguments.input, arguments.to, settings)

    with terminal.show_progress():
        streamed = run_on_engine(arguments.engine, prepare)
    terminal.tell_stream(streamed)


def _write_audience(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs, terminal
    from custseg_spark.engine.run_on_engine import run_on_engine
    from custseg_spark.recipe import load

    source = _read_source(arguments)
    run = runs.find_run(arguments.output, arguments.run)
    asked = load(arguments.recipe).audience if arguments.recipe else None
    path = runs.find_customers(arguments.input)

    def prepare() -> Callable[[SparkSession], AudienceResult]:
        from custseg_spark.commands.audience import AudienceSettings, audience

        settings = AudienceSettings(asked, arguments.kind, source)
        return lambda spark: audience(spark, run, path, arguments.to, settings)

    with terminal.show_progress():
        made = run_on_engine(arguments.engine, prepare, path)
    terminal.tell_audience(made)
