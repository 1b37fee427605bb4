"""The SQL that this package makes itself, drawn: text as numbers and days, treatments, the nearest centre."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Literal

import numpy as np

from custseg_spark.clustering.label import SQUARED, build_margin_stage, build_nearest_stages
from custseg_spark.features.treatment import Treatment
from custseg_spark.recipe import Recipe
from custseg_spark.sql import make_safe
from custseg_spark.sql.date_text import DateFormat
from custseg_spark.sql.number_text import NumberFormat
from custseg_spark.sql.value_text import write_any_sql

_PATTERNS = (
    "dd/MM/yyyy", "d/M/yyyy", "yyyy-MM-dd", "MM/dd/yy", "dd.MM.yyyy", "MMM d, yyyy", "d MMMM yyyy",
    "dd/MM/yyyy HH:mm", "M/d/yyyy h:mm a", "yyyyMMdd", "dd-MM-yyyy",
)  # fmt: skip
_RECIPES = (
    "i + j + sm + ti", "1 / (i + 1)", "2025 - i", "datediff(date '2014-06-29', dt)", "if(i = 1, 1, 0)",
    "c * i", "if(s = 'United Kingdom', 0, 1)", "s LIKE 'C%'", "i >= 1930", "coalesce(i, 0) + coalesce(l, 0)",
    "i * d", "cast(s = 'a' as int)", "cast(i = 7 as int)", "datediff(current_date(), ts)",
    "i = 0", "x / w", "c * 100",
)  # fmt: skip
"""As the recipes in conf/ and the drafts of `init` have them."""


def draw_own_expression(rng: random.Random) -> str:
    """One that must have a translation."""
    return rng.choice((_draw_value, _draw_nearest, _draw_nearest, _draw_treatment, _draw_count, _draw_level))(
        rng
    )


def _draw_value(rng: random.Random) -> str:
    if rng.random() < 0.5:
        decimal, group = rng.choice([(".", ","), (",", "."), (",", " "), (".", "'"), (".", "")])
        missing = rng.choice([(), ("N/A", "-"), ("x",)])
        number = NumberFormat(decimal, group, missing, rng.random() < 0.2)
        return write_any_sql(rng.choice(["num", "num", "s", "i", "d", "c"]), number)
    days = DateFormat(tuple(rng.sample(_PATTERNS, rng.choice([1, 1, 2]))), rng.choice([(), ("-",)]))
    return write_any_sql(rng.choice(["day", "day", "s", "dt", "ts", "tn"]), days)


def _draw_nearest(rng: random.Random) -> str:
    """Segment, distance and margin, every column put in its place."""
    columns = [f"({name} - {rng.gauss(0, 1)!r}D) / 2.0D" for name in ("x", "y", "w")[: rng.choice([2, 3])]]
    count = rng.choice([2, 3, 5])
    centres = np.array([[rng.gauss(0, 1) for _ in columns] for _ in range(count)])
    distances, smallest, labels = build_nearest_stages([f"({sql})" for sql in columns], centres)
    stages = [distances, smallest, labels, build_margin_stage(range(count))]
    made: dict[str, str] = {}
    for stage in stages:
        made |= {
            name: re.sub(r"\b_\w+|\bsegment\b|\bdistance_to_centre\b", _put(made), sql)
            for name, sql in stage.items()
        }
    return made[rng.choice(["segment", "segment", "distance_to_centre", "margin", SQUARED])]


def _put(made: dict[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: f"({made[found[0]]})" if found[0] in made else found[0]


def _draw_treatment(rng: random.Random) -> str:
    def draw_bound() -> float | None:
        return rng.choice([None, rng.gauss(0, 10), 1e-7, 0.0])

    sql = make_safe(rng.choice(_RECIPES)) if rng.random() < 0.7 else rng.choice(["d", "e", "w", "l", "s"])
    transform: Literal["none", "log1p"] = rng.choice(["none", "log1p"])
    one = Treatment("q", sql, "", transform, draw_bound(), draw_bound(), draw_bound(), rng.gauss(0, 1), 1.5)
    raw = one.raw_sql
    value = re.sub(r"\b_raw_q\b", lambda _: f"({raw})", one.value_sql)
    model = re.sub(r"\bfeature_q\b", lambda _: f"({value})", one.model_sql)
    return rng.choice([raw, value, model])


def _draw_level(rng: random.Random) -> str:
    """The number of a level, or the rank, of a category of text, whole numbers or truths."""
    category = rng.choice(["s", "i", "sm", "b", "upper(s)", "i = 7", "if(i > 3, s, 'b')"])
    values = rng.sample(
        ["a", "A", "b", "it's", "United Kingdom", "1", "7", "0", "true", "false", "\\", ""], 6
    )
    order = rng.random() < 0.3
    levels = {"first": values[:2], "second": values[2:3], "third": values[3:5]}
    fills = ["median", "quarantine"] if order else ["level", "other", "quarantine"]
    section = {"category": category, "levels": levels, "other": values[5:], "impute": rng.choice(fills)}
    asked = {"q": {**section, **({"order": list(levels)} if order else {})}}
    recipe = Recipe.model_validate({"input": {"id": "id"}, "segment_by": asked})
    return make_safe(str(rng.choice(list(recipe.features.values())).sql))


def _draw_count(rng: random.Random) -> str:
    return rng.choice(
        ["try_multiply(CAST(i AS bigint), 10000)", "try_cast(rint((d) * 10000) AS bigint)",
         "try_cast(round(try_multiply(c, 10000)) AS bigint)", "try_cast((d) AS decimal(28,6))",
         "s IS NULL OR (s < '!' AND trim(s) = '')", "try_cast(tn AS date)", "CAST(l AS string)",
         "try_cast((i) AS DOUBLE)", "CASE i WHEN 0 THEN 'Big' WHEN 1 THEN 'it\\'s' END"]
    )  # fmt: skip
