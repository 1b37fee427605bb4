"""How a column of text writes its numbers: which sign stands before the fraction, which between thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from custseg_spark.sql.clean_text import clean_text
from custseg_spark.sql.number_text import NumberFormat, read_number

_SIGNS = ((".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (",", " "), (".", "'"), (",", "'"))
"""Decimal sign and sign between thousands; of those that read a column alike the first is taken."""
_CURRENCIES = frozenset(
    ["AED", "ARS", "AUD", "BDT", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR",
     "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KES", "KRW", "MAD", "MXN", "MYR", "NGN", "NOK", "NZD",
     "PEN", "PHP", "PKR", "PLN", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "UAH",
     "USD", "VND", "ZAR"]
)  # fmt: skip
_CODE = re.compile("[A-Z]{3}")
"""Of a currency, or of an article: SKU123 is no amount."""
_DOLLARS = re.compile("[$£¥₹]")
"""Signs of currencies in whose countries the point stands before the fraction."""
_UNGROUPED = re.compile("[0-9]{4}")


@dataclass(frozen=True)
class NumberReading:
    """One way to read a column: `form`, and the value of each text, None where it says none. `ambiguous`:
    what another way, which fits as well, would make of one of them; empty where there is none."""

    form: NumberFormat
    values: Mapping[str, float | None]
    ambiguous: str = ""


def find_number_readings(
    texts: Mapping[str, int], missing: Sequence[str], decimal: str | None = None
) -> Iterator[NumberReading]:
    """The best way to read a column of texts (text -> how often it stands there) as numbers; none where few
    of them are. `decimal`: the sign before the fraction in the table's other columns, where that is known."""
    codes = {text for text in texts if not _CURRENCIES.issuperset(_CODE.findall(text))}
    there = {".", *"".join(map(clean_text, texts))}
    signs = [(decimal_sign, group) for decimal_sign, group in _SIGNS if (group or decimal_sign) in there]
    forms = [NumberFormat(*pair, tuple(missing), False) for pair in signs]
    readings = [
        NumberReading(form, {text: None if text in codes else read_number(text, form) for text in texts})
        for form in forms
    ]
    fits = [sum(texts[text] for text, value in one.values.items() if value is not None) for one in readings]
    if not max(fits):
        return
    best = [one for one, fit in zip(readings, fits, strict=True) if fit == max(fits)]
    if not any(_find_doubt(best[0], other) for other in best):
        yield _widen(best)
        return
    dollars = any(_DOLLARS.search(text) for text in texts)
    wanted = decimal or ("." if dollars else None)
    settled = [one for one in best if one.form.decimal == wanted]
    if settled:
        yield _widen(settled)
        return
    thousands = max(best, key=lambda one: sum(abs(value or 0) for value in one.values.values()))
    doubts = (_find_doubt(thousands, other) for other in best)
    yield NumberReading(thousands.form, thousands.values, next(filter(None, doubts), ""))


def _widen(alike: Sequence[NumberReading]) -> NumberReading:
    """Of readings that give the same values the first; one that takes thousands too where it is money, small
    amounts of which show no sign between them, and its decimal sign is known."""
    first = alike[0]
    shown = any(first.form.decimal in text for text in first.values)
    money = any(_DOLLARS.search(text) for text in first.values)
    if first.form.group or not shown or not money or any(map(_UNGROUPED.search, first.values)):
        return first
    return replace(first, form=replace(first.form, group="," if first.form.decimal == "." else "."))


def _find_doubt(taken: NumberReading, other: NumberReading) -> str:
    """What two readings make of a text of which they differ; empty where there is none."""
    for text, value in taken.values.items():
        second = other.values[text]
        if value is not None and second is not None and value != second:
            return f"{clean_text(text)} may be {value:g} or {second:g}"
    return ""
