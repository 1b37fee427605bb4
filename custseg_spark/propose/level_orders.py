"""Levels of a category whose order everybody knows: Bronze, Silver, Gold; low, medium, high; 0-9, 10-19."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from custseg_spark.wording import split_words

_SCALES = """
tin iron | bronze bronce bronzo brons | silver silber plata argent argento prata zilver \
| gold oro or ouro goud | platinum platin platino platine platina | diamond diamant diamante
none no | free trial | basic basis basico entry | lite light starter | standard regular classic | plus \
| advanced | premium pro professional | elite vip ultimate enterprise
verylow | low niedrig bajo faible basso baixo laag rendah \
| medium middle mid moderate average mittel medio moyen midden sedang \
| high hoch alto eleve haut hoog tinggi | veryhigh
xxs | xs | s small klein pequeno petit piccolo | m medium mittel mediano moyen medio \
| l large big gross grande grand groot | xl | xxl 2xl | xxxl 3xl
never nie nunca jamais mai | rarely seldom selten | sometimes occasionally manchmal | often oft | always immer
daily | weekly | monthly monthtomonth | quarterly | halfyearly semiannual \
| yearly annual annually oneyear 1year | twoyear twoyears 2year 2years biennial
none uneducated illiterate | basic primary elementary preschool | secondary highschool school 2ncycle \
| college associate vocational somecollege | undergraduate graduation bachelor bachelors graduate degree \
| postgraduate master masters | phd doctorate doctor doctoral
novice beginner newbie | intermediate | advanced experienced | expert
first 1st | second 2nd | third 3rd | fourth 4th
"""
"""A scale a line, the lowest place first, with the words of each place."""
_RANKS = tuple(
    {word: place for place, words in enumerate(scale.split("|")) for word in words.split()}
    for scale in _SCALES.strip().splitlines()
)
_BAND = re.compile(
    r"\D{0,12}?(\d+(?:[.,]\d+)?)(\s*k?\s*(?:-|–|to|bis)\s*\D{0,3}(\d+(?:[.,]\d+)?)k?|\s*k?\s*\+)\D*"
)


def find_order(levels: Collection[str]) -> tuple[str, ...]:
    """The levels from the lowest to the highest; empty where no order of all of them is known.

    >>> find_order(["Gold", "Bronze", "Silver"])
    ('Bronze', 'Silver', 'Gold')
    >>> find_order(["10-19", "0-9", "100+"]), find_order(["web", "store"])
    (('0-9', '10-19', '100+'), ())
    """
    for rank in _RANKS:
        if ranked := _sort_levels(levels, [rank.get("".join(split_words(level))) for level in levels]):
            return ranked
    found = [_BAND.fullmatch(level.strip()) for level in levels]
    return _sort_levels(levels, [float(band[1].replace(",", ".")) if band else None for band in found])


def _sort_levels(levels: Collection[str], places: Sequence[float | None]) -> tuple[str, ...]:
    known = [place for place in places if place is not None]
    if len(known) < len(levels) or len({*known}) < len(known) or len(known) < 2:
        return ()
    return tuple(level for _, level in sorted(zip(known, levels, strict=True)))
