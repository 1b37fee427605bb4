"""What is seen in each figure, in one computed sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.statistics import STABLE
from custseg_spark.wording import format_percent


def quote_name(name: str) -> str:
    """A segment's name as it stands within a sentence."""
    return f"“{wording.break_text(name, 44, 1)}”"


def _shorten(text: str, width: int = 30) -> str:
    """A column's name as it fits into a title."""
    return wording.break_text(text, width, 1)


def describe_component(p: Pictures, axis: int) -> str:
    """`PC1 (48 %): spend +, deals −`: the up to three features that weigh most in it."""
    weights = p.loadings[axis] if axis < len(p.loadings) else np.zeros(len(p.features))
    text = f"PC{axis + 1} ({format_percent(float(p.explained[axis]))})"
    largest = float(np.abs(weights).max(initial=0.0))
    if largest == 0:
        return text
    heavy = [i for i in np.argsort(-np.abs(weights), kind="stable")[:3] if abs(weights[i]) >= 0.4 * largest]
    parts = [f"{_shorten(p.features[i].text, 22)} {'+' if weights[i] > 0 else '−'}" for i in heavy]
    return f"{text}: {', '.join(parts)}"


def describe_plane(p: Pictures) -> str:
    """How much the plane shows, and which two segments lie farthest apart on it."""
    shown = format_percent(float(p.explained[:2].sum()))
    if p.k < 3:
        return f"The two segments on the plane that shows {shown} of the variation between customers"
    centres = p.plane_centres[:, :2]
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    one, other = sorted(divmod(int(np.argmax(apart)), p.k))
    names = f"{quote_name(p.names[one])} and {quote_name(p.names[other])}"
    return f"{names} lie farthest apart; the plane shows {shown} of the variation between customers"


def describe_space(p: Pictures) -> str:
    """What the third dimension adds."""
    shown, more = format_percent(float(p.explained.sum())), format_percent(float(p.explained[2]))
    return f"Three dimensions show {shown} of the variation; the third adds {more}"


def choose_pair(p: Pictures) -> list[FeatureView]:
    """The two columns to draw: income and spend, or the first two features; fewer where there are fewer."""
    views = [view for view in p.features + p.descriptions if p.has(view.name)]
    income = [view for view in views if "income" in view.name.lower()]
    spend = [view for view in views if re.search("spend|^monetary$|^revenue$", view.name.lower())]
    return [income[0], spend[0]] if income and spend else views[:2]


def describe_pair(views: Sequence[FeatureView], units: NDArray[np.float64]) -> str:
    """Whether the two columns move together (Spearman's rank correlation)."""
    first, second = (_shorten(view.text) for view in views)
    rho = float(pd.DataFrame(units).corr(method="spearman", min_periods=3).to_numpy()[0, 1])
    if np.isnan(rho):  # too few customers, or a column that is constant
        return wording.capitalize(f"{first} against {second}")
    how = "rise together" if rho > 0 else "move against each other"
    how += " strongly" if abs(rho) >= 0.7 else " clearly" if abs(rho) >= 0.4 else " weakly"
    how = "do not move together" if abs(rho) < 0.1 else how
    measured = f"rank correlation {wording.format_decimal(rho)}"
    return wording.capitalize(f"{first} and {second} {how} ({measured})")


def describe_sizes(p: Pictures) -> str:
    """The largest and the smallest segment."""
    shares = p.shares
    large, small = int(np.argmax(shares)), int(np.argmin(shares))
    if shares[large] - shares[small] < 0.005:
        return f"All {p.k} segments are of the same size"
    return (
        f"{quote_name(p.names[large])} is the largest with {format_percent(shares[large])} of customers, "
        f"{quote_name(p.names[small])} the smallest with {format_percent(shares[small])}"
    )


def share_value(p: Pictures) -> tuple[str, list[float]] | None:
    """The additive column to weigh customers by, and each segment's share of its total."""
    name = p.value
    if name and f"mean_{name}" in p.profile:
        totals = p.profile[f"mean_{name}"].to_numpy(dtype=float) * np.asarray(p.sizes, dtype=float)
        if f"share_of_total_{name}" in p.profile:  # counts missing values rightly
            totals = p.profile[f"share_of_total_{name}"].to_numpy(dtype=float)
        if np.isfinite(totals).all() and (totals >= 0).all() and totals.sum() > 0:
            return name, (totals / totals.sum()).tolist()
    return None


def describe_shares(p: Pictures, name: str, of_total: Sequence[float]) -> str:
    """How few customers bring how much: the segments that bring more than their share."""
    rich = [i for i in range(p.k) if of_total[i] > p.shares[i]]
    customers, value = sum(p.shares[i] for i in rich), sum(of_total[i] for i in rich)
    if not rich or value - customers < 0.02:
        return f"Every segment brings about its share of {p.say(name)}"
    what = _shorten(p.say(name))
    return f"{format_percent(customers)} of customers bring {format_percent(value)} of {what}"


def describe_heatmap(p: Pictures, z: NDArray[np.float64], columns: Sequence[str]) -> str:
    """The segment and feature farthest from all customers."""
    if not np.isfinite(z).any():
        return "Segments against all customers"
    row, column = divmod(int(np.nanargmax(np.abs(z))), z.shape[1])
    side = "above" if z[row, column] > 0 else "below"
    what = _shorten(p.say(columns[column]))
    return (
        f"{quote_name(p.names[row])} stands out most: {what} is "
        f"{wording.format_decimal(abs(float(z[row, column])), 1)} standard deviations {side} all customers"
    )


def describe_boxes(eta: dict[str, float]) -> str:
    """Which column the segments explain most of (eta squared of the sample)."""
    known = {name: value for name, value in eta.items() if math.isfinite(value)}
    if not known:
        return "How the columns are spread within each segment"
    best = max(known, key=known.__getitem__)
    share = format_percent(known[best])
    return f"The segments differ most in {_shorten(best)}: they explain {share} of its variation"


def describe_elbow(sweep: pd.DataFrame, chosen: int) -> str:
    """What the chosen k saves, and what the next one would."""
    cost = sweep.set_index("k")["cost"]
    parts = []
    if chosen - 1 in cost:
        saved = format_percent(1 - cost[chosen] / cost[chosen - 1])
        parts.append(f"going from {chosen - 1} to {chosen} segments saves {saved} of the cost")
    if chosen + 1 in cost:
        saved = format_percent(1 - cost[chosen + 1] / cost[chosen])
        step = f"going from {chosen} to {chosen + 1} segments would save {saved} of the cost"
        parts.append(f"one more than {chosen} would save {saved}" if parts else step)
    return wording.capitalize(", ".join(parts)) if parts else f"Cost at {chosen} segments"


def describe_silhouette(sweep: pd.DataFrame, chosen: int) -> str:
    """How the chosen k's silhouette stands to the best of the range."""
    scores = sweep.set_index("k")["silhouette"]
    best = int(sweep["k"].to_numpy()[scores.fillna(-2).to_numpy().argmax()])
    own = f"{chosen} segments have a silhouette of {wording.format_decimal(float(scores[chosen]))}"
    if best == chosen:
        return f"{own}, the best of the range"
    return f"{own}; the best of the range is {wording.format_decimal(float(scores[best]))} at {best}"


def describe_evidence(sweep: pd.DataFrame, chosen: int, floor: float) -> str:
    """Why the chosen k, or what speaks against it."""
    row = sweep[sweep["k"] == chosen].iloc[0]
    wanting = []
    if row["smallest_share"] < floor:
        wanting.append(f"a segment is under {format_percent(floor)} of customers")
    lowest = row.get("lowest_jaccard")
    if pd.notna(lowest) and lowest < STABLE:
        wanting.append(f"a segment comes back only to {wording.format_decimal(float(lowest))}")
    if wanting:
        return f"{chosen} segments, with a reservation: {wording.join_words(wanting)}"
    passing = sweep[sweep["smallest_share"] >= floor]
    if "lowest_jaccard" in passing and passing["lowest_jaccard"].notna().any():
        passing = passing[passing["lowest_jaccard"] >= STABLE]
        claim = "that come back and are all large enough"
    else:
        claim = "that are all large enough"
    if passing["silhouette"].isna().all():
        return f"{chosen} segments were chosen"
    best = int(passing["k"].to_numpy()[passing["silhouette"].fillna(-2).to_numpy().argmax()])
    if best != chosen:
        return f"{chosen} segments were chosen; {best} would have the best silhouette of those {claim}"
    if len(passing) == 1:
        return f"{chosen} is the only number of segments {claim}"
    return f"{chosen} segments have the best silhouette of those {claim}"
