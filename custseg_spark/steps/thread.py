"""movement and drift -> report: the part of the page that tells what became of yesterday's segments."""

from __future__ import annotations

from custseg_spark import segments
from custseg_spark.report import page
from custseg_spark.report.tables import Column, PageTable
from custseg_spark.results import LiveComparison

MOST_SHIFTS = 20


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
            *(f"{line}." for line in followed.told),
            *segments.tell_movement(found),
            *segments.tell_largest(found),
            verdict,
        ),
        tables=(_shifts(drift),),
        figures=("movement.png",),
    )


def _shifts(drift: segments.Drift) -> PageTable:
    """How far each column moved, the farthest first."""
    rows: list[tuple[str, str, float, float | None, float | None]] = [
        (shift.column, what, shift.index, shift.missing_then, shift.missing_now)
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
    return PageTable(heads, tuple(sorted(rows, key=lambda row: -row[2])[:MOST_SHIFTS]))
