"""What a person sees in a terminal: progress while a command works, and the answer at its end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from custseg_spark.journal import Journal, open_journal
from custseg_spark.terminal.nightly import tell_thread

if TYPE_CHECKING:
    from custseg_spark.commands import BacktestResult, ComparisonResult, RfmResult, TrainResult
    from custseg_spark.evidence import Choice
    from custseg_spark.transactions import Interval


@contextmanager
def progress() -> Iterator[None]:
    """Inside, a journal is open whose stages show on a terminal; a pipe gets the log lines alone."""
    console = Console(stderr=True)
    if not console.is_terminal:
        with open_journal():
            yield
        return
    with (
        console.status("starting Spark") as status,
        open_journal(Journal(lambda stage: status.update(stage))),
    ):
        yield


def tell(trained: TrainResult) -> None:
    """Print the chosen k and why, the others and why not, the segments, and where things are."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    found, run = trained.found, trained.run
    quality, model, sizes = found.quality, found.model, found.segmentation.sizes
    tell_choice(console, found.decision.choice)
    table = Table("segment", "name", "customers", "share", box=None, pad_edge=False)
    everyone = sum(sizes)
    for segment, name, size in zip(model.ids, model.names, sizes, strict=True):
        table.add_row(str(segment), name, f"{size:,}", f"{size / everyone:.1%}")
    console.print(table)
    console.print(
        f"\n{quality.read:,} rows read, {quality.accepted:,} accepted, {quality.quarantined:,} quarantined"
    )
    for reason, count in sorted(quality.by_reason.items(), key=lambda item: -item[1]):
        console.print(f"  {count:,}  {reason}", markup=False)
    for line in found.warnings:
        console.print(f"warning: {line}", markup=False)
    if trained.live is not None:
        console.print(f"\nsince the live run {trained.live.run_id}:", markup=False)
        tell_thread(console, trained.live)
    candidate = f"a candidate; to let it score: custseg runs promote {run.run_id} --output {run.output}"
    console.print(f"\nthis run is {'live' if trained.is_live else candidate}", markup=False)
    places = {
        "report": "report.html",
        "customers": "customers",
        "figures": "plots",
        "model": "model",
        "quarantine": "quarantine",
    }
    console.print()
    for what, name in places.items():
        console.print(f"{what:<12}{run.at(name)}", markup=False)


def tell_choice(console: Console, choice: Choice) -> None:
    """Print the chosen k and why, whether another is as good, and why not the others: a line for each."""
    console.print(f"\n[bold]{choice.k} segments[/bold]: {choice.why}")
    if choice.doubt:
        console.print(f"warning: {choice.doubt}", markup=False)
    for other in choice.runners_up:
        console.print(f"  not {other.k}: {other.why}", markup=False)
    console.print()


def tell_comparison(compared: ComparisonResult) -> None:
    """Print what each algorithm found, which to prefer and why, and where things are."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    table = Table(
        "algorithm",
        "segments",
        "noise",
        "silhouette",
        "smallest",
        "stability",
        "agreement",
        box=None,
        pad_edge=False,
    )
    for row in compared.rows:
        scores = (row.silhouette_euclidean, row.smallest_share, row.stability, row.adjusted_rand)
        table.add_row(
            row.algorithm,
            str(row.segments),
            f"{row.noise_share:.1%}",
            *("-" if score is None else f"{score:.3f}" for score in scores),
        )
    console.print(table)
    console.print(f"\n{compared.why}\n", markup=False)
    console.print(f"comparison  {compared.path}", markup=False)


def tell_customers(made: RfmResult) -> None:
    """Print how many customers were made of how many lines, why lines were left out, and where they are."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(f"\n[bold]{made.rows:,} customers[/bold] as of {made.as_of}\n")
    lines = made.lines
    left_out = sum(lines.left_out.values())
    console.print(
        f"{lines.read:,} lines read: {lines.sales:,} sales, {lines.returns:,} returns, {left_out:,} left out"
    )
    for reason, count in sorted(lines.left_out.items(), key=lambda item: -item[1]):
        console.print(f"  {count:,}  {reason}", markup=False)
    for line in made.warnings:
        console.print(f"warning: {line}", markup=False)
    console.print(f"\ncustomers   {made.customers}", markup=False)
    console.print(f"next        custseg train --recipe RECIPE --input {made.to} --output out", markup=False)


def tell_backtest(found: BacktestResult) -> None:
    """Print what the groups did in the days after, and how much of it each grouping explains."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.width = max(console.width, 100)
    for test in found.tests:
        console.print(
            f"\n[bold]{test.customers:,} customers as of {test.at}[/bold], {test.days} days later\n"
        )
        table = Table("segment", "customers", "spend", "retained", box=None, pad_edge=False)
        for group in test.groupings[0].groups:
            spend, retained = (
                _interval(group.means[name], form)
                for name, form in {"spend": ",.2f", "retained": ".1%"}.items()
            )
            table.add_row(group.name, f"{group.customers:,}", spend, retained)
        console.print(table)
        console.print("\nvariance explained, of customers that the group means are not from:\n")
        table = Table("grouping", "groups", "spend", "log spend", "retained", box=None, pad_edge=False)
        for grouping in test.groupings:
            shares = [_interval(share, ".1%") for share in grouping.explained.values()]
            table.add_row(grouping.name, str(len(grouping.groups)), *shares)
        console.print(table)
    console.print(f"\nbacktest    {found.path}", markup=False)


def _interval(found: Interval, form: str) -> str:
    return f"{found.value:{form}} ({found.low:{form}} to {found.high:{form}})"
