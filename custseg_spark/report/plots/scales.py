"""Axes for skewed columns: drawn as the model sees them, read in the column's own unit."""

from __future__ import annotations

import numpy as np
from matplotlib.axis import Axis
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report import palette
from custseg_spark.report.plots import canvas
from custseg_spark.report.plots.data import FeatureView


def to_axis(values: NDArray[np.float64], view: FeatureView) -> NDArray[np.float64]:
    """Values in the unit to places on the axis."""
    return np.log1p(np.maximum(values, 0)) if view.transform == "log1p" else values


def fit_frame(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, d) low and high per axis that hold the centres and all but the farthest 4 in 1000 points."""
    low, high = np.quantile(points, [0.002, 0.998], axis=0)
    low, high = np.fmin.reduce([low, *centres]), np.fmax.reduce([high, *centres])
    room = np.where(high > low, 0.06 * (high - low), 1.0)
    return np.stack([low - room, high + room])


def find_inside(points: NDArray[np.float64], frame: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether each point lies within the frame."""
    inside: NDArray[np.bool_] = ((points >= frame[0]) & (points <= frame[1])).all(axis=1)
    return inside


def label_axis(axis: Axis, view: FeatureView, named: bool = True, most: int = 6) -> None:
    """Ticks in the column's unit, and its name with the unit beside them."""
    if view.transform == "log1p":
        low, high = sorted(axis.get_view_interval())
        ticks = np.concatenate([[0.0], *(np.array([1, 3]) * 10.0**e for e in range(10))])
        places = np.log1p(ticks)
        shown = (places >= low) & (places <= high)
        if shown.sum() > most:
            shown &= np.isin(ticks, [0.0, *(10.0**e for e in range(10))])
        axis.set_major_locator(FixedLocator(places[shown].tolist()))
        axis.set_major_formatter(FuncFormatter(lambda place, _: shorten(float(np.expm1(place)))))
    else:
        axis.set_major_locator(MaxNLocator(most - 1))
        axis.set_major_formatter(FuncFormatter(lambda place, _: shorten(float(place))))
    if named:
        text = wording.add_unit(view.text, view.unit)
        axis.set_label_text(canvas.escape_mathtext(wording.break_text(text, 60)), color=palette.INK, size=10)


def shorten(value: float) -> str:
    """Tick text: 250k and 1.5M for the large, as few digits as needed for the small."""
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            unit = 1e3 if sign == "k" else size
            return f"{value / unit:.4g}{sign}".replace("-", "−")
    rounded = round(value, 6)
    return f"{rounded:,.6g}".replace("-", "−") if abs(rounded) < 1000 else f"{rounded:,.0f}".replace("-", "−")
