"""How many rows files hold, about, without reading them."""

from __future__ import annotations

import bz2
import gzip
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from custseg_spark.data.files import locate

_HEAD = 4_000_000
"""Bytes of text that are read: some blocks of a packed file."""


def estimate_rows(path: str, kind: str) -> int | None:
    """About the rows of the files at `path`, of the `kind` csv or parquet: their sizes over what a row takes
    in the largest. Parquet says in its footer how many rows it holds; of text the beginning is read, packed
    or not, where a header counts as a row, and so does a line break within a field. None where it can't be
    known."""
    found = locate(path)
    sizes: dict[str, int] = {name: found.filesystem.size(name) or 0 for name in found.files}
    if not any(sizes.values()):
        return None
    largest = max(sizes, key=lambda name: sizes[name])
    with found.open(largest) as stream:
        try:
            rows, size = (
                _in_footer(stream, sizes[largest]) if kind == "parquet" else _in_head(stream, largest)
            )
        except (
            OSError,
            EOFError,
            pa.ArrowException,
        ):  # not what its name says; reading it in earnest will tell
            return None
    return max(1, round(sum(sizes.values()) * rows / size))


def _in_footer(stream: IO[bytes], size: int) -> tuple[int, int]:
    return pq.ParquetFile(stream).metadata.num_rows, size


def _in_head(stream: IO[bytes], name: str) -> tuple[int, int]:
    lines = _unpack(stream, name).read(_HEAD).count(b"\n")
    return max(lines, 1), max(stream.tell(), 1)


def _unpack(stream: IO[bytes], name: str) -> IO[bytes] | Any:
    if name.lower().endswith(".gz"):
        return gzip.GzipFile(fileobj=stream)
    return bz2.BZ2File(stream) if name.lower().endswith(".bz2") else stream
