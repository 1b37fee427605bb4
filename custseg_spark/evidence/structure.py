"""Are the segments there, or are they cut? A verdict that changes no label.

A partition is held against featureless clouds: the same margins and dependence, but no gaps. Hennig and Lin
(2015, Statistics and Computing 25, 821-833): draw from a model that holds everything about the data but its
clustering, cluster the draw alike, and see what the index would have been.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Literal

import numpy as np

from custseg_spark.evidence.clouds import draw_clouds
from custseg_spark.evidence.indices import measure_squared_silhouette
from custseg_spark.evidence.refit import draw_subset
from custseg_spark.evidence.stability import measure_returns
from custseg_spark.evidence.valley import VALLEY, measure_valley
from custseg_spark.kmeans import Labels, Points, fit_kmeans
from custseg_spark.statistics import STABLE
from custseg_spark.workers import start_each

Kind = Literal["natural", "reproducible", "constructed"]

ROWS = 2_000
CLOUDS = 30
CLOUD_PARTS = 2
"""Drawing a cloud takes little beside cutting it: each part draws them all, and cuts its own."""
STARTS = 5
REDRAWS = 20
DEEPER = 0.1
"""That share must also undercut by this what featureless clouds fall to: the steps of a column of few
values, such as yes and no, separate them as well."""
EXCESS = 3.0
"""Standard deviations by which the silhouette must beat that of featureless clouds."""


@dataclass(frozen=True)
class Structure:
    """The verdict, in one sentence why, and the figures that it rests on.

    natural: between every two segments the customers thin out. reproducible: nothing separates them, yet
    they come back and are more compact than a featureless cloud would give. constructed: a cut
    through a cloud; usable, but its borders are a convention.

    `figures`: valley (the shallowest between two segments), valley_cloud (the deepest such of the clouds),
    silhouette, silhouette_cloud (mean), silhouette_excess (in standard deviations), lowest_jaccard, rows,
    clouds.
    """

    kind: Kind
    why: str
    figures: dict[str, float]


def judge_structure(
    points: Points, labels: Labels, k: int, lowest_jaccard: float | None = None, seed: int = 42
) -> Structure:
    """Hold a partition of `points` (n, d) against featureless clouds of the same shape (`draw_clouds`).

    On at most ROWS points; each of CLOUDS clouds is cut anew into k. `lowest_jaccard` is that of
    `stability`; None: it is measured here. The thresholds and the hit rates that they were chosen by are in
    docs/decisions/structure-verdict.md; scripts/structure-rates measures them.
    """
    return start_judgement(points, labels, k, lowest_jaccard, seed)()


def start_judgement(
    points: Points, labels: Labels, k: int, lowest_jaccard: float | None = None, seed: int = 42
) -> Callable[[], Structure]:
    """The same, begun: what comes back waits for it."""
    few = draw_subset(len(points), ROWS, np.random.default_rng(seed))
    points, labels = points[few], np.asarray(labels)[few]
    cutting = start_each(_cut_clouds, [(points, k, seed, part) for part in range(CLOUD_PARTS)])
    redrawing = start_each(_redraw, [(points, labels, k, seed)] if lowest_jaccard is None else [])

    def judge() -> Structure:
        theirs = np.array([each for _, each in sorted(chain(*cutting))])
        own, silhouette = measure_valley(points, labels, k), measure_squared_silhouette(points, labels)[0]
        spread = max(float(theirs[:, 1].std(ddof=1)), 1e-9)
        figures = {
            "valley": own,
            "valley_cloud": float(theirs[:, 0].min()),
            "silhouette": silhouette,
            "silhouette_cloud": float(theirs[:, 1].mean()),
            "silhouette_excess": (silhouette - float(theirs[:, 1].mean())) / spread,
            "lowest_jaccard": next(redrawing) if lowest_jaccard is None else lowest_jaccard,
            "rows": float(len(points)),
            "clouds": float(CLOUDS),
        }
        return Structure(*_apply_rule(figures), figures)

    return judge


def _redraw(share: tuple[Points, Labels, int, int]) -> float:
    """To what the weakest segment comes back."""
    points, labels, k, seed = share
    returns = [*measure_returns(points, labels, partial(_label, k=k), REDRAWS, seed)]
    return float(np.mean(returns, axis=0).min())


def _label(points: Points, seed: int, k: int) -> Labels:
    return fit_kmeans(points, k, seed, STARTS).labels


def _cut_clouds(share: tuple[Points, int, int, int]) -> list[tuple[int, tuple[float, float]]]:
    """(number, valley and silhouette) of every cloud of a part, each cut into k."""
    points, k, seed, part = share
    clouds = enumerate(islice(draw_clouds(points, np.random.default_rng(seed)), CLOUDS))
    return [(draw, _cut(cloud, k, seed + draw)) for draw, cloud in clouds if draw % CLOUD_PARTS == part]


def _cut(points: Points, k: int, seed: int) -> tuple[float, float]:
    labels = _label(points, seed, k)
    return measure_valley(points, labels, k), measure_squared_silhouette(points, labels)[0]


def _apply_rule(f: dict[str, float]) -> tuple[Kind, str]:
    """The rule, over the figures alone."""
    compact = (
        f"silhouette {f['silhouette']:.2f} against {f['silhouette_cloud']:.2f} in clouds without structure"
    )
    separated = f["valley"] <= min(VALLEY, f["valley_cloud"] - DEEPER)
    if separated and f["lowest_jaccard"] >= STABLE:
        return "natural", (
            f"between any two segments the customers thin out to {f['valley']:.0%} of the lower peak or "
            f"less; in clouds of the same shape without gaps to {f['valley_cloud']:.0%} at best"
        )
    if f["lowest_jaccard"] < STABLE:
        return "constructed", (
            f"a segment comes back only to {f['lowest_jaccard']:.2f} when the data is redrawn: "
            "the borders are a convention"
        )
    if f["silhouette_excess"] >= EXCESS:
        return "reproducible", (
            "nothing separates the segments, but the same come back when the data is redrawn and they are "
            f"more compact than chance ({compact})"
        )
    return "constructed", (
        f"a cloud of the same shape without any structure gives segments as compact ({compact}): "
        "the borders are a convention"
    )
