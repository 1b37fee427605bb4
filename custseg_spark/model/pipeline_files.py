"""The PipelineModel of a run as plain files, laid out as Spark ML saves one, and written without an engine.

Spark ML has no public way to a fitted stage with given numbers, but its files are simple: for each stage a
line of JSON with its parameters, and for what was fitted a Parquet file whose footer carries Spark's schema.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from custseg_spark.clustering import Stage
from custseg_spark.features import RAW, VALUE
from custseg_spark.model.model import Model, build_scaled_stages

LAYOUT = "4.0.0"
"""The version of Spark whose files these are; later ones read them."""
_DENSE = 1
_VECTOR = pa.struct(
    [
        pa.field("type", pa.int8(), nullable=False),
        pa.field("size", pa.int32()),
        pa.field("indices", pa.list_(pa.field("element", pa.int32(), nullable=False))),
        pa.field("values", pa.list_(pa.field("element", pa.float64(), nullable=False))),
    ]
)
_TYPE_NAMES = {pa.int8(): "byte", pa.int32(): "integer", pa.float64(): "double"}


@dataclass(frozen=True)
class SavedStage:
    """A stage: its class under org.apache.spark.ml, its parameters, and what was fitted as a Parquet file."""

    kind: str
    params: Mapping[str, Any]
    data: bytes | None = None


def build_pipeline_files(model: Model) -> dict[str, bytes]:
    """The files of a directory that `PipelineModel.load` reads, by their names from there.

    It labels a raw table with the columns and types of `model.columns` by itself: it adds each feature in its
    unit, `segment` and `segment_name`. As in segments.sql both are null where a feature is that the model
    does not fill: such customers are those that `score` quarantines. The same model gives the same files, but
    for the time in them.
    """
    text = model.to_json()
    stages = list(_list_stages(model))
    kinds = [stage.kind.partition(".")[2].removesuffix("Model") for stage in stages]
    uids = [_name(kind, f"{number} {text}") for number, kind in enumerate(kinds)]
    files = _write_metadata("", "PipelineModel", _name("PipelineModel", text), {"stageUids": uids})
    digits = len(str(len(stages)))
    for number, (stage, uid) in enumerate(zip(stages, uids, strict=True)):
        folder = f"stages/{number:0{digits}}_{uid}/"
        files |= _write_metadata(folder, stage.kind, uid, stage.params)
        if stage.data is not None:
            files |= {f"{folder}data/part-00000.snappy.parquet": stage.data, f"{folder}data/_SUCCESS": b""}
    return files


def _list_stages(model: Model) -> Iterator[SavedStage]:
    features = model.features
    ready = {f"_t_{t.name}": f"coalesce({t.transformed_sql}, 0D)" for t in features}
    yield SavedStage("feature.SQLTransformer", {"statement": model.write_raw_select("__THIS__")})
    for stage in (build_scaled_stages(model.features)[0], ready):
        added = ", ".join(f"{sql} AS {name}" for name, sql in stage.items())
        yield SavedStage("feature.SQLTransformer", {"statement": f"SELECT *, {added} FROM __THIS__"})
    yield SavedStage("feature.VectorAssembler", {"inputCols": list(ready), "outputCol": "_vector"})
    yield SavedStage(
        "feature.StandardScalerModel",
        {"inputCol": "_vector", "outputCol": "_features", "withMean": True, "withStd": True},
        _write_table(
            std=_to_vectors([[t.scale for t in features]]), mean=_to_vectors([[t.centre for t in features]])
        ),
    )
    yield SavedStage(
        "clustering.KMeansModel",
        {"featuresCol": "_features", "predictionCol": "_cluster", "k": len(model.centres)},
        _write_table(
            clusterIdx=pa.array(range(len(model.centres)), pa.int32()),
            clusterCenter=_to_vectors(model.centres),
        ),
    )
    yield SavedStage("feature.SQLTransformer", {"statement": _write_last_statement(model, ready)})


def _write_last_statement(model: Model, ready: Stage) -> str:
    """`segment` and `segment_name` from the place of the nearest centre; what was on the way is taken out."""
    levels = [f"{VALUE}{t.name}" for t in model.features if t.category]
    working = [*(f"{RAW}{t.name}" for t in model.features), *levels, *ready]
    working += ["_vector", "_features", "_cluster"]
    named = "".join(f", {sql} AS {name}" for name, sql in model.level_stage().items())
    unknown = " OR ".join(f"{t.transformed_sql} IS NULL" for t in model.features)
    nearest = f"element_at(array({', '.join(map(str, model.ids))}), _cluster + 1)"
    return (
        f"SELECT *, {model.name_sql()} AS segment_name FROM (SELECT * EXCEPT ({', '.join(working)}){named}, "
        f"CASE WHEN {unknown} THEN NULL ELSE {nearest} END AS segment FROM __THIS__)"
    )


def _name(kind: str, text: str) -> str:
    """A unique name like those of Spark, whose twelve digits are here those of what the thing is made of."""
    return f"{kind}_{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _write_metadata(folder: str, kind: str, uid: str, params: Mapping[str, Any]) -> dict[str, bytes]:
    """The one line of a pipeline or stage; a parameter that is not in it has the default of who loads it."""
    line = {
        "class": f"org.apache.spark.ml.{kind}",
        "timestamp": int(time.time() * 1000),
        "sparkVersion": LAYOUT,
        "uid": uid,
        "paramMap": params,
        "defaultParamMap": {},
    }
    text = json.dumps(line) + "\n"  # ASCII, so that no reader's encoding matters
    return {f"{folder}metadata/part-00000": text.encode(), f"{folder}metadata/_SUCCESS": b""}


def _write_table(**columns: pa.Array) -> bytes:
    """A Parquet file of vectors and of whole numbers, of which none is missing.

    pyarrow keeps Spark's schema in the footer only as long as its own is stored too; without it Spark takes a
    vector for a plain struct, and fails to load it.
    """
    fields = [pa.field(name, array.type, array.type == _VECTOR) for name, array in columns.items()]
    row = json.dumps(_describe_struct(fields))
    schema = pa.schema(fields, {"org.apache.spark.sql.parquet.row.metadata": row})
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(list(columns.values()), schema=schema), file, store_schema=True)
    return file.getvalue()


def _to_vectors(rows: Iterable[Sequence[float]]) -> pa.Array:
    """Dense vectors, a row for each."""
    return pa.array([{"type": _DENSE, "values": values} for values in rows], _VECTOR)


def _describe(field: pa.Field[Any]) -> dict[str, Any]:
    """A field as Spark's own schemas say it in JSON."""
    kind: Any = _TYPE_NAMES.get(field.type)
    if pa.types.is_list(field.type):
        element = _TYPE_NAMES[field.type.value_type]
        kind = {"type": "array", "elementType": element, "containsNull": False}
    elif field.type == _VECTOR:
        kind = {
            "type": "udt",
            "class": "org.apache.spark.ml.linalg.VectorUDT",
            "pyClass": "pyspark.ml.linalg.VectorUDT",
            "sqlType": _describe_struct(_VECTOR),
        }
    return {"name": field.name, "type": kind, "nullable": field.nullable, "metadata": {}}


def _describe_struct(fields: Iterable[pa.Field[Any]]) -> dict[str, Any]:
    return {"type": "struct", "fields": [_describe(field) for field in fields]}
