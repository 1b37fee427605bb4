"""The sections that say what leaves a run, and what must not."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from custseg_spark.recipe.section import Section, Share


def check_day(text: str) -> str:
    """The text, which is a day as it stands in a folder's name. Raises ValueError for any other."""
    with suppress(ValueError):
        if date.fromisoformat(text).isoformat() == text:
            return text
    raise ValueError(f"a day is written like 2026-11-24; found {text!r}")


Day = Annotated[str, AfterValidator(check_day)]


class Privacy(Section):
    """What must not travel further than the table it came in."""

    drop: tuple[str, ...] = ()
    """Columns that are taken away before anything else sees them, from the quarantine too."""
    hash: tuple[str, ...] = ()
    """Columns, the id for one, that become SHA-256 of the secret and their value."""
    secret: str = "CUSTSEG_SECRET"
    """The environment variable of the driver that holds the secret of `hash`; never the secret itself."""
    min_cell: Annotated[int, Field(ge=0)] = 0
    """Figures of fewer customers than this are withheld from the page, the plots and profile.csv; and
    smallest and largest values are, which are always one customer's."""


class Output(Section):
    """What is written of each customer."""

    columns: tuple[str, ...] | None = None
    """Input columns kept beside the labels; all if null. The id always stays."""


class Audience(Section):
    """What a campaign gets of each segment."""

    eligible: str | None = None
    """A predicate: who may be written to, say by consent; null counts as no. Everybody if not given."""
    hold_out: Share = 0.1
    """The share of customers, by a hash of the id, whom no campaign touches: the same ones every night."""
    margin: Share = 0.05
    """A customer changes audience only where the margin to the next segment is at least this."""
    columns: tuple[str, ...] = ()
    """Input columns that the campaign needs beside the id."""


class Publish(Section):
    """Where the live run's customers go in the lake: a folder or partition for each day and segment."""

    path: str | None = None
    """A directory that Spark can write to; or `table`."""
    table: str | None = None
    """The name of a catalog table, made where there is none."""
    format: Literal["parquet", "delta"] = "parquet"
    date: Day | None = None
    """The day that `train` replaces; the day of the run, in UTC, if null. A score has its own."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Publish:
        if (self.path is None) == (self.table is None):
            raise ValueError("give either path or table")
        return self
