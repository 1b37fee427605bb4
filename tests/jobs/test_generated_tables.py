"""A few of the tables that scripts/generated-tables draws: nothing false, nothing lost, no traceback."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.brought_tables.draw_tables import FORMATS, draw_table
from tests.brought_tables.judge_tables import try_table
from tests.brought_tables.write_tables import write_table

SEEDS = range(7, 12)


def test_drawn_tables(spark: SparkSession, tmp_path: Path) -> None:
    verdicts = [try_table(draw_table(seed), tmp_path) for seed in SEEDS]
    failures = [f"{one.table.describe()}: {told}" for one in verdicts for told in one.failures]
    assert not failures, "\n".join(failures)


def test_a_seed_gives_the_same_table(tmp_path: Path) -> None:
    drawn = {}
    for seed in range(40):
        table = draw_table(seed)
        drawn[table.format] = table
        first, second = tmp_path / f"{seed}a", tmp_path / f"{seed}b"
        first.mkdir()
        second.mkdir()
        written = write_table(table, first), write_table(draw_table(seed), second)
        if table.format not in ("xlsx", "zip"):  # they hold the time they were written at
            assert written[0].read_bytes() == written[1].read_bytes()
    assert set(drawn) == set(FORMATS), "every format is drawn"
