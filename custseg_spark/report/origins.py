"""Where each number on the page comes from: what a reader is told who points at it, and what a program that
computes it anew goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup

from custseg_spark import wording
from custseg_spark.quantities import ALL, Line, Quantity

SAMPLED = frozenset(["median", "q1", "q3"])
"""Measures of the sample; all others are of all customers."""
_MEASURES = {
    "size": "customers",
    "members": "rows",
    "share": "share of all customers",
    "share_of_total": "share of the sum of all customers'",
    "share with word": "share of the customers whose segment is called",
    "eta squared": "variance between the segments over the whole variance of",
    "lift": "share of these customers over that of all of",
    "lift low": "lower end of the 95 % interval of the share, over the share of all, of",
    "lift high": "upper end of the 95 % interval of the share, over the share of all, of",
    "z": "mean less the mean of all customers, in standard deviations, of",
}


@dataclass(frozen=True)
class Measured:
    """How many customers have a value of a column, and the 95 percent interval of its mean; NaN where there
    is none. `rows`: where customers have weights, whose sum the count is, how many they are."""

    count: float
    low: float
    high: float
    rows: int | None = None


@dataclass(frozen=True)
class Origins:
    """What the titles of numbers are made of.

    expressions: SQL by column. names: of segments, by their ids as they stand in `Quantity.rows`. measured:
    by column and rows. sampled: customers in the sample, of all or of a segment, by rows. levels: what the
    columns of levels are called, tier: Gold.
    """

    expressions: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[tuple[str, str], Measured] = field(default_factory=dict)
    sampled: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)

    def describe(self, quantity: Quantity) -> str:
        """Where a number comes from, in a line: what was measured of which column, over whom, how sure."""
        measure = _MEASURES.get(
            quantity.measure, f"{quantity.measure} of" if quantity.of else quantity.measure
        )
        level = self.levels.get(quantity.of)
        measure = "share that has" if level and quantity.measure == "mean" else measure
        column = f" {level or wording.humanize(quantity.of)}" if quantity.of else ""
        sql = self.expressions.get(quantity.of, "")
        column += f" = {wording.shorten(sql, 90)}" if sql and sql != quantity.of else ""
        return f"{measure}{column}; {self._tell_rows(quantity)}{self._tell_interval(quantity)}"

    def _tell_rows(self, quantity: Quantity) -> str:
        if quantity.measure in SAMPLED:
            number, of = self.sampled.get(quantity.rows), "sampled customers"
        else:
            found = self.measured.get((quantity.of, quantity.rows))
            number, of = round(found.count) if found else None, "customers"
            of += f" (as {found.rows:,} rows stand for them)" if found and found.rows is not None else ""
        if quantity.rows == ALL:
            return "all customers" if number is None else f"all {number:,} {of}"
        who = " and ".join(
            f"“{self.names.get(one, one)}” (segment {one} in the tables)" for one in quantity.rows.split("+")
        )
        return who if number is None else f"{number:,} {of} of {who}"

    def _tell_interval(self, quantity: Quantity) -> str:
        found = self.measured.get((quantity.of, quantity.rows))
        if quantity.measure != "mean" or found is None or not found.low <= found.high:
            return ""
        low, high = (
            wording.format_percent(end, 1) if "%" in quantity.text else wording.format_number(end)
            for end in (found.low, found.high)
        )
        return f"; 95 % interval {low} to {high}"


def mark_quantity(quantity: Quantity, origins: Origins) -> Markup:
    """The number as HTML, which says where it comes from when it is pointed at."""
    return mark_number(quantity.text, quantity.value, origins.describe(quantity), _name_origin(quantity))


def mark_number(text: str, value: float, title: str, origin: str) -> Markup:
    """The number as HTML with what is said of it; `origin`: what a program goes by."""
    form = '<data value="{:.12g}" data-of="{}" title="{}">{}</data>'
    return Markup(form).format(value, origin, title, text)


def mark_line(line: Line, origins: Origins) -> Markup:
    """A line as HTML, each of its numbers marked."""
    parts = (mark_quantity(part, origins) if isinstance(part, Quantity) else part for part in line.split())
    return Markup("").join(parts)


def _name_origin(quantity: Quantity) -> str:
    """`mean|spend|0`: measure, column, rows."""
    return "|".join((quantity.measure, quantity.of, quantity.rows))
