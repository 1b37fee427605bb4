"""Numbers that are told, and where each comes from: what a sentence and the page are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from custseg_spark import wording

ALL = "all"
"""All customers, in the place of the segments that a quantity is of."""


@dataclass(frozen=True)
class Quantity:
    """A number as it stands in a text, `value` behind it, and where it comes from.

    measure: what was computed, such as mean, share, share_of_total. of: the column, by its name in the
    recipe; empty: customers are counted. rows: whose, ids of segments as in `0+1`, or ALL.
    """

    text: str
    value: float
    measure: str
    of: str = ""
    rows: str = ALL

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Line:
    """A sentence or a part of one, and the quantities that stand in its text, in that order."""

    text: str = ""
    quantities: tuple[Quantity, ...] = ()
    places: tuple[int, ...] = ()
    """Where in the text each begins."""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def split(self) -> Iterator[str | Quantity]:
        """The text as plain pieces and quantities, one after the other."""
        done = 0
        for quantity, at in zip(self.quantities, self.places, strict=True):
            yield self.text[done:at]
            yield quantity
            done = at + len(quantity.text)
        yield self.text[done:]


NOTHING = Line()


def tell(*parts: str | Quantity | Line) -> Line:
    """The parts as one line."""
    text, quantities, places = "", [], []
    for part in parts:
        if isinstance(part, Quantity):
            quantities.append(part)
            places.append(len(text))
        elif isinstance(part, Line):
            quantities += part.quantities
            places += [len(text) + place for place in part.places]
        text += str(part)
    return Line(text, tuple(quantities), tuple(places))


def join_lines(lines: list[Line], between: str = ", ") -> Line:
    """The lines as one, with `between` them."""
    parts = [part for line in lines for part in (between, line)]
    return tell(*parts[1:])


def count(number: float, measure: str = "size", of: str = "", rows: str = ALL) -> Quantity:
    """How many: `538`."""
    return Quantity(f"{round(number):,}", float(number), measure, of, rows)


def percent(share: float, measure: str, of: str = "", rows: str = ALL) -> Quantity:
    """A share: `46 %`."""
    return Quantity(wording.format_percent(share), share, measure, of, rows)


def name_rows(segments: Iterable[int]) -> str:
    """The segments of these ids, as `rows` of a quantity."""
    return "+".join(map(str, sorted(segments)))
