"""How columns that arrive as text are read: `input.types`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from custseg_spark.recipe.sections import Section
from custseg_spark.sql.date_text import DateFormat
from custseg_spark.sql.number_text import NumberFormat

Missing = tuple[Annotated[str, Field(min_length=1)], ...]


class DateType(Section):
    """A text column that holds dates: the patterns are tried in turn."""

    date: str | tuple[str, ...]
    missing: Missing = ()
    """Texts that stand for no date, in any case."""

    @property
    def patterns(self) -> tuple[str, ...]:
        return (self.date,) if isinstance(self.date, str) else self.date

    @property
    def form(self) -> DateFormat:
        """What the SQL of it is written from."""
        return DateFormat(self.patterns, self.missing)


class NumberSigns(Section):
    """How a column writes its numbers. Signs of currency before or behind, blanks around, a plus, a minus
    before or behind, accounting brackets and the percent sign (26% is 0.26) are understood without a word."""

    decimal: Literal[".", ","] = "."
    """The sign before the fraction."""
    group: Literal["", ",", ".", " ", "'"] = ""
    """The sign between thousands; a blank is any blank."""
    missing: Missing = ()
    """Texts that stand for no number, in any case."""
    percent: bool = False
    """Whether every number is a percentage: 26 is 0.26 also without its sign."""

    @model_validator(mode="after")
    def _check_signs(self) -> NumberSigns:
        if self.decimal == self.group:
            raise ValueError(f"decimal and group are the same sign, {self.decimal!r}")
        return self


class NumberType(Section):
    """A text column that holds numbers as people write them."""

    number: NumberSigns

    @property
    def form(self) -> NumberFormat:
        """What the SQL of it is written from."""
        return NumberFormat(self.number.decimal, self.number.group, self.number.missing, self.number.percent)


ColumnType = Literal["int", "double", "string", "boolean"] | DateType | NumberType
