"""What holds of every model, on models and customers that nobody chose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from custseg_spark import features
from custseg_spark.clustering import add_stages
from custseg_spark.features import Treatment
from custseg_spark.model import Model
from tests.tables.draws import draw_tables
from tests.tables.saved import load_pipeline

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


@draw_tables(20)
@given(
    model=models(), rows=st.lists(st.tuples(st.one_of(st.none(), NUMBERS), NUMBERS), min_size=1, max_size=20)
)
def test_saved_and_loaded_a_model_labels_the_same(spark: SparkSession, model: Model, rows: Any) -> None:
    table = spark.createDataFrame(rows, "`spend of it` double, `visits of it` double")
    raw = add_stages(table, model.raw_stages()).select(*[f"_raw_{t.name}" for t in model.features])
    loaded = Model.from_json(model.to_json())
    assert loaded == model
    labelled = loaded.label(raw, []).collect()
    values = pd.DataFrame(rows, columns=["spend", "visits"]).astype(float)
    points = features.to_model_scale(features.apply_treatments(values, model.features), model.features)
    squares = ((points[:, None, :] - np.array(model.centres)[None]) ** 2).sum(axis=2)
    for row, square in zip(labelled, squares, strict=True):
        place = model.ids.index(row["segment"])
        assert row["segment_name"] == model.names[place]
        assert square[place] <= square.min() * (1 + 1e-9)


@pytest.mark.spark_only("PipelineModel.load")
@draw_tables(3)
@given(
    model=models(), rows=st.lists(st.tuples(st.one_of(st.none(), NUMBERS), NUMBERS), min_size=10, max_size=60)
)
def test_saved_and_loaded_the_pipeline_labels_as_the_model(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, model: Model, rows: Any
) -> None:
    """But for who stands between two centres, to a millionth: Spark ML computes distances another way."""
    loaded = load_pipeline(model, tmp_path_factory.mktemp("saved"))
    table = spark.createDataFrame(
        [(n, *row) for n, row in enumerate(rows)], "id int, `spend of it` double, `visits of it` double"
    )
    found = loaded.transform(table).orderBy("id").collect()
    raw = add_stages(table, model.raw_stages()).select("id", *[f"_raw_{t.name}" for t in model.features])
    expected = model.label(raw, ["id"]).orderBy("id").collect()
    assert [row["id"] for row in found] == [row["id"] for row in expected] == list(range(len(rows)))
    values = pd.DataFrame(rows, columns=["spend", "visits"]).astype(float)
    points = features.to_model_scale(features.apply_treatments(values, model.features), model.features)
    squares = np.sort(((points[:, None, :] - np.array(model.centres)[None]) ** 2).sum(axis=2), axis=1)
    for one, other, square in zip(found, expected, squares, strict=True):
        assert [one["feature_spend"], one["feature_visits"]] == [
            other["feature_spend"],
            other["feature_visits"],
        ]
        assert one["segment_name"] == model.name_of(one["segment"])
        if square[1] > square[0] * (1 + 1e-6):
            assert one["segment"] == other["segment"]
