"""The figures that a page's cautions and objections may rest on, computed anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score

from tests.recomputed_page.truth import Truth

FAR = 12
"""Values of a column at either end that may be called far outside."""
MONTH = {"day": 30.0, "week": 4.0, "month": 1.0}
DAYS = {"two years": 730.0, "year": 365.0, "month": 30.4, "quarter": 91.3, "week": 7.0}


def list_cautions(truth: Truth) -> list[float]:
    """Correlations, what moves by a purchase or by waiting, values far outside, and what a category decides
    alone."""
    return [*list_correlations(truth), *foresee(truth), *list_far_values(truth), *list_alone(truth)]


def list_alone(truth: Truth) -> list[float]:
    """Of each category the adjusted mutual information of its levels and the segments, the largest share of
    another feature's variance between the segments, the bound of both, and parts of its weight."""
    names = dict.fromkeys(one["category"] or one["name"] for one in truth.model["features"])
    found = [0.6]
    for name in {category for category, _ in truth.levels.values()}:
        own = [column for column, (category, _) in truth.levels.items() if category == name]
        held = truth.customers[own].to_numpy().argmax(axis=1)
        others = [measure_between(truth, other) for other in names if other != name]
        found += [adjusted_mutual_info_score(truth.labels, held), max(others, default=0.0)]
        found += [part / 10 * truth.recipe["segment_by"][name]["weight"] for part in range(2, 9)]
    return found


def measure_between(truth: Truth, name: str) -> float:
    """The share of a feature's variance, on the model scale, that lies between the segments."""
    own = [i for i, f in enumerate(truth.model["features"]) if (f["category"] or f["name"]) == name]
    columns = pd.DataFrame(truth.points[:, own])
    means = columns.groupby(truth.labels).transform("mean")
    between = ((means - columns.mean()) ** 2).to_numpy().sum()
    return float(between / ((columns - columns.mean()) ** 2).to_numpy().sum())


def list_correlations(truth: Truth) -> list[float]:
    """Rank correlations of features, and the largest eigenvalue of every group of two or more."""
    names = [one["name"] for one in truth.model["features"]]
    raw = truth.customers[[f"raw {name}" for name in names]].astype(float)
    ranks = np.abs(raw.corr(method="spearman").to_numpy())
    plain = np.nan_to_num(np.corrcoef(truth.points.T)).reshape(len(names), -1)
    parts = measure_parts(truth)
    kin = [one["category"] or one["name"] for one in truth.model["features"]]
    plain = plain * np.sqrt(np.outer(parts, parts))
    sizes = range(3, 2 ** len(names)) if len(names) <= 10 else ()
    groups = ([i for i in range(len(names)) if mask >> i & 1] for mask in sizes)
    weights = [
        np.linalg.eigvalsh(plain[np.ix_(group, group)]).max()
        / max(
            np.linalg.eigvalsh(plain[np.ix_(alone, alone)]).max()
            for one in {kin[i] for i in group}
            for alone in [[i for i in group if kin[i] == one]]
        )
        for group in groups
        if len(group) > 1
    ]
    return [*ranks.ravel().tolist(), *map(float, weights)]


def measure_parts(truth: Truth) -> np.ndarray:
    """(d,) the part of its category's variance that each level has; 1 of a number."""
    variances = truth.points.var(axis=0)
    kin = [one["category"] or one["name"] for one in truth.model["features"]]
    whole = pd.Series(variances).groupby(kin).transform("sum").to_numpy()
    return np.where(whole > 0, variances / whole, 1.0)


def foresee(truth: Truth) -> list[float]:
    """For each feature: the share of customers in another segment with its lowest value, and with what 30
    days add to it."""
    found = [30.0]
    for place, one in enumerate(truth.model["features"]):
        raw = truth.values(f"raw {one['name']}").reindex(truth.customers.index)
        for changed in (raw * 0 + max(0.0, raw.min()), *(raw + step for step in MONTH.values())):
            found.append(measure_moved(truth, place, changed))
    return found


def measure_moved(truth: Truth, place: int, raw: pd.Series) -> float:
    """The share of customers whose nearest centre is another with these values of a feature."""
    one, points = truth.model["features"][place], truth.points.copy()
    filled = raw if one["fill"] is None else raw.fillna(one["fill"])
    column = filled.clip(one["lower"], one["upper"]).to_numpy(dtype=float)
    column = np.log1p(column) if one["transform"] == "log1p" else column
    points[:, place] = (column - one["centre"]) / one["scale"]
    centres, ids = np.array(truth.model["centres"]), np.array(truth.model["ids"])
    nearest = ids[((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)]
    return float((nearest != truth.labels).mean())


def list_far_values(truth: Truth) -> list[float]:
    """Of each column the outermost values, the ends of what is left, and means without so many."""
    found: list[float] = []
    for name in truth.list_columns():
        if name.startswith("protected "):
            continue
        known = (
            truth.values(name.removeprefix("raw "))
            if name.removeprefix("raw ") in truth.customers
            else pd.Series()
        )
        ordered = truth.values(name).sort_values()
        found += [*ordered.head(FAR), *ordered.tail(FAR + 1), known.mean()]
        for low in range(FAR):
            for high in range(FAR):
                kept = ordered.index[low : len(ordered) - high]
                found.append(known.reindex(kept).mean())
    return [float(one) for one in found if one == one]


def list_objections(truth: Truth) -> list[float]:
    """Means, medians and quartiles of every column in every segment, and the days between two purchases: a
    period over orders, or the time as a customer over them."""
    found: list[float] = []
    columns = [name for name in truth.list_columns() if not name.startswith("protected ")]
    for segment in (*map(str, truth.model["ids"]), "all"):
        stats = {name: truth.values(name, segment) for name in columns}
        known_ones = {name: known for name, known in stats.items() if len(known)}
        middles = {name: (truth.mean(name, segment), one.median()) for name, one in known_ones.items()}
        figures = [one for pair in middles.values() for one in pair]
        found += [*figures, *(q for known in stats.values() for q in known.quantile([0.25, 0.75]))]
        found += [days / one for days in DAYS.values() for one in figures if one > 0]
        found += [one / other for one in figures for other in figures if other > 0]
        found += [one / (other - 1) for one in figures for other in figures if other > 1]
    return found
