"""What `custseg rfm` keeps in its directory: the customer table that rfm.json names, and sums of days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custseg_spark.runs.files import CUSTOMERS, locate, read_file

DAYS = "days.json"
"""In a run: which days are summed, and in which batch."""
KEPT = "days"
"""Beside the runs: `days/batch=<run_id>/day=<date>/*.parquet`."""
_BATCH = "batch="


@dataclass(frozen=True)
class KeptDays:
    """The days that are summed already: the run that said so last, its days.json and its recipe."""

    run_id: str
    days: Mapping[str, Any]
    recipe: Mapping[str, Any]


def find_kept_days(output: str) -> KeptDays | None:
    """The sums that rfm.json stands for; None where no days are kept.

    A table that was made without them says in `days_of` which run's days still count.
    """
    pointer = read_file(f"{output}/{CUSTOMERS}")
    if pointer is None:
        return None
    record = json.loads(pointer)
    run_id = record.get("days_of", record["run_id"])
    if run_id != record["run_id"]:
        other = read_file(f"{output}/runs/{run_id}/run.json") if run_id else None
        record = None if other is None else json.loads(other)
    days = read_file(f"{output}/runs/{run_id}/{DAYS}") if record else None
    return None if days is None else KeptDays(run_id, json.loads(days), record["recipe"])


def list_named(output: str) -> set[str]:
    """The runs that rfm.json needs: that of its table, and that of its days."""
    pointer = read_file(f"{output}/{CUSTOMERS}")
    kept = find_kept_days(output)
    return ({json.loads(pointer)["run_id"]} if pointer else set()) | ({kept.run_id} if kept else set())


def list_left_batches(output: str) -> list[str]:
    """The runs, oldest first, whose batch of sums no kept day is taken from."""
    files, path = locate(f"{output}/{KEPT}")
    try:
        names = [entry["name"].rstrip("/").rpartition("/")[2] for entry in files.ls(path, detail=True)]
    except FileNotFoundError:
        return []
    kept = find_kept_days(output)
    current = {day["batch"] for day in kept.days.values()} if kept else set()
    batches = (name.removeprefix(_BATCH) for name in names if name.startswith(_BATCH))
    return sorted(set(batches) - current)


def find_batch(output: str, run_id: str) -> str:
    """The folder of the sums that this run made."""
    return f"{output}/{KEPT}/{_BATCH}{run_id}"
