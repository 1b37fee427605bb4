"""Are the segments there, or are they cut? A verdict that changes no label.

A partition is held against featureless clouds: the same margins and dependence, but no gaps. Hennig and Lin
(2015, Statistics and Computing 25, 821-833): draw from a model that holds everything about the data but its
clustering, cluster the draw alike, and see what the index would have been.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from custseg_spark.evidence.candidate import Scores
from custseg_spark.evidence.clouds import draw_clouds
from custseg_spark.evidence.indices import measure_squared_silhouette
from custseg_spark.evidence.refit import Cut, PlainCut, draw_subset
from custseg_spark.evidence.settle import redraw_until_told, sum_up_redraws
from custseg_spark.evidence.valley import measure_valley
from custseg_spark.evidence.verdict import Structure, apply_rule
from custseg_spark.kmeans import Labels, Points, fit_kmeans, use_one_thread
from custseg_spark.workers import start_each

ROWS = 2_000
CLOUDS = 30
MOST_CLOUDS = 100
"""So many where it is open what fewer say."""
CLOUD_PARTS = 2
"""Drawing a cloud takes little beside cutting it: each part draws them all, and cuts its own."""
STARTS = 5


def judge_structure(
    points: Points,
    cut: Cut,
    known: Scores | None = None,
    seed: int = 42,
    categories: Sequence[Sequence[int]] = (),
) -> Structure:
    """Hold a partition of `points` (n, d) against featureless clouds of the same shape (`draw_clouds`).
    `categories`: the columns of the levels of each.

    On at most ROWS points; each cloud is cut anew into k. `known`: the partition's scores; what is not known
    of its redraws is asked here, in the same way. The thresholds and the hit rates that they were chosen by
    are in docs/decisions/structure-verdict.md; scripts/structure-rates measures them.
    """
    return start_judgement(points, cut, known, seed, categories)()


def start_judgement(
    points: Points,
    cut: Cut,
    known: Scores | None = None,
    seed: int = 42,
    categories: Sequence[Sequence[int]] = (),
) -> Callable[[], Structure]:
    """The same, begun: what comes back waits for it."""
    few = draw_subset(len(points), ROWS, np.random.default_rng(seed))
    trial = _Trial(points[few], np.asarray(cut.labels)[few], len(cut.centres), seed, categories)
    cutting = start_each(trial.cut_clouds, trial.list_parts(0, CLOUDS))
    is_known = known is not None and known.lowest_jaccard is not None
    plain = PlainCut(cut.centres, cut.labels)
    redrawing = start_each(_redraw, [] if is_known else [(points, plain, seed)])

    def judge() -> Structure:
        theirs = dict(chain(*cutting))
        back = known if known is not None and is_known else next(redrawing)
        found = trial.judge(theirs, back)
        if found.kind == "undecided":
            theirs |= chain(*start_each(trial.cut_clouds, trial.list_parts(CLOUDS, MOST_CLOUDS)))
            found = trial.judge(theirs, back)
        return found

    return judge


def _redraw(asked: tuple[Points, Cut, int]) -> Scores:
    points, cut, seed = asked
    return Scores(**sum_up_redraws(redraw_until_told(points, cut, seed), len(points)))


@dataclass(frozen=True)
class _Trial:
    """`points` (n, d) under `labels` (n,) of k segments, and the seed of the clouds that they are held
    against; `categories`: the columns of the levels of each."""

    points: Points
    labels: Labels
    k: int
    seed: int
    categories: Sequence[Sequence[int]] = ()

    def list_parts(self, first: int, beyond: int) -> list[range]:
        """The numbers of the clouds from the first to the one before the last, as parts of the work."""
        return [range(first + part, beyond, CLOUD_PARTS) for part in range(CLOUD_PARTS)]

    def cut_clouds(self, numbers: range) -> list[tuple[int, tuple[float, float]]]:
        """Each of these clouds cut into k: its number, and its valley and silhouette."""
        drawing = draw_clouds(self.points, np.random.default_rng(self.seed), self.categories)
        clouds = enumerate(islice(drawing, numbers.stop))
        with use_one_thread():
            return [
                (number, _cut(cloud, self.k, self.seed + number))
                for number, cloud in clouds
                if number in numbers
            ]

    def judge(self, clouds: Mapping[int, tuple[float, float]], back: Scores) -> Structure:
        """The verdict that these clouds give, and what redraws say."""
        valleys, silhouettes = np.array([clouds[number] for number in sorted(clouds)]).T
        silhouette = measure_squared_silhouette(self.points, self.labels)[0]
        spread = max(float(silhouettes.std(ddof=1)), 1e-9)
        excess, count = (silhouette - float(silhouettes.mean())) / spread, len(clouds)
        valley = measure_valley(self.points, self.labels, self.k) if back.valley is None else back.valley
        return apply_rule({
            "valley": valley,
            "valley_se": back.valley_se or 0.0,
            "valley_cloud": float(np.quantile(valleys, 1 / CLOUDS, method="lower")),
            "silhouette": silhouette,
            "silhouette_cloud": float(silhouettes.mean()),
            "silhouette_excess": excess,
            "silhouette_excess_se": float(np.sqrt(1 / count + excess**2 / (2 * (count - 1)))),
            "lowest_jaccard": back.lowest_jaccard or 0.0,
            "lowest_jaccard_se": back.lowest_jaccard_se or 0.0,
            "rows": float(len(self.points)),
            "clouds": float(count),
        })  # fmt: skip


def _cut(points: Points, k: int, seed: int) -> tuple[float, float]:
    labels = fit_kmeans(points, k, seed, STARTS).labels
    return measure_valley(points, labels, k), measure_squared_silhouette(points, labels)[0]
