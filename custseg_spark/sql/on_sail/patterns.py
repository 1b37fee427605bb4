"""Patterns of RLIKE and LIKE, written anew so that Sail's engine takes them as Java's does.

Java's classes know ASCII alone, its `.` stops at five ends of a line, and its `$` stands before the last one;
in the Rust engine of Sail none of this holds.
"""

from __future__ import annotations

import re

from custseg_spark.sql.on_sail.types import UnlikeError

_ENDS = r"\n\r\x85\u2028\u2029"
_AT_END = rf"(?:\r\n|[{_ENDS}])?\z"
_CLASSES = {"d": "0-9", "w": "a-zA-Z0-9_", "s": r"\x20\t\n\x0b\x0c\r"}
_TOKEN = re.compile(
    r"\\(?P<known>[dwsDWS])|\\(?P<sign>[^A-Za-z0-9])|\\(?P<control>[tnrf])|(?P<class>\[\^?(?:\\.|[^\]\\\[&])+\])"
    r"|(?P<group>\((?:\?:)?(?!\?))|(?P<quantity>(?:[*+?]|\{\d{1,3}(?:,\d{0,3})?\})\??(?![*+?{]))"
    r"|(?P<end>\$)|(?P<any>\.)|(?P<plain>[)|^]|[^\\\[\](){}*+?.$|^])",
    re.DOTALL,
)
_IN_CLASS = re.compile(
    r"\\(?P<known>[dwsDWS])|\\(?P<sign>[^A-Za-z0-9])|\\(?P<control>[tnrf])|(?P<plain>[^\\])", re.DOTALL
)
_SPECIAL = frozenset(r"\.+*?()|[]{}^$#&-~")


def write_pattern(pattern: str, *, replaces: bool = False) -> str:
    """A regular expression for Sail. Raises UnlikeError for one with signs that mean something else there.

    `replaces`: what is matched matters, and not only whether.
    """
    folds = pattern.startswith("(?i)")
    pieces, at, body = [], 0, pattern[4:] if folds else pattern
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None or (token["end"] and replaces):
            raise UnlikeError(f"pattern {pattern!r}")
        pieces.append(_write_token(token, folds))
        at = token.end()
    written = "".join(pieces)
    try:
        empty = re.compile(written.replace(r"\z", r"\Z")).match("")
    except re.error:
        raise UnlikeError(f"pattern {pattern!r}") from None
    if replaces and empty:
        raise UnlikeError(f"pattern {pattern!r}, which fits where there is nothing,")
    return written


def _write_token(token: re.Match[str], folds: bool) -> str:
    if token["known"]:
        kind = token["known"]
        return f"[{'^' if kind.isupper() else ''}{_CLASSES[kind.lower()]}]"
    if token["class"]:
        return _write_class(token["class"], folds)
    if token["end"]:
        return _AT_END
    if token["any"]:
        return f"[^{_ENDS}]"
    sign = token["sign"] or token["plain"]
    if sign and (token["sign"] or sign not in ")|^"):
        return _fold(sign) if folds and sign.isascii() and sign.isalpha() else _escape(sign)
    return token[0]


def _write_class(text: str, folds: bool) -> str:
    begin = "[^" if text.startswith("[^") else "["
    inner, made, at = text[len(begin) : -1], "", 0
    while at < len(inner):
        piece = _IN_CLASS.match(inner, at)
        if piece is None or (piece["known"] and piece["known"].isupper()):
            raise UnlikeError(f"pattern {text!r}")
        at = piece.end()
        sign = piece["sign"] or piece["plain"]
        if piece["known"]:
            made += _CLASSES[piece["known"]]
        elif piece["plain"] == "-" and 1 < at < len(inner):
            made += "-"
        else:
            made += _escape(sign) if sign else piece[0]
    if folds:
        plain = re.sub(r"\\.", "", inner)
        made += "".join(found.swapcase() for found in re.findall(r"[A-Za-z](?:-[A-Za-z])?", plain))
    return f"{begin}{made}]"


def _escape(sign: str) -> str:
    return f"\\{sign}" if sign in _SPECIAL else sign


def _fold(sign: str) -> str:
    return f"[{sign.lower()}{sign.upper()}]"


def check_like(pattern: str) -> None:
    """Raises UnlikeError for a pattern of LIKE in which a backslash stands before what is no sign of it."""
    if re.sub(r"\\[%_\\]", "", pattern).count("\\"):
        raise UnlikeError(f"LIKE {pattern!r}")
