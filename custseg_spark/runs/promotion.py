"""What becomes visible, and what is live: publish, promote, roll back. Pointers are replaced atomically."""

from __future__ import annotations

from datetime import UTC, datetime

from custseg_spark.errors import RunError
from custseg_spark.runs.directories import (
    LIVE,
    Run,
    find_live,
    find_pointer,
    find_run,
    list_runs,
    read_history,
)
from custseg_spark.runs.files import to_json, write_file


def publish_run(run: Run) -> None:
    """Make `latest.json` name this run: the last step, and the one that makes the run visible.

    The first run of an output goes live with it.
    """
    write_file(find_pointer(run.output, run.kind), to_json({"run_id": run.run_id}))
    if run.kind == "runs" and find_live(run.output) is None:
        promote_run(run, "the first run")


def promote_run(run: Run, why: str) -> None:
    """Make `live.json` name this run, keeping the whole history.

    Raises RunError for a run whose ids stand for something else here: it was made elsewhere, and not held
    against what is live.
    """
    _refuse_other_ids(run)
    _enter(run, why, back=False)


def roll_back(output: str, why: str = "rollback") -> Run:
    """Make the run live again that was live before; asked again, the one before that. Raises RunError where
    there was none."""
    before = _list_stood(output)[:-1]
    if not before:
        raise RunError(f"{output}: no other run was live before", "promote one: custseg runs promote RUN")
    run = find_run(output, before[-1])
    _enter(run, why, back=True)
    return run


def _list_stood(output: str) -> list[str]:
    """The runs that were live one upon another, the present one last: a rollback takes one away."""
    stood: list[str] = []
    for entry in read_history(output):
        if entry.get("back"):
            stood = stood[:-1]
        elif stood[-1:] != [entry["run_id"]]:
            stood.append(entry["run_id"])
    return stood


def _enter(run: Run, why: str, *, back: bool) -> None:
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    entry = {"run_id": run.run_id, "at": at, "why": why, **({"back": True} if back else {})}
    write_file(
        f"{run.output}/{LIVE}", to_json({"run_id": run.run_id, "history": [*read_history(run.output), entry]})
    )


def _refuse_other_ids(run: Run) -> None:
    """A run that the app saved has ids from 0 on, as if it were the first of this output."""
    was_live = {entry["run_id"] for entry in read_history(run.output)}
    record = run.read_record()
    if run.run_id in was_live or record.live:
        return
    stood = (one.record for one in list_runs(run.output) if one.run.run_id in was_live)
    taken = {i for other in stood if other is not None for i in other.ids}
    again = sorted(taken & record.ids)
    if again:
        raise RunError(
            f"run {run.run_id} was not held against the live run, and its segments have ids that stand for "
            f"others here: {', '.join(map(str, again))}",
            f"train by its recipe, which keeps the thread: custseg train --recipe {run.at('recipe.yaml')} "
            f"--input TABLE --output {run.output}",
        )
