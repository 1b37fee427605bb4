"""An expression of Spark's as Sail computes the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from custseg_spark.errors import NeedsSparkError, RecipeError, find_nearest_name
from custseg_spark.sql.on_sail.types import CLOCK, MissingColumnError, UnlikeError
from custseg_spark.sql.on_sail.walk import Walk
from custseg_spark.sql.parse import groups_otherwise, parse_sql


@dataclass(frozen=True)
class Translation:
    """`sql`: what Sail is given. `type`: Spark's type of it, as simpleString writes it."""

    sql: str
    type: str


def translate(sql: str, types: Mapping[str, str], where: str = "expression") -> Translation:
    """An expression in Spark's SQL as one that gives the same on Sail, with its type.

    `sql`: in the form that `make_safe` and `put_in_utc` give, or written here: where plain arithmetic or a
    plain cast would raise on Spark, there is null. `types`: column -> simpleString of its type.
    Raises NeedsSparkError, naming `where`, for what Sail is not known to compute the same, RecipeError for a
    name that is no column's.
    """
    tree, literals = parse_sql(sql, where)
    try:
        if groups_otherwise(tree):
            raise UnlikeError("|| beside + or -")
        walk = Walk({name.casefold(): (name, kind) for name, kind in types.items()}, literals)
        value = walk.read(tree)
        if value.type == CLOCK:
            raise UnlikeError("a moment by the session's clock")
    except MissingColumnError as missing:
        near = find_nearest_name(str(missing), types)
        remedy = f"did you mean {near!r}?" if near else "check the name"
        raise RecipeError(f"{where}: there is no column `{missing}`", remedy) from None
    except (UnlikeError, RecursionError) as problem:
        what = str(problem) if isinstance(problem, UnlikeError) else "an expression this deep"
        raise NeedsSparkError(f"{where}: {what} is not computed the same on Sail") from None
    if value.type == "void":
        return Translation("NULL", "void")
    nested = "<" in value.type  # of which no other type is made anywhere here
    return Translation(value.sql if nested else f"CAST({value.sql} AS {value.type.upper()})", value.type)
