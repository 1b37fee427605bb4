"""What the answers share: the console, tables, lines of reasons, warnings and places."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from custseg_spark.journal import Journal, open_journal
from custseg_spark.wording import VERDICTS, write_recurrence

if TYPE_CHECKING:
    from custseg_spark.data import Quality
    from custseg_spark.evidence import Choice, Structure
    from custseg_spark.results import SparkMlCheck
    from custseg_spark.runs import ChoiceRecord, DriftRecord, SparkMlRecord, StructureRecord
    from custseg_spark.segments import Drift

NUMBERS = ("customers", "share", "members", "held out", "entered", "stayed", "left")
"""Columns of an answer that stand at the right."""


@contextmanager
def show_progress() -> Iterator[None]:
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


def open_console() -> Console:
    """Standard output; text is printed as it is, whatever signs it holds."""
    return Console(file=sys.stdout, highlight=False, soft_wrap=True, markup=False, emoji=False)


def make_table(*titles: str, right: Collection[str] = NUMBERS) -> Table:
    """A table without lines whose columns of these titles stand at the right."""
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title in right else "left")
    return table


def tell_segments(
    console: Console, segments: Iterable[tuple[int, str, int]], right: Collection[str] = NUMBERS
) -> None:
    """Print a line for each segment: its id, its name, its customers and their share."""
    rows = list(segments)
    everyone = max(sum(size for _, _, size in rows), 1)
    table = make_table("segment", "name", "customers", "share", right=right)
    for segment, name, size in rows:
        table.add_row(str(segment), name, f"{size:,}", f"{size / everyone:.1%}")
    console.print(table)


def tell_verdict(console: Console, found: Structure | StructureRecord | None) -> None:
    """Print the verdict on the segments and what it means; nothing where none was asked for."""
    if found is not None:
        meaning = VERDICTS.get(found.kind, found.why)
        console.print(Text.assemble("\n", (found.kind, "bold"), f": {meaning}"))


def tell_recurrence(console: Console, choice: Choice | ChoiceRecord) -> None:
    """Print how often redraws choose this k; nothing where that was not asked."""
    if told := write_recurrence(choice.k, choice.chosen_again):
        console.print(f"  {told}")


def tell_spark_ml(console: Console, found: SparkMlCheck | SparkMlRecord | None) -> None:
    """Print whether Spark ML agrees; nothing where it was not asked."""
    if found is not None:
        console.print(f"{found.why[0].upper()}{found.why[1:]}")


def tell_replication(console: Console, replication: str | None) -> None:
    """Print what the segments repeat; nothing where the best ones were looked for."""
    if replication is not None:
        console.print(f"This is {replication}\n")


def tell_rows(console: Console, quality: Quality, labelled: str = "accepted") -> None:
    """Print how many rows were read, and why rows were left out."""
    console.print(
        f"\n{quality.read:,} rows read, {quality.accepted:,} {labelled}, {quality.quarantined:,} quarantined"
    )
    tell_reasons(console, quality.by_reason)


def tell_reasons(console: Console, counts: Mapping[str, int]) -> None:
    """Print how often each reason was one, the commonest first."""
    for reason, count in sorted(counts.items(), key=lambda item: -item[1]):
        console.print(f"  {count:,}  {reason}")


def tell_warnings(console: Console, warnings: Iterable[str]) -> None:
    """Print what a person should look at."""
    for line in warnings:
        console.print(f"warning: {line}")


def tell_places(console: Console, **places: str) -> None:
    """Print where things are, below everything else."""
    console.print()
    for what, path in places.items():
        console.print(f"{what:<12}{path}")


def write_drift(drift: Drift | DriftRecord) -> str:
    """The verdict on drift, with its reasons where there are any."""
    return f"{drift.verdict} ({'; '.join(drift.reasons)})" if drift.reasons else drift.verdict
