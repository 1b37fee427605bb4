"""The small files that a model is: made when they are asked for, or read from where they were saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from custseg_spark import runs
from custseg_spark.errors import RunError
from custseg_spark.results import RunFigures, TrainingResult
from custseg_spark.steps.summarize_run import build_summary
from custseg_spark.steps.write_report import draw_figures, write_report
from custseg_spark.steps.write_run import build_model_files, build_record, build_tables

NOT_PUBLISHED = runs.Run("out", "not published")
"""Stands for a run in what is made before there is one."""


class FittedFiles:
    """The files of a fitted model: figures are drawn when the first of them, or the report, is asked for."""

    customers: str | None = None

    def __init__(self, result: TrainingResult) -> None:
        self.result = result

    @property
    def names(self) -> tuple[str, ...]:
        """Every file but the figures, by its path below the model."""
        return (*self._tables, *self._model, "report.html")

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures, which are drawn to know them."""
        return tuple(self._plots)

    def read(self, name: str) -> bytes:
        """The content of a file."""
        for files in self._all():
            if name in files:
                content = files[name]
                return content.encode() if isinstance(content, str) else content
        raise KeyError(name)

    @cached_property
    def record(self) -> runs.RunRecord:
        """run.json."""
        return build_record(NOT_PUBLISHED, self.result)

    def _all(self) -> Iterator[Mapping[str, str | bytes]]:
        """The files in groups, those that are made at once first."""
        yield self._tables
        yield self._model
        yield self._plots
        yield self._report

    @cached_property
    def _tables(self) -> Mapping[str, str | bytes]:
        return {
            **build_tables(self.result),
            "run.json": self.record.to_json(),
            "summary.json": build_summary(self.result).to_json(),
        }

    @cached_property
    def _model(self) -> Mapping[str, str | bytes]:
        return build_model_files(self.result.model)

    @cached_property
    def _plots(self) -> Mapping[str, str | bytes]:
        return {f"plots/{name}": png for name, png in self._figures.light.items()}

    @cached_property
    def _report(self) -> Mapping[str, str | bytes]:
        return write_report(NOT_PUBLISHED, self.result, self._figures)

    @cached_property
    def _figures(self) -> RunFigures:
        return draw_figures(self.result)


class StoredFiles:
    """The files of a model that was saved, or of a run, under `root`."""

    def __init__(self, root: str) -> None:
        self.root = root

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
