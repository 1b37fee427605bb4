"""Tables as people really bring them: `init`, then `train` or `rfm` on what it wrote, as a newcomer would."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.brought_tables import CASES, Case, Trial, bring
from tests.brought_tables.true_names import find_false_words

MISSING: dict[str, str] = {}
"""Case -> what it waits for. A case that passes while it stands here fails."""

OF_PYTHON = {
    # how segments and features are named
    *("names_accents", "units_in_names", "balance_is_not_spend", "borrowers", "ratio_named_amount"),
    # what is proposed to cut by
    *("no_id_region", "mixed_cat", "categorical_only", "wide_counts", "outcome_in_a_column"),
    *("codes_and_days", "coded_regions", "plans"),
    # what is unpacked or asked back before an engine reads it
    *("title_rows_xlsx", "lines_xlsx", "c_csv_zip", "noheader"),
    # as tests/tables has it of the corpus, on both engines
    "sep_line",
}
"""Cases that ask nothing of which an engine could answer otherwise. They run on Sail: on Spark each takes
several seconds."""


def marked() -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=MISSING[name]) if name in MISSING else ())
        for name in CASES
    ]


@pytest.mark.parametrize("name", marked())
def test_table(spark: SparkSession, engine: str, name: str, tmp_path: Path) -> None:
    if engine == "spark" and name in OF_PYTHON:
        pytest.skip("Python's alone: it runs on Sail")
    case = CASES[name]
    given = tmp_path / "given"
    given.mkdir()
    trial = bring(case.make(given), tmp_path / "trial")
    if case.customers is not None:
        hold_what_every_run_holds(trial, case)
    for expect in case.expect:
        expect(trial)
    if trial.train and trial.train.code == 0:
        assert not find_false_words(trial.record["recipe"], trial.customers, case.spend, case.recency)


def test_each_case_that_spark_leaves_out_is_one() -> None:
    assert set(CASES) > OF_PYTHON


def hold_what_every_run_holds(trial: Trial, case: Case) -> None:
    """It ran, every row is accounted for, every customer stands in a segment once, and no outcome cuts."""
    assert trial.init.code == 0, trial.init.err
    assert trial.train, trial.init.text
    assert trial.train.code == 0, trial.train.err
    rows = trial.rows
    assert rows["read"] == rows["accepted"] + rows["quarantined"]
    assert rows["accepted"] == case.customers
    assert len(trial.ids) == len(set(trial.ids)) == case.customers
    assert not trial.columns("check") & trial.columns("segment_by")
    id_column = trial.recipe["input"]["id"]
    assert id_column not in trial.columns("segment_by") if isinstance(id_column, str) else True
