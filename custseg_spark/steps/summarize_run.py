"""profile -> report: what is said of a run and of its segments, wherever it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

import numpy as np

from custseg_spark import segments
from custseg_spark.features import VALUE
from custseg_spark.recipe import Recipe
from custseg_spark.report import exploration, view
from custseg_spark.results import Segmentation, TrainingResult
from custseg_spark.statistics import measure_eta_squared


def build_summary(result: TrainingResult) -> view.Summary:
    """The first screen: what is said of the run and of each of its segments."""
    fitted, recipe, found = result.segmentation, result.recipe, result.decision.structure
    profile, trust = fitted.profile, None
    if found is not None:
        trust = view.Trust(verdict=found.kind, sentence=f"{found.why[0].upper()}{found.why[1:]}.")
    return view.Summary(
        title=PurePosixPath(result.counted.source).stem.replace("_", " "),
        headline=tuple(segments.write_headline(profile).split("\n")),
        trust=trust,
        decides=_weigh_features(fitted),
        careful=_list_cautions(result, find_correlations(fitted)),
        order_by=recipe.order_by if _is_in_order(fitted, recipe) else "",
        value=segments.find_value_column(profile) or "",
        outcomes=tuple(
            view.OutcomeView(
                name=name, unit=profile.column(name).unit, is_rate=one.is_rate, overall=one.value
            )
            for name, one in profile.everyone.outcomes.items()
        ),
        segments=_build_segments(result),
        labels={column.name: column.label for column in profile.shown if column.label},
    )


def _build_segments(result: TrainingResult) -> tuple[view.SegmentView, ...]:
    """What is said of each segment, in order of the ids; of few customers no figures."""
    fitted, recipe = result.segmentation, result.recipe
    profile, value = fitted.profile, segments.find_value_column(fitted.profile)
    units = {name: feature.unit for name, feature in recipe.segment_by.items()}
    stability = dict(zip(fitted.model.ids, fitted.jaccards(result.decision.candidate), strict=False))
    fewest = recipe.privacy.min_cell
    few = f"Fewer than {fewest} customers: figures are withheld"
    return tuple(
        view.SegmentView(
            segment=one.segment,
            name=one.name,
            size=one.size,
            share=one.share,
            share_of_value=one.columns[value].share_of_total if value else None,
            fact=few if one.size < fewest else segments.write_fact(one, profile),
            sentence=f"{few}." if one.size < fewest else segments.write_sentence(one, profile),
            action=segments.suggest_action(one.named, recipe.actions, units),
            words=tuple(word.text for word in one.named.words),
            stability=stability.get(one.segment),
            outcomes=tuple(
                view.MeanView(mean=found.value, low=found.low, high=found.high)
                for found in one.outcomes.values()
            ),
        )
        for one in sorted(profile.segments, key=lambda one: one.segment)
    )


def _weigh_features(fitted: Segmentation) -> tuple[view.FeatureWeight, ...]:
    """Each feature with the share of its variance that lies between the segments, the largest first; in the
    sample on the model scale, where the features cut."""
    shares = [measure_eta_squared(column, fitted.labels) for column in fitted.points.T]
    names = [t.name for t in fitted.model.features]
    weights = sorted(zip(names, shares, strict=True), key=lambda pair: -pair[1])
    return tuple(view.FeatureWeight(feature=name, share=share) for name, share in weights)


def _is_in_order(fitted: Segmentation, recipe: Recipe) -> bool:
    """Whether the segments stand in order of the recipe's `order_by`: they do until ids are kept."""
    by = list(recipe.segment_by).index(recipe.order_by)
    return bool(np.all(np.diff([centre[by] for centre in fitted.model.centres]) <= 0))


def _list_cautions(result: TrainingResult, pairs: tuple[exploration.Correlation, ...]) -> tuple[str, ...]:
    """What a reader should know before acting on the page; doubts about the number of segments come first,
    as the first screen shows the first few lines only."""
    choice, fitted = result.decision.choice, result.segmentation
    jaccards = fitted.jaccards(result.decision.candidate)
    lines = [] if choice.passed else [f"No number of segments passed every condition: {choice.why}"]
    lines += [choice.doubt] if choice.doubt else []
    lines += result.warnings
    shaky = [fitted.model.names[i] for i, jaccard in enumerate(jaccards) if jaccard < view.SHAKY]
    lines += [
        f"“{name}” seldom comes back when the data is redrawn: do not act on it alone." for name in shaky
    ]
    return (*lines, *write_twins(pairs, fitted.profile))


def write_twins(pairs: Iterable[exploration.Correlation], profile: segments.Profile) -> tuple[str, ...]:
    """A sentence for each pair of features that say much the same thing."""
    return tuple(
        f"{profile.column(pair.one).text} and {profile.column(pair.other).text} say much the same thing "
        f"(rank correlation {pair.rho:.2f}): together they weigh double."
        for pair in pairs
    )


def find_correlations(fitted: Segmentation) -> tuple[exploration.Correlation, ...]:
    """The pairs of features that say much the same thing."""
    names = [t.name for t in fitted.model.features]
    return exploration.find_correlations(
        {name: fitted.sample[f"{VALUE}{name}"].to_numpy(dtype=np.float64) for name in names}
    )
