"""The answers of the commands: train, compare, rfm, backtest, then those of every later night."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from custseg_spark.runs import LiveRecord, Run, RunListing
from custseg_spark.terminal.console import (
    make_table,
    open_console,
    tell_places,
    tell_reasons,
    tell_recurrence,
    tell_replication,
    tell_rows,
    tell_segments,
    tell_spark_ml,
    tell_verdict,
    tell_warnings,
    write_drift,
)

if TYPE_CHECKING:
    from pathlib import Path

    from custseg_spark.commands.audience import AudienceResult
    from custseg_spark.commands.backtest import BacktestResult
    from custseg_spark.commands.compare import ComparisonResult
    from custseg_spark.commands.rfm import RfmResult
    from custseg_spark.commands.score import ScoreResult
    from custseg_spark.commands.stream import StreamResult
    from custseg_spark.commands.train import TrainResult
    from custseg_spark.evidence import Choice
    from custseg_spark.propose.proposal import Proposal

_MOST_OTHERS = 5
"""Numbers of segments of which the terminal says why they were not chosen."""
_FORMS = {"spend": ",.2f", "retained": ".1%"}
"""How the means of a backtest are written."""


def tell_training(trained: TrainResult) -> None:
    """Print the chosen k and why, the others and why not, the segments, and where things are."""
    console, run, found = open_console(), trained.run, trained.found
    tell_choice(console, found.decision.choice, run.at("sweep.csv"))
    tell_replication(console, found.replication)
    fitted = found.segmentation
    tell_segments(console, zip(fitted.model.ids, fitted.model.names, fitted.sizes, strict=True), right=())
    tell_verdict(console, found.decision.structure)
    tell_spark_ml(console, found.spark_ml)
    tell_rows(console, found.quality)
    tell_warnings(console, trained.warnings)
    if trained.live is not None:
        console.print(f"\nsince the live run {trained.live.run_id}:")
        tell_thread(console, trained.live)
    candidate = f"a candidate; to let it score: custseg runs promote {run.run_id} --output {run.output}"
    console.print(f"\nthis run is {'live' if trained.is_live else candidate}")
    tell_places(
        console, report=run.at("report.html"), customers=run.at("customers"), figures=run.at("plots"),
        model=run.at("model"), quarantine=run.at("quarantine"),
    )  # fmt: skip


def tell_choice(console: Console, choice: Choice, sweep: str) -> None:
    """Print the chosen k and why, how often redraws choose it, whether another is as good, and of the nearest
    others why not, a line each. `sweep`: where the scores of all are."""
    console.print(Text.assemble("\n", (f"{choice.k} segments", "bold"), f": {choice.why}"))
    tell_recurrence(console, choice)
    if choice.doubt:
        tell_warnings(console, [choice.doubt])
    for other in choice.runners_up[:_MOST_OTHERS]:
        console.print(f"  not {other.k}: {other.why}")
    if (left := len(choice.runners_up) - _MOST_OTHERS) > 0:
        console.print(f"  and {left} more in {sweep}")
    console.print()


def tell_comparison(compared: ComparisonResult) -> None:
    """Print what each algorithm found, which to prefer and why, and where things are."""
    console = open_console()
    scored = ("silhouette", "smallest", "stability", "agreement")
    table = make_table("algorithm", "segments", "noise", *scored)
    for row in compared.rows:
        scores = (row.silhouette_euclidean, row.smallest_share, row.stability, row.adjusted_rand)
        written = ("-" if score is None else f"{score:.3f}" for score in scores)
        table.add_row(row.algorithm, str(row.segments), f"{row.noise_share:.1%}", *written)
    console.print(table)
    console.print(f"\n{compared.why}")
    tell_places(console, comparison=compared.path)


def tell_customers(made: RfmResult, recipe: Path) -> None:
    """Print how many customers were made of how many lines, why lines were left out, where they are, and the
    command that comes next: train by the recipe that init wrote beside the orders' `recipe`, else init."""
    console, lines = open_console(), made.lines
    console.print(Text.assemble("\n", (f"{made.rows:,} customers", "bold"), f" as of {made.as_of}\n"))
    left_out = sum(lines.left_out.values())
    console.print(
        f"{lines.read:,} lines read: {lines.sales:,} sales, {lines.returns:,} returns, {left_out:,} left out"
    )
    tell_reasons(console, lines.left_out)
    tell_warnings(console, made.warnings)
    written = recipe.with_suffix(f".customers{recipe.suffix}")
    following = ["init", made.to, "--to", "customers.yaml"]
    if written.is_file():
        following = ["train", "--recipe", str(written), "--input", made.to, "--output", "out"]
    tell_places(console, customers=made.customers, next=f"custseg {shlex.join(following)}")


def tell_proposal(proposal: Proposal, target: Path) -> None:
    """Print what was found in a table, what a person must know of it, and what comes next."""
    console = open_console()
    for line in proposal.found:
        console.print(line)
    tell_warnings(console, proposal.notices)
    for line in proposal.list_next(target):
        console.print(line)


def tell_backtest(found: BacktestResult) -> None:
    """Print what the groups did in the days after, and how much of it each grouping explains."""
    console = open_console()
    console.width = max(console.width, 100)
    for test in found.tests:
        head = (f"{test.customers:,} customers as of {test.at}", "bold")
        console.print(Text.assemble("\n", head, f", {test.days} days later\n"))
        table = make_table("segment", "customers", "spend", "retained", right=())
        for group in test.groupings[0].groups:
            means = (format(group.means[name], form) for name, form in _FORMS.items())
            table.add_row(group.name, f"{group.customers:,}", *means)
        console.print(table)
        console.print("\nvariance explained, of customers that the group means are not from:\n")
        table = make_table("grouping", "groups", "spend", "log spend", "retained")
        for grouping in test.groupings:
            shares = (f"{share:.1%}" for share in grouping.explained.values())
            table.add_row(grouping.name, str(len(grouping.groups)), *shares)
        console.print(table)
    tell_places(console, backtest=found.path)


def tell_score(scored: ScoreResult) -> None:
    """Print the segments with their sizes, the drift since the run, and where things are."""
    console, model = open_console(), scored.live.model
    sizes = [(i, name, scored.sizes.get(i, 0)) for i, name in zip(model.ids, model.names, strict=True)]
    tell_segments(console, sizes)
    tell_rows(console, scored.quality, f"labelled by run {scored.live.run.run_id}")
    console.print(f"drift since that run: {write_drift(scored.drift)}")
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
    console.print(f"run {run.run_id}: {record.k} segments, {record.why}")
    tell_recurrence(console, record.choice)
    console.print()
    tell_replication(console, record.replication)
    tell_segments(console, [(one.segment, one.name, one.size) for one in record.segments])
    tell_verdict(console, record.structure)
    tell_spark_ml(console, record.spark_ml)
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
    if moved := live.moved:
        console.print(
            f"  {moved.share:.1%} of the customers moved; {moved.by_customers:.1%} changed themselves, "
            f"{moved.by_model:.1%} were moved by the model"
        )
    console.print(f"  drift: {write_drift(live.drift)}")
