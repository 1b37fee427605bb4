"""How many rows text files hold, about, without reading them."""

from __future__ import annotations

import bz2
import gzip
from typing import IO, Any

from custseg_spark.data.files import located

_HEAD = 4_000_000
"""Bytes of text that are read: some blocks of a packed file."""


def estimated_rows(path: str) -> int | None:
    """About the rows of the text files at `path`: their sizes over what a line takes at the beginning of the
    largest, packed or not. A header counts as a row, and so does a line break within a field. None where
    their sizes can't be known."""
    found = located(path)
    sizes: dict[str, int] = {name: found.filesystem.size(name) or 0 for name in found.files}
    if not any(sizes.values()):
        return None
    largest = max(sizes, key=lambda name: sizes[name])
    with found.open(largest) as stream:
        try:
            lines = _unpacked(stream, largest).read(_HEAD).count(b"\n")
            read = stream.tell()
        except (OSError, EOFError):  # not packed as its name says; reading it in earnest will tell
            return None
    return max(1, round(sum(sizes.values()) * max(lines, 1) / max(read, 1)))


def _unpacked(stream: IO[bytes], name: str) -> IO[bytes] | Any:
    if name.lower().endswith(".gz"):
        return gzip.GzipFile(fileobj=stream)
    return bz2.BZ2File(stream) if name.lower().endswith(".bz2") else stream
