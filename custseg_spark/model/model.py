"""The model of a run: model.json is the one source; labels, the PipelineModel and SQL come from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.sql import DataFrame, SparkSession

from custseg_spark.clustering import build_margin_stage, build_nearest_stages, fixed_centres, fixed_scaler
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.features import RAW, VALUE, Treatment
from custseg_spark.recipe.models import Name
from custseg_spark.sql import check_expression, put_in_utc, quote_text

FORMAT = 1
SCALED = "_scaled_"
Stage = dict[str, str]


@dataclass(frozen=True)
class Model:
    """What labels a customer: `centres` (k, d) on the model scale, and the `ids` and `names` (k,) of their
    segments, by ascending id. Ids stay with a segment from run to run and need not be 0..k-1.

    `columns`: the input columns the model reads and their types, as Spark names them.
    """

    id: str
    columns: dict[str, str]
    features: tuple[Treatment, ...]
    centres: tuple[tuple[float, ...], ...]
    ids: tuple[int, ...]
    names: tuple[str, ...]
    order_by: str

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_json(self) -> str:
        """The text of model.json; every number reads back to the last bit."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Model:
        """The model of a model.json. Raises RunError for a text that is none."""
        try:
            found: dict[str, Any] = json.loads(text)
            if found.pop("format") != FORMAT:
                raise ValueError("another format")
            model = _MODELS.validate_python(found)
            for feature in model.features:  # both go into SQL as they stand
                _NAMES.validate_python(feature.name)
                check_expression(feature.sql, f"features.{feature.name}.sql")
        except ValidationError as problem:
            first = problem.errors(include_url=False)[0]
            raise _refuse(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecipeError) as problem:
            raise _refuse(str(problem)) from None
        return model

    def to_utc(self, sql: str) -> str:
        """An expression over the input columns with its days and hours in UTC."""
        return put_in_utc(sql, [name for name, kind in self.columns.items() if kind == "timestamp"])

    def raw_stages(self) -> list[Stage]:
        """The step from input columns to `_raw_<feature>`, the same in a session of any time zone."""
        return [{f"{RAW}{t.name}": self.to_utc(t.raw_sql) for t in self.features}]

    def label_stages(self) -> list[Stage]:
        """The steps from the model scale to `segment` (int), `segment_name` and `distance_to_centre` (model
        scale)."""
        scaled = [f"{SCALED}{i}" for i in range(len(self.features))]
        return [
            *build_nearest_stages(scaled, np.array(self.centres), self.ids),
            {"segment_name": self.name_sql()},
        ]

    def label(self, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
        """`frame` with `_raw_` columns -> the columns `keep` (quoted), each feature in its unit, segment,
        segment_name, distance_to_centre. Lazy, one row per customer."""
        features = [f"{VALUE}{t.name}" for t in self.features]
        return add_stages(frame, [*build_scaled_stages(self.features), *self.label_stages()]).select(
            *keep, *features, "segment", "segment_name", "distance_to_centre"
        )

    def score(self, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
        """`frame` with `_raw_` columns -> the columns `keep` (quoted), segment, segment_name,
        distance_to_centre, margin (0 on the border to the next segment, 1 on the centre). Lazy, one row per
        customer."""
        stages = [*build_scaled_stages(self.features), *self.label_stages(), build_margin_stage(self.ids)]
        return add_stages(frame, stages).select(
            *keep, "segment", "segment_name", "distance_to_centre", "margin"
        )

    def name_of(self, segment: int) -> str:
        """The name of the segment with that id."""
        return self.names[self.ids.index(segment)]

    def pipeline_model(self, spark: SparkSession) -> PipelineModel:
        """The same as a Spark ML PipelineModel, which labels a raw table with the columns and types of
        `columns` by itself: it adds each feature in its unit, `segment` and `segment_name`. As in
        segments.sql both are null where a feature is that the model does not fill: such customers are those
        that `score` quarantines."""
        names = [t.name for t in self.features]
        stages = [
            *self.raw_stages(),
            build_scaled_stages(self.features)[0],
            {f"_t_{t.name}": f"coalesce({t.transformed_sql}, 0D)" for t in self.features},
        ]
        scaler = fixed_scaler(
            spark, [t.centre for t in self.features], [t.scale for t in self.features], "_vector", "_features"
        )
        kmeans, order = fixed_centres(spark, np.array(self.centres), "_features", "_cluster")
        working = [
            *(f"{RAW}{n}" for n in names),
            *(f"_t_{n}" for n in names),
            "_vector",
            "_features",
            "_cluster",
        ]
        nearest = f"element_at(array({', '.join(str(self.ids[i]) for i in order)}), _cluster + 1)"
        unknown = " OR ".join(f"{t.transformed_sql} IS NULL" for t in self.features)
        segment = f"CASE WHEN {unknown} THEN NULL ELSE {nearest} END"
        last = (
            f"SELECT *, {self.name_sql()} AS segment_name FROM "
            f"(SELECT * EXCEPT ({', '.join(working)}), {segment} AS segment FROM __THIS__)"
        )
        return PipelineModel(
            stages=[
                *[SQLTransformer(statement=_select(stage)) for stage in stages],
                VectorAssembler(inputCols=[f"_t_{n}" for n in names], outputCol="_vector"),
                scaler,
                kmeans,
                SQLTransformer(statement=last),
            ]
        )

    def name_sql(self) -> str:
        """`segment_name` from `segment`."""
        whens = [f"WHEN {i} THEN {quote_text(name)}" for i, name in zip(self.ids, self.names, strict=True)]
        return f"CASE segment {' '.join(whens)} END"


_MODELS: TypeAdapter[Model] = TypeAdapter(Model)
_NAMES: TypeAdapter[str] = TypeAdapter(Name)


def _refuse(what: str) -> RunError:
    return RunError(
        f"model.json can't be read: {what}", "score with a run that this version of custseg_spark wrote"
    )


def build_scaled_stages(treatments: Sequence[Treatment]) -> list[Stage]:
    """The steps from `_raw_<feature>` to `feature_<feature>` and `_scaled_<i>` on the model scale."""
    return [
        {f"{VALUE}{t.name}": t.value_sql for t in treatments},
        {f"{SCALED}{i}": t.model_sql for i, t in enumerate(treatments)},
    ]


def add_stages(frame: DataFrame, stages: Sequence[Stage]) -> DataFrame:
    """The frame with the columns of each step added, step by step."""
    for stage in stages:
        frame = frame.selectExpr("*", *_alias(stage))
    return frame


def _select(stage: Stage) -> str:
    return f"SELECT *, {', '.join(_alias(stage))} FROM __THIS__"


def _alias(stage: Stage) -> Iterator[str]:
    return (f"{sql} AS {name}" for name, sql in stage.items())
