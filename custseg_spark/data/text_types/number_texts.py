"""How a column of text writes its numbers: which sign stands before the fraction, which between thousands."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from custseg_spark.data.text_types.plain_types import Reading
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


NumberReading = Reading[NumberFormat, float]


def find_number_reading(
    texts: Mapping[str, int], missing: Sequence[str], decimal: str | None = None
) -> NumberReading | None:
    """The best way to read a column of texts (text -> how often it stands there) as numbers; None where none
    of them is one. `decimal`: the sign before the fraction in the table's other columns, where that is known.
    """
    codes = {text for text in texts if not _CURRENCIES.issuperset(_CODE.findall(text))}
    there = {".", *"".join(map(clean_text, texts))}
    signs = [(decimal_sign, group) for decimal_sign, group in _SIGNS if (group or decimal_sign) in there]
    forms = [NumberFormat(*pair, tuple(missing), False) for pair in signs]
    readings = [
        NumberReading(form, {text: None if text in codes else read_number(text, form) for text in texts})
        for form in forms
    ]
    fits = [one.count_read(texts) for one in readings]
    if not max(fits):
        return None
    best = [one for one, fit in zip(readings, fits, strict=True) if fit == max(fits)]
    if not any(best[0].find_doubt(other, _write) for other in best):
        return _widen(best)
    wanted = decimal or ("." if any(map(_DOLLARS.search, texts)) else None)
    if settled := [one for one in best if one.form.decimal == wanted]:
        return _widen(settled)
    thousands = max(best, key=lambda one: sum(abs(value or 0) for value in one.values.values()))
    doubts = (thousands.find_doubt(other, _write) for other in best)
    return replace(thousands, ambiguous=next(filter(None, doubts), ""))


def _write(number: float) -> str:
    return f"{number:g}"


def _widen(alike: Sequence[NumberReading]) -> NumberReading:
    """Of readings that give the same values the first; one that takes thousands too where it is money, small
    amounts of which show no sign between them, and its decimal sign is known."""
    first = alike[0]
    shown = any(first.form.decimal in text for text in first.values)
    money = any(map(_DOLLARS.search, first.values))
    if first.form.group or not shown or not money or any(map(_UNGROUPED.search, first.values)):
        return first
    return replace(first, form=replace(first.form, group="," if first.form.decimal == "." else "."))
