"""Copies of rows as Parquet that live as long as this process, where an engine can't read them itself."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import RunError

_PREFIX = "custseg-rows-"
_STALE = 7 * 24 * 3600
"""Seconds after which a folder that nothing was written to is of a process that was killed."""


@dataclass(frozen=True)
class Copy:
    """A copy that is written: its folder, and the file in it."""

    folder: str
    file: pq.ParquetWriter

    def write(self, rows: pa.Table) -> None:
        """Write some rows. Raises RunError where there is no room."""
        with _tell_unwritable(self.folder):
            self.file.write_table(rows)


@contextmanager
def open_copy(schema: pa.Schema) -> Iterator[Copy]:
    """A new copy of rows with that schema, below the directory for temporary files; whole when the block
    ends, removed when the process does. What killed processes left there is removed now."""
    folder = _make_folder()
    with _tell_unwritable(folder):
        file = pq.ParquetWriter(
            Path(folder) / "rows.parquet", schema, compression="lz4", use_dictionary=False
        )
    try:
        yield Copy(folder, file)
    finally:
        with _tell_unwritable(folder):
            file.close()


def _make_folder() -> str:
    _clear_stale()
    folder = tempfile.mkdtemp(prefix=_PREFIX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _clear_stale() -> None:
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another process may clear it too
            if left.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(left)


def read_copy(spark: SparkSession, copy: Copy) -> DataFrame:
    """The rows of a copy."""
    return spark.read.schema(from_arrow_schema(copy.file.schema)).parquet(Path(copy.folder).as_uri())


def copy_frame(frame: DataFrame) -> DataFrame:
    """The rows of a frame, from a copy that the engine makes now: whoever reads them computes nothing of them
    again. Spark keeps it in memory as long as somebody has the frame; Sail, which has no such thing, in a
    directory for temporary files. For an engine on this machine."""
    if not is_sail(frame.sparkSession):
        return frame.localCheckpoint()
    place = (Path(_make_folder()) / "rows").as_uri()
    frame.write.option("compression", "lz4").parquet(place)
    return frame.sparkSession.read.parquet(place)


@contextmanager
def _tell_unwritable(folder: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RunError(
            f"the temporary copy of the rows can't be written to {folder}: {error}",
            "set TMPDIR to a directory with as much room as the table takes",
        ) from error
