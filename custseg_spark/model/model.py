"""The model of a run: model.json is the one source; labels, the PipelineModel and SQL come from it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from pydantic import ConfigDict, TypeAdapter
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from custseg_spark import recipe
from custseg_spark.clustering import Stage, add_stages, build_margin_stage, build_nearest_stages
from custseg_spark.engine.expressions import add_columns, compile_expression
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.features import RAW, VALUE, Treatment, list_places
from custseg_spark.recipe.models import Name
from custseg_spark.schema import find_version, tell_first
from custseg_spark.sql import check_expression, put_in_utc, quote_name, quote_text
from custseg_spark.sql.value_text import Format, write_any_sql

SCHEMA_VERSION = 4
SCALED = "_scaled_"
LABELS = (*recipe.LABELS, "margin")
"""What labelling adds to a customer."""


@dataclass(frozen=True)
class Model:
    """What labels a customer: `centres` (k, d) on the model scale, and the `ids` and `names` (k,) of their
    segments, by ascending id. Ids stay with a segment from run to run and need not be 0..k-1.

    `columns`: the input columns the model reads and their types, as Spark names them.
    `written`: of those that hold text as people write numbers and dates, how; of the type
    of the value.
    """

    id: str
    columns: dict[str, str]
    features: tuple[Treatment, ...]
    centres: tuple[tuple[float, ...], ...]
    ids: tuple[int, ...]
    names: tuple[str, ...]
    order_by: str
    written: dict[str, Format] = field(default_factory=dict)

    __pydantic_config__ = ConfigDict(extra="forbid")

    def to_json(self) -> str:
        """The text of model.json; every number reads back to the last bit."""
        found = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Model:
        """The model of a model.json. Raises RunError for a text that is none, and for one that a newer
        version wrote."""
        try:
            found: dict[str, Any] = json.loads(text)
            version = find_version(found, "model.json", SCHEMA_VERSION)
            if found.pop("schema_version", version) == 1 and found.pop("format") != 1:
                raise ValueError("another format")
            model = _MODELS.validate_python(found)
            for feature in model.features:  # both go into SQL as they stand
                _NAMES.validate_python(feature.name)
                check_expression(feature.sql, f"features.{feature.name}.sql")
        except (ValueError, KeyError, TypeError, AttributeError, RecipeError) as problem:
            raise RunError(
                f"model.json can't be read: {tell_first(problem)}",
                "score with a run that this version of custseg_spark wrote",
            ) from None
        return model

    def to_utc(self, sql: str) -> str:
        """An expression over the input columns with its days and hours in UTC."""
        return put_in_utc(sql, [name for name, kind in self.columns.items() if kind == "timestamp"])

    def raw_stages(self) -> list[Stage]:
        """The step from input columns to `_raw_<feature>`, the same in a session of any time zone."""
        return [{f"{RAW}{t.name}": self.to_utc(t.raw_sql) for t in self.features}]

    def write_raw_select(self, table: str) -> str:
        """That step as a SELECT over the raw `table` that keeps all its columns, in Spark's SQL. What it
        holds as text is read on the way, and stays text beside the features."""
        raw = _list_added(self.raw_stages()[0])
        if not self.written:
            return f"SELECT *, {', '.join(raw)} FROM {table}"
        typed = ", ".join(f"{self._write_column(name)} AS {quote_name(name)}" for name in self.columns)
        return f"SELECT _in.*, {', '.join(raw)} FROM (SELECT struct(*) AS _in, {typed} FROM {table})"

    def _write_column(self, name: str) -> str:
        """The SQL of an input column in its type, of one that holds text too."""
        return write_any_sql(name, self.written[name]) if name in self.written else quote_name(name)

    def label_stages(self) -> list[Stage]:
        """The steps from `_raw_<feature>` to each feature in its unit, `segment` (int), `segment_name` and
        `distance_to_centre` (model scale)."""
        scaled = [f"{SCALED}{i}" for i in range(len(self.features))]
        nearest = build_nearest_stages(scaled, np.array(self.centres), self.ids)
        return [*build_scaled_stages(self.features), *nearest, {"segment_name": self.name_sql()}]

    def label(self, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
        """`frame` with `_raw_` columns -> the columns `keep` (quoted), each feature in its unit, segment,
        segment_name, distance_to_centre. Lazy, one row per customer."""
        stages = [*self.label_stages(), self.level_stage()]
        return add_stages(frame, stages).select(*keep, *self.value_columns, *LABELS[:3])

    @property
    def value_columns(self) -> tuple[str, ...]:
        """`feature_<name>` of what cuts, in the order of the recipe: numbers, and categories as text."""
        return tuple(f"{VALUE}{name}" for name in list_places(self.features))

    def level_stage(self) -> Stage:
        """The step from the features of levels to `feature_<category>`, the level that a customer has; OTHER
        where it is none that the model knows."""
        stage = {}
        for name, places in list_places(self.features).items():
            levels = [self.features[place] for place in places]
            if levels[0].category:
                whens = [f"WHEN {VALUE}{t.name} = 1.0D THEN {quote_text(t.level)}" for t in levels]
                unknown = f"WHEN {VALUE}{levels[0].name} IS NULL THEN NULL"
                stage[f"{VALUE}{name}"] = (
                    f"CASE {unknown} {' '.join(whens)} ELSE {quote_text(recipe.OTHER_LEVEL)} END"
                )
        return stage

    def score(self, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
        """`frame` with `_raw_` columns -> the columns `keep` (quoted), segment, segment_name,
        distance_to_centre, margin (0 on the border to the next segment, 1 on the centre). Lazy, one row per
        customer."""
        stages = [*self.label_stages(), build_margin_stage(self.ids)]
        return add_stages(frame, stages).select(*keep, *LABELS)

    def transform(self, frame: DataFrame) -> DataFrame:
        """`frame`, a raw table with the input columns -> the same with segment, segment_name,
        distance_to_centre and margin, which replace columns of these names; null where a feature is that the
        model does not fill. Lazy, row by row."""
        kept = [quote_name(name) for name in frame.columns if name.lower() not in LABELS]
        labelled = self.score(self._add_raw(frame, kept), kept)
        known = F.col("distance_to_centre").isNotNull()
        return labelled.select(*kept, *[F.when(known, F.col(n)).alias(n) for n in LABELS])

    def _add_raw(self, frame: DataFrame, kept: Sequence[str]) -> DataFrame:
        """The columns `kept` (quoted) of a raw table and `_raw_<feature>`."""
        if not self.written:
            return add_stages(frame.select(*kept), self.raw_stages())
        values = [compile_expression(frame, self._write_column(name)).alias(name) for name in self.columns]
        typed = frame.select(F.struct(*kept).alias("_in"), *values)
        return add_columns(typed, self.raw_stages()[0]).select(
            "_in.*", *[f"{RAW}{t.name}" for t in self.features]
        )

    def name_of(self, segment: int) -> str:
        """The name of the segment with that id."""
        return self.names[self.ids.index(segment)]

    def name_sql(self) -> str:
        """`segment_name` from `segment`."""
        whens = [f"WHEN {i} THEN {quote_text(name)}" for i, name in zip(self.ids, self.names, strict=True)]
        return f"CASE segment {' '.join(whens)} END"


_MODELS: TypeAdapter[Model] = TypeAdapter(Model)
_NAMES: TypeAdapter[str] = TypeAdapter(Name)


def _list_added(stage: Stage) -> list[str]:
    return [f"{sql} AS {name}" for name, sql in stage.items()]


def build_scaled_stages(treatments: Sequence[Treatment]) -> list[Stage]:
    """The steps from `_raw_<feature>` to `feature_<feature>` and `_scaled_<i>` on the model scale."""
    return [
        {f"{VALUE}{t.name}": t.value_sql for t in treatments},
        {f"{SCALED}{i}": t.model_sql for i, t in enumerate(treatments)},
    ]
