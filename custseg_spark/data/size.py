"""How many rows files hold, about, without reading them."""

from __future__ import annotations

from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from custseg_spark.data.table_files import locate
from custseg_spark.data.text_files.text_bytes import PACKED

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
            if kind == "parquet":
                rows, size = int(pq.ParquetFile(stream).metadata.num_rows), sizes[largest]
            else:
                rows, size = _measure_head(stream, largest)
        except (OSError, EOFError, pa.ArrowException):  # reading it in earnest will tell what it is
            return None
    return max(1, round(sum(sizes.values()) * rows / size))


def _measure_head(stream: IO[bytes], name: str) -> tuple[int, int]:
    unpacked = next(
        (unpack(stream) for end, (_, unpack) in PACKED.items() if name.lower().endswith(end)), stream
    )
    lines: int = unpacked.read(_HEAD).count(b"\n")
    return max(lines, 1), max(stream.tell(), 1)
