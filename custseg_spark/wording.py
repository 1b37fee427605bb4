"""How numbers and names stand in sentences, in figures and on the page."""

from __future__ import annotations

import math
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

NARROW = "\u00a0"
VERDICTS = {
    "natural": "the customers thin out between the segments; trust the borders",
    "reproducible": "customers shade into each other; there are no gaps; the same segments come back: act on "
    "them, not on who stands just over a border",
    "constructed": "the borders are a convention; use the segments as you would age bands",
    "undecided": "these customers can't tell whether the segments are there; until more can, use them as you "
    "would age bands",
}
"""What each verdict on structure means to whoever acts on the segments."""
_LONGEST_SHORT = 4
"""Letters of a word in capitals that is taken for short, such as RFM."""


def write_recurrence(k: int, chosen_again: Sequence[int | None]) -> str:
    """How often random samples of the customers choose this k, and what else: `5 chosen in 16 of 20 random
    samples of the customers (4 in 3, 6 in 1)`; empty where that was not asked."""
    if not chosen_again:
        return ""
    counts = Counter(chosen_again)
    often = counts.pop(k, 0)
    others = sorted(counts.items(), key=lambda one: (-one[1], one[0] or 0))
    told = ", ".join(f"{'none' if other is None else other} in {count}" for other, count in others)
    samples = f"{len(chosen_again)} random samples of the customers"
    return f"{k} chosen in {often} of {samples}{f' ({told})' if told else ''}"


def format_percent(share: float | None, digits: int = 0) -> str:
    """`46 %` for .46; one digit more under 1 percent; a dash for what is not known."""
    if share is None or not math.isfinite(share):
        return "–"
    if digits == 0 and 0 < abs(share) < 0.0095:
        digits = 1
    return f"{100 * share:.{digits}f}{NARROW}%"


def format_number(value: float | None, significant: int = 3) -> str:
    """Three significant digits (two under 1) and thousands apart: 1,234; 12.3; 0.52; a dash where unknown."""
    if value is None or not math.isfinite(value):
        return "–"
    size = abs(value)
    if size >= 1e15 or 0 < size < 1e-4:
        return _format(value, ".1e")
    if size >= 10 ** (significant - 1) or value == 0 or (size >= 1 and float(value).is_integer()):
        return _format(value, ",.0f")
    digits = max(0, significant - 1 - math.floor(math.log10(size)) - (size < 1))
    return _format(value, f".{min(digits, 6)}f")


def format_decimal(value: float | None, digits: int = 2) -> str:
    """A score with a fixed number of digits; a dash for what is not known."""
    return _format(value, f".{digits}f")


def format_figure(value: float, most: int = 3) -> str:
    """A number as people say it, to `most` digits, one less under 100: 1,130; 74; 2.3; a dash if unknown."""
    if math.isnan(value):
        return "–"
    if value == 0 or abs(value) >= 1e15:
        return f"{value:.3g}"
    size = math.floor(math.log10(abs(value)))
    digits = (most if size >= 2 else max(2, most - 1)) - 1 - size
    rounded = round(value, digits)
    return f"{rounded:,.{max(0, digits)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:,.0f}"


_SINGULAR = {"people": "person", "children": "child", "persons": "person"}


def write_unit(number: str, unit: str) -> str:
    """The unit as it stands behind a number: ` days`, and ` day` behind 1; of money its time: ` in 2 years`;
    nothing where there is none."""
    first, space, rest = unit.removeprefix("money").strip().partition(" ")
    if not first:
        return ""
    if number == "1":
        plural = first.casefold()
        first = _SINGULAR.get(plural) or (
            f"{first[:-3]}y"
            if plural.endswith("ies")
            else first[:-1]
            if re.search("[^s]s$", plural)
            else first
        )
    return f" {first}{space}{rest}"


def add_unit(name: str, unit: str) -> str:
    """`spend (money in 2 years)`; the name alone where there is no unit, or one that it says."""
    return f"{name} ({unit})" if unit and not says_unit(name, unit) else name


def says_unit(name: str, unit: str) -> bool:
    """Whether a name says its unit: web purchases, purchases."""
    return unit.casefold() in name.casefold().split()


def break_text(text: str, width: int, lines: int = 2) -> str:
    """The text in at most `lines` lines of `width` characters; what does not fit ends in an ellipsis."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))


def join_words(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def join_few(items: Iterable[str], most: int) -> str:
    """The first `most` of them and how many more there are, `a, b and 3 more`; one more is named as well."""
    listed = list(items)
    if len(listed) > most + 1:
        listed[most:] = [f"{len(listed) - most} more"]
    return join_words(listed)


def shorten(text: str, most: int = 40) -> str:
    """The text with an ellipsis for its middle, where it has more than `most` signs."""
    return text if len(text) <= most else f"{text[: most // 2]}…{text[-(most // 2) :]}"


def capitalize(text: str) -> str:
    """The text with its first letter raised and the rest as it is."""
    return text[:1].upper() + text[1:]


def humanize(name: str) -> str:
    """A column's or a rule's name as people write it: total_spend -> total spend. What follows a colon
    stays as it is: credible_birth: not Year_Birth >= 1930 -> credible birth: not Year_Birth >= 1930."""
    head, colon, rest = name.partition(":")
    return (head.replace("_", " ").strip() or head) + colon + rest


def write_reason(reason: str) -> str:
    """Why a row is in quarantine, as people read it: `credible_birth: not Year_Birth >= 1930` -> rule
    “credible birth” broken: Year_Birth >= 1930."""
    rule, not_, asked = reason.partition(": not ")
    return f"rule “{humanize(rule)}” broken: {asked}" if not_ else humanize(reason)


@lru_cache(4096)
def split_words(name: str) -> tuple[str, ...]:
    """The lower-case ASCII words of a name, however it is written: `CustomerID` -> customer, id."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    split = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3 \2\4", plain)
    return tuple(re.findall(r"[a-z0-9]+", split.lower()))


def write_label(feature: str) -> str:
    """A feature's name in words: total_spend -> total spend, NumDeals -> num deals, RFM -> RFM,
    CASH_ADVANCE -> cash advance."""
    parts = [part for part in re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", feature).split("_") if part]
    shouted = feature.isupper() and len(parts) > 1
    kept = (part.isupper() and 1 < len(part) <= _LONGEST_SHORT and not shouted for part in parts)
    return " ".join(part if keep else part.lower() for part, keep in zip(parts, kept, strict=True))


def fold_text(text: str) -> str:
    """What two texts are compared by: their letters whatever their case, spaces as one."""
    return " ".join(text.casefold().split())


def format_signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign: +0.8, −1.2, 0.0."""
    text = _format(value, f"+.{digits}f")
    return text if text.strip("+−0.") else text[1:]


def _format(value: float | None, form: str) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:{form}}".replace("-", "−")
