"""profile -> report: the figures of a run and the page that a marketing team reads."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from pathlib import PurePosixPath

import numpy as np
import pyspark

from custseg_spark import __version__, clustering, journal, report, runs, segments
from custseg_spark.evidence import Candidate
from custseg_spark.features import VALUE
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.explain import write_explained
from custseg_spark.report import exploration, page
from custseg_spark.results import (
    AlgorithmComparison,
    Decision,
    LiveComparison,
    RunFigures,
    Sample,
    Segmentation,
)
from custseg_spark.steps import table_page, thread
from custseg_spark.steps.compare_algorithms import build_comparison_section, draw_comparison_figures
from custseg_spark.steps.write_run import tabulate_sweep

DRAWN = 5_000
"""Customers in a scatter plot; more only cover each other."""


def draw_figures(
    plane: clustering.Plane,
    decision: Decision,
    fitted: Segmentation,
    followed: LiveComparison | None,
    others: AlgorithmComparison | None,
    recipe: Recipe,
) -> RunFigures:
    """The figures of a run: the sample on its principal plane, and the tables."""
    few = segments.find_small(fitted.profile, recipe.privacy.min_cell)
    shown = np.flatnonzero(~fitted.sample["segment"].isin(few))[:DRAWN]
    pictures = report.Pictures(
        names=fitted.model.names,
        sizes=fitted.sizes,
        plane=plane.project(fitted.points[shown]),
        plane_labels=fitted.labels[shown],
        plane_centres=plane.project(np.array(fitted.model.centres)),
        explained=plane.explained,
        loadings=plane.loadings,
        sweep=tabulate_sweep(decision),
        chosen=decision.choice.k,
        floor=recipe.segments.smallest_share,
        profile=segments.tabulate_profile(fitted.profile),
        sample=fitted.sample.iloc[shown].assign(segment=fitted.labels[shown]),
        features=_views(fitted, "feature"),
        descriptions=_views(fitted, "description"),
        value=segments.find_value_column(fitted.profile),
        ids=fitted.model.ids,
        flows=followed.movement.flows if followed else None,
    )
    drawn = RunFigures({}, {})
    report.draw(pictures, drawn.light.__setitem__, drawn.dark.__setitem__)
    if others is not None:
        draw_comparison_figures(others, plane, fitted.points, drawn.light.__setitem__)
    return drawn


def build_page(
    run: runs.Run,
    recipe: Recipe,
    path: str,
    sample: Sample,
    decision: Decision,
    fitted: Segmentation,
    followed: LiveComparison | None,
    others: AlgorithmComparison | None,
    figures: RunFigures,
) -> page.Page:
    """Everything that stands on the page of a run."""
    profile, choice, chosen = fitted.profile, decision.choice, decision.candidate
    overall = {name: figures.mean for name, figures in profile.everyone.columns.items()}
    outcomes = _outcomes(profile)
    value = segments.find_value_column(profile) or ""
    columns = (*_views(fitted, "feature"), *_views(fitted, "description"))
    flat = segments.tabulate_profile(profile)
    pairs = exploration.find_correlations(_feature_values(fitted))
    quality = sample.quality
    moment = datetime.now(UTC)
    return page.Page(
        title=PurePosixPath(path).stem.replace("_", " "),
        run_id=run.run_id,
        when=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
        headline=tuple(segments.write_headline(profile).split("\n")),
        segments=report.segment_views(
            flat, columns, _write_texts(fitted, recipe, chosen), outcomes, value, overall
        ),
        trust=_trust(decision),
        order_by=recipe.order_by if _in_order(fitted, recipe) else "",
        value=value,
        outcomes=outcomes,
        decides=_decides(fitted),
        rows=page.Rows(
            quality.read,
            quality.accepted,
            quality.quarantined,
            tuple(sorted(quality.by_reason.items(), key=lambda reason: -reason[1])),
        ),
        careful=_careful(fitted, sample, decision, pairs),
        profile=page.Profile(flat, _views(fitted, "feature"), _views(fitted, "description"), overall),
        evidence=page.Evidence(
            choice.why,
            tabulate_sweep(decision),
            choice.k,
            recipe.segments.smallest_share,
            tuple((other.k, other.why) for other in choice.runners_up),
            choice.passed,
        ),
        rules=table_page.list_rules(recipe, sample),
        columns=table_page.list_columns(recipe, sample, fitted),
        correlations=pairs,
        protected=tuple(
            page.Association(
                found.column,
                found.value,
                {"cramers_v": "Cramér's V", "eta": "eta"}[found.measure],
                f"Association with the segments: {found.strength}.",
            )
            for found in profile.protected
        ),
        plain_rules=_plain_rules(fitted, recipe.privacy.min_cell),
        method=_method(recipe, sample, fitted),
        recipe=write_explained(recipe),
        reproduce=page.Reproduce(
            f"custseg train --recipe recipe.yaml --input {path} --output {run.output}",
            recipe.sweep.seed,
            path,
            {"custseg_spark": __version__, "Spark": pyspark.__version__, "Python": platform.python_version()},
            journal.current().seconds,
        ),
        more=(
            *([] if followed is None else [thread.build_thread_section(followed)]),
            *([] if others is None else [build_comparison_section(others)]),
        ),
        figures=figures.light,
        dark_figures=figures.dark,
    )


def _in_order(fitted: Segmentation, recipe: Recipe) -> bool:
    """Whether the segments stand in order of the recipe's `order_by`: they do until ids are kept."""
    by = list(recipe.segment_by).index(recipe.order_by)
    return bool(np.all(np.diff([centre[by] for centre in fitted.model.centres]) <= 0))


def _trust(decision: Decision) -> page.Trust | None:
    found = decision.structure
    return None if found is None else page.Trust(found.kind, f"{found.why[0].upper()}{found.why[1:]}.")


def _decides(fitted: Segmentation) -> tuple[tuple[str, float], ...]:
    """Each feature with the share of its variance that lies between the segments, the largest first; in the
    sample on the model scale, where the features cut."""
    labels = fitted.labels
    residuals = (
        fitted.points
        - np.array([fitted.points[labels == i].mean(axis=0) for i in range(len(fitted.sizes))])[labels]
    )
    shares = 1 - residuals.var(axis=0) / fitted.points.var(axis=0)
    names = [t.name for t in fitted.model.features]
    return tuple(sorted(zip(names, shares.tolist(), strict=True), key=lambda pair: -pair[1]))


def _views(fitted: Segmentation, role: str) -> tuple[report.FeatureView, ...]:
    """The columns of a role; a rate is a percentage unless it has a unit, such as pounds an order."""
    transforms = {t.name: t.transform for t in fitted.model.features}
    return tuple(
        report.FeatureView(
            shown.name, shown.unit, transforms.get(shown.name, "none"), shown.rate and not shown.unit
        )
        for shown in fitted.profile.shown
        if shown.role == role
    )


def _outcomes(profile: segments.Profile) -> tuple[page.Outcome, ...]:
    units = {shown.name: shown.unit for shown in profile.shown}
    return tuple(
        page.Outcome(name, units[name], estimate.is_rate, estimate.value)
        for name, estimate in profile.everyone.outcomes.items()
    )


def _write_texts(fitted: Segmentation, recipe: Recipe, chosen: Candidate) -> dict[int, report.SegmentText]:
    units = {name: feature.unit for name, feature in recipe.segment_by.items()}
    stability = dict(zip(fitted.model.ids, fitted.jaccards(chosen), strict=False))
    fewest = recipe.privacy.min_cell
    few = f"Fewer than {fewest} customers: figures are withheld"
    return {
        segment.segment: report.SegmentText(
            fact=few if segment.size < fewest else segments.write_fact(segment, fitted.profile),
            sentence=f"{few}." if segment.size < fewest else segments.write_sentence(segment, fitted.profile),
            action=segments.suggest_action(segment.named, recipe.actions, units).do,
            words=tuple(word.text for word in segment.named.words),
            stability=stability.get(segment.segment),
        )
        for segment in fitted.profile.segments
    }


def _careful(
    fitted: Segmentation,
    sample: Sample,
    decision: Decision,
    pairs: tuple[exploration.Correlation, ...],
) -> tuple[str, ...]:
    """What a reader should know before acting on the page; doubts about the number of segments come first,
    as the first screen shows the first few lines only."""
    choice, chosen = decision.choice, decision.candidate
    lines = [] if choice.passed else [f"No number of segments passed every condition: {choice.why}"]
    lines += [choice.doubt] if choice.doubt else []
    lines += [*sample.quality.warnings, *journal.current().warnings]
    shaky = [
        fitted.model.names[i] for i, jaccard in enumerate(fitted.jaccards(chosen)) if jaccard < page.SHAKY
    ]
    lines += [
        f"“{name}” seldom comes back when the data is redrawn: do not act on it alone." for name in shaky
    ]
    lines += [
        f"{pair.one} and {pair.other} say much the same thing (rank correlation {pair.rho:.2f}): "
        "together they weigh double."
        for pair in pairs
    ]
    return tuple(lines)


def _feature_values(fitted: Segmentation) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return {
        t.name: fitted.sample[f"{VALUE}{t.name}"].to_numpy(dtype=np.float64) for t in fitted.model.features
    }


def _plain_rules(fitted: Segmentation, fewest: int) -> page.PlainRules:
    names = [t.name for t in fitted.model.features]
    found = segments.find_rules(fitted.sample, names)
    expressions = {
        t.name: t.sql if t.fill is None else f"coalesce({t.sql}, {t.fill:.10g})"
        for t in fitted.model.features
    }
    few = segments.find_small(fitted.profile, fewest)
    leaves = tuple(
        page.Leaf(rule.segment, rule.text(), rule.share, rule.right)
        for rule in found.rules
        if rule.segment not in few
    )
    return page.PlainRules(leaves, found.sql(expressions), found.fidelity)


def _method(recipe: Recipe, sample: Sample, fitted: Segmentation) -> tuple[str, ...]:
    rows = len(sample.raw)
    drawn = "all customers" if sample.whole else f"{rows:,} customers, drawn by a hash of the id"
    steps = "" if fitted.passes == 1 else f", moved by {fitted.passes - 1} Lloyd steps over all customers"
    scaled = "standardised" if recipe.scale == "standard" else "scaled by median and interquartile range"
    tried = f"k-means was started {recipe.sweep.restarts} times (seed {recipe.sweep.seed}) on {drawn}"
    return (
        f"Features are computed in Spark, completed, clipped as asked and {scaled}, as fitted on {drawn}.",
        f"For every number of segments, {tried}; the cheapest solution was kept{steps}.",
        "Names follow from the recipe's words by a fixed rule; outcomes took no part in finding segments.",
        "Sizes, shares, means and outcomes are of all customers; quartiles, rules, pictures of the sample.",
    )
