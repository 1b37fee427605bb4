"""What holds of every table, on tables that nobody chose."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from custseg_spark import features, recipe
from custseg_spark.errors import DataError
from custseg_spark.features import Treatment
from custseg_spark.journal import Journal
from custseg_spark.model import Model
from custseg_spark.pipeline import intake, sampling


def few(examples: int) -> settings:
    """As many as take some seconds: each is a job or five, so shrinking a failure would take many more."""
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        derandomize=True,
    )


CELLS = st.one_of(
    st.integers(-5, 2000).map(str),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.sampled_from(["", " ", "NaN", "-inf", "1e400", "n/a", "12,5", "1_000", "٣", "0x10", "007", "True"]),
    st.text(st.characters(exclude_characters="\r\n\x00", exclude_categories=["Cs"]), max_size=6),
)
IDS = st.one_of(st.integers(0, 30).map(str), st.sampled_from(["", " ", "007", "7", "ä"]))
TABLES = st.lists(st.tuples(IDS, CELLS, CELLS), min_size=1, max_size=30)
RECIPE: dict[str, Any] = {
    "input": {"id": "id", "types": {"visits": "double"}},
    "rules": {"max_quarantined": 1.0, "few": "visits < 1000"},
    "segment_by": {"spend": {"sql": "try_cast(spend AS double)", "transform": "log1p"}, "visits": "visits"},
}


def sampled(spark: SparkSession, how: recipe.Recipe, path: Path) -> tuple[intake.Intake, sampling.Sample]:
    journal = Journal()
    found, rows = intake.checked_ids(intake.intake(spark, how, str(path)), how, str(path), journal)
    sample, counts = sampling.sampled(found, how, rows, journal)
    return found, sampling.judged(found, sample, counts, how, rows, journal)


@few(7)
@given(rows=TABLES)
def test_read_is_accepted_plus_quarantined(
    spark: SparkSession, tmp_path: Path, rows: list[tuple[str, str, str]]
) -> None:
    path = tmp_path / "customers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([("id", "spend", "visits"), *rows])
    try:
        found, sample = sampled(spark, recipe.parse(RECIPE), path)
    except DataError as told:
        event(f"refused: {told.what.partition(':')[0]}")
        return
    quality = sample.quality
    rejected = found.rejected.collect()
    assert quality.read == len(rows)
    assert quality.read == quality.accepted + quality.quarantined
    assert found.accepted.count() == quality.accepted == len(sample.raw)
    assert len(rejected) == quality.quarantined
    assert all(row["reasons"] for row in rejected)
    assert set(itertools.chain(*[row["reasons"] for row in rejected])) <= set(quality.by_reason)
    values = sample.raw.to_numpy()
    assert not np.isinf(values).any()


@few(6)
@given(
    values=st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.one_of(st.none(), st.floats(-0.9, 1e6))), min_size=3, max_size=40
    ),
    parts=st.integers(1, 4),
    random=st.randoms(use_true_random=False),
)
def test_features_depend_on_neither_order_nor_partitioning(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, values: Any, parts: int, random: Any
) -> None:
    table = pd.DataFrame(values, columns=["spend", "visits"]).astype(float)
    assume(table["visits"].nunique() > 1)
    assume(table["spend"].quantile(0.75) > table["spend"].quantile(0.25))
    table.insert(0, "id", [f"c{n}" for n in range(len(table))])
    cuts = {"spend": {"sql": "spend", "clip": "iqr"}, "visits": "visits"}
    how = recipe.parse({"input": {"id": "id"}, "segment_by": cuts})
    directory = tmp_path_factory.mktemp("orders")
    order = random.sample(range(len(table)), len(table))
    for name, rows in (("as_is", [table]), ("shuffled", np.array_split(table.iloc[order], parts))):
        (directory / name).mkdir()
        for number, part in enumerate(rows):
            part.to_parquet(directory / name / f"{number}.parquet", index=False)
    found = []
    for name in ("as_is", "shuffled"):
        _, sample = sampled(spark, how, directory / name)
        kinds = {key: f.sql for key, f in how.segment_by.items()}
        treatments = features.fit_treatments(sample.raw, kinds, how.segment_by, how.scale)
        found.append((treatments, features.treated(sample.raw, treatments), sample.described["id"].tolist()))
    assert found[0][0] == found[1][0]
    assert found[0][2] == found[1][2]
    pd.testing.assert_frame_equal(found[0][1], found[1][1], check_exact=True)


VALUES = ("feature_spend", "feature_visits")
NUMBERS = st.floats(-1e9, 1e9, allow_subnormal=False)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Two features, two to five centres, names that need quoting."""
    treatments = tuple(
        Treatment(
            name=name,
            sql=f"`{name} of it`",
            unit="",
            transform=draw(st.sampled_from(["none", "log1p"])),
            fill=draw(st.floats(0, 100)),
            lower=draw(st.floats(0, 10)),
            upper=draw(st.one_of(st.none(), st.floats(10, 1e6))),
            centre=draw(st.floats(-100, 100)),
            scale=draw(st.floats(1e-3, 1e3)),
        )
        for name in ("spend", "visits")
    )
    k = draw(st.integers(2, 5))
    centres = draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=k, max_size=k, unique=True))
    names = draw(st.lists(st.text("'\\\"ä🙂`$ {}%", min_size=1, max_size=8), min_size=k, max_size=k))
    return Model(
        id="id",
        columns={"id": "string", "spend of it": "double", "visits of it": "double"},
        features=treatments,
        centres=tuple(centres),
        ids=tuple(sorted(draw(st.sets(st.integers(0, 50), min_size=k, max_size=k)))),
        names=tuple(names),
        order_by="spend",
    )


@few(8)
@given(
    model=models(), rows=st.lists(st.tuples(st.one_of(st.none(), NUMBERS), NUMBERS), min_size=1, max_size=20)
)
def test_saved_and_loaded_a_model_labels_the_same(spark: SparkSession, model: Model, rows: Any) -> None:
    table = spark.createDataFrame(rows, "`spend of it` double, `visits of it` double")
    raw = table.selectExpr(*[f"{t.raw_sql} AS _raw_{t.name}" for t in model.features])
    loaded = Model.from_json(model.to_json())
    assert loaded == model
    labelled = [found.labelled(raw, []).collect() for found in (model, loaded)]
    assert labelled[0] == labelled[1]
    values = pd.DataFrame(rows, columns=["spend", "visits"]).astype(float)
    points = features.model_scale(features.treated(values, model.features), model.features)
    squares = ((points[:, None, :] - np.array(model.centres)[None]) ** 2).sum(axis=2)
    for row, square in zip(labelled[0], squares, strict=True):
        place = model.ids.index(row["segment"])
        assert row["segment_name"] == model.names[place]
        assert square[place] <= square.min() * (1 + 1e-9)


@few(3)
@given(
    model=models(), rows=st.lists(st.tuples(st.one_of(st.none(), NUMBERS), NUMBERS), min_size=10, max_size=60)
)
def test_saved_and_loaded_the_pipeline_labels_as_the_model(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, model: Model, rows: Any
) -> None:
    """But for who stands between two centres, to a millionth: Spark ML computes distances another way."""
    path = str(tmp_path_factory.mktemp("saved") / "model")
    model.pipeline_model(spark).save(path)
    table = spark.createDataFrame(
        [(n, *row) for n, row in enumerate(rows)], "id int, `spend of it` double, `visits of it` double"
    )
    found = PipelineModel.load(path).transform(table).orderBy("id").collect()
    raw = table.selectExpr("id", *[f"{t.raw_sql} AS _raw_{t.name}" for t in model.features])
    expected = model.labelled(raw, ["id"]).orderBy("id").collect()
    assert [row["id"] for row in found] == [row["id"] for row in expected] == list(range(len(rows)))
    values = pd.DataFrame(rows, columns=["spend", "visits"]).astype(float)
    points = features.model_scale(features.treated(values, model.features), model.features)
    squares = np.sort(((points[:, None, :] - np.array(model.centres)[None]) ** 2).sum(axis=2), axis=1)
    for one, other, square in zip(found, expected, squares, strict=True):
        assert [one["feature_spend"], one["feature_visits"]] == [
            other["feature_spend"],
            other["feature_visits"],
        ]
        assert one["segment_name"] == model.name_of(one["segment"])
        if square[1] > square[0] * (1 + 1e-6):
            assert one["segment"] == other["segment"]
