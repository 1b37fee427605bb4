"""The command that serves the page: app."""

from __future__ import annotations

import argparse

from custseg_spark.app.settings import Settings
from custseg_spark.cli.parsers import Commands, add_command

APP = """\
examples:
  custseg app                                # opens http://localhost:8501
  custseg app --output out                   # with the runs under out/, and the place to save new ones
  custseg app --host 0.0.0.0 --port 8080     # for other machines too: anyone who reaches it can use it
"""


def add_commands(commands: Commands) -> None:
    """Add the parser of this command."""
    app = add_command(commands, "app", "serve the page where people do it: segment, predict, explore", APP)
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
    app.set_defaults(act=_serve)


def _serve(arguments: argparse.Namespace) -> None:
    from custseg_spark.app import server

    settings = Settings(arguments.output, arguments.max_upload, arguments.forget_after)
    server.serve(arguments.host, arguments.port, settings, browser=not arguments.no_browser)
