"""The command that tells MLflow of a run: track."""

from __future__ import annotations

import argparse

from custseg_spark.cli.parsers import Commands, add_command

TRACK = """\
examples:
  MLFLOW_TRACKING_URI=sqlite:///mlflow.db custseg track --output out
  custseg track --output s3a://lake/segments --run 20261124T0300 --experiment loyalty
"""


def add_commands(commands: Commands) -> None:
    """Add the parser of this command."""
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

    output, name = arguments.output, arguments.run
    run = runs.find_run(output, name) if name else runs.find_latest(output)
    if run is None:
        raise RunError(f"{output} has no whole run", "make one: custseg train")
    tracked = track_run(run, arguments.experiment)
    print(f"MLflow run {tracked} of experiment {arguments.experiment}: {run.run_id}")
