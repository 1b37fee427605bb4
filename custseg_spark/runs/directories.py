"""Run directories and pointers: a run is written apart, and a pointer names it when it is whole.

Scores and audiences are kept the same way, each under a folder of its kind.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from custseg_spark.errors import RunError
from custseg_spark.runs import orders
from custseg_spark.runs.files import list_folders, make_absolute, read_file, remove, write_file
from custseg_spark.runs.record import Kind, Record, RunningRecord, RunRecord, load_object, parse_record

LATEST = "latest.json"
LIVE = "live.json"
RECORD: dict[Kind, str] = {"runs": "run.json", "scores": "score.json", "audiences": "audience.json"}
"""What is known of a directory of each kind, its status first."""


@dataclass(frozen=True)
class Run:
    """One run's directory under an output, both as URIs or absolute local paths; or that of a score or an
    audience, by `kind`."""

    output: str
    run_id: str
    kind: Kind = "runs"

    @property
    def path(self) -> str:
        return f"{self.output}/{self.kind}/{self.run_id}"

    def at(self, name: str) -> str:
        """The path of a file or table of this run."""
        return f"{self.path}/{name}"

    def write(self, name: str, content: str | bytes) -> None:
        """Write a small file of this run whole."""
        write_file(self.at(name), content)

    def write_record(self, record: Record) -> None:
        """Write what is known of the run."""
        self.write(RECORD[self.kind], record.to_json())

    def discard(self) -> None:
        """Remove the directory, of which nobody has heard."""
        remove(self.path)

    def read(self, name: str) -> bytes:
        """A small file of this run. Raises RunError where it has none of that name."""
        return _read_there(self.at(name))

    def read_record(self) -> RunRecord:
        """run.json of a whole run of `train`. Raises RunError where there is none, where it is not whole,
        and where a newer version wrote it."""
        return read_run_record(self.path)

    def read_any_record(self) -> Record:
        """The record of a directory of any kind, whole or not. Raises RunError where it can't be read."""
        name = RECORD[self.kind]
        return parse_record(self.read(name), self.at(name), self.kind)

    def read_status(self) -> str:
        """What the record says of itself, whichever version wrote it; `unknown` where it can't be read."""
        try:
            return str(load_object(self.read(RECORD[self.kind]), self.path).get("status", "unknown"))
        except RunError:
            return "unknown"


def read_run_record(path: str) -> RunRecord:
    """The run.json of a whole run in any directory. Raises RunError like `Run.read_record`."""
    name = f"{path}/run.json"
    record = parse_record(_read_there(name), name, "runs")
    if record.status != "done":
        raise RunError(
            f"run {path.rpartition('/')[2]} is not whole: its status is {record.status}", "name another run"
        )
    if not isinstance(record, RunRecord):
        raise RunError(f"{path} has no segments: custseg train did not make it", "name another run")
    return record


@dataclass(frozen=True)
class RunListing:
    """A run as `custseg runs list` tells it.

    `record`: its run.json; None where the run is not whole, or where `problem` says why it can't be read.
    """

    run: Run
    status: str
    record: RunRecord | None
    live: bool
    latest: bool
    problem: RunError | None = None


def begin_run(output: str, kind: Kind = "runs") -> Run:
    """A new run's directory, marked as running. Raises RunError where `output` can't be written."""
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    run = Run(make_absolute(output), name, kind)
    run.write_record(RunningRecord(run_id=run.run_id))
    return run


def find_latest(output: str, kind: Kind = "runs") -> Run | None:
    """The newest whole run under `output`; None if there is none yet."""
    return _follow_pointer(find_pointer(make_absolute(output), kind), make_absolute(output), kind)


def find_live(output: str) -> Run | None:
    """The run that scores; None where there is none yet."""
    return _follow_pointer(f"{make_absolute(output)}/{LIVE}", make_absolute(output), "runs")


def find_run(output: str, run_id: str | None = None) -> Run:
    """The whole run of that id, or the live one. Raises RunError where there is none."""
    if run_id is None:
        found = find_live(output)
        if found is None:
            raise RunError(
                f"{output} has no live run", f"make one: custseg train --recipe ... --output {output}"
            )
        return found
    run = Run(make_absolute(output), run_id)
    if read_file(run.at("run.json")) is None:
        near = [other.run.run_id for other in list_runs(output) if other.run.run_id.startswith(run_id)]
        if len(near) != 1:
            raise RunError(f"{output} has no run {run_id}", f"see custseg runs list --output {output}")
        run = Run(run.output, near[0])
    run.read_record()
    return run


def read_history(output: str) -> list[dict[str, Any]]:
    """What was live when and why, oldest first: run_id, at (UTC), why; `back` where it was a rollback."""
    content = read_file(f"{make_absolute(output)}/{LIVE}")
    return [] if content is None else list(load_object(content, LIVE).get("history", []))


def list_runs(output: str) -> tuple[RunListing, ...]:
    """Every run under `output`, oldest first, whole or not."""
    now, newest = find_live(output), find_latest(output)
    return tuple(
        _list_run(run, run == now, run == newest) for run in _list_directories(make_absolute(output), "runs")
    )


def prune_runs(output: str, keep: int, older_than_hours: float) -> list[str]:
    """Remove all but the newest `keep` whole directories of each kind, and what killed commands left.

    Live, latest and whatever was live stay, and so does what rfm.json names. A directory without a whole
    record, and sums of days that no table is made of, are left over only when they are older than
    `older_than_hours`: a run may be under way in them. Gives the paths that were removed.
    """
    root = make_absolute(output)
    stays = {entry["run_id"] for entry in read_history(root)} | orders.list_named(root)
    removed = []
    for kind in RECORD:
        pointed = find_latest(root, kind)
        found = _list_directories(root, kind)
        whole = [run for run in found if run.read_status() == "done"]
        kept = {run.run_id for run in whole[max(0, len(whole) - keep) :]} | stays
        kept |= {pointed.run_id} if pointed else set()
        removed += [
            run.path
            for run in found
            if run.run_id not in kept and (run in whole or _measure_age(run) >= older_than_hours)
        ]
    removed += [
        orders.find_batch(root, run_id)
        for run_id in orders.list_left_batches(root)
        if _measure_age(Run(root, run_id)) >= older_than_hours
    ]
    for gone in removed:
        remove(gone)
    return removed


def find_pointer(output: str, kind: Kind) -> str:
    """The file that names the newest whole directory of a kind."""
    return f"{output}/{LATEST}" if kind == "runs" else f"{output}/{kind}/{LATEST}"


def _read_there(path: str) -> bytes:
    content = read_file(path)
    if content is None:
        raise RunError(f"{path} is not there", "name a whole run; custseg runs list shows what there is")
    return content


def _follow_pointer(path: str, output: str, kind: Kind) -> Run | None:
    content = read_file(path)
    if content is None:
        return None
    found = load_object(content, path).get("run_id")
    if not isinstance(found, str):
        raise RunError(f"{path} names no run", "put back the file, or promote a run")
    return Run(output, found, kind)


def _list_run(run: Run, live: bool, latest: bool) -> RunListing:
    status = run.read_status()
    try:
        return RunListing(run, status, run.read_record() if status == "done" else None, live, latest)
    except RunError as problem:
        return RunListing(run, status, None, live, latest, problem)


def _list_directories(root: str, kind: Kind) -> list[Run]:
    """The directories of a kind; their names sort by time."""
    return [Run(root, name, kind) for name in list_folders(f"{root}/{kind}")]


def _measure_age(run: Run) -> float:
    """In hours."""
    try:
        begun = datetime.strptime(run.run_id.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return 0.0  # nothing of ours: it stays
    return (datetime.now(UTC) - begun).total_seconds() / 3600
