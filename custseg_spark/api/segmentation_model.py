"""`SegmentationModel`: what was found, what labels customers, and what is published."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd
from pyspark.ml import Model as SparkModel
from pyspark.sql import DataFrame

from custseg_spark import data, runs, segments
from custseg_spark.api.files import FittedFiles, StoredFiles
from custseg_spark.api.frames import open_frame
from custseg_spark.api.training import publish_result, read_table
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
PLOTS = {"map": "pca_2d", "space": "pca_3d"}
"""Names that a person would ask for -> those of the files; any other is its file's."""


@dataclass(frozen=True)
class Plot:
    """A figure: a notebook shows it, `save` writes it."""

    png: bytes = field(repr=False)

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str) -> None:
        """Write the PNG file."""
        runs.write_file(path, self.png)


class SegmentationModel(SparkModel):
    """Segments that were found in a customer table; a `pyspark.ml` Model. `Segmenter.fit` and `load` make it.

    Attributes:
        k_: The number of segments.
        why_: Why this number, in a sentence.
        scores_: One row per number that was tried, as sweep.csv.
        profile_: One row per segment, as profile.csv.
        movement_: One row per segment of the live model and new segment, as movement.csv; after `live=`.
        quality_: The rows that were read, accepted and quarantined, and by which reasons.
        labels_: The segment of each sampled customer, by id; of a model that was fitted here.
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
        sample = self._result.segmentation.sample
        return sample.set_index("id")["segment"]

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
        _, frame = open_frame(dataset)
        labels = self._transform(frame).select(*LABELS).toPandas()  # no shuffle: in the order of the rows
        kept = dataset[[name for name in dataset if str(name).lower() not in LABELS]]
        return pd.concat([kept, labels.set_axis(dataset.index)], axis=1)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self._model.transform(dataset)

    def plot(self, name: str = "map") -> Plot:
        """A figure: map, space, pair, sizes, shares, heatmap, boxes, elbow, silhouette, evidence; movement
        where a live run was followed; comparison, dendrogram and k_distance where others were compared.

        Raises:
            RecipeError: There is no such figure; the error names those that there are.
        """
        wanted = f"plots/{PLOTS.get(name, name)}.png"
        if wanted not in self._files.names:
            called = {f"plots/{file}.png": short for short, file in PLOTS.items()}
            there = [one for one in self._files.names if one.startswith("plots/")]
            known = sorted(called.get(one, one[len("plots/") : -len(".png")]) for one in there)
            raise RecipeError(f"there is no figure {name!r}", f"there are: {', '.join(known)}")
        return Plot(self._files.read(wanted))

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
        for name in self._files.names:
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
        result = self._result
        with open_journal(result.journal):
            if dataset is None:
                spark = result.table.frame.sparkSession
            else:
                spark, frame = open_frame(dataset)
                table, _, _ = read_table(spark, result.recipe, frame, result.counted.live)
                result = replace(result, counted=replace(result.counted, table=table))
            with session_settings(spark), keep_run(path, result.counted.source, result.recipe) as run:
                write_quarantine(run, result.table, result.counted.counts)
                publish_result(spark, run, result, promote)
        return run

    def as_live_run(self) -> LiveRun:
        """The model as later ones are held against it."""
        run = runs.Run(getattr(self._files, "root", ""), self._record.run_id)
        baseline = segments.Baseline.from_json(self._files.read("baseline.json").decode())
        return LiveRun(run, self._model, self._record, baseline, self._files.customers)

    def _repr_html_(self) -> str:
        """The first screen of the report, in a frame of its own."""
        summary = read_summary(self._files.read("summary.json"), ())
        first_screen = render_page(
            Page(summary, self._record.run_id, f"{self._record.rows.accepted:,} customers")
        )
        source = html.escape(first_screen)
        return f'<iframe srcdoc="{source}" width="100%" height="640" style="border:0"></iframe>'

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
