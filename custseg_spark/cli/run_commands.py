"""The command that looks after runs: list, show, promote, rollback, prune."""

from __future__ import annotations

import argparse

from custseg_spark.cli.parsers import ONE_RUN, Commands, add_command

RUNS = """\
examples:
  custseg runs list --output out
  custseg runs show --output out
  custseg runs promote 20261124T0201 --output out --why "movement looked at, fine"
  custseg runs rollback --output out
  custseg runs prune --output out --keep 10
  custseg runs prune --output scored --keep 30
"""
ACTIONS = {
    "list": "every run, and which is live",
    "show": "a run: its segments, and what became of those of the run before",
    "promote": "let a run score from now on",
    "rollback": "let the run score again that was live before; again, the one before that",
    "prune": "remove what is old and what killed commands left; never what is or was live",
}


def add_commands(commands: Commands) -> None:
    """Add the parser of this command."""
    runs = add_command(commands, "runs", _manage_runs, "list, show, promote, roll back and prune runs", RUNS)
    actions = runs.add_subparsers(dest="action", required=True, metavar="action")
    parsers = {
        name: actions.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        for name, what in ACTIONS.items()
    }
    for name, action in parsers.items():
        kept = "where runs are kept, or scores or audiences" if name == "prune" else "where runs are kept"
        action.add_argument("--output", required=True, metavar="PATH", help=kept)
    parsers["show"].add_argument("run", nargs="?", metavar="RUN", help=ONE_RUN)
    parsers["promote"].add_argument("run", metavar="RUN", help=ONE_RUN)
    for name in ("promote", "rollback"):
        parsers[name].add_argument("--why", default="", help="kept in the history of live.json")
    parsers["prune"].add_argument(
        "--keep", type=int, default=10, help="whole ones of each kept, the newest (default 10)"
    )
    parsers["prune"].add_argument(
        "--older-than", type=float, default=24.0, metavar="HOURS", help="age from which a run that is not "
        "whole counts as left over (default 24)",
    )  # fmt: skip


def _manage_runs(arguments: argparse.Namespace) -> None:
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
