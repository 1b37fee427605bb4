"""profile -> report: what is said of a run and of its segments, wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from custseg_spark import segments
from custseg_spark.features import list_places
from custseg_spark.quantities import Line
from custseg_spark.recipe import Recipe
from custseg_spark.report import exploration, view
from custseg_spark.results import Segmentation, TrainingResult
from custseg_spark.statistics import measure_eta_squared
from custseg_spark.steps.foresee_changes import foresee_changes
from custseg_spark.steps.tell_far_values import FarColumn, tell_far_values
from custseg_spark.wording import capitalize

STRUCTURED = ("natural", "reproducible")
"""Verdicts by which the segments are more than a cut through a cloud."""


@dataclass(frozen=True)
class FigureCautions:
    """What the figures themselves warn of. `together`: a sentence for each group of features that say much
    the same; `changes`: how segments change by themselves, empty if they don't; `far`: values far outside, by
    column."""

    together: tuple[str, ...]
    changes: str
    far: Mapping[str, FarColumn]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of them, a sentence each."""
        changes = (self.changes,) if self.changes else ()
        return (*self.together, *changes, *(far.sentence for far in self.far.values()))


def find_cautions(result: TrainingResult) -> FigureCautions:
    """What the sample of a run warns of."""
    foreseen = foresee_changes(result)
    changes = foreseen.sentence if foreseen else ""
    return FigureCautions(write_twins(result.segmentation), changes, tell_far_values(result))


def build_summary(result: TrainingResult, cautions: FigureCautions) -> view.Summary:
    """The first screen: what is said of the run and of each of its segments."""
    fitted, recipe, found = result.segmentation, result.recipe, result.decision.structure
    profile, trust = fitted.profile, None
    if found is not None:
        trust = view.Trust(verdict=found.kind, sentence=f"{capitalize(found.why)}.")
    return view.Summary(
        title=PurePosixPath(result.counted.source).stem.replace("_", " "),
        headline=segments.write_headline(profile, found is not None and found.kind in STRUCTURED),
        trust=trust,
        decides=_weigh_features(fitted),
        careful=_list_cautions(result, cautions.sentences),
        order_by=recipe.order_by if _is_in_order(fitted, recipe) else "",
        value=segments.find_value_column(profile) or "",
        value_unit=segments.measure_stake(profile.segments[0], profile).unit,
        outcomes=tuple(
            view.OutcomeView(
                name=name, unit=profile.column(name).unit, is_rate=one.is_rate, overall=one.value
            )
            for name, one in profile.everyone.outcomes.items()
        ),
        segments=_build_segments(result),
        shares=tuple(column.name for column in profile.shown if column.name in profile.shares),
        labels={column.name: column.label for column in profile.shown if column.label}
        | {column.category: column.title for column in profile.shown if column.category},
    )


def _build_segments(result: TrainingResult) -> tuple[view.SegmentView, ...]:
    """What is said of each segment, in order of the ids; of few customers no figures."""
    fitted, recipe = result.segmentation, result.recipe
    profile, value = fitted.profile, segments.find_value_column(fitted.profile)
    stability = dict(zip(fitted.model.ids, fitted.jaccards(result.decision.candidate), strict=False))
    fewest = recipe.privacy.min_cell
    few = f"Fewer than {fewest} customers: figures are withheld"
    built = []
    for one in sorted(profile.segments, key=lambda one: one.segment):
        advice = segments.suggest_action(one, profile, recipe.actions)
        stake = segments.measure_stake(one, profile, capped=_is_capped(result, value))
        outcomes = one.outcomes.values()
        built.append(
            view.SegmentView(
                segment=one.segment,
                name=one.name,
                size=one.size,
                share=one.share,
                share_of_value=one.columns[value].share_of_total if value else None,
                value_total=stake.total,
                value_each=stake.each,
                stake=stake.text,
                fact=Line(few) if one.size < fewest else segments.write_fact(one, profile),
                sentence=Line(f"{few}.") if one.size < fewest else segments.write_sentence(one, profile),
                action=advice.action,
                objection=advice.objection,
                words=tuple(word.text for word in one.named.words),
                stability=stability.get(one.segment),
                outcomes=tuple(view.MeanView(mean=o.value, low=o.low, high=o.high) for o in outcomes),
            )
        )
    return tuple(built)


def _is_capped(result: TrainingResult, value: str | None) -> bool:
    """Whether the highest values of the value column count as its upper bound."""
    feature = next((t for t in result.model.features if t.name == value), None)
    raw = result.sample.raw
    return feature is not None and feature.upper is not None and bool(raw[value].max() > feature.upper)


def _weigh_features(fitted: Segmentation) -> tuple[view.FeatureWeight, ...]:
    """How much each feature decides, a category by all its levels; the one that decides most first."""
    treatments = fitted.model.features
    changed = {
        t.name: measure_eta_squared(column, fitted.labels)
        for t, column in zip(treatments, fitted.points.T, strict=True)
        if t.transform != "none"
    }
    weights = [
        view.FeatureWeight(
            feature=name,
            share=segments.measure_share_between(
                fitted.profile, *(treatments[place].name for place in places)
            ),
            share_transformed=changed.get(name),
        )
        for name, places in list_places(treatments).items()
    ]
    return tuple(sorted(weights, key=lambda one: -(one.share or 0)))


def _is_in_order(fitted: Segmentation, recipe: Recipe) -> bool:
    """Whether the segments stand in order of the recipe's `order_by`: they do until ids are kept."""
    by = list(recipe.features).index(recipe.order_by)
    return bool(np.all(np.diff([centre[by] for centre in fitted.model.centres]) <= 0))


def _list_cautions(result: TrainingResult, of_figures: tuple[str, ...]) -> tuple[str, ...]:
    """What a reader should know before acting on the page; doubts about the number of segments come first,
    as the first screen shows the first few lines only."""
    choice, fitted = result.decision.choice, result.segmentation
    jaccards = fitted.jaccards(result.decision.candidate)
    lines = [] if choice.passed else [f"No number of segments passed every condition: {choice.why}"]
    lines += [choice.doubt] if choice.doubt else []
    lines += result.warnings
    shaky = [fitted.model.names[i] for i, jaccard in enumerate(jaccards) if jaccard < view.SHAKY]
    lines += [
        f"“{name}” seldom comes back in random samples of the customers: do not act on it alone."
        for name in shaky
    ]
    return (*lines, *of_figures)


def write_twins(fitted: Segmentation) -> tuple[str, ...]:
    """A sentence for each group of features that say much the same thing."""
    names = [t.name for t in fitted.model.features]
    categories = {t.name: t.category for t in fitted.model.features if t.category}
    groups = exploration.find_groups(dict(zip(names, fitted.points.T, strict=True)), categories)
    called = {column.name: column.text for column in fitted.profile.shown}
    called |= {column.category: column.title for column in fitted.profile.shown if column.category}
    return tuple(group.write(called) for group in groups)
