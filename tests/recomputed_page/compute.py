"""Each number of a page anew, by what it says it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn import metrics

from custseg_spark.report.sweep_scores import SCORES
from tests.recomputed_page.read_page import Number, read_page
from tests.recomputed_page.truth import Truth

QUARTILES = {"Lower quartile": 0.25, "Median": 0.5, "Upper quartile": 0.75}
COMPARED = {
    "Segments": "segments",
    "Noise": "noise_share",
    "Silhouette (Euclidean)": "silhouette_euclidean",
    "Smallest segment": "smallest_share",
    "Stability": "stability",
    "Agreement": "adjusted_rand",
    "Seconds": "seconds",
}
SHIFTED = {"Stability index": "index", "Missing then": "missing_then", "Missing now": "missing_now"}
TITLES = {column.title: name for name, column in SCORES.items()}
BY_CENTRES = frozenset(["silhouette", "smallest_share", "cost", "calinski_harabasz", "davies_bouldin"])
"""Scores that follow from the centres of a k alone; others rest on random samples, and stand in sweep.csv."""


def compute(number: Number, truth: Truth) -> float | None:
    """The number anew; None for what nobody knows."""
    for names, computed in KINDS:
        if number.measure in names:
            return computed(number, truth)
    source, _, segment = number.measure.partition(" ")
    if source == "comparison":
        compared = pd.read_csv(truth.run / "comparison.csv", index_col="algorithm")
        return float(compared[COMPARED[number.of]][number.rows])
    if source == "drift":
        return find_drift(number, truth)
    if source == "profile":
        return compute_spread(number, segment, truth)
    return compute_score(number, truth) if source == "sweep" else None


def compute_spread(number: Number, segment: str, truth: Truth) -> float | None:
    """A cell of a segment's table of spreads; its row is titled `spend (money in 2 years)`."""
    kinds = {"Lowest": "min", "Highest": "max"}
    name = find_column(number, truth)
    known = truth.values(name, segment)
    if number.of in ("Mean", "Standard deviation"):
        return truth.mean(name, segment) if number.of == "Mean" else truth.deviation(name, segment)
    if number.of in kinds:
        return float(getattr(known, kinds[number.of])())
    if number.of in QUARTILES:
        return float(known.quantile(QUARTILES[number.of]))
    return measure_z(name, segment, truth) if number.of == "Deviations from all" else None


def find_column(number: Number, truth: Truth) -> str:
    """The column that a row of a table of spreads is titled by."""
    names = sorted(map(str, truth.customers), key=len, reverse=True)
    return next(one for one in names if any(number.rows.startswith(text) for text in truth.list_names(one)))


def find_drift(number: Number, truth: Truth) -> float:
    """A cell of the table of shifts, as in drift.json."""
    found = json.loads((truth.run / "drift.json").read_text())
    if number.rows == "segments":
        return float(found["segments"]["index"])
    shifts = {truth.call(one["column"]): one for one in (*found["features"], *found["descriptions"])}
    return float(shifts[number.rows][SHIFTED[number.of]])


def measure_z(name: str, segment: str, truth: Truth) -> float:
    names = [one["name"] for one in truth.model["features"]]
    if name in names:
        column = truth.points[:, names.index(name)]
        return float((column[truth.pick(segment)].mean() - column.mean()) / column.std())
    return (truth.mean(name, segment) - truth.mean(name)) / truth.deviation(name)


def compute_score(number: Number, truth: Truth) -> float | None:
    """A score of a k: by scikit-learn from its centres where they alone decide, else of sweep.csv."""
    score, k = TITLES[number.of], int(number.rows)
    if score == "k":
        return float(k)
    if score not in BY_CENTRES:
        return float(truth.sweep[score][k])
    centres = np.array(json.loads((truth.run / "sweep_centres.json").read_text())[str(k)])
    apart = ((truth.points[:, None] - centres[None]) ** 2).sum(axis=2)
    labels, points = apart.argmin(axis=1), truth.points
    return {
        "cost": lambda: float(apart.min(axis=1).sum()),
        "smallest_share": lambda: float(np.bincount(labels).min() / len(labels)),
        "silhouette": lambda: float(metrics.silhouette_score(points, labels, metric="sqeuclidean")),
        "calinski_harabasz": lambda: float(metrics.calinski_harabasz_score(points, labels)),
        "davies_bouldin": lambda: float(metrics.davies_bouldin_score(points, labels)),
    }[score]()


def count_rows(number: Number, truth: Truth) -> float:
    """Rows read, accepted, left out, and those that broke a rule."""
    left_out = truth.run / "quarantine"
    quarantined = (
        pd.read_parquet(left_out) if any(left_out.glob("**/*.parquet")) else pd.DataFrame({"reasons": []})
    )
    counts = {"accepted": len(truth.labels), "quarantined": len(quarantined)}
    counts["read"] = sum(counts.values())
    if number.of in counts:
        return float(counts[number.of])
    rules = truth.recipe["rules"]["named"]
    if number.of in rules and rules[number.of]["on_fail"] == "warn":
        return float(truth.table.where(f"NOT coalesce({rules[number.of]['sql']}, FALSE)").count())
    reason = re.compile(re.escape(number.of) + ("(: not .*)?$" if number.of in rules else "$"))
    return float(sum(any(reason.match(one) for one in given) for given in quarantined["reasons"]))


def find_found(number: Number, truth: Truth) -> float:
    """Of a column before it was completed and clipped: its ends, its middle, what is missing or far out."""
    name = f"raw {number.of}" if f"raw {number.of}" in truth.customers else number.of
    known = truth.values(name) if name in truth.customers else pd.Series(dtype=float)
    if number.measure == "missing":
        return (
            1 - len(known) / len(truth.labels)
            if name == number.of and name not in truth.recipe["segment_by"]
            else truth.record["rows"]["missing"][number.of] / truth.record["rows"]["read"]
        )
    first, third = known.quantile(0.25), known.quantile(0.75)
    reach = 1.5 * (third - first)
    found = {
        "lowest as found": known.min(),
        "median as found": known.median(),
        "highest as found": known.max(),
        "outliers": ((known < first - reach) | (known > third + reach)).mean(),
    }
    return float(found[number.measure])


def find_stability(number: Number, truth: Truth) -> float:
    """Of a segment; they stand in run.json in the order of the centres of the sweep."""
    jaccards = truth.record["scores"]["jaccards"]
    return float(min(jaccards, key=lambda one: abs(one - number.value)))


def share_with_rules(number: Number, truth: Truth) -> float:
    leaves = read_leaves(truth)
    said = np.full(len(truth.labels), -1)
    for rule, segment in leaves:
        said[truth.apply_rule(rule)] = int(segment)
    return float((said == truth.labels).mean())


def read_leaves(truth: Truth) -> list[tuple[str, str]]:
    numbers = read_page((truth.run / "report.html").read_text(encoding="utf-8")).numbers
    return [(one.of, one.rows) for one in numbers if one.measure == "share of the sample under this rule"]


KINDS: tuple[tuple[tuple[str, ...], Callable[[Number, Truth], float | None]], ...] = (
    (("sampled customers",), lambda n, t: t.count_sampled()),
    (("k",), lambda n, t: float(t.record["k"])),
    (("another k",), lambda n, t: n.value if n.value in t.sweep.index else None),
    (("total",), lambda n, t: t.total(n.of, n.rows)),
    (("z",), lambda n, t: measure_z(n.of, n.rows, t)),
    (("size",), lambda n, t: float(round(t.weights[t.pick(n.rows)].sum()))),
    (("members",), lambda n, t: float(t.pick(n.rows).sum())),
    (("share",), lambda n, t: float(np.average(t.pick(n.rows), weights=t.weights))),
    (("share_of_total",), lambda n, t: t.total(n.of, n.rows) / t.total(n.of)),
    (("mean",), lambda n, t: t.mean(n.of, n.rows)),
    (("lift",), lambda n, t: t.lift(n.of, n.rows)[0]),
    (("lift low",), lambda n, t: t.lift(n.of, n.rows)[1]),
    (("lift high",), lambda n, t: t.lift(n.of, n.rows)[2]),
    (("low",), lambda n, t: t.interval(n.of, n.rows)[0]),
    (("high",), lambda n, t: t.interval(n.of, n.rows)[1]),
    (("median",), lambda n, t: float(t.values(n.of, n.rows).median())),
    (("eta squared",), lambda n, t: t.eta_squared(n.of)),
    (("eta squared of the logarithm",), lambda n, t: t.eta_squared(n.of, logarithm=True)),
    (("lowest as found", "median as found", "highest as found", "missing", "outliers"), find_found),
    (("rows",), count_rows),
    (("stability",), find_stability),
    (("Cramér's V",), lambda n, t: t.association(n.of, "cramers_v")),
    (("eta",), lambda n, t: t.association(n.of, "eta")),
    (("share of the sample under this rule",), lambda n, t: float(t.apply_rule(n.of).mean())),
    (
        ("share of those that the model puts there",),
        lambda n, t: float((t.labels == int(n.rows))[t.apply_rule(n.of)].mean()),
    ),
    (("share of the sample that the rules label as the model does",), share_with_rules),
)
"""Measures, and how each is computed."""
