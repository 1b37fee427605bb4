"""What the name of an unknown table's column says: its words, and the unit that stands with them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from custseg_spark.topics import PERIODS
from custseg_spark.wording import split_words, write_label

_CURRENCY = (
    r"(us|c|au|nz|hk|s)?\$|[€£¥₹₽₺₩₪₫₴₦]|usd|eur|euros?|gbp|chf|inr|jpy|cny|cad|aud|sek|nok|dkk|pln|brl|"
    r"dollars?|pounds?|rupees?"
)
_MONEY = rf"((k|m|th\.?|thousand|million)?\s?({_CURRENCY})(\s?(k|m|000))?)"
_TIME = r"secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|wks?|weeks?|months?|yrs?|years?"
_SIZE = r"kg|g|lbs?|km|mi|miles|cm|mm|kb|mb|gb|tb|kwh|pcs|pieces|units|persons|items|points|pts"
_RANGE = r"-?\d+(\.\d+)?\s*(-|–|to|\.\.)\s*\d+(\.\d+)?"
_UNIT = re.compile(
    rf"(in\s+)?(({_MONEY}|{_TIME}|{_SIZE}|%|percent)(\s?(/|per|a|in)\s?[\w ]+)?|{_RANGE})", re.IGNORECASE
)
_BRACKET = re.compile(r"\s*[(\[]\s*(?P<unit>[^()\[\]]+?)\s*[)\]]\s*$")
_BEHIND = (
    re.compile(r"[\s_]*(?P<unit>k?[$€£¥₹₽₺₩₪₫₴₦]|(?<![0-9])%)$", re.IGNORECASE),
    re.compile(r"(?<=\w)[\s_.-]+(in[\s_])?(?P<unit>usd|eur|gbp|chf|inr|jpy|pct|percent)$", re.IGNORECASE),
)
_SPAN = re.compile(
    r"(duration|tenure|recency|length|time)(?P<unit>[\s_.-]+(in[\s_])?(days|weeks|months|years|hours|minutes))$",
    re.IGNORECASE,
)
"""What is counted behind a word that says how long: duration_months, but not active_months."""


@dataclass(frozen=True)
class ColumnName:
    """The name of a column without its unit, which is empty where the name says none; `label`: what people
    call it, empty where a key of ASCII words says the same."""

    plain: str
    unit: str = ""
    label: str = ""


def read_name(name: str) -> ColumnName:
    """`Annual Income (k$)` -> Annual Income, k$; `Dépenses totales (€)` has the label dépenses totales."""
    text = " ".join(name.split())
    span = _SPAN.search(text)
    if span:
        unit = split_words(span["unit"])[-1]
        return ColumnName(name, unit, _write_plainly(text[: span.start("unit")]))
    plain, unit = _part_unit(text)
    label = _write_plainly(plain)
    lost = not label.isascii() or ". " in label
    return ColumnName(plain, unit, label if lost else "")


def _part_unit(name: str) -> tuple[str, str]:
    """The name without its unit, and the unit; nothing is parted that would leave no name."""
    bracket = _BRACKET.search(name)
    if bracket and bracket.start() and (_UNIT.fullmatch(bracket["unit"]) or _is_period(bracket["unit"])):
        return name[: bracket.start()], re.sub(r"^in\s+", "", bracket["unit"], flags=re.IGNORECASE)
    for pattern in _BEHIND:
        found = pattern.search(name)
        if found and found.start():
            unit = found["unit"]
            unit = unit.upper() if len(unit) == 3 else unit
            return name[: found.start()], "%" if unit in ("PCT", "percent") else unit
    return name, ""


def _is_period(unit: str) -> bool:
    """Whether it is a time, in any language: Monate, in days, años."""
    words = split_words(unit)
    return bool(words) and words[-1] in PERIODS and len(words) <= 2


def _write_plainly(text: str) -> str:
    """In words, small but for what is short and in capitals: Nb. commandes -> nb. commandes."""
    spaced = re.sub(r"\.(?=\S)", " ", text)
    return " ".join(write_label(part) for part in re.split(r"[_\s]+", spaced) if part)
