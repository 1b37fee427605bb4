"""Every column of every segment side by side: a row per column, a shade for how far from all customers."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from custseg_spark import wording
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.profile_table import LevelRow, ProfileTable
from custseg_spark.report.view import MeanView, OutcomeView, Summary

FULL = 60
"""The percentage of the deepest shade."""
LEAST = 0.05
"""A distance under this is none."""


@dataclass(frozen=True)
class HeatCell:
    """A segment's mean of a column, and how far it lies from all customers."""

    text: str
    mean: float
    distance: float
    """Over zero above all customers; NaN where unknown. Cells of a row, and of rows, compare by it."""
    told: str
    """The distance in words."""
    way: str = ""
    """up, down, or nothing where it is like everybody."""
    strength: int = 0
    """0 to FULL, the percentage of the shade."""


@dataclass(frozen=True)
class HeatRow:
    """A column: its name, its unit, the mean of all customers and a cell per segment."""

    name: str
    unit: str
    overall: str
    """The mean of all customers as it is written."""
    mean: float
    cells: tuple[HeatCell, ...]
    level: str = ""
    """What a level is called: tier: Gold."""


@dataclass(frozen=True)
class HeatGroup:
    """The columns that do the same."""

    title: str
    rows: tuple[HeatRow, ...]


def lay_out_heat(profile: ProfileTable, summary: Summary) -> tuple[HeatGroup, ...]:
    """The columns that cut, each category with its levels apart, those that describe and what they did; empty
    groups are left out. The cells of a row are in the order of the profile."""
    cutting: dict[str, list[FeatureView]] = {"Cut the segments": []}
    for view in profile.features:
        title = f"Cut the segments: {view.category}" if view.category else "Cut the segments"
        cutting.setdefault(title, []).append(view)
    groups = (
        *((title, tuple(_lay_out_row(profile, view) for view in some)) for title, some in cutting.items()),
        ("Only describe them", tuple(_lay_out_row(profile, view) for view in profile.descriptions)),
        ("What they did", _lay_out_outcomes(profile, summary)),
    )
    return tuple(HeatGroup(title, rows) for title, rows in groups if rows)


def _lay_out_row(profile: ProfileTable, view: FeatureView) -> HeatRow:
    everyone = profile.overall.get(view.name, math.nan)
    means = _read_column(profile.table, f"mean_{view.name}")
    z = _read_column(profile.table, f"z_{view.name}")
    chance = _find_chance(profile, view, everyone)
    cells = tuple(
        _fill_ratio(view.write(mean), mean, everyone, within)
        if view.rate or not math.isfinite(own)
        else _fill_distance(view.write(mean), mean, own)
        for mean, own, within in zip(means, z, chance, strict=True)
    )
    unit = "" if wording.says_unit(view.text, view.unit) else view.unit
    if view.category:
        cells = tuple(map(_tell_lift, cells, map(_find_level(profile, view).get, profile.ids)))
    level = view.text if view.category else ""
    return HeatRow(view.name, unit, view.write(everyone), everyone, cells, level)


def _find_level(profile: ProfileTable, view: FeatureView) -> dict[int, LevelRow]:
    """Segment -> what is known of the level there."""
    every = {segment: profile.list_levels(segment).get(view.category, []) for segment in profile.ids}
    return {segment: one for segment, some in every.items() for one in some if one.view == view}


def _tell_lift(cell: HeatCell, level: LevelRow | None) -> HeatCell:
    """The cell with the lift in words beside its distance."""
    if level is None or not level.told:
        return cell
    chance = "" if cell.way else f"{cell.told}: "
    return replace(cell, told=f"{chance}{level.told}")


def _find_chance(profile: ProfileTable, view: FeatureView, everyone: float) -> list[float]:
    """How far each segment's rate would lie from that of all customers by chance: two standard errors, of a
    column of yes and no. 0 of any other: what a sum over a sum owes to chance is not known."""
    spreads = _read_column(profile.table, f"std_{view.name}")
    sizes = _read_column(profile.table, "effective" if "effective" in profile.table else "size")
    if not (view.rate and 0 < everyone < 1):
        return [0.0] * len(sizes)
    variance = everyone * (1 - everyone)
    return [
        2 * math.sqrt(variance / size) if size > 0 and math.isfinite(spread) else 0.0
        for size, spread in zip(sizes, spreads, strict=True)
    ]


def _lay_out_outcomes(profile: ProfileTable, summary: Summary) -> tuple[HeatRow, ...]:
    known = {one.segment: one.outcomes for one in summary.segments}
    return tuple(
        _lay_out_outcome(outcome, [_read_mean(known.get(segment, ()), place) for segment in profile.ids])
        for place, outcome in enumerate(summary.outcomes)
    )


def _lay_out_outcome(outcome: OutcomeView, found: list[MeanView]) -> HeatRow:
    everyone = math.nan if outcome.overall is None else outcome.overall
    cells = []
    for one in found:
        mean, low, high = (math.nan if value is None else value for value in (one.mean, one.low, one.high))
        within = abs(mean - everyone) if low <= everyone <= high else 0.0
        cells.append(_fill_ratio(outcome.write(one.mean), mean, everyone, within))
    return HeatRow(outcome.name, outcome.unit, outcome.write(outcome.overall), everyone, tuple(cells))


def _read_mean(outcomes: tuple[MeanView, ...], place: int) -> MeanView:
    return outcomes[place] if place < len(outcomes) else MeanView()


def _read_column(table: pd.DataFrame, name: str) -> list[float]:
    return [float(value) for value in table[name]] if name in table else [math.nan] * len(table)


def _fill_distance(text: str, mean: float, z: float) -> HeatCell:
    """Of a column that every customer has: standard deviations of all customers. The shade is full at two."""
    side = "above" if z > 0 else "below"
    told = f"{wording.format_decimal(abs(z), 1)} standard deviations {side} all customers"
    return _fill(HeatCell(text, mean, z, told), z / 2)


def _fill_ratio(text: str, mean: float, everyone: float, chance: float) -> HeatCell:
    """Of a rate, which no single customer has, and so no spread: the logarithm to base 2 of how many times
    the mean of all customers it is. The shade is full at twice and at half. Under zero the magnitudes are
    compared; on the other side of zero it is full. No farther than `chance` is no shade."""
    if not (math.isfinite(mean) and math.isfinite(everyone)):
        return HeatCell(text, mean, math.nan, "not known")
    if abs(mean - everyone) <= chance or mean == everyone:
        told = "no farther from all customers than chance" if chance else "like all customers"
        return HeatCell(text, mean, 0.0, told)
    if mean * everyone <= 0:
        way = math.copysign(1.0, mean - everyone)
        told = "above all customers" if way > 0 else "below all customers"
        return _fill(HeatCell(text, mean, 20 * way, told), way)
    times = mean / everyone
    distance = math.copysign(math.log2(times), (mean - everyone))
    written = wording.format_decimal(times, 1 if times >= 1.95 else 2)
    return _fill(HeatCell(text, mean, distance, f"{written} times the figure of all customers"), distance)


def _fill(cell: HeatCell, reach: float) -> HeatCell:
    """The cell with its shade; `reach`: its distance in parts of a full one."""
    if abs(cell.distance) < LEAST:
        return replace(cell, told="like all customers")
    way = "up" if cell.distance > 0 else "down"
    return replace(cell, way=way, strength=round(min(abs(reach), 1) * FULL))
