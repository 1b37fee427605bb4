"""Run directories and pointers: a run is written apart, and a pointer names it when it is whole.

Scores and audiences are kept the same way, each under a folder of its kind.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from custseg_spark.errors import RunError
from custseg_spark.runs import orders
from custseg_spark.runs.files import absolute, as_json, located, read, write

LATEST = "latest.json"
LIVE = "live.json"
Kind = Literal["runs", "scores", "audiences"]
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
        write(self.at(name), content)

    def record(self, record: Mapping[str, Any]) -> None:
        """Write what is known of the run."""
        self.write(RECORD[self.kind], as_json(record))

    def read(self, name: str) -> bytes:
        """A small file of this run. Raises RunError where it has none of that name."""
        content = read(self.at(name))
        if content is None:
            raise RunError(
                f"{self.at(name)} is not there", "name a whole run; custseg runs list shows what there is"
            )
        return content

    @property
    def known(self) -> dict[str, Any]:
        """run.json, or the record of a score or an audience. Raises RunError where there is none."""
        return _parsed(self.read(RECORD[self.kind]), self.at(RECORD[self.kind]))


@dataclass(frozen=True)
class Listed:
    """A run as `custseg runs list` tells it; `known` is its run.json, as far as it can be read."""

    run: Run
    known: Mapping[str, Any]
    live: bool
    latest: bool

    @property
    def status(self) -> str:
        return str(self.known.get("status", "unknown"))


def begin(output: str, kind: Kind = "runs") -> Run:
    """A new run's directory, marked as running. Raises RunError where `output` can't be written."""
    moment = datetime.now(UTC)
    name = f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    run = Run(absolute(output), name, kind)
    run.record({"status": "running", "run_id": run.run_id})
    return run


def latest(output: str, kind: Kind = "runs") -> Run | None:
    """The newest whole run under `output`; None if there is none yet."""
    return _pointed(pointer(absolute(output), kind), absolute(output), kind)


def live(output: str) -> Run | None:
    """The run that scores; None where there is none yet."""
    return _pointed(f"{absolute(output)}/{LIVE}", absolute(output), "runs")


def find(output: str, run_id: str | None = None) -> Run:
    """The whole run of that id, or the live one. Raises RunError where there is none."""
    if run_id is None:
        found = live(output)
        if found is None:
            raise RunError(
                f"{output} has no live run", f"make one: custseg train --recipe ... --output {output}"
            )
        return found
    run = Run(absolute(output), run_id)
    if read(run.at("run.json")) is None:
        near = [other.run.run_id for other in listed(output) if other.run.run_id.startswith(run_id)]
        if len(near) != 1:
            raise RunError(f"{output} has no run {run_id}", f"see custseg runs list --output {output}")
        run = Run(run.output, near[0])
    if run.known.get("status") != "done":
        raise RunError(
            f"run {run.run_id} is not whole: its status is {run.known.get('status')}", "name another run"
        )
    return run


def history(output: str) -> list[dict[str, Any]]:
    """What was live when and why, oldest first: run_id, at (UTC), why; `back` where it was a rollback."""
    content = read(f"{absolute(output)}/{LIVE}")
    return [] if content is None else list(_parsed(content, LIVE).get("history", []))


def listed(output: str) -> tuple[Listed, ...]:
    """Every run under `output`, oldest first, whole or not."""
    now, newest = live(output), latest(output)
    return tuple(
        Listed(run, _known(run), run == now, run == newest) for run in _directories(absolute(output), "runs")
    )


def prune(output: str, keep: int, older_than_hours: float) -> list[str]:
    """Remove all but the newest `keep` whole directories of each kind, and what killed commands left.

    Live, latest and whatever was live stay, and so does what rfm.json names. A directory without a whole
    record, and sums of days that no table is made of, are left over only when they are older than
    `older_than_hours`: a run may be under way in them. Gives the paths that were removed.
    """
    root = absolute(output)
    stays = {entry["run_id"] for entry in history(root)} | orders.named(root)
    removed = []
    for kind in RECORD:
        pointed = latest(root, kind)
        found = _directories(root, kind)
        whole = [run for run in found if _known(run).get("status") == "done"]
        kept = {run.run_id for run in whole[max(0, len(whole) - keep) :]} | stays
        kept |= {pointed.run_id} if pointed else set()
        removed += [
            run.path
            for run in found
            if run.run_id not in kept and (run in whole or _age_in_hours(run) >= older_than_hours)
        ]
    removed += [
        orders.batch_path(root, run_id)
        for run_id in orders.batches_left(root)
        if _age_in_hours(Run(root, run_id)) >= older_than_hours
    ]
    for gone in removed:
        files, path = located(gone)
        files.rm(path, recursive=True)
    return removed


def pointer(output: str, kind: Kind) -> str:
    """The file that names the newest whole directory of a kind."""
    return f"{output}/{LATEST}" if kind == "runs" else f"{output}/{kind}/{LATEST}"


def _pointed(path: str, output: str, kind: Kind) -> Run | None:
    content = read(path)
    if content is None:
        return None
    found = _parsed(content, path).get("run_id")
    if not isinstance(found, str):
        raise RunError(f"{path} names no run", "put back the file, or promote a run")
    return Run(output, found, kind)


def _parsed(content: bytes, path: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError as problem:
        raise RunError(f"{path} is not JSON: {problem}", "put back the file as it was written") from None
    return found if isinstance(found, dict) else {}


def _known(run: Run) -> dict[str, Any]:
    try:
        return run.known
    except RunError:
        return {}


def _directories(root: str, kind: Kind) -> list[Run]:
    """The directories of a kind; their names sort by time."""
    files, path = located(f"{root}/{kind}")
    try:
        names = [entry["name"] for entry in files.ls(path, detail=True) if entry["type"] == "directory"]
    except FileNotFoundError:
        return []
    return [Run(root, name, kind) for name in sorted(name.rstrip("/").rpartition("/")[2] for name in names)]


def _age_in_hours(run: Run) -> float:
    try:
        begun = datetime.strptime(run.run_id.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return 0.0  # nothing of ours: it stays
    return (datetime.now(UTC) - begun).total_seconds() / 3600
