"""`Segmenter`: from a table in Python to a `SegmentationModel`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.ml import Estimator
from pyspark.sql import DataFrame, SparkSession

from custseg_spark import journal
from custseg_spark import recipe as recipes
from custseg_spark.api.model_files import FittedFiles
from custseg_spark.api.segmentation_model import SegmentationModel
from custseg_spark.api.training import count_table, fit_table, run_on_table
from custseg_spark.engine.choose import find_engine
from custseg_spark.engine.session_settings import session_settings
from custseg_spark.journal import keep_journal


@dataclass(frozen=True)
class Feature:
    """A number that cuts customers into segments.

    Args:
        sql: A column, or a SQL expression over a customer's row.
        transform: `none` or `log1p`.
        impute: What stands for a missing value: `median`, `mean`, a number, or `quarantine`.
        clip: Bounds in the feature's unit: two numbers or quantiles such as `p99`, `None` for no bound; or
            `iqr`.
        unit: For people, such as `days`.
        words: What a low, a middle and a high value is called; `None` says nothing.
        weight: How many times as far apart customers are by it as by another feature.

    Example:
        >>> Feature("spend_2y", transform="log1p", unit="euros").transform
        'log1p'
    """

    sql: str
    transform: str = "none"
    impute: str | float = "median"
    clip: str | Sequence[float | str | None] | None = None
    unit: str = ""
    words: Sequence[str | None] | None = None
    weight: float = 1.0

    def write_section(self) -> dict[str, Any]:
        """What a recipe has under segment_by."""
        return asdict(self)


@dataclass(frozen=True)
class Category:
    """A category that cuts customers into segments by its levels.

    At weight 1 it counts for as much as one number does, however many levels it has.

    Args:
        sql: A column, or a SQL expression over a customer's row: text, whole numbers, true and false.
        weight: How many times as far apart customers of different levels are.
        keep: So many levels at most, the most frequent ones; all other values are one level, `other`.
        order: The levels from the lowest to the highest, which then count as a number, their ranks.
        levels: The values that are levels, or level -> the values that it stands for; found in the table if
            not given.
        impute: Where customers without a value count: `level` (one of their own), `other`, `most_frequent` or
            `quarantine`, of an ordered one `median` (the middle rank) or `quarantine`; `level` or `median` if
            not given.
        label: What people call it; made of its name if not given.

    Example:
        >>> tier = Category("tier", weight=0.5, levels={"high": ["Gold", "Platinum"], "low": ["Bronze"]})
        >>> Segmenter(id="id", features={"spend": "s", "tier": tier}).recipe.segment_by["tier"].weight
        0.5
    """

    sql: str
    weight: float = 1.0
    keep: int = 8
    order: Sequence[str | int | bool] | None = None
    levels: Sequence[str | int | bool] | Mapping[str, Sequence[str | int | bool]] | None = None
    impute: str | None = None
    label: str = ""

    def write_section(self) -> dict[str, Any]:
        """What a recipe has under segment_by."""
        said = {key: value for key, value in asdict(self).items() if value is not None}
        return {"category": said.pop("sql"), **said}


class Segmenter(Estimator[SegmentationModel]):
    """Finds segments in a customer table; a `pyspark.ml` Estimator.

    Args:
        id: The column that names a customer.
        features: What cuts: name -> column, SQL expression, `Feature` or `Category`.
        k: The range of numbers of segments to choose from, or one number.
        describe: What is shown of each segment and never cuts: name -> column or SQL expression.
        check: Outcomes that say whether the segments are worth anything: name -> column or SQL expression.
        weight: A column or SQL expression: how many customers each one stands for.
        settings: Any other key of a recipe by its path, such as
            `{"sweep.seed": 7, "rules.adult": "age > 17"}`.

    Raises:
        RecipeError: An argument that a recipe could not have either, in the same words.

    Example:
        >>> segmenter = Segmenter(id="id", k=(2, 4), features={"spend": Feature("s", transform="log1p")})
        >>> segmenter.recipe.segments.range
        (2, 4)
    """

    def __init__(
        self,
        *,
        id: str,
        features: Mapping[str, str | Feature | Category],
        k: int | tuple[int, int] | None = None,
        describe: Mapping[str, str] | None = None,
        check: Mapping[str, str] | None = None,
        weight: str | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        found = recipes.parse(
            {
                "input": {"id": id},
                "customers": {"weight": weight},
                "segment_by": {
                    name: feature if isinstance(feature, str) else feature.write_section()
                    for name, feature in features.items()
                },
                "describe": dict(describe or {}),
                "check": dict(check or {}),
                "segments": {} if k is None else {"k": k},
            }
        )
        self.recipe = recipes.change(found, settings or {})

    def __repr__(self) -> str:
        low, high = self.recipe.segments.range
        k = low if low == high else (low, high)
        return f"Segmenter(id={self.recipe.input.id!r}, k={k}, features={list(self.recipe.segment_by)})"

    @classmethod
    def from_recipe(
        cls,
        source: str | Path | Mapping[str, Any] | recipes.Recipe,
        settings: Mapping[str, Any] | None = None,
    ) -> Segmenter:
        """A segmenter by a recipe: a file, what is read from one, or a checked one.

        Raises:
            RecipeError: It can't be read, or says what no recipe may.
        """
        if isinstance(source, recipes.Recipe):
            found = source
        elif isinstance(source, Mapping):
            found = recipes.parse(dict(source))
        else:
            found = recipes.load(str(source))
        made = cls.__new__(cls)
        Estimator.__init__(made)
        made.recipe = recipes.change(found, settings or {})
        return made

    def fit(  # type: ignore[override]  # a pandas DataFrame too
        self,
        dataset: DataFrame | pd.DataFrame,
        params: Any = None,
        *,
        live: SegmentationModel | None = None,
    ) -> SegmentationModel:
        """The segments of a table, one row per customer.

        Args:
            dataset: A Spark DataFrame, whose session is left as it was found, or a pandas one.
            params: As of any Estimator.
            live: The model that scores today: segments that continue keep its ids and names.

        Raises:
            RecipeError: The recipe does not fit the table.
            DataError: The table breaks its contract, or can't be cut.
        """
        if params is not None:
            return super().fit(dataset, params)  # type: ignore[arg-type]
        return self._fit(dataset, live)

    @keep_journal
    def _fit(
        self, dataset: DataFrame | pd.DataFrame, live: SegmentationModel | None = None
    ) -> SegmentationModel:
        followed = None if live is None else live.as_live_run()

        def fit(spark: SparkSession, frame: DataFrame) -> SegmentationModel:
            journal.enter_engine(find_engine(spark))
            with session_settings(spark):
                counted = count_table(spark, self.recipe, frame, followed)
                return SegmentationModel(
                    FittedFiles(fit_table(spark, counted, followed.record.ids_used if followed else ()))
                )

        return run_on_table(dataset, fit)
