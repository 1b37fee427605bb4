"""profile -> report: the figures of a run and the page that a marketing team reads."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

import numpy as np
import pyspark

from custseg_spark import __version__, runs, segments
from custseg_spark.recipe.explain import write_explained
from custseg_spark.report import page
from custseg_spark.report.figures import draw
from custseg_spark.report.html import render_page
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.results import (
    RunFigures,
    Segmentation,
    TrainingResult,
)
from custseg_spark.steps import table_page, thread
from custseg_spark.steps.compare_algorithms import build_comparison_section, draw_comparison_figures
from custseg_spark.steps.summarize_run import build_summary, find_correlations
from custseg_spark.steps.write_run import tabulate_sweep

DRAWN = 5_000
"""Customers in a scatter plot; more only cover each other."""


def draw_figures(result: TrainingResult) -> RunFigures:
    """The figures of a run: the sample on its principal plane, and the tables."""
    fitted, decision = result.segmentation, result.decision
    few = segments.find_small(fitted.profile, result.recipe.privacy.min_cell)
    shown = np.flatnonzero(~fitted.sample["segment"].isin(few))[:DRAWN]
    plane = result.plane
    pictures = Pictures(
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
    draw(pictures, figures.light.__setitem__, figures.dark.__setitem__)
    if result.others:
        draw_comparison_figures(result.others, plane, fitted.points, figures.light.__setitem__)
    return figures


def write_report(run: runs.Run, result: TrainingResult, figures: RunFigures) -> dict[str, str]:
    """report.html, and the same as plain values in summary.json."""
    built = build_page(run, result, figures)
    return {"report.html": render_page(built), "summary.json": built.summary.to_json()}


def build_page(run: runs.Run, result: TrainingResult, figures: RunFigures) -> page.Page:
    """Everything that stands on the page of a run."""
    recipe, path, quality, fitted = result.recipe, result.counted.source, result.quality, result.segmentation
    profile, choice = fitted.profile, result.decision.choice
    moment = datetime.now(UTC)
    flat = segments.tabulate_profile(profile)
    overall = {name: stats.mean for name, stats in profile.everyone.columns.items()}
    return page.Page(
        summary=build_summary(result),
        run_id=run.run_id,
        when=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
        rows=page.RowTotals(
            quality.read,
            quality.accepted,
            quality.quarantined,
            tuple(sorted(quality.by_reason.items(), key=lambda reason: -reason[1])),
        ),
        profile=ProfileTable(flat, _views(fitted, "feature"), _views(fitted, "description"), overall),
        evidence=page.ChoiceEvidence(
            choice.why,
            tabulate_sweep(result.decision),
            choice.k,
            recipe.segments.smallest_share,
            tuple((other.k, other.why) for other in choice.runners_up),
            choice.passed,
        ),
        rules=table_page.list_rules(result),
        columns=table_page.list_columns(result),
        correlations=find_correlations(fitted),
        protected=_protected(profile),
        plain_rules=_plain_rules(fitted, recipe.privacy.min_cell),
        method=_method(result),
        recipe=write_explained(recipe),
        reproduction=page.Reproduction(
            f"custseg train --recipe recipe.yaml --input {path} --output {run.output}",
            recipe.sweep.seed,
            path,
            {"custseg_spark": __version__, "Spark": pyspark.__version__, "Python": platform.python_version()},
            result.journal.seconds,
        ),
        sections=(
            *([] if result.since_live is None else [thread.build_thread_section(result.since_live)]),
            *([] if result.others is None else [build_comparison_section(result.others)]),
        ),
        figures=figures.light,
        dark_figures=figures.dark,
    )


def _protected(profile: segments.Profile) -> tuple[page.ProtectedColumn, ...]:
    names = {"cramers_v": "Cramér's V", "eta": "eta"}
    return tuple(
        page.ProtectedColumn(
            found.column,
            found.value,
            names[found.measure],
            f"Association with the segments: {found.strength}.",
        )
        for found in profile.protected
    )


def _views(fitted: Segmentation, role: str) -> tuple[FeatureView, ...]:
    """The columns of a role; a rate is a percentage unless it has a unit, such as pounds an order."""
    transforms = {t.name: t.transform for t in fitted.model.features}
    return tuple(
        FeatureView(shown.name, shown.unit, transforms.get(shown.name, "none"), shown.rate and not shown.unit)
        for shown in fitted.profile.shown
        if shown.role == role
    )


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
    recipe, sample, passes = result.recipe, result.sample, result.segmentation.refined.passes
    rows = len(sample.raw)
    drawn = "all customers" if sample.whole else f"{rows:,} customers, drawn by a hash of the id"
    steps = "" if passes == 1 else f", moved by {passes - 1} Lloyd steps over all customers"
    scaled = "standardised" if recipe.scale == "standard" else "scaled by median and interquartile range"
    tried = f"k-means was started {recipe.sweep.restarts} times (seed {recipe.sweep.seed}) on {drawn}"
    return (
        f"Features are computed in Spark, completed, clipped as asked and {scaled}, as fitted on {drawn}.",
        f"For every number of segments, {tried}; the cheapest solution was kept{steps}.",
        "Names follow from the recipe's words by a fixed rule; outcomes took no part in finding segments.",
        "Sizes, shares, means and outcomes are of all customers; quartiles, rules, pictures of the sample.",
    )
