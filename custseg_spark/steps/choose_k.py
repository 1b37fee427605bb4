"""sweep -> choose -> refine: what is decided on the sample and made to hold for all customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from custseg_spark import clustering, evidence, journal
from custseg_spark.clustering import Partition
from custseg_spark.evidence import Candidate, Choice
from custseg_spark.evidence.candidate import Scores
from custseg_spark.recipe import Recipe, change
from custseg_spark.results import Decision, TreatedSample
from custseg_spark.statistics import STABLE, reaches
from custseg_spark.steps.name_segments import propose_names
from custseg_spark.steps.treat_features import ID

MANY = 10
"""Up to so many numbers of segments each gets all evidence; of more, those that the floor lets be chosen."""
NOT_REDRAWN = ", so whether it comes back was not asked"
PLANE_ROWS = 5_000
"""A picture has no more points to show."""


def sweep_k(
    spark: SparkSession, treated: TreatedSample, recipe: Recipe, ks: range | None = None
) -> list[Partition]:
    """A partition of the sample for every k of `ks`, of the recipe's range if null; each has the best of the
    one before to start from."""
    low, high = recipe.segments.range
    ks, points, weights = ks or range(low, high + 1), treated.points, treated.weights

    def tell(k: int) -> None:
        journal.progress(f"sweep k={k}")

    if treated.places is not None:
        order = np.argsort(treated.places)
        placed = None if weights is None else weights[order]
        cuts = clustering.sweep(spark, points[order], ks, recipe.sweep, tell, weights=placed)
        return [replace(cut, labels=cut.labels[np.argsort(order)]) for cut in cuts]
    if treated.everyone is None:
        return clustering.sweep(spark, points, ks, recipe.sweep, tell, weights=weights)
    from custseg_spark.clustering import spark_ml

    journal.scan("sweep")
    with spark_ml.cache_rows(treated.everyone, ID, treated.rows) as frame:
        return clustering.sweep_frame(frame, points, ks, recipe.sweep, tell)


def fit_plane(spark: SparkSession, points: NDArray[np.float64], recipe: Recipe) -> clustering.Plane:
    """The plane that the sample is drawn on, from the first PLANE_ROWS of `points` (n, d)."""
    few = points[:PLANE_ROWS]
    if recipe.sweep.by == "driver":
        return clustering.fit_plane(few)
    from custseg_spark.clustering import spark_ml

    return spark_ml.fit_plane(spark, few)


def choose_k(treated: TreatedSample, partitions: Sequence[Partition], recipe: Recipe) -> Decision:
    """Score each k of the sweep and choose one by the recipe's method; nothing is said of structure."""
    points = treated.points
    asked, reach = recipe.segments, evidence.find_reach(len(points))

    def choose(scored: Sequence[Candidate]) -> Choice:
        return evidence.choose(scored, asked.choose, asked.smallest_share, reach)

    candidates = tuple(_score_candidates(points, partitions, recipe))
    if treated.categories:
        candidates = tuple(_hold_against_independence(treated, candidates, recipe))
    cuts = {cut.k: cut for cut in partitions}
    candidates = evidence.settle_candidates(points, cuts, candidates, choose, recipe.sweep.seed)
    choice = choose(candidates)
    refused = _list_under_floor(partitions, recipe)
    others = (replace(k, why=k.why + NOT_REDRAWN) if k.k in refused else k for k in choice.runners_up)
    return Decision(candidates, tuple(partitions), replace(choice, runners_up=tuple(others)), None)


def start_judgement(treated: TreatedSample, decision: Decision, recipe: Recipe) -> Callable[[], Decision]:
    """Begin to judge the structure of what was chosen, unless that is switched off; what comes back waits for
    the decision with its verdict."""
    if not recipe.evidence.structure:
        return lambda: decision
    judging = evidence.start_judgement(
        treated.points, decision.partition, decision.candidate, recipe.sweep.seed, treated.categories
    )
    return lambda: replace(decision, structure=judging())


def _hold_against_independence(
    treated: TreatedSample, candidates: Sequence[Candidate], recipe: Recipe
) -> Iterator[Candidate]:
    """Where categories cut, the candidates with what as many segments explain of independent features: of
    those that may be chosen, as it takes long."""
    floor = recipe.segments.smallest_share
    ks = [one.k for one in candidates if one.smallest_share >= floor and _may_come_back(one)]
    found = evidence.measure_independent(treated.points, ks, treated.blocks, recipe.sweep.seed)
    for one in candidates:
        explained, error = found.get(one.k, (None, None))
        yield replace(one, explained_independent=explained, explained_independent_se=error)


def _may_come_back(one: Candidate) -> bool:
    """Whether nothing says that a segment does not come back."""
    return (
        one.lowest_jaccard is None or reaches(one.lowest_jaccard, STABLE, one.lowest_jaccard_se) is not False
    )


def _list_under_floor(partitions: Sequence[Partition], recipe: Recipe) -> set[int]:
    """The numbers of segments that get no costly evidence: where there are many, those under the floor, which
    no method chooses."""
    floor = recipe.segments.smallest_share
    return {cut.k for cut in partitions if len(partitions) > MANY and cut.smallest_share < floor}


def _score_candidates(
    points: NDArray[np.float64], partitions: Sequence[Partition], recipe: Recipe
) -> Iterator[Candidate]:
    seed, asked, refused = recipe.sweep.seed, recipe.evidence, _list_under_floor(partitions, recipe)
    gap = asked.gap and recipe.segments.choose == "gap"  # which looks at the next number too
    costly = {"evidence.bootstraps": 0, "evidence.gap": gap, "evidence.prediction_strength": False}
    cheap = change(recipe, costly).evidence
    scores: dict[int, Scores] = {}
    with ThreadPoolExecutor(1) as beside:
        own = beside.submit(lambda: [_score_cut(points, cut) for cut in partitions])
        for settings, without in ((asked, False), (cheap, True)):
            scores |= evidence.gather_scores(
                points, {cut.k: cut for cut in partitions if (cut.k in refused) is without}, settings, seed,
                lambda c, p, labels: propose_names(recipe, c, p, labels),
            )  # fmt: skip
    for cut, (silhouette, silhouette_se, cost_se) in zip(partitions, own.result(), strict=True):
        yield Candidate(
            k=cut.k,
            cost=cut.cost,
            cost_se=cost_se,
            cost_spread=cut.cost_spread,
            silhouette=silhouette if cut.silhouette is None else cut.silhouette,
            silhouette_se=silhouette_se,
            smallest_share=cut.smallest_share,
            smallest_share_se=evidence.estimate_share_error(cut.smallest_share, len(points)),
            explained=evidence.measure_explained(points, cut.cost),
            distinct_segments=len(np.unique(cut.labels)),
            **vars(scores[cut.k]),
        )


def _score_cut(points: NDArray[np.float64], cut: Partition) -> tuple[float, float, float | None]:
    """The squared silhouette with its error, and that of the cost."""
    cost_se = evidence.estimate_cost_error(points, cut.centres, cut.labels)
    return *evidence.measure_squared_silhouette(points, cut.labels), cost_se
