"""The sentences of a page as a reader sees them, and what is wrong with how they are written."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    ["p", "li", "h1", "h2", "h3", "h4", "td", "th", "dt", "dd", "caption", "figcaption", "summary", "title"]
)
UNREAD = frozenset(["style", "script", "code", "pre", "svg", "button"])
FAULTS = {
    "a plural behind one": r"(?<![\d.,])1 (?!is\b|has\b|was\b|less\b|days? ago)[a-z]+(?<!s)s\b",
    "a singular behind many": r"(?<![\d.,])(?:[2-9]|\d{2,}) (?:customer|segment|day|row|purchase|person)\b",
    "a hole": r"\(\s*\)|“\s*”|  +|\s[,.;](?:\s|$)|,,|\.\.|\{|\}|%%| :$|^[,.;:]",
    "a value that is none": r"\b(?:nan|None|NaN|inf|True|False|null|undefined)\b",
    "a word twice": r"\b([a-z]{2,}) \1\b",
    "an underscore": r"\w_\w",
    "thousands run together": r"(?<![\d.,#])\d{5,}(?![\d.])",
    "more digits than anyone reads": r"\.\d{6,}",
    "jargon": r"\b(?:redraw\w*|eta squared|depth of the bend|log1p|z-score|argmax|centroid)\b",
    "an old claim": r"\bweighs? double\b|\bcame of it\b|\bcomplained 0\b",
    "a condition turned around": r"\bnot \w+ [<>=]",
}
"""What no sentence may hold, as patterns."""
_QUOTED = re.compile(r"\d{8}T\d{6}\.\d{3}Z-\w{4}|'[^']*'|\S*/\S+")
"""Ids of runs, values in quotes, and paths, which are written as they are."""


class PageTexts(HTMLParser):
    """Feed it a page; `texts` are its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._path: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("meta", "link", "img", "br"):
            return
        if tag in BLOCKS:
            self._close()
        if "unit" in str(dict(attrs).get("class")).split():  # it stands apart, in small
            self._text = f"{self._text.rstrip()}; "
        self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._path and self._path.pop() != tag:
            pass
        if tag in BLOCKS:
            self._close()

    def handle_data(self, data: str) -> None:
        self._text += "·" if not UNREAD.isdisjoint(self._path) else data

    def _close(self) -> None:
        text = re.sub(r"[ \n\t]+", " ", re.sub("·+", "·", self._text)).strip()
        if text:
            self.texts.append(text)
        self._text = ""


def find_faults(html: str, names: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the texts of a page: a fault and the text that has it. `names`: of columns and
    values, which may be written as their owners like."""
    page = PageTexts()
    page.feed(html)
    return [fault for text in page.texts for fault in judge_text(text, names)]


def judge_text(text: str, names: frozenset[str] = frozenset()) -> list[str]:
    """The faults of one text."""
    text = _QUOTED.sub("x", text).replace("custseg_spark", "x")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "x")
    text = text.replace("\u00a0", " ")
    return [f"{fault}: {text}" for fault, pattern in FAULTS.items() if re.search(pattern, text)]
