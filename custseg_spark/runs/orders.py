"""What `custseg rfm` keeps in its directory: the customer table that rfm.json names, and sums of days."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from custseg_spark.errors import RunError
from custseg_spark.runs.files import list_folders, make_absolute, read_file
from custseg_spark.runs.record import RfmRecord, parse_record

CUSTOMERS = "rfm.json"
"""Names the newest whole customer table that was made of order lines, in the directory it was made into."""

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


def find_customers(path: str) -> str:
    """The customer table that `path` stands for: the newest one where order lines were made into customers,
    else `path` itself. Raises RunError where rfm.json can't be read as one, and for a directory of runs
    without one."""
    pointer = f"{path.rstrip('/')}/{CUSTOMERS}"
    try:
        content = read_file(pointer)
        holds_runs = content is None and "runs" in list_folders(path)
    except RunError:  # a catalog table's name, or a scheme that only Spark knows
        return path
    if holds_runs:
        raise RunError(
            f"{path} holds runs, and none of them made a customer table of order lines",
            "look at what custseg rfm said; of a run of custseg train, name its directory customers",
        )
    return path if content is None else f"{make_absolute(path)}/{_parse(content, pointer).customers}"


def find_kept_days(output: str) -> KeptDays | None:
    """The sums that rfm.json stands for; None where no days are kept.

    A table that was made without them says in `days_of` which run's days still count.
    """
    record = _read_record(f"{output}/{CUSTOMERS}")
    if record is None or record.days_of is None:
        return None
    summed = f"{output}/runs/{record.days_of}"
    if record.days_of != record.run_id:
        record = _read_record(f"{summed}/run.json")
    days = read_file(f"{summed}/{DAYS}") if record else None
    return KeptDays(record.run_id, json.loads(days), record.recipe) if record and days else None


def list_named(output: str) -> set[str]:
    """The runs that rfm.json needs: that of its table, and that of its days."""
    record, kept = _read_record(f"{output}/{CUSTOMERS}"), find_kept_days(output)
    return ({record.run_id} if record else set()) | ({kept.run_id} if kept else set())


def list_left_batches(output: str) -> list[str]:
    """The runs, oldest first, whose batch of sums no kept day is taken from."""
    kept = find_kept_days(output)
    current = {day["batch"] for day in kept.days.values()} if kept else set()
    folders = list_folders(f"{output}/{KEPT}")
    batches = (name.removeprefix(_BATCH) for name in folders if name.startswith(_BATCH))
    return [batch for batch in batches if batch not in current]


def find_batch(output: str, run_id: str) -> str:
    """The folder of the sums that this run made."""
    return f"{output}/{KEPT}/{_BATCH}{run_id}"


def _read_record(path: str) -> RfmRecord | None:
    """rfm.json, or run.json of a run of `rfm`; None where there is none."""
    content = read_file(path)
    return None if content is None else _parse(content, path)


def _parse(content: bytes, path: str) -> RfmRecord:
    record = parse_record(content, path, "runs")
    if not isinstance(record, RfmRecord):
        raise RunError(f"{path} names no customer table", "make one: custseg rfm")
    return record
