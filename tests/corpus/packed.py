"""Packed files: what their names say, what they hold, where they end."""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile

from tests.corpus.case import Case, lines_of, refused, text

GOOD = lines_of().encode()
GZIP = gzip.compress(GOOD, mtime=0)


def _zip(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("customers.csv"), content)
    return made.getvalue()


CASES: list[Case] = [
    text("gzip", "gzip, as its name says", GZIP, "customers.csv.gz"),
    text("bzip2", "bzip2, as its name says", bz2.compress(GOOD), "customers.csv.bz2"),
    text("gzip-cut-off", "gzip cut off in the middle", GZIP[:90], "customers.csv.gz", **refused("cut off")),
    text(
        "gzip-no-checksum",
        "gzip without its last bytes",
        GZIP[:-6],
        "customers.csv.gz",
        **refused("cut off"),
    ),
    text("gzip-unnamed", "gzip without .gz", GZIP, **refused("does not end in .gz")),
    text("not-gzip", "plain text that ends in .gz", GOOD, "customers.csv.gz", **refused("not packed")),
    Case(
        "gzip-cut-off-later",
        "the second of two gzip files cut off",
        lambda: {"a.csv.gz": GZIP, "b.csv.gz": gzip.compress(GOOD.replace(b"c", b"d"), mtime=0)[:-20]},
        **refused("cut off"),
    ),
    text("zip", "a zip archive with one table", _zip(GOOD), "customers.csv.zip"),
    text("zip-as-csv", "a zip archive called .csv", _zip(GOOD), **refused("zip archive")),
]
