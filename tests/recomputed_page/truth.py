"""What the numbers of a page should be: computed anew from the Parquet beside it, by numpy and pandas."""

from __future__ import annotations

import json
import math
import re
from copy import copy
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
        self.levels = {
            one["name"]: (one["category"], one["level"]) for one in self.model["features"] if one["category"]
        }
        """Column of a level -> its category and which it is, as `feature_<category>` holds it."""
        self._hold(self._compute_columns())

    def _hold(self, customers: pd.DataFrame) -> None:
        self.customers = customers.reset_index(drop=True)
        self.customers["segment"] = self.customers["segment"].astype(int)
        self.labels = self.customers["segment"].to_numpy()
        self.weights = self.customers["weight"].to_numpy()

    @cached_property
    def sample(self) -> Truth:
        """The same of the customers that a whole sample holds: of those with weights, as many as the run
        drew, in proportion to the weights, in steps through the order of the hash."""
        if not self.is_weighted:
            return self
        ordered = self.customers.sort_values(["hash", "id"])
        reached = ordered["weight"].cumsum().to_numpy()
        number = int(self.count_sampled())
        begin = np.random.default_rng(self.recipe["sweep"]["seed"]).random()
        rows = [int((reached <= (begin + i) * reached[-1] / number).sum()) for i in range(number)]
        drawn = copy(self)
        drawn.__dict__.pop("points", None)
        drawn._hold(ordered.iloc[rows].assign(weight=1.0))
        return drawn

    def count_sampled(self) -> float:
        sample = self.record["sample"]
        return float(sample["drawn"] if self.is_weighted else sample["rows"])

    @property
    def is_weighted(self) -> bool:
        return self.record["sample"]["effective"] is not None

    def _compute_columns(self) -> pd.DataFrame:
        """A row per customer: treated features, raw features, descriptions, parts of rates, outcomes."""
        sections = self.recipe["segment_by"]
        categories = {name: one for name, one in sections.items() if one["category"] is not None}
        asked = {f["name"]: f"feature_{f['name']}" for f in self.model["features"] if not f["category"]}
        cutting = {name: one["sql"] for name, one in sections.items() if one["category"] is None}
        asked |= {f"raw {name}": sql for name, sql in cutting.items()}
        asked |= {f"text {name}": f"cast(({one['category']}) as string)" for name, one in categories.items()}
        asked |= {f"level {name}": f"feature_{name}" for name, one in categories.items() if not one["order"]}
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
        weight = self.recipe.get("customers", {}).get("weight") or "1"
        key, seed = f"cast(`{self.model['id']}` as string)", self.recipe["sweep"]["seed"]
        hashed = f"xxhash64({key}, cast({seed} as int)) as hash"
        own = ("segment", f"double({weight}) as weight", f"{key} as id", hashed)
        found = self.table.selectExpr(*own, *expressions).toPandas()
        for name, one in categories.items():
            if one["order"]:
                ranks = {v: float(r) for r, level in enumerate(one["order"]) for v in one["levels"][level]}
                found[f"raw {name}"] = found[f"text {name}"].map(ranks)
        for name, (category, level) in self.levels.items():
            found[name] = found[f"raw {name}"] = (found[f"level {category}"] == level).astype(float)
        return found.drop(columns=[name for name in found if str(name).startswith(("text ", "level "))])

    @cached_property
    def points(self) -> np.ndarray:
        """(n, d) on the model scale."""
        columns = []
        for one in self.model["features"]:
            column = self.customers[one["name"]].to_numpy(dtype=float)
            column = np.log1p(column) if one["transform"] == "log1p" else column
            columns.append((column - one["centre"]) / one["scale"])
        return np.stack(columns, axis=1)

    def list_columns(self) -> list[str]:
        """Those of the recipe."""
        return [str(name) for name in self.customers if name not in ("segment", "weight", "id", "hash")]

    def pick(self, rows: str) -> np.ndarray:
        """(n,) whose they are."""
        if rows == ALL:
            return np.ones(len(self.labels), dtype=bool)
        return np.isin(self.labels, [int(one) for one in rows.split("+")])

    def values(self, of: str, rows: str = ALL) -> pd.Series:
        """What is known of a column."""
        column: pd.Series = pd.to_numeric(self.customers.loc[self.pick(rows), of], errors="coerce")
        return column.astype(float).dropna()

    def total(self, of: str, rows: str = ALL) -> float:
        known = self.values(of, rows)
        return float((known * self.weights[known.index]).sum())

    def mean(self, of: str, rows: str = ALL) -> float:
        if f"{of} above" in self.customers:
            return self.total(f"{of} above", rows) / self.total(f"{of} below", rows)
        known = self.values(of, rows)
        return float(np.average(known, weights=self.weights[known.index]))

    def deviation(self, of: str, rows: str = ALL) -> float:
        """Of the table in which each customer stands as often as the weight says."""
        known = self.values(of, rows)
        weights = self.weights[known.index]
        around = (weights * (known - np.average(known, weights=weights)) ** 2).sum()
        return math.sqrt(around / (weights.sum() - 1))

    def interval(self, of: str, rows: str) -> tuple[float, float]:
        """Wilson's of a rate, Student's of a mean."""
        weights = self.weights[self.values(of, rows).index]
        count, mean = weights.sum() ** 2 / (weights**2).sum(), self.mean(of, rows)
        if set(self.values(of)) <= {0.0, 1.0}:
            z = stats.norm.ppf(0.975)
            reach = z * math.sqrt(mean * (1 - mean) / count + z**2 / 4 / count**2)
            ends = mean + z**2 / 2 / count + np.array([-reach, reach])
            return tuple(ends / (1 + z**2 / count))
        low, high = stats.t.interval(0.95, count - 1, mean, self.deviation(of, rows) / math.sqrt(count))
        return float(low), float(high)

    def lift(self, of: str, rows: str) -> tuple[float, float, float]:
        """The share that has a level over that of all customers, and the ends of its interval."""
        everyone = self.mean(of, ALL)
        low, high = self.interval(of, rows)
        return self.mean(of, rows) / everyone, low / everyone, high / everyone

    def eta_squared(self, of: str, logarithm: bool = False) -> float:
        """Between the segments over all, of a column, or of all levels of a category added up."""
        between = whole = 0.0
        for name in [name for name, (category, _) in self.levels.items() if category == of] or [of]:
            known = self.values(name)
            known = np.log1p(known) if logarithm else known
            weights, labels = self.weights[known.index], self.labels[known.index]
            means = {s: np.average(known[labels == s], weights=weights[labels == s]) for s in set(labels)}
            middle, own = np.average(known, weights=weights), np.array([means[one] for one in labels])
            between += float((weights * (own - middle) ** 2).sum())
            whole += float((weights * (known - middle) ** 2).sum())
        return between / whole

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
        """(n,) whether a plain rule holds, read from its words: `spend over 512 and recency at most 49`,
        `tier is not Gold`."""
        inside = np.ones(len(self.labels), dtype=bool)
        names = {text: f["name"] for f in self.model["features"] for text in self.list_names(f["name"])}
        column = np.zeros(0)
        for phrase, (name, has) in self.list_conditions().items():
            if f" and {phrase} and " in f" and {rule} and ":
                rule = f" and {rule} and ".replace(f" and {phrase} and ", " and ")[5:-5]
                inside &= self.customers[name].to_numpy(dtype=bool) == has
        for part in [] if rule in ("", "everyone") else rule.split(" and "):
            match = re.fullmatch(r"(.*?) ?(over|at most) ([-−\d.,e+]+)", part)
            assert match, rule
            name, way, bound = match.groups()
            column = self.customers[names[name]].to_numpy(dtype=float) if name else column
            limit = float(bound.replace(",", ""))
            inside &= column > limit if way == "over" else column <= limit
        return inside

    def list_conditions(self) -> dict[str, tuple[str, bool]]:
        """What a plain rule says of levels -> the column, and whether it has to be 1; longest first."""
        found = {
            f"{self.call(category)} is {'' if has else 'not '}{level}": (name, has)
            for name, (category, level) in self.levels.items()
            for has in (True, False)
        }
        return dict(sorted(found.items(), key=lambda one: -len(one[0])))

    def call(self, name: str) -> str:
        """What a column is called."""
        return json.loads((self.run / "summary.json").read_text())["labels"].get(name) or name.replace(
            "_", " "
        )

    def list_names(self, name: str) -> list[str]:
        """All that a column is called: by its label, in words, and quoted where its name says nothing; a
        level by its category too."""
        if name in self.levels:
            category, level = self.levels[name]
            return [self.call(name), f"{self.call(category)}: {level}", level]
        return [self.call(name), name.replace("_", " "), write_label(name), f"“{name}”", name]

    def list_level_texts(self) -> list[str]:
        """Levels as sentences have them, longest first: their digits are names."""
        found = [text for name in self.levels for text in self.list_names(name)[:2]]
        found += [*self.list_conditions(), *(f"-> {level}" for _, level in self.levels.values())]
        return sorted(found, key=len, reverse=True)

    def list_given_names(self) -> list[str]:
        """Names and units that the table and the recipe bring, and those of the segments; longest first."""
        recipe, summary = self.recipe, json.loads((self.run / "summary.json").read_text())
        columns = {**recipe["segment_by"], **recipe["describe"], **recipe["check"]}
        named = (*columns, *recipe["protected"], *self.levels)
        found = [text for name in named for text in self.list_names(name)]
        units = [one["unit"] for one in (*columns.values(), *self.model["features"]) if "unit" in one]
        found += [*units, *(unit.removeprefix("money").strip() for unit in units)]
        found += [one["name"] for one in summary["segments"]]
        return sorted({one for one in [*found, summary["title"]] if one}, key=len, reverse=True)

    @cached_property
    def sweep(self) -> pd.DataFrame:
        return pd.read_csv(self.run / "sweep.csv", index_col="k")
