"""How segments differ of which the same words are true: more orders and fewer orders, or their means."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from custseg_spark.made_words import Title
from custseg_spark.segments.traits import Traits
from custseg_spark.wording import format_figure

_ABOUT = "about"
_FIGURE = re.compile(rf", ([^,]+ )?{_ABOUT} -?[0-9][0-9,.]*( %)?$")


def compare_rivals(
    traits: Traits, titles: Sequence[Title], rows: Sequence[int], noun: int, others: Sequence[int] = ()
) -> dict[int, str]:
    """Row of `traits` -> what sets it apart from the other `rows`, by the feature whose smallest gap between
    them is largest; {} if they are all equal. A row of two may have nothing to say. `noun`: the feature of
    the noun, of which not more is said than the noun says, but how much. `others`: rows of the same noun that
    have other words; who is said to have a level more often has it more often than they too."""
    values = np.sort(traits.z[list(rows)], axis=0)
    gaps = np.round(np.diff(values, axis=0).min(axis=0), 6)
    best = int(gaps.argmax())
    if gaps[best] <= 0:
        return {}
    compared = len(rows) == 2 and (best != noun or traits.means is None)
    texts = _compare_two(traits, titles[best], (rows, others), best) if compared else {}
    return texts or _tell_means(traits, titles[best], rows, best)


def join_words(noun: str, words: Sequence[str]) -> str:
    """A name of a noun and what else is said; a figure of what the noun ends with stands right behind it.

    >>> join_words("Many orders", ["orders about 12"]), join_words("Big spenders", ["spend about 52"])
    ('Many orders, about 12', 'Big spenders, spend about 52')
    """
    what, about, figure = words[0].rpartition(f" {_ABOUT} ")
    repeated = bool(about) and f" {noun}".casefold().endswith(f" {what}".casefold())
    return ", ".join([noun, f"{_ABOUT} {figure}", *words[1:]] if repeated else [noun, *words])


def tells_figure(name: str) -> bool:
    """Whether a name says a figure, which holds for the night alone that it was made in."""
    return _FIGURE.search(name) is not None


def _compare_two(
    traits: Traits, title: Title, rows: tuple[Sequence[int], Sequence[int]], column: int
) -> dict[int, str]:
    """More orders, fewer orders: of those of the two that lie on that side of all customers too, and of a
    level on that side of the other `rows`."""
    z, (two, others) = np.round(traits.z[:, column], 6), rows
    low, high = sorted(two, key=lambda row: z[row])
    less, more = title.make_comparatives()
    sides = traits.sides[:, column]
    if title.level:
        lowest, highest = (end(z[[*others]], initial=0.0) for end in (np.min, np.max))
        sides = np.where(z > highest, 1, np.where(z < lowest, -1, 0))
    return ({high: more} if sides[high] > 0 else {}) | ({low: less} if sides[low] < 0 else {})


def _tell_means(traits: Traits, title: Title, rows: Sequence[int], column: int) -> dict[int, str]:
    """Income about 52,000, Gold about 35 %: with as few digits as tell them apart; {} where the means are not
    known."""
    if traits.means is None:
        return {}
    means = traits.means[list(rows), column].tolist()
    write = _write_share if title.level else format_figure
    written = ([write(mean, digits) for mean in means] for digits in range(2, 7))
    figures = next((texts for texts in written if len(set(texts)) == len(texts)), [])
    return dict(zip(rows, (f"{title.thing} {_ABOUT} {figure}" for figure in figures), strict=False))


def _write_share(mean: float, digits: int) -> str:
    """35 %, by whole percents for two digits; with a plain blank, as names stand in SQL."""
    return f"{mean:.{digits - 2}%}".replace("%", " %")
