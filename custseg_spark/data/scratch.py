"""Copies of rows as Parquet that live as long as this process, where an engine can't read them itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from custseg_spark.engine.choose import is_sail
from custseg_spark.engine.scratch_folders import make_scratch_folder
from custseg_spark.errors import RunError


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
    """A new copy of rows with that schema, in a scratch folder; whole when the block ends."""
    folder = make_scratch_folder()
    with _tell_unwritable(folder):
        file = pq.ParquetWriter(
            Path(folder) / "rows.parquet", schema, compression="lz4", use_dictionary=False
        )
    try:
        yield Copy(folder, file)
    finally:
        with _tell_unwritable(folder):
            file.close()


def read_copy(spark: SparkSession, copy: Copy) -> DataFrame:
    """The rows of a copy."""
    return spark.read.schema(from_arrow_schema(copy.file.schema)).parquet(Path(copy.folder).as_uri())


def copy_frame(frame: DataFrame) -> DataFrame:
    """The rows of a frame, from a copy that the engine makes now: whoever reads them computes nothing of them
    again. Spark keeps it in memory as long as somebody has the frame; Sail, which has no such thing, in a
    directory for temporary files. For an engine on this machine."""
    if not is_sail(frame.sparkSession):
        return frame.localCheckpoint()
    place = (Path(make_scratch_folder()) / "rows").as_uri()
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
