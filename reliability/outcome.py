"""What a run left: whether it is whole, and its labels. Read without Spark."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

FILES = ("model.json", "sweep.csv", "profile.csv", "report.html", "run.json", "model/metadata", "plots")


def find_latest(output: Path) -> Path | None:
    """The directory of the run that the pointer names; null where there is no pointer."""
    pointer = output / "latest.json"
    return output / "runs" / json.loads(pointer.read_text())["run_id"] if pointer.exists() else None


def read_labels(run: Path) -> pd.Series[int]:
    """Segment by id."""
    key = json.loads((run / "run.json").read_text())["recipe"]["input"]["id"]
    table = pd.read_parquet(run / "customers", columns=[key, "segment"])
    return table.set_index(key)["segment"].astype(int).sort_index()


def find_flaw(run: Path) -> str:
    """What is missing of a run that should be whole; empty if nothing is."""
    missing = [name for name in FILES if not (run / name).exists()]
    if missing:
        return f"lacks {', '.join(missing)}"
    record = json.loads((run / "run.json").read_text())
    if record["status"] != "done":
        return f"its status is {record['status']}"
    written = len(read_labels(run))
    if written != record["rows"]["accepted"]:
        return f"{written} customers written, {record['rows']['accepted']} accepted"
    quarantined = len(pd.read_parquet(run / "quarantine"))
    if quarantined != record["rows"]["quarantined"]:
        return f"{quarantined} rows in quarantine, {record['rows']['quarantined']} told"
    return ""
