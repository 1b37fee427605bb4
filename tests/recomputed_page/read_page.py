"""The numbers of report.html: those that say where they come from, and those that don't."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["meta", "link", "img", "br"])
CERTAIN = "95\u00a0% interval"
"""What the page calls an interval."""
UNMARKED = frozenset(["title", "style", "script", "code", "pre", "svg", "button"])
"""Elements whose digits are no numbers that the page tells: code, pictures, controls."""
NAMED = frozenset(["eyebrow", "mark", "facts", "unit", "name"])
"""Classes of elements that hold names with digits: a run's id, a unit such as `money in 2 years`."""


@dataclass(frozen=True)
class Number:
    """A number as it stands, `value` behind it, and what it is of."""

    text: str
    value: float
    measure: str
    of: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Statement:
    """A sentence whose numbers come from one place."""

    text: str
    origin: str


@dataclass
class PageNumbers(HTMLParser):
    """Feed it a page."""

    numbers: list[Number] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    """Texts with digits that say nothing of where they come from."""

    def __post_init__(self) -> None:
        super().__init__()
        self._path: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self._path.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self._path and self._path.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not re.search(r"\d", data.replace(CERTAIN, "")):
            return
        tag, attrs = self._path[-1]
        if tag == "data":
            measure, of, rows = [*str(attrs["data-of"]).split("|"), "", ""][:3]
            self.numbers.append(Number(data, float(str(attrs["value"])), measure, of, rows))
        elif "data-of" in attrs:
            self.statements.append(Statement(data, str(attrs["data-of"])))
        elif not self._is_name():
            self.loose.append(" ".join(data.split()))

    def _is_name(self) -> bool:
        classes = {name for _, attrs in self._path for name in str(attrs.get("class") or "").split()}
        return bool(classes & NAMED) or any(tag in UNMARKED for tag, _ in self._path)


def read_page(html: str) -> PageNumbers:
    """All numbers of a page."""
    found = PageNumbers()
    found.feed(html)
    return found
