"""Text as people write it, made plain before a number or a date is read of it: the same in SQL and in Python.

The SQL has functions and patterns alone that every engine and warehouse takes alike: no backslash, no
group that is referred to, no class of characters but [0-9].
"""

from __future__ import annotations

from collections.abc import Sequence

from custseg_spark.sql.parse import quote_text

_BLANKS = "\t\n\r\u00a0\u2007\u2009\u202f"
_UNLIKE = _BLANKS + "\u2212\u2013\u2019"
"""Blanks that are no space, signs for minus, the other apostrophe."""
_LIKE = " " * len(_BLANKS) + "--'"
_CLEANED = str.maketrans(_UNLIKE, _LIKE)
LONGEST = 100
"""Signs of a text that can be a number or a date; a longer one is neither."""


def write_clean_sql(text: str) -> str:
    """The SQL of the text `text` (an expression) without blanks around, every blank a space."""
    return f"trim(translate({text}, {quote_text(_UNLIKE)}, {quote_text(_LIKE)}))"


def clean_text(text: str) -> str:
    """The same of one text."""
    return text.translate(_CLEANED).strip(" ")


def write_missing_sql(text: str, missing: Sequence[str]) -> str:
    """The predicate that a text stands for no value: it is blank, or one of `missing` in any case."""
    clean = write_clean_sql(text)
    if not missing:
        return f"{clean} = ''"
    words = dict.fromkeys(["", *(clean_text(word).lower() for word in missing)])
    return f"lower({clean}) IN ({', '.join(map(quote_text, words))})"


def is_missing_text(text: str, missing: Sequence[str]) -> bool:
    """The same of one text."""
    return clean_text(text).lower() in {"", *(clean_text(word).lower() for word in missing)}
