"""segments.sql in Spark and DuckDB gives every row the label that the PipelineModel gives it.

The real tables are in test_published.py, where they are trained on anyway.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from custseg_spark import features
from custseg_spark.model import DIALECTS, Model, write_segments_sql
from tests.jobs.conftest import RECIPE, Train, labelled_by_a_run, labelled_three_ways, labels, planted
from tests.tables.draws import draw_tables
from tests.tables.saved import load_model
from tests.tables.test_model_properties import models


def test_the_sql_of_a_run_labels_like_its_pipeline_model(train: Train, spark: SparkSession) -> None:
    table = planted(600).rename(columns={"visits": "visits, all"})
    table.loc[::17, "spend"] = np.nan
    table.loc[::23, "visits, all"] = np.nan
    table["since"] = [date(2020, 1, 1) + timedelta(days=5 * int(age)) for age in table["age"]]
    recipe: dict[str, Any] = {
        **RECIPE,
        "rules": {"max_quarantined": 0.1},
        "segment_by": {
            **RECIPE["segment_by"],
            "visits": {"sql": "`visits, all`", "impute": "quarantine", "clip": [3, 40], "words": None},
            "rate": {"sql": "spend / `visits, all` + abs(age) % 7", "clip": [None, "p99"]},
            "tenure": {"sql": "datediff(date '2024-06-29', since) / 365.25", "clip": ["p1", None]},
            "whole": "int(spend / 100)",
        },
    }
    outcome = train(table, recipe)
    assert outcome.code == 0, outcome.err
    found = labelled_by_a_run(spark, outcome, table, "id")
    assert found.agree()
    missing = table.set_index("id")["visits, all"].isna()
    assert (found.by_model.isna() == missing).all(), "null where `score` quarantines, and nowhere else"
    assert (found.by_model[~missing] == labels(outcome)).all()
    assert {path.stem for path in (outcome.run / "sql").iterdir()} == set(DIALECTS) - {"spark"}


@pytest.mark.spark_only("width_bucket is refused on Sail")
def test_an_expression_that_a_warehouse_lacks_is_refused_by_name(train: Train) -> None:
    recipe = {**RECIPE, "segment_by": {**RECIPE["segment_by"], "odd": "width_bucket(spend, 0, 4000, 5)"}}
    outcome = train(planted(), recipe)
    assert outcome.code == 0, outcome.err
    (told,) = [line for line in outcome.record["warnings"] if "segments.sql" in line]
    *others, last = DIALECTS[1:]
    assert (
        told.split(": segment_by.odd: WIDTH_BUCKET(")[0] == f"segments.sql for {', '.join(others)} and {last}"
    )
    assert not (outcome.run / "sql" / "duckdb.sql").exists()
    assert (outcome.run / "segments.sql").exists()
    assert outcome.record["status"] == "done"
    assert len(labels(outcome)) == 300


SPENT = st.integers(-50, 5_000).map(lambda value: value / 8)
DAYS = st.dates(date(2015, 1, 1), date(2024, 12, 31))
ROWS = st.lists(st.tuples(st.one_of(st.none(), SPENT), st.one_of(st.none(), DAYS)), min_size=1, max_size=20)
CENTRES = st.lists(st.tuples(SPENT, DAYS), min_size=5, max_size=5, unique=True)


@draw_tables(5)
@given(model=models(), rows=ROWS, centres=CENTRES, unfilled=st.integers(0, 3), bare=st.booleans())
def test_the_sql_of_any_model_labels_like_its_pipeline_model(
    spark: SparkSession,
    tmp_path_factory: pytest.TempPathFactory,
    model: Model,
    rows: Any,
    centres: Any,
    unfilled: int,
    bare: bool,
) -> None:
    """One feature is a number and one counts days; `unfilled` says which have no value for a missing one, and
    `bare` that there is no lower bound. The centres are those of customers."""
    spend, visits = model.features
    spend = replace(spend, fill=None if unfilled & 1 else spend.fill, lower=None if bare else spend.lower)
    days = "datediff(date '2020-01-01', `day of it`)"
    visits = replace(visits, sql=days, fill=None if unfilled & 2 else visits.fill, lower=None, upper=None)
    visits = replace(visits, transform="none")
    columns = {"spend of it": "double", "day of it": "date"}
    found = replace(model, id="the id", columns=columns, features=(spend, visits))
    places = np.unique(_points(found, _table(centres)), axis=0)
    places = places[np.isfinite(places).all(axis=1)][: len(found.ids)]
    assume(len(places) == len(found.ids))
    found = replace(found, centres=tuple(map(tuple, places.tolist())))

    raw = _table(rows)
    expected = _nearest(found, raw)
    statements = {dialect: write_segments_sql(found, dialect) for dialect in DIALECTS}
    table = spark.createDataFrame(raw, "`the id` int, `spend of it` double, `day of it` date")
    by = labelled_three_ways(load_model(found, tmp_path_factory.mktemp("saved")), statements, table, "the id")
    assert by.agree()
    assert by.by_model.tolist() == expected


def _table(rows: Any) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["spend of it", "day of it"], dtype=object)
    table.insert(0, "the id", range(len(table)))
    return table.astype({"spend of it": float})


def _points(model: Model, raw: pd.DataFrame) -> Any:
    known = pd.to_datetime(raw["day of it"])
    values = pd.DataFrame(
        {"spend": raw["spend of it"], "visits": (pd.Timestamp("2020-01-01") - known).dt.days}
    )
    with np.errstate(divide="ignore", invalid="ignore"):  # log1p of less than -1 is missing
        return features.to_model_scale(
            features.apply_treatments(values.astype(float), model.features), model.features
        )


def _nearest(model: Model, raw: pd.DataFrame) -> list[Any]:
    """By numpy; a customer who is as near to two centres as a rounding error is no example."""
    points = _points(model, raw)
    squares = ((points[:, None, :] - np.array(model.centres)[None]) ** 2).sum(axis=2)
    two = np.sort(squares, axis=1)
    whole = np.isfinite(points).all(axis=1)
    assume((two[whole, 1] - two[whole, 0] > 1e-6 * (1e-6 + two[whole, 1])).all())
    nearest = squares.argmin(axis=1)
    return [model.ids[i] if known else pd.NA for i, known in zip(nearest, whole, strict=True)]
