"""What is seen in each figure, in one computed sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from custseg_spark import wording
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.statistics import STABLE
from custseg_spark.wording import format_percent

STANDS_OUT = 0.25
"""So many standard deviations from all customers a segment stands out at least."""
LEAST_BETWEEN = 0.01
"""A column of whose variance less lies between the segments is one they do not differ in."""


def quote_name(name: str) -> str:
    """A segment's name as it stands within a sentence."""
    return f"“{wording.break_text(name, 44, 1)}”"


def _shorten(text: str, width: int = 30) -> str:
    """A column's name as it fits into a title."""
    return wording.break_text(text, width, 1)


def describe_component(p: Pictures, axis: int) -> str:
    """`Axis 1 (48 %): spend +, deals −`: the up to three features that weigh most in it."""
    weights = p.loadings[axis] if axis < len(p.loadings) else np.zeros(len(p.features))
    text = f"Axis {axis + 1} ({format_percent(float(p.explained[axis]))})"
    largest = float(np.abs(weights).max(initial=0.0))
    if largest == 0:
        return text
    heavy = [i for i in np.argsort(-np.abs(weights), kind="stable")[:3] if abs(weights[i]) >= 0.4 * largest]
    parts = [f"{_shorten(p.features[i].text, 22)} {'+' if weights[i] > 0 else '−'}" for i in heavy]
    return f"{text}: {', '.join(parts)}"


def describe_plane(p: Pictures) -> str:
    """How much the plane shows, and which two segments lie farthest apart on it."""
    shown = format_percent(float(p.explained[:2].sum()))
    if len(p.features) == 1:
        return f"The customers along {_shorten(p.features[0].text)}, by segment"
    if p.k < 3:
        what = "The two segments" if p.k == 2 else "All customers"
        return f"{what} on the plane that shows {shown} of the variation between customers"
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
    """The two columns to draw: income and spend, or the first two features, and no level, which is 1 or 0;
    fewer where there are fewer."""
    views = [view for view in p.features + p.descriptions if p.has(view.name) and not view.category]
    income = [view for view in views if "income" in view.name.lower()]
    spend = [view for view in views if re.search("spend|^monetary$|^revenue$", view.name.lower())]
    return [income[0], spend[0]] if income and spend else views[:2]


def describe_pair(views: Sequence[FeatureView], rho: float) -> str:
    """Whether the two columns move together; `rho`: their rank correlation, NaN where it is not known."""
    first, second = (_shorten(view.text) for view in views)
    if np.isnan(rho):  # too few customers, or a column that is constant
        return wording.capitalize(f"{first} against {second}")
    how = "rise together" if rho > 0 else "move against each other"
    how += " strongly" if abs(rho) >= 0.7 else " clearly" if abs(rho) >= 0.4 else " weakly"
    how = "do not move together" if abs(rho) < 0.1 else how
    return wording.capitalize(f"{first} and {second} {how}")


def measure_correlation(units: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of the columns of `units` (n, 2); NaN of fewer than three customers."""
    return float(pd.DataFrame(units).corr(method="spearman", min_periods=3).to_numpy()[0, 1])


def describe_sizes(p: Pictures) -> str:
    """The largest and the smallest segment."""
    shares = p.shares
    large, small = int(np.argmax(shares)), int(np.argmin(shares))
    if p.k == 1:
        return "One segment holds all customers"
    if shares[large] - shares[small] < 0.005:
        return f"{'Both' if p.k == 2 else f'All {p.k}'} segments are of the same size"
    most, least = ("larger", "smaller") if p.k == 2 else ("largest", "smallest")
    return (
        f"{quote_name(p.names[large])} is the {most} with {format_percent(shares[large])} of customers, "
        f"{quote_name(p.names[small])} the {least} with {format_percent(shares[small])}"
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
    what = _shorten(p.say(name))
    if p.k == 1:
        return f"One segment brings all of {what}"
    if not rich or value - customers < 0.02:
        return f"{'Either' if p.k == 2 else 'Every'} segment brings about its share of {what}"
    return f"{format_percent(customers)} of customers bring {format_percent(value)} of {what}"


def describe_heatmap(p: Pictures, z: NDArray[np.float64], columns: Sequence[str]) -> str:
    """The segment and feature farthest from all customers."""
    if not np.isfinite(z).any():
        return "Segments against all customers"
    row, column = divmod(int(np.nanargmax(np.abs(z))), z.shape[1])
    if abs(z[row, column]) < STANDS_OUT:
        return "The one segment is like all customers" if p.k == 1 else "No segment stands out"
    side = "above" if z[row, column] > 0 else "below"
    far = "far " if abs(z[row, column]) >= 1 else ""
    what = _shorten(p.say(columns[column]))
    return f"{quote_name(p.names[row])} stands out most: {far}{side} all customers in {what}"


def describe_boxes(between: dict[str, float]) -> str:
    """Which column the segments differ most in. `between`: by column, the share of the variance of its values
    in their unit that lies between the segments, in the sample; NaN where they do not vary."""
    known = {name: value for name, value in between.items() if value >= LEAST_BETWEEN}
    if not known:
        return "How the columns are spread within each segment"
    best = max(known, key=known.__getitem__)
    share = format_percent(known[best])
    return f"The segments differ most in {_shorten(best)}: {share} of its variation lies between them"


def describe_elbow(sweep: pd.DataFrame, chosen: int) -> str:
    """What the chosen k saves, and what the next one would."""
    cost = sweep.set_index("k")["cost"]
    parts = []
    if cost.get(chosen - 1, 0.0) > 0:
        saved = format_percent(1 - cost[chosen] / cost[chosen - 1])
        parts.append(f"going from {chosen - 1} to {chosen} segments saves {saved} of the cost")
    if chosen + 1 in cost and cost[chosen] > 0:
        saved = format_percent(1 - cost[chosen + 1] / cost[chosen])
        step = f"going from {chosen} to {chosen + 1} segments would save {saved} of the cost"
        parts.append(f"one more would save {saved}" if parts else step)
    return wording.capitalize(", ".join(parts)) if parts else f"Cost at {_count_segments(chosen)}"


def _count_segments(k: int) -> str:
    return "1 segment" if k == 1 else f"{k} segments"


def describe_silhouette(sweep: pd.DataFrame, chosen: int) -> str:
    """Whether another number of segments would lie farther apart than the chosen one."""
    scores = sweep.set_index("k")["silhouette"].dropna()
    if len(scores) < 2 or chosen not in scores:
        return f"How far apart {_count_segments(chosen)} lie{'s' if chosen == 1 else ''}"
    best = max(scores.index, key=lambda k: (scores[k], -k))
    if best == chosen:
        return f"Of all numbers tried, {_count_segments(chosen)} lie farthest apart"
    return f"{_count_segments(best)} would lie farther apart than the {chosen} that were chosen"


def describe_evidence(sweep: pd.DataFrame, chosen: int, floor: float) -> str:
    """Why the chosen k, or what speaks against it."""
    row = sweep[sweep["k"] == chosen].iloc[0]
    own = _count_segments(chosen)
    wanting = []
    if row["smallest_share"] < floor:
        wanting.append(f"one holds under {format_percent(floor)} of customers")
    lowest = row.get("lowest_jaccard")
    if pd.notna(lowest) and lowest < STABLE:
        wanting.append("one comes back too seldom when other customers are drawn")
    if wanting:
        return f"{own}, with a reservation: {wording.join_words(wanting)}"
    passing = sweep[sweep["smallest_share"] >= floor]
    claim = "is large enough"
    if "lowest_jaccard" in passing and passing["lowest_jaccard"].notna().any():
        passing = passing[passing["lowest_jaccard"] >= STABLE]
        claim = "comes back and is large enough"
    if passing["silhouette"].isna().all():
        return f"{own} were chosen"
    best = int(passing["k"].to_numpy()[passing["silhouette"].fillna(-2).to_numpy().argmax()])
    if best != chosen:
        return f"{own} were chosen; {best}, of which each {claim} too, would lie farther apart"
    if len(passing) == 1:
        return f"{chosen} is the only number of segments of which each {claim}"
    return f"{own} lie farthest apart of all numbers of which each {claim}"
