"""Columns that must not travel: taken away, or hashed with a secret, before anything else sees the table."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField

from custseg_spark.data.columns import (
    MALFORMED,
    MISSHAPEN,
    UNDECODED,
    column,
    is_missing,
    read_clock,
    resolve_column,
)
from custseg_spark.data.table import Table
from custseg_spark.errors import RecipeError
from custseg_spark.recipe.sections import Privacy

SHORTEST = 16
"""Signs that a secret has at least: a shorter one is soon guessed."""
WITHHELD = "withheld: privacy"
_SECRET = "_secret"


def apply_privacy(table: Table, wanted: Privacy, environment: Mapping[str, str] = os.environ) -> Table:
    """The table without its dropped columns, and with SHA-256 of secret and value in the hashed ones.

    A missing or blank value stays as it is, so that it can still be told from an id. Of a text row with too
    few or too many fields nothing is kept: its fields may stand in the wrong columns. Lazy. Raises DataError
    for a column that is not there, RecipeError where the secret is missing or short.
    """
    if not wanted.drop and not wanted.hash:
        return table
    names = [name for name in table.frame.columns if name != MALFORMED]
    dropped = {resolve_column(name, names, ["privacy.drop"]) for name in wanted.drop}
    hashed = {resolve_column(name, names, ["privacy.hash"]) for name in wanted.hash}
    frame = _add_secret(table.frame, _read_secret(wanted.secret, environment)) if hashed else table.frame
    kept = [field for field in table.frame.schema if field.name not in dropped]
    text = table.format in MISSHAPEN
    return dataclasses.replace(
        table,
        frame=frame.select(*_select_columns(kept, hashed, text)),
        text=None if table.text is None else table.text.drop(columns=[*dropped, *hashed], errors="ignore"),
    )


def _select_columns(fields: list[StructField], hashed: set[str], text: bool) -> Iterator[Column]:
    whole = column(MALFORMED).isNull()
    for field in fields:
        value = _hash_column(field, text) if field.name in hashed else column(field.name)
        if text:
            value = F.when(~whole, F.lit(WITHHELD)) if field.name == MALFORMED else F.when(whole, value)
        yield value.alias(field.name)


def _hash_column(field: StructField, text: bool) -> Column:
    """Of text in another encoding only the sign that says so: its hash could be that of another value."""
    value = column(field.name)
    as_text = read_clock(value, field.dataType).cast("string")
    digest = F.when(~is_missing(value, field.dataType), F.sha2(F.concat(F.col(_SECRET), as_text), 256))
    if not text:
        return digest
    return F.when(F.contains(as_text, F.lit(UNDECODED)), F.lit(UNDECODED)).otherwise(digest)


def _add_secret(frame: DataFrame, secret: str) -> DataFrame:
    """The frame with the secret in a column: as data, since a literal would stand in every plan that Spark
    logs and shows."""
    alone = frame.sparkSession.createDataFrame(pd.DataFrame({_SECRET: [secret]}))
    return frame.crossJoin(F.broadcast(alone))


def _read_secret(name: str, environment: Mapping[str, str]) -> str:
    found = environment.get(name, "")
    if len(found) < SHORTEST:
        state = "is not set" if not found else f"has fewer than {SHORTEST} signs"
        raise RecipeError(
            f"privacy.hash: the environment variable {name} {state}",
            "set it on the driver to a long random text, the same every night, and keep it out of the recipe",
        )
    return found
