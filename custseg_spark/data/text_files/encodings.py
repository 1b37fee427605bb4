"""Encodings of text: which one bytes are in, and how an engine that knows ISO-8859-1 alone reads any other of
one byte a sign."""

from __future__ import annotations

import codecs
import unicodedata

SPARK_READS = ("UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "ISO-8859-1", "US-ASCII")
"""What Spark 4 decodes; other charsets it refuses."""
LATIN_1 = "ISO-8859-1"
_GUESSES = ("windows-1252", "mac_roman")
"""What text that is not UTF-8 may be in without a word, the likelier first."""
_PLAUSIBLE = 0.55
"""Of Cyrillic, Greek, Chinese or Japanese text a quarter at most fits; of Polish or Czech, which is not told
from Western European by this, four in five: one line says what it was read as."""
_WITHIN_WORDS = "\u2019\xa0\xb7\u2013\xad"


def find_codec(name: str) -> str | None:
    """Python's name of an encoding of one byte a sign that has ASCII in its lower half; null of any other."""
    try:
        codec = codecs.lookup(name).name
        below = bytes(range(128)).decode(codec)
        above = [bytes([byte]).decode(codec, "replace") for byte in range(128, 256)]
    except (LookupError, UnicodeError):
        return None
    single = all(len(sign) == 1 for sign in above) and above.count("\ufffd") < 64
    return codec if single and below == bytes(range(128)).decode("ascii") else None


def guess_codec(raw: bytes) -> str | None:
    """The encoding of text of one byte a sign, where it leaves words as words are written; null where none
    does, as of Cyrillic or Japanese text: whoever wrote that must say so."""
    rated = {name: _rate(raw.decode(name, "replace")) for name in _GUESSES}
    best = max(_GUESSES, key=lambda name: rated[name])
    return best if rated[best] >= _PLAUSIBLE else None


def _rate(text: str) -> float:
    """The share of the signs beyond ASCII that stand where such a sign may stand."""
    found = [place for place, sign in enumerate(text) if sign > "\x7f"]
    fitting = [place for place in found if _fits(text[max(place - 2, 0) : place], text[place : place + 3])]
    return len(fitting) / max(len(found), 1)


def _fits(before: str, rest: str) -> bool:
    """Whether the first sign of `rest` may stand there: no capital after a small letter, no sign other than a
    letter within a word, no word of nothing but letters beyond ASCII, no three of them in a row."""
    sign, left, right = rest[0], before[-1:], rest[1:2]
    if sign == "\ufffd" or unicodedata.category(sign) == "Cc":
        return False
    if sign.isalpha() and sign not in "\xaa\xba\u0192":
        foreign = sum(other > "\x7f" and other.isalpha() for other in before + rest)
        plain = any(side.isascii() and side.isalpha() for side in (left, right))
        return foreign < (3 if plain else 2) and not (sign.isupper() and left.islower())
    return sign in _WITHIN_WORDS or ((left + right).isascii() and not (left.isalpha() and right.isalpha()))


def list_translations(codec: str) -> tuple[str, str]:
    """The signs that ISO-8859-1 shows for bytes of the encoding, and, one for one, those that are meant."""
    pairs = [(chr(byte), bytes([byte]).decode(codec, "replace")) for byte in range(128, 256)]
    changed = [(shown, meant) for shown, meant in pairs if meant not in (shown, "\ufffd")]
    return "".join(shown for shown, _ in changed), "".join(meant for _, meant in changed)


def show_as_latin_1(text: str, codec: str) -> str:
    """The text as ISO-8859-1 shows its bytes."""
    shown, meant = list_translations(codec)
    return text.translate(str.maketrans(meant, shown))


def decode(raw: bytes, codec: str) -> str:
    """The text; a byte that the encoding leaves open is the control sign that ISO-8859-1 has there."""
    shown, meant = list_translations(codec)
    return raw.decode("latin-1").translate(str.maketrans(shown, meant))
