"""Tables as people really bring them: `init`, then `train` or `rfm` on what it wrote, as a newcomer would."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.brought_tables import CASES, Case, Trial, bring
from tests.brought_tables.true_names import find_false_words

MISSING: dict[str, str] = {
    "money_usd": "numbers as people write them",
    "decimal_comma": "numbers as people write them",
    "mixed_na": "numbers as people write them",
    "percent": "numbers as people write them",
    "date_us_short": "dates as people write them",
    "date_dmy_hm": "dates as people write them",
    "date_mon": "dates as people write them",
    "date_compact": "dates as people write them",
    "pandas_default": "dates as people write them",
    "ids_float": "ids 1001.0 are 1001",
    "head_int": "types that hold for the whole table",
    "title_rows_csv": "where the table begins and ends",
    "title_rows_xlsx": "where the table begins and ends",
    "sep_line": "where the table begins and ends",
    "footer_total": "where the table begins and ends",
    "noheader": "where the table begins and ends",
    "latin1": "files of every kind",
    "c_csv_zip": "files of every kind",
    "c_json": "files of every kind",
    "time_only": "files of every kind",
    "delta_deleted_rows": "files of every kind",
    "lines_dmy": "order lines seen by shape",
    "lines_pound": "order lines seen by shape",
    "lines_iso": "order lines seen by shape",
    "lines_xlsx": "order lines seen by shape",
    "orders_given_as_customers": "order lines seen by shape",
    "one_day": "orders of one day",
    "names_accents": "labels and units of columns' names",
    "units_in_names": "labels and units of columns' names",
    "balance_is_not_spend": "spend words for spend alone",
    "borrowers": "spend words for spend alone",
    "ratio_named_amount": "spend words for spend alone",
    "no_id": "a row number as the id",
    "no_id_region": "a row number as the id",
    "mixed_cat": "the hint for a category under segment_by",
    "wide_counts": "sums by common name",
    "outcome_in_a_column": "columns that tell an outcome",
    "codes_and_days": "codes, days and two-valued y",
}
"""Case -> what it waits for. A case that passes while it stands here fails."""


def marked() -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=MISSING[name]) if name in MISSING else ())
        for name in CASES
    ]


@pytest.mark.parametrize("name", marked())
def test_table(spark: SparkSession, name: str, tmp_path: Path) -> None:
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
