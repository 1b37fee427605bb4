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
from custseg_spark.features import VALUE
from custseg_spark.model import Model
from custseg_spark.report.view import Summary, read_summary

MOST = 50_000
"""Customers that a page holds; of larger tables, this many drawn from all."""
MOST_VALUES = 12
"""Different texts of a column that are told apart in a picture."""
OURS = ("segment", "segment_name", "distance_to_centre")


class RunView:
    """A whole run. What is read once is kept as long as the object lives, and in `known` what pages found."""

    def __init__(self, run: runs.Run, title: str = "") -> None:
        self.known: dict[str, Any] = {}
        self.run = run
        self.title = title or _write_title(run)

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

    @functools.cached_property
    def customers(self) -> ds.Dataset:
        """Every accepted customer, unread."""
        return open_customers(self.run)

    @functools.cached_property
    def sample(self) -> pd.DataFrame:
        """Customers with every column: all, or MOST of them drawn evenly from all (the same every time)."""
        found = self.customers
        rows = found.count_rows()
        if rows <= MOST:
            return _to_pandas(_cast_decimals(found.to_table()))
        places = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
        return _to_pandas(_cast_decimals(found.take(pa.array(places))))

    @functools.cached_property
    def points(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """(n, d) the sample on the model scale."""
        treatments = self.model.features
        return features.to_model_scale(self.sample[[f"{VALUE}{t.name}" for t in treatments]], treatments)

    @functools.cached_property
    def axes(self) -> tuple[np.ndarray[Any, Any], tuple[float, ...]]:
        """(n, 3) the sample on its three principal axes (zeros where there are fewer features), and the share
        of the variance along each. Each axis points the way of its largest loading."""
        plane = clustering.fit_plane(self.points)
        return plane.project(self.points), tuple(plane.explained.tolist())

    @property
    def columns(self) -> dict[str, str]:
        """Columns of numbers to look at: the features, then the input's, as they are called -> column."""
        found = {t.name: f"{VALUE}{t.name}" for t in self.model.features}
        for name in self.sample.columns:
            plain = name not in OURS and not str(name).startswith(VALUE) and name != self.model.id
            number = pd.api.types.is_numeric_dtype(self.sample[name])
            if plain and number and name not in found and not pd.api.types.is_bool_dtype(self.sample[name]):
                found[str(name)] = str(name)
        return found

    @functools.cached_property
    def categories(self) -> dict[str, str]:
        """Columns of a few texts, or of yes and no, as they are called -> column."""
        found = {}
        for name in map(str, self.sample.columns):
            values = self.sample[name]
            texts = values.dtype == object or pd.api.types.is_bool_dtype(values)
            if name not in OURS and name != self.model.id and texts:
                known = values.dropna().astype(str)
                if 1 < known.nunique() <= MOST_VALUES and known.nunique() <= len(known) / 2:
                    found[name] = name
        return found

    def find_customer(self, wanted: str) -> pd.DataFrame:
        """The customers of this id: one, or none. Only the row groups that may hold it are read."""
        name = self.model.id
        kind = self.customers.schema.field(name).type
        try:
            value = pa.scalar(wanted.strip(), pa.string()).cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return pd.DataFrame()
        return _to_pandas(self.customers.to_table(filter=pc.field(name) == value))

    def _read_csv(self, name: str) -> pd.DataFrame:
        content = self.read_file(name)
        return pd.DataFrame() if content is None else data.read_csv(content)


def open_customers(run: runs.Run) -> ds.Dataset:
    """The labelled customers of a run or of a score, unread."""
    files, path = fsspec.core.url_to_fs(run.at("customers"))
    kind = ds.partitioning(pa.schema([("segment", pa.int32())]), flavor="hive")
    return ds.dataset(path, filesystem=files, format="parquet", partitioning=kind)


def _cast_decimals(table: pa.Table) -> pa.Table:
    """The table with its decimals as floats: there is no other way to draw them."""
    fields = [
        pa.field(one.name, pa.float64()) if pa.types.is_decimal(one.type) else one for one in table.schema
    ]
    return table.cast(pa.schema(fields))


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    found: pd.DataFrame = table.to_pandas()
    return found


def list_published(output: str | None) -> list[runs.RunListing]:
    """The whole runs under an output, the newest first; none where there is no output."""
    return [] if output is None else [one for one in reversed(runs.list_runs(output)) if one.record]


def _write_title(run: runs.Run) -> str:
    moment = run.run_id.partition(".")[0]
    day = f"{moment[:4]}-{moment[4:6]}-{moment[6:8]} {moment[9:11]}:{moment[11:13]}"
    return f"{day} UTC"
