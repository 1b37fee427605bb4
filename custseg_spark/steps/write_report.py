"""profile -> report: the figures of a run and the page that a marketing team reads."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyspark

from custseg_spark import __version__, runs, segments
from custseg_spark.recipe.explain import write_explained
from custseg_spark.report import page
from custseg_spark.report.figures import start_drawing
from custseg_spark.report.html import render_page
from custseg_spark.report.plots.data import Pictures
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.results import RunFigures, TrainingResult
from custseg_spark.steps import page_parts
from custseg_spark.steps.compare_algorithms import draw_comparison_figures
from custseg_spark.steps.list_columns import list_columns
from custseg_spark.steps.summarize_run import build_summary, find_cautions
from custseg_spark.steps.trace_numbers import trace_numbers
from custseg_spark.steps.write_run import tabulate_sweep

DRAWN = 5_000
"""Customers in a scatter plot; more only cover each other."""


def start_figures(result: TrainingResult) -> Callable[[], RunFigures]:
    """Begin to draw the figures of a run: the sample on its principal plane, and the tables. What comes back
    waits for them."""
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
        features=page_parts.list_views(fitted, "feature"),
        descriptions=page_parts.list_views(fitted, "description"),
        value=segments.find_value_column(fitted.profile),
        ids=fitted.model.ids,
        flows=result.since_live.movement.flows if result.since_live else None,
    )
    wait = start_drawing(pictures)

    def finish() -> RunFigures:
        drawn = wait()
        if result.others:
            ids = np.array(fitted.model.ids)[fitted.labels]
            drawn = drawn | draw_comparison_figures(result.others, plane, fitted.points, ids)
        light, dark = (
            {name: getattr(one, side) for name, one in drawn.items()} for side in ("light", "dark")
        )
        return RunFigures(light, dark)

    return finish


def write_report(built: page.Page, figures: RunFigures) -> dict[str, str]:
    """report.html, with the figures, and the same as plain values in summary.json."""
    whole = replace(built, figures=figures.light, dark_figures=figures.dark)
    return {"report.html": render_page(whole), "summary.json": built.summary.to_json()}


def build_page(run: runs.Run, result: TrainingResult) -> page.Page:
    """Everything that stands on the page of a run but its figures; its seconds go on with the journal."""
    recipe, path, quality, fitted = result.recipe, result.counted.source, result.quality, result.segmentation
    profile = fitted.profile
    moment = datetime.now(UTC)
    flat = segments.tabulate_profile(profile)
    cutting, describing = (page_parts.list_views(fitted, role) for role in ("feature", "description"))
    cautions = find_cautions(result)
    overall = {name: stats.mean for name, stats in profile.everyone.columns.items()}
    return page.Page(
        summary=build_summary(result, cautions),
        run_id=run.run_id,
        when=f"{moment.day} {moment:%B %Y, %H:%M} UTC",
        rows=page.RowTotals(
            quality.read,
            quality.accepted,
            quality.quarantined,
            tuple(sorted(quality.by_reason.items(), key=lambda reason: -reason[1])),
        ),
        profile=ProfileTable(flat, cutting, describing, overall),
        evidence=page_parts.build_evidence(result),
        rules=page_parts.list_rules(result),
        columns=list_columns(result, cautions.far),
        together=cautions.together,
        protected=page_parts.list_protected(profile),
        plain_rules=page_parts.build_plain_rules(fitted, recipe.privacy.min_cell),
        method=page_parts.write_method(result),
        recipe=write_explained(recipe),
        reproduction=page.Reproduction(
            f"custseg train --recipe recipe.yaml --input {path} --output {run.output}",
            recipe.sweep.seed,
            path,
            {"custseg_spark": __version__, "Spark": pyspark.__version__, "Python": platform.python_version()},
            result.journal.seconds,
        ),
        sections=page_parts.build_sections(result),
        origins=trace_numbers(result),
    )
