"""The answers of the commands of every night after the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from custseg_spark.report.view import SegmentView
from custseg_spark.runs import LiveRecord, Run, RunListing
from custseg_spark.terminal.console import (
    make_table,
    open_console,
    tell_places,
    tell_rows,
    tell_segments,
    tell_warnings,
    write_drift,
)

if TYPE_CHECKING:
    from custseg_spark.commands.audience import AudienceResult
    from custseg_spark.commands.score import ScoreResult
    from custseg_spark.commands.stream import StreamResult


def tell_score(scored: ScoreResult) -> None:
    """Print the segments with their sizes, the drift since the run, and where things are."""
    console, model = open_console(), scored.live.model
    everyone = max(sum(scored.sizes.values()), 1)
    sizes = [(i, name, scored.sizes.get(i, 0)) for i, name in zip(model.ids, model.names, strict=True)]
    tell_segments(
        console,
        [SegmentView(segment=i, name=name, size=size, share=size / everyone) for i, name, size in sizes],
    )
    tell_rows(console, scored.quality, f"labelled by run {scored.live.run.run_id}")
    console.print(f"drift since that run: {write_drift(scored.drift.verdict, scored.drift.reasons)}")
    tell_warnings(console, scored.quality.warnings)
    kept = scored.kept
    tell_places(
        console, customers=kept.at("customers"), drift=kept.at("drift.json"), quarantine=kept.at("quarantine")
    )


def tell_stream(streamed: StreamResult) -> None:
    """Print what a stream labelled since it was started."""
    console = open_console()
    console.print(
        f"{streamed.batches:,} batches: {streamed.read:,} rows read, {streamed.accepted:,} labelled by run "
        f"{streamed.live.run.run_id}, {streamed.quarantined:,} quarantined"
    )
    console.print(f"customers   {streamed.to}/customers")


def tell_audience(made: AudienceResult) -> None:
    """Print each audience with who entered, stayed and left, and where things are."""
    console = open_console()
    names = dict(zip(made.live.model.ids, made.live.model.names, strict=True))
    kinds = ("members", "held_out", "entered", "stayed", "left")
    table = make_table("segment", "name", *(kind.replace("_", " ") for kind in kinds))
    for segment, counts in sorted(made.counts.items()):
        figures = [f"{counts.get(kind, 0):,}" for kind in kinds]
        table.add_row(str(segment), names.get(segment, "(a segment of an earlier run)"), *figures)
    console.print(table)
    tell_warnings(console, made.warnings)
    tell_places(console, **{name: made.kept.at(name) for name in ("audience", "members", "left")})


def tell_runs(output: str, listed: Sequence[RunListing]) -> None:
    """Print a line for each run, the oldest first."""
    console = open_console()
    if not listed:
        console.print(f"{output} holds no runs")
        return
    table = make_table("run", "status", "segments", "customers", "drift", "")
    for one in listed:
        record = one.record
        marks = [mark for mark, holds in (("live", one.live), ("latest", one.latest)) if holds]
        table.add_row(
            one.run.run_id, one.status,
            "" if record is None else str(record.k),
            "" if record is None else f"{record.rows.accepted:,}",
            "" if record is None or record.live is None else record.live.drift.verdict,
            ", ".join(marks),
        )  # fmt: skip
    console.print(table)


def tell_run(run: Run, history: Sequence[Mapping[str, Any]]) -> None:
    """Print one run: its segments, what became of the segments of the run before, when it was live."""
    console, record = open_console(), run.read_record()
    console.print(f"run {run.run_id}: {record.k} segments, {record.why}\n")
    tell_segments(console, record.segments)
    if record.live is not None:
        console.print(f"\nsince run {record.live.run_id}:")
        tell_thread(console, record.live)
    for entry in history:
        if entry["run_id"] == run.run_id:
            console.print(f"live from {entry['at']}: {entry['why']}")
    tell_places(console, report=run.at("report.html"))


def tell_thread(console: Console, live: LiveRecord) -> None:
    """Print what became of the live run's segments, as run.json has it."""
    for line in live.told:
        console.print(f"  {line}")
    moved = live.moved
    console.print(
        f"  {moved.share:.1%} of the customers moved; {moved.by_customers:.1%} changed themselves, "
        f"{moved.by_model:.1%} were moved by the model"
    )
    console.print(f"  drift: {write_drift(live.drift.verdict, live.drift.reasons)}")
