"""Text that no separator splits as it stands: columns apart by blanks, and lines in quotes as a whole."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence

from custseg_spark.data import header
from custseg_spark.data.text_files.text_records import Line

SEPARATORS = {
    "\t": "tab",
    ",": "comma",
    ";": "semicolon",
    "|": "pipe",
    "~": "tilde",
    "^": "caret",
    "\x01": "control-A",
}
_LOOKED_AT = 500
_NEARLY_ALL = 0.95
_FEWEST = 3
"""Columns that stand apart by blanks; two words are a text."""


def find_rewriting(lines: Sequence[Line]) -> Callable[[str], str] | None:
    """What makes such lines of a file lines that a separator splits; null where one does already."""
    texts = [line.strip() for _, line in lines[:_LOOKED_AT]]
    if any(_splits(texts, sep) for sep in SEPARATORS):
        return None
    records = [text.split() for text in texts]
    share, width = header.count_widths(records)
    values = [field for record in records for field in record]
    if share >= _NEARLY_ALL and width >= _FEWEST and 2 * sum(map(header.is_value, values)) > len(values):
        return lambda line: "\t".join(line.split()) + "\n"
    if sum(text[:1] == text[-1:] == '"' for text in texts) >= _NEARLY_ALL * len(texts):
        unwrapped = [_unwrap(text) for text in texts]
        if any(_splits(unwrapped, sep) for sep in SEPARATORS):
            return lambda line: _unwrap(line.strip()) + "\n"
    return None


def _splits(texts: Sequence[str], sep: str) -> bool:
    share, width = header.count_widths([next(csv.reader([text], delimiter=sep), []) for text in texts])
    return width > 1 and 2 * share > 1


def _unwrap(line: str) -> str:
    """What stands in a line that is one field."""
    fields = next(csv.reader([line]), [])
    return fields[0] if len(fields) == 1 else line
