"""Sums and products of whole numbers, with the constants in them folded as Spark does it."""

from __future__ import annotations

import operator
from functools import reduce
from itertools import chain

from custseg_spark.sql.on_sail.types import UnlikeError
from custseg_spark.sql.on_sail.values import Value, write_null, write_number

FOLD = {"try_add": operator.add, "try_multiply": operator.mul}


def combine_terms(name: str, left: Value, right: Value, kind: str) -> Value:
    """A sum or a product, of which Spark puts the constants last, as one, wherever they stand: in another
    order some go over the top on the way, and are null."""
    sides = [_list_terms(name, side) for side in (left, right)]
    given, constants = (tuple(chain(*parts)) for parts in zip(*sides, strict=True))
    made = f"({name}({left.sql}, {right.sql}))"
    if given and constants and len(given + constants) > 2:
        if not all("`" in term for term in given):  # what has no column is a constant to Spark
            raise UnlikeError(f"{name} with a constant that is computed")
        folded = reduce(FOLD[name], constants)
        bits = 31 if kind == "int" else 63
        if not -(1 << bits) <= folded < 1 << bits:
            return write_null(kind)
        last = write_number(folded, kind).sql
        made = f"({reduce(lambda one, other: f'{name}({one}, {other})', (*given, last))})"
    return Value(made, kind, terms=(name, given, constants))


def _list_terms(name: str, side: Value) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Those that rows give, and those that are constants."""
    if isinstance(side.constant, int):
        return (), (side.constant,)
    return side.terms[1:] if side.terms[0] == name else ((side.sql,), ())
