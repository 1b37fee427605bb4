"""The made table: its dirty rows are quarantined, its planted segments are found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from tests.jobs.conftest import LESS, Train

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "conf" / "marketing_campaign.yaml"


@pytest.mark.parametrize("planted", [3, 6])
def test_planted_segments_of_a_made_table_are_found(train: Train, tmp_path: Path, planted: int) -> None:
    table = tmp_path / "made"
    asked = ["--rows", "8000", "--segments", str(planted), "--dirty", "0.02", "--output", str(table)]
    made = [sys.executable, str(ROOT / "scripts" / "make_customers"), *asked]
    subprocess.run(made, check=True, capture_output=True)
    truth = pd.read_parquet(f"{table}.truth").set_index("ID")["planted"]

    fixed = ["--set", f"segments.k={planted}", "--set", "segments.choose=fixed", "--set", "sweep.sample=2000"]
    outcome = train(table, RECIPE, *fixed, *LESS)

    assert outcome.code == 0, outcome.err
    rows = outcome.record["rows"]
    assert rows["read"] == rows["accepted"] + rows["quarantined"]
    assert 80 < rows["quarantined"] < 400, "about 2 percent are dirty, and a repeated id takes two rows"
    assert {reason.split(":")[0] for reason in rows["by_reason"]} == {"id", "credible_birth"}
    found = pd.read_parquet(outcome.run / "customers").set_index("ID")["segment"].astype(int)
    assert not outcome.record["sample"]["whole"]
    assert adjusted_rand_score(truth.loc[found.index], found) > 0.9
