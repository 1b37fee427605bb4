"""The commands that work with a service: app serves the page, track tells MLflow of a run."""

from __future__ import annotations

import argparse

from custseg_spark.app.settings import Settings
from custseg_spark.cli.parsers import Commands, add_command, add_engine

APP = """\
examples:
  custseg app                                # opens http://localhost:8501
  custseg app --output out                   # with the runs under out/, and the place to save new ones
  custseg app --host 0.0.0.0 --port 8080     # for other machines too: anyone who reaches it can use it
"""
TRACK = """\
examples:
  MLFLOW_TRACKING_URI=sqlite:///mlflow.db custseg track --output out
  custseg track --output s3a://lake/segments --run 20261124T0300 --experiment loyalty
"""


def add_commands(commands: Commands) -> None:
    """Add the parsers of these commands."""
    app = add_command(
        commands, "app", _serve, "serve the page where people do it: segment, predict, explore", APP
    )
    usual = Settings()
    app.add_argument(
        "--host", default="localhost", help="address to listen on; this machine alone if not given"
    )
    app.add_argument("--port", type=int, help="the first free one from 8501 on if not given")
    app.add_argument("--output", metavar="PATH", help="where published runs are and candidates are saved")
    largest = f"the largest table that is taken; {usual.most_megabytes} if not given"
    app.add_argument("--max-upload", type=int, default=usual.most_megabytes, metavar="MB", help=largest)
    gone = f"how long what a person brought outlives their connection; {usual.grace} if not given"
    app.add_argument("--forget-after", type=int, default=usual.grace, metavar="SECONDS", help=gone)
    app.add_argument("--no-browser", action="store_true", help="do not open a browser")
    add_engine(app)

    track = add_command(
        commands, "track", _track, "tell MLflow of a whole run: parameters, scores, figures, model", TRACK
    )
    track.add_argument("--output", required=True, metavar="PATH", help="where runs are kept")
    track.add_argument("--run", metavar="RUN", help="the run; the newest whole one if not given")
    track.add_argument("--experiment", default="custseg", help="MLflow's experiment; custseg if not given")


def _serve(arguments: argparse.Namespace) -> None:
    from custseg_spark.app import server

    settings = Settings(arguments.output, arguments.max_upload, arguments.forget_after, arguments.engine)
    server.serve(arguments.host, arguments.port, settings, browser=not arguments.no_browser)


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
