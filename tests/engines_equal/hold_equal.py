"""Drawn tables and expressions on both engines: what is admitted, and what differs."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from custseg_spark.errors import CustsegError, NeedsSparkError
from custseg_spark.sql import Translation, make_safe, put_in_utc, translate
from tests.engines_equal.compare_values import find_difference
from tests.engines_equal.draw_expressions import draw_expression
from tests.engines_equal.edge_tables import TYPES, write_table
from tests.engines_equal.own_expressions import draw_own_expression

ROOT = Path(__file__).resolve().parents[2]
BATCH = 100
_OWN = 0.1
"""The share of expressions that are made by the package itself."""
_NAMES = re.compile(
    r"([A-Za-z_0-9]+)\(|\b(RLIKE|LIKE|ILIKE|IN|BETWEEN|CASE|AND|OR|NOT|IS|div|INTERVAL)\b|(<=>|[-+*/%=<>]+)"
)
_CALLED = re.compile(r"\b(least|greatest)\b")


@dataclass(frozen=True)
class Drawn:
    """An expression as it was drawn, the safe form that Spark runs, and what Sail is given."""

    sql: str
    safe: str
    translation: Translation
    own: bool


@dataclass(frozen=True)
class Case:
    """An expression that differs, and how."""

    drawn: Drawn
    seed: int
    how: str

    def __str__(self) -> str:
        lines = [f"{self.drawn.sql}", f"    {self.how}", f"    on Spark: {self.drawn.safe}"]
        return "\n".join(
            [*lines, f"    on Sail:  {self.drawn.translation.sql}", f"    table of seed {self.seed}"]
        )


@dataclass
class Tally:
    """What became of the expressions; by function: how many were drawn with it and how many translated."""

    drawn: int = 0
    translated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    not_on_spark: Counter[str] = field(default_factory=Counter)
    unlike: list[Case] = field(default_factory=list)
    with_function: Counter[str] = field(default_factory=Counter)
    admitted: Counter[str] = field(default_factory=Counter)


class Engine:
    """An engine in a process of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.engines_equal.run_engine", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )

    def ask(self, table: Path, expressions: Sequence[str]) -> None:
        """Begin on a batch."""
        assert self._process.stdin is not None
        self._out = table.with_suffix(f".{self.name}")
        job = {"table": str(table), "expressions": list(enumerate(expressions)), "out": str(self._out)}
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()

    def take(self) -> tuple[dict[str, Any], pa.Table]:
        """Types and errors of the batch, and its values."""
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline() or '{"ended": true}')
        if "ended" in answer:
            raise RuntimeError(f"the process of {self.name} ended")
        with pa.OSFile(str(self._out), "rb") as file:
            return answer, pa.ipc.open_file(file).read_all()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate()


def hold_equal(count: int, seed: int, folder: Path) -> Tally:
    """Draw `count` expressions and hold both engines to the same values and types. `folder`: for tables."""
    tally = Tally()
    engines = [Engine("spark"), Engine("sail")]
    try:
        for number, begin in enumerate(range(0, count, BATCH)):
            table = folder / f"{seed}-{number}.parquet"
            write_table(seed + number, table)
            rng = random.Random(f"{seed} {number}")
            batch = list(_draw_batch(rng, min(BATCH, count - begin), tally))
            for engine in engines:
                forms = [one.safe if engine.name == "spark" else one.translation.sql for one in batch]
                engine.ask(table, forms)
            expected, found = (engine.take() for engine in engines)
            for i, one in enumerate(batch):
                judge(one, str(i), expected, found, seed + number, tally)
    finally:
        for engine in engines:
            engine.close()
    tally.unlike.sort(key=lambda case: len(case.drawn.sql))
    return tally


def _draw_batch(rng: random.Random, count: int, tally: Tally) -> Iterator[Drawn]:
    for _ in range(count):
        own = rng.random() < _OWN
        sql = draw_own_expression(rng) if own else draw_expression(rng)
        names = set() if own else _find_names(sql)
        tally.drawn += 1
        tally.with_function.update(names)
        try:
            safe = put_in_utc(sql if own else make_safe(sql), ["ts"])
            translation = translate(safe, TYPES)
        except NeedsSparkError as refusal:
            if own:
                raise
            tally.refused[
                refusal.what.partition(": ")[2].removesuffix(" is not computed the same on Sail")
            ] += 1
        except CustsegError as problem:
            tally.refused[f"no expression: {problem.what[:60]}"] += 1
        else:
            tally.translated += 1
            tally.admitted.update(names)
            yield Drawn(sql, safe, translation, own)


def _find_names(sql: str) -> set[str]:
    return {next(filter(None, found)).lower() for found in _NAMES.findall(sql)}


def judge(
    one: Drawn,
    number: str,
    expected: tuple[dict[str, Any], pa.Table],
    found: tuple[dict[str, Any], pa.Table],
    seed: int,
    tally: Tally,
) -> None:
    """Add to the tally what both engines answered to one expression: (types and errors, values) of each."""
    (said, values), (answered, others) = expected, found
    if number in said["errors"]:
        tally.not_on_spark[f"{said['errors'][number][:90]} in {one.sql[:90]}"] += 1
        return
    how = _compare(one, said["types"][number], answered, number)
    if not how and one.translation.type != "void":
        signs = not _CALLED.search(one.safe)
        rounded = "AS DECIMAL" in one.safe.upper()
        how = find_difference(values.column(number), others.column(number), rounded=rounded, signs=signs)
    if how:
        tally.unlike.append(Case(one, seed, how))


def _compare(one: Drawn, kind: str, answered: dict[str, Any], number: str) -> str:
    """How the type differs, or what error came; empty where neither does."""
    if number in answered["errors"]:
        return f"Sail ends: {answered['errors'][number]}"
    kinds = {kind, one.translation.type, answered["types"][number]}
    return "" if len(kinds) == 1 else f"type {kind}, not {one.translation.type}, {answered['types'][number]}"
