"""`SegmentationModel`: what was found, what labels customers, and what is published."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd
from pyspark.ml import Model as SparkModel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DoubleType, FloatType, IntegralType

from custseg_spark import data, journal, runs, segments
from custseg_spark.api.model_files import FittedFiles, Plot, StoredFiles, read_figure
from custseg_spark.api.training import publish_result, read_table, run_on_table
from custseg_spark.engine.choose import find_engine
from custseg_spark.engine.session_settings import session_settings
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.journal import open_journal
from custseg_spark.model import DIALECTS, LABELS, Model
from custseg_spark.report.html import render_page
from custseg_spark.report.page import Page
from custseg_spark.report.view import read_summary
from custseg_spark.results import LiveRun, TrainingResult
from custseg_spark.steps.write_run import keep_run, write_quarantine

Table = TypeVar("Table", DataFrame, pd.DataFrame)


class SegmentationModel(SparkModel):
    """Segments that were found in a customer table; a `pyspark.ml` Model. `Segmenter.fit` and `load` make it.

    Attributes:
        k_: The number of segments.
        why_: Why this number, in a sentence.
        scores_: One row per number that was tried, as sweep.csv.
        profile_: One row per segment, as profile.csv.
        movement_: One row per segment of the live model and new segment, as movement.csv; after `live=`.
        quality_: The rows that were read, accepted and quarantined, and by which reasons.
        labels_: The segment of each sampled customer, as `transform` gives it, by the id as the table has it
            (as text where it is neither text nor a number); of a model that was fitted here.
        rejected_: The rejected rows with their reasons, a lazy DataFrame; of a model that was fitted here.
    """

    def __init__(self, files: FittedFiles | StoredFiles) -> None:
        super().__init__()
        self._files = files

    @property
    def k_(self) -> int:
        return self._record.k

    @property
    def why_(self) -> str:
        return self._record.why

    @property
    def quality_(self) -> runs.RunRows:
        return self._record.rows

    @property
    def scores_(self) -> pd.DataFrame:
        return data.read_csv(self._files.read("sweep.csv"))

    @property
    def profile_(self) -> pd.DataFrame:
        return data.read_csv(self._files.read("profile.csv"))

    @property
    def movement_(self) -> pd.DataFrame:
        if self._record.live is None:
            raise RunError("no live model was followed, so nobody moved", "fit(table, live=...) follows one")
        return data.read_csv(self._files.read("movement.csv"))

    @property
    def labels_(self) -> pd.Series:
        labels = self._result.sampled.sample.set_index("id")["segment"].astype("int32")
        id_column = data.column(self._result.recipe.input.id_column)
        kind = self._result.table.frame.select(id_column).schema[0].dataType
        if isinstance(kind, IntegralType | FloatType | DoubleType):
            labels.index = labels.index.astype("int64" if isinstance(kind, IntegralType) else "float64")
        return labels

    @property
    def rejected_(self) -> DataFrame:
        return self._result.table.rejected

    @property
    def recipe(self) -> dict[str, Any]:
        """The recipe that it was fitted by, as `Segmenter.from_recipe` takes it."""
        return self._record.recipe

    def transform(self, dataset: Table, params: Any = None) -> Table:
        """The table with segment, segment_name, distance_to_centre and margin; null where a feature is
        missing that the model does not fill. A pandas DataFrame comes back with its index and types."""
        if isinstance(dataset, DataFrame):
            return self._transform(dataset)
        labels = run_on_table(  # no shuffle: in the order of the rows
            dataset, lambda _, frame: self._transform(frame).select(*LABELS).toPandas()
        )
        kept = dataset[[name for name in dataset if str(name).lower() not in LABELS]]
        return pd.concat([kept, labels.set_axis(dataset.index)], axis=1)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self._model.transform(dataset)

    def plot(self, name: str = "map") -> Plot:
        """A figure: map, space, pair, sizes, shares, heatmap, boxes, elbow, silhouette, evidence; movement
        where a live run was followed; comparison, dendrogram and k_distance where others were compared.

        Raises:
            RecipeError: There is no such figure; the error names the nearest, or those that there are.
        """
        return Plot(read_figure(self._files, name))

    def report(self, path: str) -> str:
        """Write report.html, one file that opens offline; gives its path."""
        runs.write_file(path, self._files.read("report.html"))
        return path

    def to_sql(self, dialect: str = "spark") -> str:
        """The model as one SELECT over the raw table, in Spark's SQL or that of a warehouse.

        Raises:
            RecipeError: The dialect is unknown, or can't say one of the features.
        """
        if dialect not in DIALECTS:
            raise RecipeError(f"{dialect!r} is no dialect that is known", f"there are: {', '.join(DIALECTS)}")
        name = "segments.sql" if dialect == "spark" else f"sql/{dialect}.sql"
        if name not in self._files.names:
            raise RecipeError(f"a feature can't be said in {dialect}", "write it with other functions")
        return self._files.read(name).decode()

    def save(self, path: str) -> None:
        """Write everything but customers under `path`, a new directory that `load` reads.

        Raises:
            RunError: There is a model already, or nothing can be written there.
        """
        root = runs.make_absolute(path)
        if runs.read_file(f"{root}/model.json") is not None:
            raise RunError(f"{path} has a model already", "save it under another path")
        for name in (*self._files.names, *self._files.figures):
            runs.write_file(f"{root}/{name}", self._files.read(name))

    @staticmethod
    def load(path: str) -> SegmentationModel:
        """A model that was saved, a run's directory, or the live run under an output.

        Raises:
            RunError: There is none, or it can't be read.
        """
        root = runs.make_absolute(path)
        if runs.read_file(f"{root}/model.json") is None:
            root = runs.find_run(root).path
        return SegmentationModel(StoredFiles(root))

    def publish(
        self, path: str, dataset: DataFrame | pd.DataFrame | None = None, *, promote: bool = False
    ) -> runs.Run:
        """Label the customers and publish them with everything that was found as a run under `path`.

        Args:
            path: Where runs are kept.
            dataset: The table that the model was fitted on, in any session; the very DataFrame if not given.
            promote: Whether the run goes live though another one is; the first one does.

        Raises:
            DataError: It is another table: other customers would get the labels than were measured.
            RunError: The model was not fitted here, or the output can't be written.
        """
        with open_journal(self._result.journal.copy()) as own:  # each run has the seconds of its own
            result = replace(self._result, journal=own)
            if dataset is None:
                return _publish(result.table.frame.sparkSession, result, path, promote)
            return run_on_table(
                dataset,
                lambda spark, frame: _publish(spark, _read_again(spark, frame, result), path, promote),
            )

    @staticmethod
    def promote(path: str, run_id: str, why: str = "promoted") -> runs.Run:
        """Let a run that was published under `path` go live; `run_id`: its id, or how that begins.

        Raises:
            RunError: There is no such whole run, or its ids stand for other segments here.
        """
        run = runs.find_run(path, run_id)
        runs.promote_run(run, why)
        return run

    def as_live_run(self) -> LiveRun:
        """The model as later ones are held against it."""
        run = runs.Run(getattr(self._files, "root", ""), self._record.run_id)
        baseline = segments.Baseline.from_json(self._files.read("baseline.json").decode())
        return LiveRun(run, self._model, self._record, baseline, self._files.customers)

    def __repr__(self) -> str:
        segments, features = list(self._model.names), [feature.name for feature in self._model.features]
        return (
            f"SegmentationModel(k={self.k_}, segments={segments}, features={features}, "
            f"engine={self._engine!r})"
        )

    def _repr_html_(self) -> str:
        """The first screen of the report, in a frame of its own."""
        summary = read_summary(self._files.read("summary.json"), ())
        customers = f"{self._record.rows.accepted:,} customers"
        first_screen = render_page(Page(summary, self._record.run_id, customers))
        source = html.escape(first_screen)
        return f'<iframe srcdoc="{source}" width="100%" height="640" style="border:0"></iframe>'

    @property
    def _engine(self) -> str:
        found = self._record.engine  # a run of version 0.1.0 has none: it was Spark's
        name, version = (found.name, found.version) if found else ("spark", self._record.versions["spark"])
        return f"{name.capitalize()} {version}"

    @cached_property
    def _model(self) -> Model:
        return Model.from_json(self._files.read("model.json").decode())

    @cached_property
    def _record(self) -> runs.RunRecord:
        return self._files.record

    @property
    def _result(self) -> TrainingResult:
        if isinstance(self._files, FittedFiles):
            return self._files.result
        raise RunError(
            "the model was read from files, and does not have the table that it was fitted on",
            "fit it here, or look into the run's own customers and quarantine",
        )


def _read_again(spark: SparkSession, frame: DataFrame, result: TrainingResult) -> TrainingResult:
    """The same for a table that was opened anew."""
    table, _, _ = read_table(spark, result.recipe, frame, result.counted.live)
    return replace(result, counted=replace(result.counted, table=table))


def _publish(spark: SparkSession, result: TrainingResult, path: str, promote: bool) -> runs.Run:
    journal.enter_engine(find_engine(spark))
    with session_settings(spark), keep_run(path, result.counted.source, result.recipe) as run:
        write_quarantine(run, result.table, result.counted.counts)
        publish_result(spark, run, result, promote)
    return run
