"""The PipelineModel that is written without Spark is one that Spark loads, uses and saves again."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeansModel
from pyspark.ml.feature import StandardScalerModel
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.features import Treatment
from custseg_spark.model import Model, add_stages, build_pipeline_files
from tests.tables.saved import load_pipeline

SPEND = Treatment("spend", "spend", "", "none", 3.0, None, None, 3.0, 0.1)
VISITS = Treatment("visits", "visits", "", "none", None, 0.0, 90.0, 1 / 3, 2.0)
CENTRES = ((0.5, 1 / 7), (20.0, -1.0), (-9.0, 0.1))
MODEL = Model(
    id="id",
    columns={"spend": "double", "visits": "int"},
    features=(SPEND, VISITS),
    centres=CENTRES,
    ids=(0, 4, 11),
    names=("Nüchtern", 'It\'s "big"\n', "\\🙂"),
    order_by="spend",
)


def label_by_pipeline(loaded: PipelineModel, raw: DataFrame) -> list[Any]:
    return loaded.transform(raw).orderBy("id").select("id", "segment", "segment_name").collect()


def label_by_model(model: Model, raw: DataFrame) -> list[Any]:
    """As the run labels; null where a customer has a missing value that the model does not fill."""
    labelled = model.label(add_stages(raw, model.raw_stages()), ["id", "visits"]).orderBy("id").collect()
    labels = [
        (row["segment"], row["segment_name"]) if row["visits"] is not None else (None, None)
        for row in labelled
    ]
    return [(row["id"], *label) for row, label in zip(labelled, labels, strict=True)]


@pytest.fixture
def raw(spark: SparkSession) -> DataFrame:
    """On a scale of its own the model's places are those of the table: ties can be placed."""
    rows = [
        *((None, 2), (5.0, None), (None, None), (float("nan"), 1)),  # nulls
        *((2.0, 0), (0.0, 2), (2.0, 2), (2.0, 90), (0.0, 91)),  # ties of two and of all four centres
        *((-7.0, -3), (1e12, 1), (4.0, 4), (0.0, 0), (4.0, 0), (0.0, 4)),
    ]
    return spark.createDataFrame(
        [(n, *row) for n, row in enumerate(rows)], "id int, spend double, visits int"
    )


@pytest.mark.spark_only("PipelineModel.load")
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 1, 0, 2)])
def test_it_labels_nulls_and_ties_as_the_model_does(
    spark: SparkSession, tmp_path: Path, raw: DataFrame, order: tuple[int, ...]
) -> None:
    corners = [(0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (4.0, 4.0)]
    plain = tuple(replace(t, centre=0.0, scale=1.0) for t in MODEL.features)
    model = replace(
        MODEL,
        features=plain,
        centres=tuple(corners[i] for i in order),
        ids=(2, 3, 17, 40),
        names=tuple("abcd"),
    )
    expected = label_by_model(model, raw)
    tied = [(0, 1), (0, 2), (0, 1, 2, 3)]
    assert [row[1] for row in expected[4:7]] == [model.ids[min(map(order.index, them))] for them in tied]
    loaded = load_pipeline(model, tmp_path / "model")
    assert [tuple(row) for row in label_by_pipeline(loaded, raw)] == expected


@pytest.mark.spark_only("PipelineModel.load")
def test_saved_again_by_spark_it_is_the_same(spark: SparkSession, tmp_path: Path, raw: DataFrame) -> None:
    loaded = load_pipeline(MODEL, tmp_path / "model")
    loaded.save(str(tmp_path / "again"))
    again = PipelineModel.load(str(tmp_path / "again"))
    labels = label_by_pipeline(again, raw)
    assert [tuple(row) for row in labels] == label_by_model(MODEL, raw)
    assert {row["segment"] for row in labels} == {None, 0, 4, 11}
    for one in (loaded, again):
        scaler, kmeans = one.stages[4:6]
        assert isinstance(scaler, StandardScalerModel)
        assert isinstance(kmeans, KMeansModel)
        numbers = scaler.mean.toArray().tolist(), scaler.std.toArray().tolist()
        assert numbers == ([3.0, 1 / 3], [0.1, 2.0])  # to the last bit
        assert [centre.tolist() for centre in kmeans.clusterCenters()] == [list(centre) for centre in CENTRES]
        assert (kmeans.getK(), kmeans.getDistanceMeasure()) == (3, "euclidean")


@pytest.mark.spark_only("PipelineModel.load")
def test_the_files_are_laid_out_as_spark_lays_them_out(spark: SparkSession, tmp_path: Path) -> None:
    """But for the names of its part files, and for defaults, which are those of who loads it."""

    def layout(folder: Path) -> dict[str, Any]:
        files = [f for f in folder.rglob("*") if f.is_file() and f.suffix != ".crc"]
        return {
            re.sub(r"part-0000[^.]*(\.txt)?", "part", file.relative_to(folder).as_posix()): describe(file)
            for file in files
        }

    def describe(file: Path) -> Any:
        if file.parent.name != "metadata" or file.name == "_SUCCESS":
            return None
        (line,) = file.read_text().splitlines()
        found = json.loads(line)
        return {key: found[key] for key in ("class", "uid", "paramMap")}, sorted(found)

    load_pipeline(MODEL, tmp_path / "model").save(str(tmp_path / "again"))
    ours, theirs = layout(tmp_path / "model"), layout(tmp_path / "again")
    assert ours == theirs
    assert len(ours) == 20


def test_the_same_model_gives_the_same_files() -> None:
    def untimed(model: Model) -> dict[str, bytes]:
        files = build_pipeline_files(model)
        return {name: re.sub(rb'"timestamp": \d+', b"", content) for name, content in files.items()}

    assert untimed(MODEL) == untimed(MODEL)
    assert not set(untimed(MODEL)) & set(untimed(replace(MODEL, id="another"))) - {
        "metadata/part-00000",
        "metadata/_SUCCESS",
    }


@pytest.mark.spark_only("PipelineModel.load")
def test_parquet_that_lost_sparks_schema_would_not_load(spark: SparkSession, tmp_path: Path) -> None:
    """The reason for the schema in the footer; and that the fields' nullability is Spark's."""
    import pyarrow.parquet as pq

    files = build_pipeline_files(MODEL)
    (name,) = [name for name in files if "KMeans" in name and name.endswith(".parquet")]
    path = tmp_path / "centres.parquet"
    path.write_bytes(files[name])
    assert spark.read.parquet(str(path)).dtypes == [("clusterIdx", "int"), ("clusterCenter", "vector")]
    file = pq.ParquetFile(path)
    assert b"org.apache.spark.sql.parquet.row.metadata" in file.metadata.metadata
    assert not file.schema_arrow.field("clusterIdx").nullable
    assert not file.schema_arrow.field("clusterCenter").type.field("type").nullable
