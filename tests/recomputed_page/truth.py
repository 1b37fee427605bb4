"""What the numbers of a page should be: computed anew from the Parquet beside it, by numpy and pandas."""

from __future__ import annotations

import json
import math
import re
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import SparkSession
from scipy import stats

from custseg_spark.wording import write_label

ALL = "all"


class Truth:
    """The customers of a run with every column of its recipe, and what is computed of them."""

    def __init__(self, session: SparkSession, run: Path) -> None:
        self.run = run
        self.record = json.loads((run / "run.json").read_text())
        self.model = json.loads((run / "model.json").read_text())
        self.recipe = self.record["recipe"]
        self.table = session.read.parquet(str(run / "customers"))
        self.customers = self._compute_columns()
        self.customers["segment"] = self.customers["segment"].astype(int)
        self.labels = self.customers["segment"].to_numpy()

    def _compute_columns(self) -> pd.DataFrame:
        """A row per customer: treated features, raw features, descriptions, parts of rates, outcomes."""
        asked = {f["name"]: f"feature_{f['name']}" for f in self.model["features"]}
        cutting = {name: one["sql"] for name, one in self.recipe["segment_by"].items()}
        asked |= {f"raw {name}": sql for name, sql in cutting.items()}
        described = self.recipe["describe"]
        plain = {name: one["sql"] for name, one in described.items()}
        named = cutting | {name: sql for name, sql in plain.items() if sql}
        for name, one in described.items():
            if plain[name]:
                asked[name] = str(plain[name])
            else:
                above, below = one["rate"]
                asked[f"{name} above"], asked[f"{name} below"] = (
                    named.get(above, above),
                    named.get(below, below),
                )
        asked |= {name: one["sql"] for name, one in self.recipe["check"].items()}
        asked |= {f"protected {name}": f"`{name}`" for name in self.recipe["protected"]}
        expressions = [f"({sql}) as `{name}`" for name, sql in asked.items()]
        return self.table.selectExpr("segment", *expressions).toPandas()

    @cached_property
    def points(self) -> np.ndarray:
        """(n, d) on the model scale."""
        columns = []
        for one in self.model["features"]:
            column = self.customers[one["name"]].to_numpy(dtype=float)
            column = np.log1p(column) if one["transform"] == "log1p" else column
            columns.append((column - one["centre"]) / one["scale"])
        return np.stack(columns, axis=1)

    def pick(self, rows: str) -> np.ndarray:
        """(n,) whose they are."""
        if rows == ALL:
            return np.ones(len(self.labels), dtype=bool)
        return np.isin(self.labels, [int(one) for one in rows.split("+")])

    def values(self, of: str, rows: str = ALL) -> pd.Series:
        """What is known of a column."""
        column: pd.Series = pd.to_numeric(self.customers.loc[self.pick(rows), of], errors="coerce")
        return column.astype(float).dropna()

    def mean(self, of: str, rows: str) -> float:
        if f"{of} above" in self.customers:
            return float(self.values(f"{of} above", rows).sum() / self.values(f"{of} below", rows).sum())
        return float(self.values(of, rows).mean())

    def interval(self, of: str, rows: str) -> tuple[float, float]:
        """Wilson's of a rate, Student's of a mean."""
        known = self.values(of, rows)
        if set(self.values(of)) <= {0.0, 1.0}:
            found = stats.binomtest(round(known.sum()), len(known)).proportion_ci(0.95, "wilson")
            return found.low, found.high
        low, high = stats.t.interval(0.95, len(known) - 1, known.mean(), stats.sem(known))
        return float(low), float(high)

    def eta_squared(self, of: str, logarithm: bool = False) -> float:
        known = self.values(of)
        known = np.log1p(known) if logarithm else known
        groups = known.groupby(self.labels[known.index])
        between = (groups.size() * (groups.mean() - known.mean()) ** 2).sum()
        return float(between / ((known - known.mean()) ** 2).sum())

    def association(self, of: str, measure: str) -> float:
        known = self.customers[["segment", f"protected {of}"]].dropna()
        values = known[f"protected {of}"]
        if measure == "eta":
            values = values.astype("int64") if values.dtype.kind == "M" else values
            groups = values.groupby(known["segment"])
            between = (groups.size() * (groups.mean() - values.mean()) ** 2).sum()
            return math.sqrt(between / ((values - values.mean()) ** 2).sum())
        table = pd.crosstab(known["segment"], values)
        n, (r, c) = table.to_numpy().sum(), table.shape
        phi = stats.chi2_contingency(table, correction=False).statistic / n
        phi = max(0.0, phi - (r - 1) * (c - 1) / (n - 1))
        left = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
        return min(1.0, math.sqrt(phi / left))

    def apply_rule(self, rule: str) -> np.ndarray:
        """(n,) whether a plain rule holds, read from its words: `spend over 512 and recency at most 49`."""
        inside = np.ones(len(self.labels), dtype=bool)
        names = {text: f["name"] for f in self.model["features"] for text in self.list_names(f["name"])}
        column = np.zeros(0)
        for part in [] if rule == "everyone" else rule.split(" and "):
            match = re.fullmatch(r"(.*?) ?(over|at most) ([-−\d.,e+]+)", part)
            assert match, rule
            name, way, bound = match.groups()
            column = self.customers[names[name]].to_numpy(dtype=float) if name else column
            limit = float(bound.replace(",", ""))
            inside &= column > limit if way == "over" else column <= limit
        return inside

    def call(self, name: str) -> str:
        """What a column is called."""
        return json.loads((self.run / "summary.json").read_text())["labels"].get(name) or name.replace(
            "_", " "
        )

    def list_names(self, name: str) -> list[str]:
        """All that a column is called: by its label, in words, and quoted where its name says nothing."""
        return [self.call(name), name.replace("_", " "), write_label(name), f"“{name}”", name]

    def list_given_names(self) -> list[str]:
        """Names and units that the table and the recipe bring, and those of the segments; longest first."""
        recipe, summary = self.recipe, json.loads((self.run / "summary.json").read_text())
        columns = {**recipe["segment_by"], **recipe["describe"], **recipe["check"]}
        found = [text for name in (*columns, *recipe["protected"]) for text in self.list_names(name)]
        units = [one["unit"] for one in columns.values()]
        found += [*units, *(unit.removeprefix("money").strip() for unit in units)]
        found += [one["name"] for one in summary["segments"]]
        return sorted({one for one in [*found, summary["title"]] if one}, key=len, reverse=True)

    @cached_property
    def sweep(self) -> pd.DataFrame:
        return pd.read_csv(self.run / "sweep.csv", index_col="k")
