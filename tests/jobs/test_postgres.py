"""sql/postgres.sql of a run, on a PostgreSQL that the test starts: the labels are those of the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.model import Model
from tests.jobs import test_written
from tests.jobs.conftest import RECIPE, Outcome, Train, labels, planted
from tests.support.postgres import Postgres, find_programs, run_postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    with run_postgres(programs) as running:
        yield running


def label_in(postgres: Postgres, outcome: Outcome, raw: pd.DataFrame) -> pd.Series:
    """Segment by id (null: none) of every row of a raw table."""
    model = Model.from_json((outcome.run / "model.json").read_text())
    kinds = {model.id: "string", **model.columns, **dict.fromkeys(model.written, "string")}
    postgres.load("customers", raw, kinds)
    found = postgres.ask((outcome.run / "sql" / "postgres.sql").read_text())
    assert len(found) == len(raw)
    return found.set_index(model.id)["segment"].astype("Int64").sort_index()


def test_the_common_forms(train: Train, postgres: Postgres) -> None:
    table = planted(600).rename(columns={"visits": "visits, all"})
    table.loc[::17, "spend"] = np.nan
    table.loc[::23, "visits, all"] = np.nan
    table["since"] = [date(2020, 1, 1) + timedelta(days=5 * int(age)) for age in table["age"]]
    table["tier"] = np.where(table["age"] > 60, "Gold ", "silver")
    recipe: dict[str, Any] = {
        **RECIPE,
        "rules": {"max_quarantined": 0.1},
        "segment_by": {
            **RECIPE["segment_by"],
            "visits": {"sql": "`visits, all`", "impute": "quarantine", "clip": [3, 40], "words": None},
            "rate": {"sql": "spend / `visits, all` + abs(age)", "clip": [None, "p99"]},
            "tenure": {"sql": "datediff(date '2024-06-29', since) / 30", "clip": ["p1", None]},
            "gold": "CASE WHEN lower(trim(tier)) = 'gold' THEN 1 WHEN age < 20 THEN -1 ELSE 0 END",
            "most": {"sql": "greatest(coalesce(spend, 0), 10 * `visits, all`)", "transform": "log1p"},
        },
    }
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    found = label_in(postgres, outcome, table)
    missing = table.set_index("id")["visits, all"].isna()
    assert (found.isna() == missing).all(), "null where `score` quarantines, and nowhere else"
    assert (found[~missing] == labels(outcome)).all()


def test_numbers_and_dates_as_people_write_them(train: Train, postgres: Postgres) -> None:
    table, _ = test_written.people()
    outcome = train(table, test_written.recipe(**test_written.WRITTEN))
    assert outcome.code == 0, outcome.err
    found = label_in(postgres, outcome, table)
    told = labels(outcome)
    told.index = told.index.map(str) + ".0"
    assert found.index.tolist() == told.sort_index().index.tolist()
    assert (found == told.sort_index()).all()
