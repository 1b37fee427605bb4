"""A small table: its casts and checks are computed once, into a copy that the run reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from custseg_spark.steps import draw_sample
from tests.jobs.conftest import RECIPE, Outcome, planted, train_in

DATES = {"input": {"id": "id", "types": {"since": {"date": ["dd.MM.yyyy", "yyyy-MM-dd"]}}}}
LOOSE = {"rules": {"max_quarantined": 0.2, "named": {"adult": {"sql": "age >= 20", "on_fail": "warn"}}}}


def build_mixed_table() -> pd.DataFrame:
    """Numbers that are none, dates by two patterns, an id that stands twice, a column that nothing uses."""
    table = planted().astype({"visits": object})
    table["since"] = ["01.02.2024" if i % 2 else "2024-02-01" for i in range(len(table))]
    table["note, of.all"] = "x"
    table.loc[0, "visits"] = "often"
    table.loc[1, "since"] = "yesterday"
    table.loc[2, "id"] = table.loc[3, "id"]
    return table


def tell(outcome: Outcome) -> tuple[Any, ...]:
    """What a run says of its rows and its segments, and what it leaves of its tables, in one order."""
    record = outcome.record
    left = [pd.read_parquet(outcome.run / part) for part in ("customers", "quarantine")]
    texts = [table.map(str).sort_values(list(table.columns)).to_csv(index=False) for table in left]
    profile = (outcome.run / "profile.csv").read_text()
    return record["rows"], record["why"], record["segments"], record["warnings"], profile, *texts


def test_a_run_on_a_copy_leaves_what_one_without_leaves(
    spark: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    for place, up_to in ((tmp_path / "copied", 300), (tmp_path / "planned", 299)):
        place.mkdir()
        monkeypatch.setattr(draw_sample, "COPIED_UP_TO", up_to)
        runs.append(train_in(place, build_mixed_table(), {**RECIPE, **DATES, **LOOSE}))
        assert runs[-1].code == 0, runs[-1].err
    copied, planned = runs
    assert tell(copied) == tell(planned)
    assert copied.record["rows"]["quarantined"] == 4
    assert copied.record["scans"]["total"] == planned.record["scans"]["total"] + 1
