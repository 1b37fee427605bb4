"""The small files that a model is: made when they are asked for, or read from where they were saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from custseg_spark import runs
from custseg_spark.errors import RecipeError, RunError, suggest_name
from custseg_spark.results import TrainingResult
from custseg_spark.steps.summarize_run import build_summary, find_cautions
from custseg_spark.steps.track_run import FIGURES
from custseg_spark.steps.write_report import build_page, start_figures, write_report
from custseg_spark.steps.write_run import build_model_files, build_record, build_tables

PLOTS = {"map": "pca_2d", "space": "pca_3d"}
"""Names that a person would ask for -> those of the files; any other is its file's."""
_CALLED = {file: short for short, file in PLOTS.items()}
ALL_FIGURES = (*FIGURES, "movement", "comparison", "dendrogram", "k_distance")
NOT_PUBLISHED = runs.Run("out", "not published")
"""Stands for a run in what is made before there is one."""


@dataclass(frozen=True)
class Plot:
    """A figure: a notebook shows it, `save` writes it."""

    png: bytes = field(repr=False)

    def _repr_png_(self) -> bytes:
        return self.png

    def save(self, path: str) -> None:
        """Write the PNG file."""
        runs.write_file(path, self.png)


@dataclass(frozen=True, eq=False)
class FittedFiles:
    """The files of a fitted model: figures are drawn when the first of them, or the report, is asked for."""

    result: TrainingResult
    customers: None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every file but the figures, by its path below the model."""
        return (*self._small_files, "report.html")

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures, which are drawn to know them."""
        return tuple(name for name in self._report_files if name.startswith("plots/"))

    def read(self, name: str) -> bytes:
        """The content of a file."""
        content = self._small_files[name] if name in self._small_files else self._report_files[name]
        return content.encode() if isinstance(content, str) else content

    @cached_property
    def record(self) -> runs.RunRecord:
        """run.json."""
        return build_record(NOT_PUBLISHED, self.result)

    @cached_property
    def _small_files(self) -> Mapping[str, str | bytes]:
        return {
            **build_tables(self.result),
            **build_model_files(self.result.model),
            "run.json": self.record.to_json(),
            "summary.json": build_summary(self.result, find_cautions(self.result)).to_json(),
        }

    @cached_property
    def _report_files(self) -> Mapping[str, str | bytes]:
        figures = start_figures(self.result)()
        report = write_report(build_page(NOT_PUBLISHED, self.result), figures)
        return {**{f"plots/{name}": png for name, png in figures.light.items()}, **report}


@dataclass(frozen=True, eq=False)
class StoredFiles:
    """The files of a model that was saved, or of a run, under `root`."""

    root: str

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every file but the figures, by its path below the model; without its customers."""
        others = ("customers/", "quarantine/", "plots/")
        return tuple(name for name in runs.list_below(self.root) if not name.startswith(others))

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The figures."""
        return tuple(f"plots/{name}" for name in runs.list_below(f"{self.root}/plots"))

    def read(self, name: str) -> bytes:
        """The content of a file. Raises RunError where there is none of that name."""
        content = runs.read_file(f"{self.root}/{name}")
        if content is None:
            raise RunError(f"{self.root}/{name} is not there", "load a whole run, or a model that was saved")
        return content

    @cached_property
    def record(self) -> runs.RunRecord:
        """run.json. Raises RunError for that of a run that is not whole."""
        return runs.read_run_record(self.root)

    @property
    def customers(self) -> str | None:
        """Where the labelled customers are; None where they were not kept."""
        there = any(name.startswith("customers/") for name in runs.list_below(self.root))
        return f"{self.root}/customers" if there else None


def read_figure(files: FittedFiles | StoredFiles, name: str) -> bytes:
    """The PNG of a figure. Raises RecipeError where there is none of that name."""
    wanted = PLOTS.get(name, name)
    if wanted not in ALL_FIGURES:  # said before any is drawn
        known = [_CALLED.get(file, file) for file in ALL_FIGURES]
        raise RecipeError(f"there is no figure {name!r}", suggest_name(name, known))
    if f"plots/{wanted}.png" not in files.figures:
        there = [PurePosixPath(path).stem for path in files.figures]
        known = sorted(_CALLED.get(file, file) for file in there)
        raise RecipeError(f"there is no figure {name!r}", f"there are: {', '.join(known)}")
    return files.read(f"plots/{wanted}.png")
