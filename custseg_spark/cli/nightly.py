"""The commands of every night after the first: score, stream, audience, runs."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor

from custseg_spark.cli.parsers import add_command
from custseg_spark.errors import DriftError

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
RUNS = """\
examples:
  custseg runs list --output out
  custseg runs show --output out
  custseg runs promote 20261124T0201 --output out --why "movement looked at, fine"
  custseg runs rollback --output out
  custseg runs prune --output out --keep 10
  custseg runs prune --output scored --keep 30
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of these commands."""
    score = add_command(commands, "score", "label a table with the live run's model", SCORE)
    _add_run_and_input(score)
    score.add_argument(
        "--to",
        required=True,
        metavar="PATH",
        help="where scores are kept; its scores/latest.json names the newest whole one",
    )
    score.add_argument(
        "--columns",
        metavar="NAME,...",
        help="input columns kept beside the labels; those that the run's "
        "recipe keeps (output.columns) if not given",
    )
    score.add_argument(
        "--fail-on-drift",
        action="store_true",
        help="end with exit code 5 where the customers drifted so far that the model should be made anew",
    )
    score.add_argument(
        "--filter",
        metavar="SQL",
        help="which rows are tonight's table, such as \"day = date '2026-11-24'\"; the recipe's filter if "
        "not given",
    )
    score.add_argument(
        "--run-date",
        type=_day,
        metavar="YYYY-MM-DD",
        help="the day that is replaced in the lake, where the live run's recipe says publish; today, in UTC, "
        "if not given",
    )
    score.set_defaults(act=_score)

    stream = add_command(
        commands, "stream", "label the files of a stream as they arrive, each row once", STREAM
    )
    _add_run_and_input(stream)
    stream.add_argument(
        "--to", required=True, metavar="PATH", help="where labelled batches and the checkpoint are"
    )
    stream.add_argument("--once", action="store_true", help="label what is there now, and end")
    stream.add_argument(
        "--kafka",
        metavar="SERVERS",
        help="read the topic --input of these Kafka servers (host:port,...), a JSON object per message; the "
        "session needs the package spark-sql-kafka-0-10",
    )
    stream.set_defaults(act=_stream)

    audience = add_command(commands, "audience", "write whom a campaign may write to, per segment", AUDIENCE)
    _add_run_and_input(audience)
    audience.add_argument(
        "--to",
        required=True,
        metavar="PATH",
        help="where audiences are kept; the last one in it says who entered, stayed and left",
    )
    audience.add_argument(
        "--filter", metavar="SQL", help="which rows are tonight's table (default: the recipe's filter)"
    )
    audience.add_argument("--recipe", metavar="FILE", help="take the audience settings from this recipe")
    audience.add_argument("--format", choices=("csv", "parquet"), default="csv", dest="kind")
    audience.set_defaults(act=_audience)
    _add_runs(commands)


def _add_runs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    runs = add_command(commands, "runs", "list, show, promote, roll back and prune runs", RUNS)
    actions = runs.add_subparsers(dest="action", required=True, metavar="action")
    said = {
        "list": "every run, and which is live",
        "show": "a run: its segments, and what became of those of the run before",
        "promote": "let a run score from now on",
        "rollback": "let the run score again that was live before; again, the one before that",
        "prune": "remove what is old and what killed commands left; never what is or was live",
    }
    for name, what in said.items():
        action = actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        kept = "where runs are kept, or scores or audiences" if name == "prune" else "where runs are kept"
        action.add_argument("--output", required=True, metavar="PATH", help=kept)
        if name in ("show", "promote"):
            action.add_argument(
                "run",
                nargs="?" if name == "show" else None,
                metavar="RUN",
                help="a run's id, or how it begins; the live run if not given",
            )
        if name in ("promote", "rollback"):
            action.add_argument("--why", default="", help="kept in the history of live.json")
        if name == "prune":
            action.add_argument(
                "--keep", type=int, default=10, help="whole ones of each kept, the newest (default 10)"
            )
            action.add_argument(
                "--older-than",
                type=float,
                default=24.0,
                metavar="HOURS",
                help="age from which a run that is not whole counts as left over (default 24)",
            )
    runs.set_defaults(act=_runs)


def _add_run_and_input(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", required=True, metavar="PATH", help="where the runs are kept")
    command.add_argument(
        "--run", metavar="RUN", help="a run's id, or how it begins; the live run if not given"
    )
    command.add_argument("--input", required=True, metavar="PATH", help="the customer table")


def _day(text: str) -> str:
    """A day as it stands in a folder's name."""
    from custseg_spark.recipe.leave import check_day

    try:
        return check_day(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _score(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs, terminal
    from custseg_spark.engine.session import open_beside

    source = _source(arguments)
    run = runs.find_run(arguments.output, arguments.run)
    names = None if arguments.columns is None else arguments.columns.split(",")
    with terminal.progress(), ThreadPoolExecutor(1) as beside:
        path = runs.find_customers(arguments.input)
        opened = open_beside(beside, path)  # a JVM takes as long to start as our libraries to import
        from custseg_spark import commands

        scored = commands.score(
            opened(), run, path, arguments.to, day=arguments.run_date, source=source,
            columns=None if names is None else [name.strip() for name in names if name.strip()],
        )  # fmt: skip
    terminal.tell_score(scored)
    if arguments.fail_on_drift:
        fail_on_drift(scored.drift.verdict, scored.drift.reasons)


def _source(arguments: argparse.Namespace) -> dict[str, str] | None:
    """What of the recipe's `input` is another tonight. Raises RecipeError for what no filter may ask."""
    if arguments.filter is None:
        return None
    from custseg_spark.sql import check_expression

    check_expression(arguments.filter, "--filter")
    return {"filter": arguments.filter}


def fail_on_drift(verdict: str, reasons: tuple[str, ...]) -> None:
    """Raises DriftError where the verdict is to make the model anew."""
    if verdict == "retrain":
        raise DriftError(
            f"drift: {'; '.join(reasons)}", "what was asked for is published all the same; train and compare"
        )


def _stream(arguments: argparse.Namespace) -> None:
    from custseg_spark import commands, runs, terminal
    from custseg_spark.engine.session import open_session

    run = runs.find_run(arguments.output, arguments.run)
    with terminal.progress():
        streamed = commands.stream(
            open_session(), run, arguments.input, arguments.to, once=arguments.once,
            kafka=arguments.kafka,
        )  # fmt: skip
    terminal.tell_stream(streamed)


def _audience(arguments: argparse.Namespace) -> None:
    from custseg_spark import commands, runs, terminal
    from custseg_spark.engine.session import is_small, open_session
    from custseg_spark.recipe import load

    source = _source(arguments)
    run = runs.find_run(arguments.output, arguments.run)
    asked = load(arguments.recipe).audience if arguments.recipe else None
    with terminal.progress():
        path = runs.find_customers(arguments.input)
        made = commands.audience(
            open_session(small=is_small(path)), run, path, arguments.to,
            asked=asked, kind=arguments.kind, source=source,
        )  # fmt: skip
    terminal.tell_audience(made)


def _runs(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs, terminal

    output = arguments.output
    match arguments.action:
        case "list":
            terminal.tell_runs(output, runs.list_runs(output))
        case "show":
            terminal.tell_run(runs.find_run(output, arguments.run), runs.read_history(output))
        case "promote":
            run = runs.find_run(output, arguments.run)
            runs.promote_run(run, arguments.why or "promoted")
            print(f"live is now {run.run_id}")
        case "rollback":
            run = runs.roll_back(output, arguments.why or "rollback")
            print(f"live is again {run.run_id}")
        case _:
            removed = runs.prune_runs(output, arguments.keep, arguments.older_than)
            for path in removed:
                print(f"removed {path}")
            print(f"{len(removed)} removed")
