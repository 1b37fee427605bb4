"""A table given to `custseg init`, and what that proposes given to `rfm` and `train`, as a newcomer would."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from custseg_spark import cli
from custseg_spark.sql.parse import find_columns

QUICK = (
    *("--set", "segments.k=[2,4]", "--set", "segments.choose=silhouette", "--set", "sweep.restarts=3"),
    *("--set", "evidence.bootstraps=0", "--set", "evidence.gap=false"),
    *("--set", "evidence.prediction_strength=false", "--set", "evidence.structure=false"),
)
"""What makes a run short; nothing that decides how the table is read."""
QUICK_KEYS = """
segments: {k: 2, choose: fixed}
sweep: {restarts: 2}
evidence: {bootstraps: 0, gap: false, prediction_strength: false, structure: false}
"""
"""The same for a recipe by hand."""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    @property
    def errors(self) -> list[str]:
        """The lines of standard error that are no log."""
        return [line for line in self.err.splitlines() if line and not line.startswith("INFO ")]


def say(*arguments: object) -> Said:
    """Run a command of custseg here."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main([str(argument) for argument in arguments])
    return Said(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class Trial:
    """What the commands left under `place`. `recipe`: what `train` was given, `orders`: what `rfm` was; empty
    where there is none. A command that was not reached is None."""

    place: Path
    table: Path
    init: Said
    recipe: Mapping[str, Any]
    orders: Mapping[str, Any]
    rfm: Said | None
    train: Said | None

    @property
    def recipe_text(self) -> str:
        """All that `init` wrote."""
        return "\n".join(file.read_text(encoding="utf-8") for file in sorted(self.place.glob("*.yaml")))

    @property
    def sections(self) -> Mapping[str, Mapping[str, str]]:
        """Expressions by name: of segment_by, describe and check."""
        return {
            part: _write_expressions(self.recipe.get(part)) for part in ("segment_by", "describe", "check")
        }

    def columns(self, section: str) -> set[str]:
        """The table's columns that a section of the recipe uses."""
        return {column for sql in self.sections[section].values() for column in find_columns(sql)}

    @property
    def categories(self) -> set[str]:
        """The table's columns that cut by their levels."""
        given = [keys for keys in self.recipe["segment_by"].values() if isinstance(keys, dict)]
        return {column for keys in given if "category" in keys for column in find_columns(keys["category"])}

    def find_feature(self, column: str) -> tuple[str, Mapping[str, Any]]:
        """Name and keys of the feature that is made of one column."""
        found = [name for name, sql in self.sections["segment_by"].items() if find_columns(sql) == {column}]
        assert found, f"{column} does not cut: {dict(self.sections['segment_by'])}"
        keys = self.recipe["segment_by"][found[0]]
        return found[0], keys if isinstance(keys, dict) else {"sql": keys}

    @property
    def types(self) -> Mapping[str, Any]:
        return self.recipe.get("input", {}).get("types", {}) or {}

    @cached_property
    def run(self) -> Path:
        return find_run(self.place / "out")

    @cached_property
    def record(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads((self.run / "run.json").read_text(encoding="utf-8"))
        return found

    @property
    def rows(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.record["rows"]
        return found

    @property
    def names(self) -> list[str]:
        return [segment["name"] for segment in self.record["segments"]]

    @cached_property
    def customers(self) -> pd.DataFrame:
        return pd.read_parquet(self.run / "customers")

    @cached_property
    def made_customers(self) -> pd.DataFrame:
        """What `rfm` made."""
        return pd.read_parquet(find_table(self.place / "customers"))

    @property
    def page(self) -> str:
        return (self.run / "report.html").read_text(encoding="utf-8")

    @property
    def ids(self) -> list[str]:
        """The ids of the customers in segments, as text."""
        column = self.recipe["input"]["id"]
        name = "row_number" if isinstance(column, dict) else column
        return [str(value) for value in self.customers[name]]


def _write_expressions(section: Any) -> dict[str, str]:
    """Name -> SQL; of a rate its two parts as one expression."""
    written = {}
    for name, keys in (section or {}).items():
        given = keys if isinstance(keys, dict) else {"sql": keys}
        sql = given.get("sql") or given.get("category") or " + ".join(map(str, given["rate"]))
        written[name] = str(sql)
    return written


def find_run(output: Path) -> Path:
    """The run that latest.json names."""
    return output / "runs" / str(json.loads((output / "latest.json").read_text())["run_id"])


def find_table(output: Path) -> Path:
    """The Parquet that `rfm` wrote last."""
    files = sorted(output.rglob("*.parquet"), key=lambda file: file.stat().st_mtime)
    assert files, f"no customers under {output}"
    return files[-1].parent


def bring(table: Path, place: Path, *options: object, settings: tuple[str, ...] = QUICK) -> Trial:
    """Give the table to `init` (with `options`), and what it wrote to `rfm` and `train`."""
    place.mkdir(parents=True, exist_ok=True)
    init = say("init", table, "--to", place / "proposed.yaml", *options)
    written = {file: yaml.safe_load(file.read_text(encoding="utf-8")) for file in place.glob("*.yaml")}
    orders = next((file for file, keys in written.items() if "lines" in keys), None)
    recipe = next((file for file, keys in written.items() if "segment_by" in keys), None)
    rfm = train = None
    given = table
    if orders is not None:
        given = place / "customers"
        rfm = say("rfm", "--recipe", orders, "--input", table, "--to", given)
    if recipe is not None and (rfm is None or rfm.code == 0):
        train = say("train", "--recipe", recipe, "--input", given, "--output", place / "out", *settings)
    none: Mapping[str, Any] = {}
    return Trial(
        place,
        table,
        init,
        written[recipe] if recipe else none,
        written[orders] if orders else none,
        rfm,
        train,
    )


Expect = Callable[[Trial], None]


@dataclass(frozen=True)
class Case:
    """A table as people bring it: `make` writes it into a directory and gives its path, `expect` asserts
    what must come of it. `customers`: how many stand in segments; None where that is not asked. `spend`,
    `recency`: the columns that are money spent, and days since; "spenders" and "quiet" need one."""

    name: str
    make: Callable[[Path], Path]
    expect: tuple[Expect, ...] = ()
    customers: int | None = 300
    spend: frozenset[str] = field(default=frozenset({"spend"}))
    recency: frozenset[str] = field(default=frozenset({"days_since_last"}))
