"""The command that tells MLflow of a run: track."""

from __future__ import annotations

import argparse

from custseg_spark.cli.parsers import add_command

TRACK = """\
examples:
  MLFLOW_TRACKING_URI=sqlite:///mlflow.db custseg track --output out
  custseg track --output s3a://lake/segments --run 20261124T0300 --experiment loyalty
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command of this module."""
    track = add_command(
        commands, "track", "tell MLflow of a whole run: parameters, scores, figures, model", TRACK
    )
    track.add_argument("--output", required=True, metavar="PATH", help="where runs are kept")
    track.add_argument("--run", metavar="RUN", help="the run; the newest whole one if not given")
    track.add_argument("--experiment", default="custseg", help="MLflow's experiment; custseg if not given")
    track.set_defaults(act=_track)


def _track(arguments: argparse.Namespace) -> None:
    from custseg_spark import runs
    from custseg_spark.errors import RunError
    from custseg_spark.steps.track_run import track_run

    run = (
        runs.find_run(arguments.output, arguments.run)
        if arguments.run
        else runs.find_latest(arguments.output)
    )
    if run is None:
        raise RunError(f"{arguments.output} has no whole run", "make one: custseg train")
    print(
        f"MLflow run {track_run(run, arguments.experiment)} of experiment {arguments.experiment}: "
        f"{run.run_id}"
    )
