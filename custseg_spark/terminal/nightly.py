"""The answers of the commands of every night after the first."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from custseg_spark.runs import LiveRecord, Run, RunListing

if TYPE_CHECKING:
    from custseg_spark.commands import AudienceResult, ScoreResult, StreamResult


def tell_score(scored: ScoreResult) -> None:
    """Print the segments with their sizes, the drift since the run, and where things are."""
    console = _console()
    model, everyone = scored.live.model, max(sum(scored.sizes.values()), 1)
    table = _table("segment", "name", "customers", "share")
    for segment, name in zip(model.ids, model.names, strict=True):
        size = scored.sizes.get(segment, 0)
        table.add_row(str(segment), name, f"{size:,}", f"{size / everyone:.1%}")
    console.print(table)
    quality = scored.quality
    console.print(
        f"\n{quality.read:,} rows read, {quality.accepted:,} labelled by run {scored.live.run.run_id}, "
        f"{quality.quarantined:,} quarantined"
    )
    for reason, count in sorted(quality.by_reason.items(), key=lambda item: -item[1]):
        console.print(f"  {count:,}  {reason}", markup=False)
    because = f" ({'; '.join(scored.drift.reasons)})" if scored.drift.reasons else ""
    console.print(f"drift since that run: {scored.drift.verdict}{because}", markup=False)
    for line in scored.quality.warnings:
        console.print(f"warning: {line}", markup=False)
    console.print(f"\ncustomers   {scored.kept.at('customers')}", markup=False)
    console.print(f"drift       {scored.kept.at('drift.json')}", markup=False)
    console.print(f"quarantine  {scored.kept.at('quarantine')}", markup=False)


def tell_stream(streamed: StreamResult) -> None:
    """Print what a stream labelled since it was started."""
    console = _console()
    console.print(
        f"{streamed.batches:,} batches: {streamed.read:,} rows read, {streamed.accepted:,} labelled by run "
        f"{streamed.live.run.run_id}, {streamed.quarantined:,} quarantined"
    )
    console.print(f"customers   {streamed.to}/customers", markup=False)


def tell_audience(made: AudienceResult) -> None:
    """Print each audience with who entered, stayed and left, and where things are."""
    console = _console()
    names = dict(zip(made.live.model.ids, made.live.model.names, strict=True))
    kinds = ("members", "held_out", "entered", "stayed", "left")
    table = _table("segment", "name", "members", "held out", "entered", "stayed", "left")
    for segment, counts in sorted(made.counts.items()):
        figures = [f"{counts.get(kind, 0):,}" for kind in kinds]
        table.add_row(str(segment), names.get(segment, "(a segment of an earlier run)"), *figures)
    console.print(table)
    for line in made.warnings:
        console.print(f"warning: {line}", markup=False)
    console.print(f"\naudience    {made.kept.at('audience')}", markup=False)
    console.print(f"members     {made.kept.at('members')}", markup=False)
    console.print(f"left        {made.kept.at('left')}", markup=False)


def tell_runs(output: str, listed: Sequence[RunListing]) -> None:
    """Print a line for each run, the oldest first."""
    console = _console()
    if not listed:
        console.print(f"{output} holds no runs", markup=False)
        return
    table = _table("run", "status", "segments", "customers", "drift", "")
    for one in listed:
        record = one.record
        marks = [mark for mark, holds in (("live", one.live), ("latest", one.latest)) if holds]
        table.add_row(
            one.run.run_id,
            one.status,
            "" if record is None else str(record.k),
            "" if record is None else f"{record.rows.accepted:,}",
            "" if record is None or record.live is None else record.live.drift.verdict,
            ", ".join(marks),
        )
    console.print(table)


def tell_run(run: Run, history: Sequence[Mapping[str, Any]]) -> None:
    """Print one run: its segments, what became of the segments of the run before, when it was live."""
    console = _console()
    record = run.read_record()
    console.print(f"run {run.run_id}: {record.k} segments, {record.why}\n", markup=False)
    table = _table("segment", "name", "customers", "share")
    for one in record.segments:
        table.add_row(str(one.segment), one.name, f"{one.size:,}", f"{one.share:.1%}")
    console.print(table)
    if record.live is not None:
        console.print(f"\nsince run {record.live.run_id}:", markup=False)
        tell_thread(console, record.live)
    for entry in history:
        if entry["run_id"] == run.run_id:
            console.print(f"live from {entry['at']}: {entry['why']}", markup=False)
    console.print(f"\nreport      {run.at('report.html')}", markup=False)


def tell_thread(console: Console, live: LiveRecord) -> None:
    """Print what became of the live run's segments, as run.json has it."""
    for line in live.told:
        console.print(f"  {line}", markup=False)
    moved, drift = live.moved, live.drift
    console.print(
        f"  {moved.share:.1%} of the customers moved; {moved.by_customers:.1%} changed themselves, "
        f"{moved.by_model:.1%} were moved by the model"
    )
    because = f" ({'; '.join(drift.reasons)})" if drift.reasons else ""
    console.print(f"  drift: {drift.verdict}{because}", markup=False)


def _console() -> Console:
    return Console(file=sys.stdout, highlight=False, soft_wrap=True)


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        right = title in ("customers", "share", "members", "held out", "entered", "stayed", "left")
        table.add_column(title, justify="right" if right else "left")
    return table
