"""profile -> report: the figures of a run and the page that a marketing team reads."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import pyspark

from custseg_spark import __version__, report, runs, segments
from custseg_spark.features import VALUE
from custseg_spark.recipe import Recipe
from custseg_spark.recipe.explain import write_explained
from custseg_spark.report import exploration, page
from custseg_spark.results import (
    Decision,
    RunFigures,
    Segmentation,
    TrainingResult,
)
from custseg_spark.statistics import measure_eta_squared
from custseg_spark.steps import table_page, thread
from custseg_spark.steps.compare_algorithms import build_comparison_section, draw_comparison_figures
from custseg_spark.steps.write_run import tabulate_sweep

DRAWN = 5_000
"""Customers in a scatter plot; more only cover each other."""


def draw_figures(result: TrainingResult) -> RunFigures:
    """The figures of a run: the sample on its principal plane, and the tables."""
    fitted, decision = result.segmentation, result.decision
    few = segments.find_small(fitted.profile, result.recipe.privacy.min_cell)
    shown = np.flatnonzero(~fitted.sample["segment"].isin(few))[:DRAWN]
    plane = result.plane
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
        floor=result.recipe.segments.smallest_share,
        profile=segments.tabulate_profile(fitted.profile),
        sample=fitted.sample.iloc[shown].assign(segment=fitted.labels[shown]),
        features=_views(fitted, "feature"),
        descriptions=_views(fitted, "description"),
        value=segments.find_value_column(fitted.profile),
        ids=fitted.model.ids,
        flows=result.since_live.movement.flows if result.since_live else None,
    )
    figures = RunFigures({}, {})
    report.draw(pictures, figures.light.__setitem__, figures.dark.__setitem__)
    if result.others:
        draw_comparison_figures(result.others, plane, fitted.points, figures.light.__setitem__)
    return figures


def write_report(run: runs.Run, result: TrainingResult, figures: RunFigures) -> dict[str, str]:
    """report.html, and the same as plain values in summary.json."""
    told = build_page(run, result, figures)
    return {"report.html": report.render_page(told), "summary.json": runs.to_json(report.build_summary(told))}


def build_page(run: runs.Run, result: TrainingResult, figures: RunFigures) -> page.Page:
    """Everything that stands on the page of a run."""
    recipe, path, quality, fitted = result.recipe, result.counted.source, result.quality, result.segmentation
    profile, choice = fitted.profile, result.decision.choice
    moment = datetime.now(UTC)
    flat = segments.tabulate_profile(profile)
    overall = {name: stats.mean for name, stats in profile.everyone.columns.items()}
    pairs = exploration.find_correlations(_feature_values(fitted))
    return page.Page(
        title=PurePosixPath(path).stem.replace("_", " "),
        run_id=run.run_id,
        when=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
        headline=tuple(segments.write_headline(profile).split("\n")),
        segments=_segments(result, flat, overall),
        trust=_trust(result.decision),
        order_by=recipe.order_by if _in_order(fitted, recipe) else "",
        value=segments.find_value_column(profile) or "",
        outcomes=_outcomes(profile),
        decides=_decides(fitted),
        rows=page.Rows(
            quality.read,
            quality.accepted,
            quality.quarantined,
            tuple(sorted(quality.by_reason.items(), key=lambda reason: -reason[1])),
        ),
        careful=_careful(result, pairs),
        profile=page.Profile(flat, _views(fitted, "feature"), _views(fitted, "description"), overall),
        evidence=page.Evidence(
            choice.why,
            tabulate_sweep(result.decision),
            choice.k,
            recipe.segments.smallest_share,
            tuple((other.k, other.why) for other in choice.runners_up),
            choice.passed,
        ),
        rules=table_page.list_rules(result),
        columns=table_page.list_columns(result),
        correlations=pairs,
        protected=_protected(profile),
        plain_rules=_plain_rules(fitted, recipe.privacy.min_cell),
        method=_method(result),
        recipe=write_explained(recipe),
        reproduce=page.Reproduce(
            f"custseg train --recipe recipe.yaml --input {path} --output {run.output}",
            recipe.sweep.seed,
            path,
            {"custseg_spark": __version__, "Spark": pyspark.__version__, "Python": platform.python_version()},
            result.journal.seconds,
        ),
        more=(
            *([] if result.since_live is None else [thread.build_thread_section(result.since_live)]),
            *([] if result.others is None else [build_comparison_section(result.others)]),
        ),
        figures=figures.light,
        dark_figures=figures.dark,
    )


def _segments(
    result: TrainingResult, flat: pd.DataFrame, overall: Mapping[str, float]
) -> tuple[page.Segment, ...]:
    fitted = result.segmentation
    return report.segment_views(
        flat,
        (*_views(fitted, "feature"), *_views(fitted, "description")),
        _write_texts(result),
        _outcomes(fitted.profile),
        segments.find_value_column(fitted.profile) or "",
        overall,
    )


def _protected(profile: segments.Profile) -> tuple[page.Association, ...]:
    names = {"cramers_v": "Cramér's V", "eta": "eta"}
    return tuple(
        page.Association(
            found.column,
            found.value,
            names[found.measure],
            f"Association with the segments: {found.strength}.",
        )
        for found in profile.protected
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
    shares = [measure_eta_squared(column, fitted.labels) for column in fitted.points.T]
    names = [t.name for t in fitted.model.features]
    return tuple(sorted(zip(names, shares, strict=True), key=lambda pair: -pair[1]))


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


def _write_texts(result: TrainingResult) -> dict[int, report.SegmentText]:
    fitted, recipe = result.segmentation, result.recipe
    units = {name: feature.unit for name, feature in recipe.segment_by.items()}
    stability = dict(zip(fitted.model.ids, fitted.jaccards(result.decision.candidate), strict=False))
    fewest = recipe.privacy.min_cell
    few = f"Fewer than {fewest} customers: figures are withheld"
    return {
        segment.segment: report.SegmentText(
            fact=few if segment.size < fewest else segments.write_fact(segment, fitted.profile),
            sentence=f"{few}." if segment.size < fewest else segments.write_sentence(segment, fitted.profile),
            action=segments.suggest_action(segment.named, recipe.actions, units),
            words=tuple(word.text for word in segment.named.words),
            stability=stability.get(segment.segment),
        )
        for segment in fitted.profile.segments
    }


def _careful(result: TrainingResult, pairs: tuple[exploration.Correlation, ...]) -> tuple[str, ...]:
    """What a reader should know before acting on the page; doubts about the number of segments come first,
    as the first screen shows the first few lines only."""
    choice, fitted = result.decision.choice, result.segmentation
    jaccards = fitted.jaccards(result.decision.candidate)
    lines = [] if choice.passed else [f"No number of segments passed every condition: {choice.why}"]
    lines += [choice.doubt] if choice.doubt else []
    lines += result.warnings
    shaky = [fitted.model.names[i] for i, jaccard in enumerate(jaccards) if jaccard < page.SHAKY]
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


def _method(result: TrainingResult) -> tuple[str, ...]:
    recipe, sample, fitted = result.recipe, result.sample, result.segmentation
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
