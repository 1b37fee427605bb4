"""Bad input ends with its exit code, one clear line, no traceback, and nothing published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.jobs.conftest import RECIPE, FirstRun, Outcome, Train, planted


def refused(outcome: Outcome, code: int, *said: str) -> None:
    """The exit code, one line of what, at most one of what to do, and `latest.json` as it was."""
    assert outcome.code == code, outcome.err
    assert "Traceback" not in outcome.err
    lines = outcome.err[outcome.err.index("error: ") :].splitlines()
    assert len(lines) <= 2, outcome.err
    for text in said:
        assert text in outcome.err, outcome.err
    assert outcome.latest is None
    assert outcome.out == ""


def changed(**columns: Any) -> pd.DataFrame:
    return planted().assign(**columns)


def recipe(**keys: Any) -> dict[str, Any]:
    return {**RECIPE, **keys}


TABLES: dict[str, tuple[Callable[[], pd.DataFrame], dict[str, Any], int, list[str]]] = {
    "header only": (lambda: planted().head(0), RECIPE, 3, ["no rows"]),
    "missing column": (
        lambda: planted().rename(columns={"visits": "visit"}), RECIPE, 3, ["'visits'", "mean 'visit'"],
    ),
    "missing id column": (lambda: planted().rename(columns={"id": "key"}), RECIPE, 3, ["input.id", "'id'"]),
    "all values missing": (lambda: changed(spend=np.nan), RECIPE, 3, ["segment_by.spend", "missing"]),
    "constant feature": (lambda: changed(visits=7), RECIPE, 3, ["segment_by.visits", "equal"]),
    "fewer rows than k": (lambda: planted().head(3), RECIPE, 3, ["3 customers", "4 segments"]),
    "fewer distinct points than k": (
        lambda: changed(spend=[1, 2, 3] * 100, visits=[1, 2, 3] * 100), RECIPE, 3, ["3 distinct points"],
    ),
    "too many null ids": (lambda: changed(id=[None] * 100 + list("x" * 200)), RECIPE, 3, ["id: missing"]),
    "every id twice": (lambda: pd.concat([planted(), planted()]), RECIPE, 3, ["id: repeated", "600"]),
    "text in half of a number column": (
        lambda: changed(visits=["none", *planted()["visits"].astype(str)[:49]] * 6),
        recipe(rules={"max_quarantined": 0.01}), 3, ["visits: not", "6"],
    ),
    "an expression that does not parse": (
        planted, recipe(segment_by={"spend": "spend +* 2"}), 2, ["segment_by.spend"],
    ),
    "an expression on nothing": (planted, recipe(segment_by={"spend": "1 + 1"}), 2, ["names no column"]),
    "an expression with an unknown function": (
        planted, recipe(segment_by={"spend": "logg(spend)", "visits": "visits"}), 2, ["logg"],
    ),
    "a feature that is a date": (
        planted, recipe(segment_by={"spend": "current_date() + spend"}), 2, ["segment_by.spend"],
    ),
    "k upside down": (planted, recipe(segments={"k": [5, 3]}), 2, ["k is upside down", "5 is over 3"]),
    "an unknown key": (planted, recipe(segment_bye={}), 2, ["segment_bye", "segment_by"]),
    "a rule that stops": (
        planted, recipe(rules={"adult": {"sql": "age >= 40", "on_fail": "stop"}}), 3, ["adult", "stop"],
    ),
    "a column the run writes itself": (lambda: changed(segment=1), RECIPE, 2, ["'segment'"]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_bad_tables_and_recipes(case: str, train: Train) -> None:
    table, how, code, said = TABLES[case]
    refused(train(table(), how), code, *said)


def test_a_missing_file(train: Train, tmp_path: Path) -> None:
    refused(train(tmp_path / "custmers.csv"), 3, "custmers.csv")


def test_an_empty_file(train: Train, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    refused(train(tmp_path / "empty.csv"), 3, "empty")


def test_a_wrong_separator(train: Train, tmp_path: Path) -> None:
    planted().to_csv(tmp_path / "customers.csv", sep="\t", index=False)
    wrong = {**RECIPE, "input": {"id": "id", "options": {"sep": ";"}}}
    refused(train(tmp_path / "customers.csv", wrong), 3, "separator")


def test_a_recipe_that_is_not_yaml(train: Train, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("input: {id: id\nsegment_by: [")
    refused(train(planted(), tmp_path / "broken.yaml"), 2, "broken.yaml", "line")


def test_an_output_that_cannot_be_written(train: Train, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands where the directory should be")
    outcome = train(planted())
    assert outcome.code == 4
    assert "can't be written" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_refused_run_leaves_the_pointer_as_it_was(train: Train, first_run: FirstRun) -> None:
    good = first_run()
    bad = train(planted().assign(visits=7))
    assert (good.code, bad.code) == (0, 3)
    assert bad.latest == good.latest


def test_bad_rows_are_quarantined_with_their_reasons(train: Train) -> None:
    table = planted().astype({"visits": object, "spend": object})
    table.loc[0, "visits"] = "often"
    table.loc[1, "spend"] = "inf"
    table.loc[2, "id"] = None
    table.loc[4, "id"] = table.loc[3, "id"]
    table.loc[5, "age"] = 17
    rules = {"adult": {"sql": "age >= 18"}, "max_quarantined": 0.1}
    outcome = train(table, recipe(rules=rules))
    assert outcome.code == 0, outcome.err
    rows = outcome.record["rows"]
    assert (rows["read"], rows["accepted"], rows["quarantined"]) == (300, 294, 6)
    kept_back = pd.read_parquet(outcome.run / "quarantine")
    assert len(kept_back) == 6
    reasons = {reason for found in kept_back["reasons"] for reason in found}
    starts = ("visits: not", "spend: ", "id: missing", "id: repeated", "adult: ")
    for start in starts:
        assert any(reason.startswith(start) for reason in reasons), (start, reasons)
    assert "often" in set(kept_back["visits"]), "rejected rows are kept as they were read"


def test_too_many_bad_rows_are_refused_but_kept_to_look_at(train: Train, tmp_path: Path) -> None:
    outcome = train(changed(spend=["x"] * 30 + ["5.5", "6.5"] * 135))
    refused(outcome, 3, "30 of 300", "max_quarantined")
    (run,) = (tmp_path / "out" / "runs").iterdir()
    assert len(pd.read_parquet(run / "quarantine")) == 30


def test_division_by_zero_is_a_missing_value_and_no_failure(train: Train) -> None:
    table = changed(visits=[0, *planted()["visits"][1:]])
    outcome = train(table, recipe(segment_by={"per_visit": "spend / visits", "visits": "visits"}))
    assert outcome.code == 0, outcome.err
    assert outcome.record["rows"]["missing"]["per_visit"] == 1 + int((planted()["visits"][1:] == 0).sum())


def test_a_large_table_that_fans_out_is_seen_by_its_sample(train: Train, tmp_path: Path) -> None:
    """Beyond the size up to which ids are compared exactly."""
    once = planted(110_000)
    pd.concat([once, once]).to_parquet(tmp_path / "customers.parquet")
    refused(train(tmp_path / "customers.parquet"), 3, "100.00% of the rows", "stands more than once")
