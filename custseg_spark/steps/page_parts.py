"""profile -> report: the parts of the page, each from what was found."""

from __future__ import annotations

import re

from custseg_spark import data, segments
from custseg_spark.report import page
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.results import AlgorithmComparison, LiveComparison, Segmentation, TrainingResult
from custseg_spark.steps.draw_even_sample import tell_weights
from custseg_spark.steps.write_run import tabulate_sweep
from custseg_spark.wording import write_recurrence

MOST_SHIFTS = 20
_ID = re.compile(r"” \(\d+\)")
"""A segment's id behind its name, which the page leaves to the marks."""
_SCALED = {
    "standard": "standardised",
    "population": "scaled by mean and population standard deviation",
    "robust": "scaled by median and interquartile range",
}


def build_evidence(result: TrainingResult) -> page.ChoiceEvidence:
    """Why this k, beside the others."""
    choice = result.decision.choice
    return page.ChoiceEvidence(
        choice.why,
        tabulate_sweep(result.decision),
        choice.k,
        result.recipe.segments.smallest_share,
        tuple((other.k, other.why) for other in choice.runners_up),
        choice.passed,
        write_recurrence(choice.k, choice.chosen_again),
    )


def list_rules(result: TrainingResult) -> tuple[page.RuleCount, ...]:
    """Every rule of the recipe, with the rows that broke it."""
    broken = result.quality.by_reason
    return tuple(
        page.RuleCount(name, rule.sql, rule.on_fail, broken.get(data.name_reason(name, rule), 0))
        for name, rule in result.recipe.rules.named.items()
    )


def list_views(fitted: Segmentation, *roles: str) -> tuple[FeatureView, ...]:
    """The columns of these roles; those whose means are shares are written as percentages."""
    transforms = {t.name: t.transform for t in fitted.model.features}
    return tuple(
        FeatureView(
            shown.name,
            shown.unit,
            transforms.get(shown.name, "none"),
            shown.name in fitted.profile.shares,
            shown.label,
            shown.title,
            shown.level,
        )
        for shown in fitted.profile.shown
        if shown.role in roles
    )


def list_protected(profile: segments.Profile) -> tuple[page.ProtectedColumn, ...]:
    """How strongly each protected column goes with the segments."""
    names = {"cramers_v": "Cramér's V", "eta": "eta"}
    told = "Association with the segments: {}."
    return tuple(
        page.ProtectedColumn(one.column, one.value, names[one.measure], told.format(one.strength))
        for one in profile.protected
    )


def build_plain_rules(fitted: Segmentation, fewest: int) -> page.PlainRules:
    """The shallow tree that best reproduces the labels, without segments of fewer than `fewest` customers."""
    names = [t.name for t in fitted.model.features]
    found = segments.find_rules(fitted.sample, names)
    expressions = {
        t.name: t.sql if t.fill is None else f"coalesce({t.sql}, {t.fill:.10g})"
        for t in fitted.model.features
    }
    few = segments.find_small(fitted.profile, fewest)
    shown = fitted.profile.shown
    labels = {column.name: column.text for column in shown}
    levels = {column.name: (column.title, column.level) for column in shown if column.category}
    leaves = tuple(
        page.Leaf(rule.segment, rule.text(labels, levels), rule.share, rule.right)
        for rule in found.rules
        if rule.segment not in few
    )
    return page.PlainRules(leaves, found.sql(expressions), found.fidelity)


def write_method(result: TrainingResult) -> tuple[str, ...]:
    """How it was done, a sentence or two each."""
    recipe, sample, passes = result.recipe, result.counted.sample, result.segmentation.refined.passes
    rows = len(sample.raw)
    drawn = "all customers" if sample.whole else f"{rows:,} customers, drawn by a hash of the id"
    steps = "" if passes == 1 else f", moved by {passes - 1} Lloyd steps over all customers"
    scaled = _SCALED[recipe.scale]
    starts = "once" if recipe.sweep.restarts == 1 else f"{recipe.sweep.restarts} times"
    tried = f"k-means was started {starts} (seed {recipe.sweep.seed}) on "
    tried += "all customers, by Spark ML" if recipe.sweep.sample == "all" else drawn
    scored = result.decision.candidates
    unknown = sum(c.lowest_jaccard is None for c in scored) if recipe.evidence.bootstraps else 0
    left_out = (
        f"{unknown} of {len(scored)} numbers of segments leave one too small to be chosen: they were not "
    )
    return (
        f"Features are computed in Spark, completed, clipped as asked and {scaled}, as fitted on {drawn}.",
        f"For every number of segments, {tried}; the cheapest solution was kept{steps}.",
        *([f"This is {result.replication}."] if result.replication else []),
        *([f"{spark_ml.why[0].upper()}{spark_ml.why[1:]}."] if (spark_ml := result.spark_ml) else []),
        *(
            [f"{left_out}looked for in random samples, and what the table leaves empty was not measured."]
            if unknown
            else []
        ),
        *tell_weights(result),
        "Names follow from the recipe's words by a fixed rule; outcomes took no part in finding segments.",
        "Sizes, shares, means and outcomes are of all customers; quartiles, rules, pictures of the sample.",
    )


def build_sections(result: TrainingResult) -> tuple[page.PageSection, ...]:
    """The live run and the other algorithms, where the run was held against them."""
    live, others = result.since_live, result.others
    sections = (live and build_thread_section(live), others and build_comparison_section(others))
    return tuple(section for section in sections if section)


def build_thread_section(followed: LiveComparison) -> page.PageSection:
    """What became of the live run's segments, who moved, and what drifted."""
    found = followed.movement
    drift = followed.drift
    verdict = f"Drift since the live run: {drift.verdict}"
    verdict += f" ({'; '.join(drift.reasons)})." if drift.reasons else "."
    return page.PageSection(
        title="Since the live run",
        paragraphs=(
            f"Held against run {followed.live.run.run_id}, which scores until this one is promoted.",
            *(_ID.sub("”", f"{line}.") for line in followed.told),
            *segments.tell_movement(found),
            *(_ID.sub("”", line) for line in segments.tell_largest(found)),
            verdict,
        ),
        tables=(_tabulate_shifts(drift),),
        figures=("movement.png",),
        source="since live",
    )


def _tabulate_shifts(drift: segments.Drift) -> PageTable:
    """How far each column moved, the farthest first."""
    rows: list[tuple[str, str, float, float | None, float | None]] = [
        (shift.text, what, shift.index, shift.missing_then, shift.missing_now)
        for shifts, what in ((drift.features, "cuts"), (drift.descriptions, "describes"))
        for shift in shifts
    ]
    rows.append(("segments", "shares", drift.segments.index, None, None))
    heads = (
        Column("Column", "text"),
        Column("What it does", "text"),
        Column("Stability index", "decimal", "population stability; under .1 fine, from .25 on retrain"),
        Column("Missing then", "percent"),
        Column("Missing now", "percent"),
    )
    return PageTable(heads, tuple(sorted(rows, key=lambda row: -row[2])[:MOST_SHIFTS]), source="drift")


def build_comparison_section(others: AlgorithmComparison) -> page.PageSection:
    """What the page says of the other algorithms."""
    heads = (
        Column("Algorithm", "text"), Column("Segments"), Column("Noise", "percent"),
        Column("Silhouette (Euclidean)", "decimal"), Column("Smallest segment", "percent"),
        Column("Stability", "decimal", "lowest mean Jaccard of a segment in random samples of the customers"),
        Column("Agreement", "decimal", "adjusted Rand index against KMeans"), Column("Seconds", "decimal"),
    )  # fmt: skip
    rows = tuple(
        (
            row.algorithm, row.segments, row.noise_share, row.silhouette_euclidean, row.smallest_share,
            row.stability, row.adjusted_rand, row.seconds,
        )
        for row in others.found.rows
    )  # fmt: skip
    return page.PageSection(
        "Other algorithms", (others.why,), (PageTable(heads, rows, source="comparison"),),
        ("comparison.png", "dendrogram.png", "k_distance.png"), "comparison",
    )  # fmt: skip
