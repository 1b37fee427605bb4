"""What every contender is asked, and the note it leaves beside the labelled customers."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def parse_task() -> argparse.Namespace:
    """`input` and `output` directories, number of `features`, `k` as [lowest, highest], and `parts`, the
    number of segments that a copy is partitioned into, on an `engine`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--features", type=int, required=True)
    parser.add_argument("--k", type=int, nargs=2, required=True)
    parser.add_argument("--parts", type=int, default=5)
    parser.add_argument("--engine", choices=("spark", "sail"), default="spark")
    return parser.parse_args()


def write_note(output: str, chosen_k: int, centres: Mapping[int, Any] | None = None) -> None:
    """`<output>/note.json`: the chosen k, and for each k the centres (k, d) after log1p, before scaling."""
    found = {str(k): [list(map(float, centre)) for centre in rows] for k, rows in (centres or {}).items()}
    Path(output, "note.json").write_text(json.dumps({"k": chosen_k, "centres": found}))
