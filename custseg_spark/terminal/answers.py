"""The answers of the commands of the first night: train, compare, rfm, backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from custseg_spark.terminal.console import (
    make_table,
    open_console,
    tell_places,
    tell_reasons,
    tell_rows,
    tell_segments,
    tell_warnings,
)
from custseg_spark.terminal.nightly import tell_thread

if TYPE_CHECKING:
    from custseg_spark.commands.backtest import BacktestResult
    from custseg_spark.commands.compare import ComparisonResult
    from custseg_spark.commands.rfm import RfmResult
    from custseg_spark.commands.train import TrainResult
    from custseg_spark.evidence import Choice


def tell_training(trained: TrainResult) -> None:
    """Print the chosen k and why, the others and why not, the segments, and where things are."""
    console, run, found = open_console(), trained.run, trained.found
    tell_choice(console, found.decision.choice)
    tell_segments(console, trained.summary.segments, right=())
    tell_rows(console, found.quality)
    tell_warnings(console, found.warnings)
    if trained.live is not None:
        console.print(f"\nsince the live run {trained.live.run_id}:")
        tell_thread(console, trained.live)
    candidate = f"a candidate; to let it score: custseg runs promote {run.run_id} --output {run.output}"
    console.print(f"\nthis run is {'live' if trained.is_live else candidate}")
    tell_places(
        console, report=run.at("report.html"), customers=run.at("customers"), figures=run.at("plots"),
        model=run.at("model"), quarantine=run.at("quarantine"),
    )  # fmt: skip


def tell_choice(console: Console, choice: Choice) -> None:
    """Print the chosen k and why, whether another is as good, and why not the others: a line for each."""
    console.print(Text.assemble("\n", (f"{choice.k} segments", "bold"), f": {choice.why}"))
    if choice.doubt:
        tell_warnings(console, [choice.doubt])
    for other in choice.runners_up:
        console.print(f"  not {other.k}: {other.why}")
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


def tell_customers(made: RfmResult) -> None:
    """Print how many customers were made of how many lines, why lines were left out, and where they are."""
    console, lines = open_console(), made.lines
    console.print(Text.assemble("\n", (f"{made.rows:,} customers", "bold"), f" as of {made.as_of}\n"))
    left_out = sum(lines.left_out.values())
    console.print(
        f"{lines.read:,} lines read: {lines.sales:,} sales, {lines.returns:,} returns, {left_out:,} left out"
    )
    tell_reasons(console, lines.left_out)
    tell_warnings(console, made.warnings)
    following = f"custseg train --recipe RECIPE --input {made.to} --output out"
    tell_places(console, customers=made.customers, next=following)


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


_FORMS = {"spend": ",.2f", "retained": ".1%"}
