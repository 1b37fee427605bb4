"""A run's directory as the pages read it: small files by their names, customers through Arrow."""

from __future__ import annotations

import functools
from typing import Any

import fsspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from custseg_spark import clustering, data, features, runs
from custseg_spark.app.uploads import ADDED
from custseg_spark.features import VALUE
from custseg_spark.model import Model
from custseg_spark.report import palette
from custseg_spark.report.view import Summary, read_summary

MOST = 50_000
"""Customers that a page holds; of larger tables, this many drawn from all."""
MOST_VALUES = 12
"""Different texts of a column that are told apart in a picture."""


class RunView:
    """A whole run. What is read once is kept as long as the object lives, and in `known` what pages found."""

    def __init__(self, run: runs.Run, title: str = "") -> None:
        self.known: dict[str, Any] = {}
        self.run = run
        day, moment = run.run_id[:8], run.run_id[9:13]
        self.title = title or f"{day[:4]}-{day[4:6]}-{day[6:]} {moment[:2]}:{moment[2:]} UTC"

    def read_file(self, name: str) -> bytes | None:
        """A small file of the run; None where the run has none of that name."""
        return runs.read_file(self.run.at(name))

    @functools.cached_property
    def record(self) -> runs.RunRecord:
        """run.json. Raises RunError where there is none."""
        return self.run.read_record()

    @functools.cached_property
    def model(self) -> Model:
        return Model.from_json(self.run.read("model.json").decode())

    @functools.cached_property
    def profile(self) -> pd.DataFrame:
        """profile.csv: a row per segment."""
        return self._read_csv("profile.csv")

    @functools.cached_property
    def sweep(self) -> pd.DataFrame:
        """sweep.csv: a row per number of segments that was tried."""
        return self._read_csv("sweep.csv")

    @functools.cached_property
    def movement(self) -> pd.DataFrame:
        """movement.csv: who went where since the live run; empty where there was none."""
        return self._read_csv("movement.csv")

    @functools.cached_property
    def summary(self) -> Summary:
        """The first screen of the report."""
        return read_summary(self.read_file("summary.json"), self.record.segments)

    @property
    def names(self) -> dict[int, str]:
        """Segment id -> name, in the order of the ids."""
        return dict(zip(self.profile["segment"].astype(int), self.profile["name"].astype(str), strict=True))

    @property
    def lettered_names(self) -> dict[int, str]:
        """Segment id -> its letter and name, as people choose it."""
        return {segment: palette.write_lettered(segment, name) for segment, name in self.names.items()}

    @functools.cached_property
    def customers(self) -> ds.Dataset:
        """Every accepted customer, unread."""
        return open_customers(self.run)

    @functools.cached_property
    def sample(self) -> pd.DataFrame:
        """Customers with every column: all, or MOST of them drawn evenly from all (the same every time)."""
        rows = self.customers.count_rows()
        if rows <= MOST:
            table = self.customers.to_table()
        else:
            places = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
            table = self.customers.take(pa.array(places))
        for place, one in enumerate(table.schema):
            if pa.types.is_decimal(one.type):  # there is no other way to draw them
                table = table.set_column(place, one.name, table.column(place).cast(pa.float64()))
        found: pd.DataFrame = table.to_pandas()
        return found

    @functools.cached_property
    def points(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """(n, d) the sample on the model scale."""
        values = {
            f"{VALUE}{t.name}": (self.sample[f"{VALUE}{t.category}"] == t.level).astype(float)
            if t.category
            else self.sample[f"{VALUE}{t.name}"]
            for t in self.model.features
        }
        return features.to_model_scale(pd.DataFrame(values), self.model.features)

    @functools.cached_property
    def axes(self) -> tuple[np.ndarray[Any, Any], tuple[float, ...]]:
        """(n, 3) the sample on its three principal axes (zeros where there are fewer features), and the share
        of the variance along each. Each axis points the way of its largest loading."""
        plane = clustering.fit_plane(self.points)
        return plane.project(self.points), tuple(plane.explained.tolist())

    def shares_ids(self, other: RunView) -> bool:
        """Whether an id means the same customer in both runs: numbers of rows do within one file alone."""
        same = self.model.id.lower() == other.model.id.lower()
        return same and self.record.file == other.record.file

    @property
    def columns(self) -> dict[str, str]:
        """Columns of numbers to look at: the features, then the input's, as they are called -> column."""
        found = {t.name: f"{VALUE}{t.name}" for t in self.model.features if not t.category}
        plain = [name for name in self._list_input(["number"]) if not name.startswith(VALUE)]
        return found | {name: name for name in plain if name not in found}

    @functools.cached_property
    def categories(self) -> dict[str, str]:
        """Columns of a few texts, or of yes and no: categories that cut by their levels, then the input's, as
        they are called -> column."""
        found = {t.category: f"{VALUE}{t.category}" for t in self.model.features if t.category}
        for name in self._list_input([object, bool]):
            known = self.sample[name].dropna().astype(str)
            few = 1 < known.nunique() <= MOST_VALUES and known.nunique() <= len(known) / 2
            if few and name not in found.values():
                found.setdefault(name, name)
        return found

    def _list_input(self, types: list[Any]) -> list[str]:
        """The input columns of these types, without the id."""
        columns = self.sample.select_dtypes(types, exclude="timedelta").columns
        return [name for name in map(str, columns) if name not in (*ADDED, self.model.id)]

    def find_customer(self, wanted: str) -> pd.DataFrame:
        """The customers of this id: one, or none. Only the row groups that may hold it are read."""
        name = self.model.id
        kind = self.customers.schema.field(name).type
        try:
            value = pa.scalar(wanted.strip(), pa.string()).cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return pd.DataFrame()
        found: pd.DataFrame = self.customers.to_table(filter=pc.field(name) == value).to_pandas()
        return found

    def _read_csv(self, name: str) -> pd.DataFrame:
        content = self.read_file(name)
        return pd.DataFrame() if content is None else data.read_csv(content)


def open_customers(run: runs.Run) -> ds.Dataset:
    """The labelled customers of a run or of a score, unread."""
    files, path = fsspec.core.url_to_fs(run.at("customers"))
    kind = ds.partitioning(pa.schema([("segment", pa.int32())]), flavor="hive")
    return ds.dataset(path, filesystem=files, format="parquet", partitioning=kind)


def list_published(output: str | None) -> list[runs.RunListing]:
    """The whole runs under an output, the newest first; none where there is no output."""
    return [] if output is None else [one for one in reversed(runs.list_runs(output)) if one.record]
