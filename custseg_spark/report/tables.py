"""Tables for the page: titled columns, plain values, and how each is written and sorted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from custseg_spark import wording

Kind = Literal["text", "number", "percent", "decimal", "code"]
Value = str | float | int | bool | None


@dataclass(frozen=True)
class Column:
    """A titled column; `note` is what a reader is told who asks what it means."""

    title: str
    kind: Kind = "number"
    note: str = ""


@dataclass(frozen=True)
class PageTable:
    """Rows of plain values, one per column; `marked` is the row to point at."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    caption: str = ""
    marked: int | None = None


SCORES: dict[str, Column] = {
    "k": Column("Segments", "number", "k, the number of segments"),
    "silhouette": Column("Silhouette", "decimal", "squared Euclidean distance; higher: farther apart"),
    "lowest_jaccard": Column(
        "Stability", "decimal", "the lowest Jaccard of any segment when the data is redrawn (Hennig 2007)"
    ),
    "smallest_share": Column("Smallest segment", "percent", "share of customers in the smallest segment"),
    "silhouette_se": Column("± silhouette", "decimal", "standard error of the silhouette"),
    "lowest_jaccard_se": Column("± stability", "decimal", "standard error over the redraws"),
    "smallest_share_se": Column("± smallest", "percent", "standard error of the smallest share"),
    "cost": Column("Cost", "number", "sum of squared distances to the nearest centre, model scale"),
    "cost_se": Column("± cost", "number", "standard error of the cost"),
    "cost_spread": Column("Cost spread", "decimal", "spread of the cost over restarts"),
    "silhouette_euclidean": Column("Silhouette (Euclidean)", "decimal", "Euclidean distance, on a subsample"),
    "silhouette_euclidean_se": Column("± Euclidean", "decimal", "standard error on that subsample"),
    "calinski_harabasz": Column("Calinski-Harabasz", "number", "higher is better"),
    "davies_bouldin": Column("Davies-Bouldin", "decimal", "lower is better"),
    "gap": Column("Gap", "decimal", "Tibshirani, Walther and Hastie 2001"),
    "gap_se": Column("± gap", "decimal", "standard error of the gap"),
    "prediction_strength": Column("Prediction strength", "decimal", "Tibshirani and Walther 2005"),
    "prediction_strength_se": Column("± prediction strength", "decimal", "standard error over the splits"),
    "same_names": Column("Same names", "percent", "how often the same names come back over redraws"),
    "same_names_se": Column("± same names", "percent", "standard error over the redraws"),
}
_FIRST = ("k", "silhouette", "lowest_jaccard", "smallest_share")
_HIDDEN = ("chosen", "distinct_segments", "jaccards")


def build_sweep_table(frame: pd.DataFrame, chosen: int, every: bool) -> PageTable:
    """The sweep as a table: three scores per k, or every score that was taken."""
    taken = [column for column in SCORES if column in frame and frame[column].notna().any()]
    others = [str(c) for c in frame if c not in SCORES and c not in _HIDDEN and frame[c].notna().any()]
    names = [*taken, *others] if every else [name for name in _FIRST if name in taken]
    ordered = frame.sort_values("k")
    rows = tuple(tuple(_plain(row[name]) for name in names) for row in ordered.to_dict("records"))
    columns = tuple(
        SCORES.get(name, Column(wording.humanize(str(name)), _kind(ordered[name]))) for name in names
    )
    marked = [int(k) for k in ordered["k"]].index(chosen) if chosen in set(ordered["k"]) else None
    return PageTable(columns, rows, marked=marked)


def format_cell(value: Value, kind: Kind) -> str:
    """A value as it stands in a table; a dash for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if kind == "percent":
        return wording.format_percent(value)
    if kind == "decimal":
        return wording.format_decimal(value)
    return wording.format_number(value)


def sort_key(value: Value) -> str:
    """What a cell is sorted by: the number behind its text, the text itself, nothing where unknown."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return f"{float(value):.10g}" if isinstance(value, bool | int | float) else value


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number


def _kind(column: pd.Series) -> Kind:
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"
