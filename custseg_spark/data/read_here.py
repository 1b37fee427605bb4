"""Files that the engine has no reader for: read on the driver, within bounds, as an Arrow table."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import IO, Any

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import types as T

from custseg_spark.data.columns import MALFORMED, refuse_repeated
from custseg_spark.data.formats import ENDINGS, choose_part, find_ending, identify
from custseg_spark.data.parquet_types import find_near_type, find_type
from custseg_spark.data.row_numbers import add_numbers
from custseg_spark.data.table import Content, Table, note_unread
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_head import HEAD_ROWS, read_head
from custseg_spark.data.text_files.text_records import is_true, read_skip_rows
from custseg_spark.data.text_files.text_tables import read_tables
from custseg_spark.data.workbooks.excel import read_sheet
from custseg_spark.engine.choose import is_sail
from custseg_spark.errors import BadTableError, DataError, RecipeError
from custseg_spark.recipe import models

MOST_BYTES = 1 << 28
"""Bytes of a file, unpacked, that the driver reads for the engine."""
_EXCEL = ("sheet", "skip_rows", "header")
Reader = Callable[[IO[bytes], str, Mapping[str, Any]], Content]


def open_here(spark: SparkSession, kind: str, source: models.Source, found: TableFiles) -> Table:
    """Open one file of a `kind` in HERE."""
    word, read = HERE[kind]
    files = found.require_files()
    if len(files) > 1:
        raise DataError(f"{found.path} holds {len(files)} {word} files", "point at one of them")
    with found.open(files[0]) as stream:
        content = read(stream, found.name_file(files[0]), source.options)
    numbered = source.numbers_rows and is_sail(spark)
    rows = add_numbers(content.rows) if numbered else content.rows
    schema = T.StructType(  # a moment without a zone stays one, in a session of any zone
        [T.StructField(one.name, find_type(one.type) or T.StringType()) for one in rows.schema]
    )
    return Table(
        frame=spark.createDataFrame(rows, schema=schema),
        text=content.text,
        format=content.format,
        path=found.path,
        notes=content.notes,
        unread=content.unread,
        numbered=numbered,
    )


def _read_excel(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    unknown = [key for key in options if key not in _EXCEL]
    if unknown:
        raise RecipeError(f"input.options.{unknown[0]}: Excel takes only {', '.join(_EXCEL)}", "leave it out")
    headed = is_true(options["header"]) if "header" in options else None
    return read_sheet(stream, path, options.get("sheet"), read_skip_rows(options), headed)


def _read_feather(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    try:
        table = _read_arrow(stream)
    except (pa.ArrowException, OSError) as error:
        raise BadTableError(
            f"{path} is not a readable Feather or Arrow file: {error}", "write it again, or as Parquet"
        ) from error
    return _fit_types(table, path, "feather")


def _read_arrow(stream: IO[bytes]) -> pa.Table:
    content = pa.py_buffer(stream.read(MOST_BYTES + 1))
    _bound(len(content), "the file")
    if bytes(content[:4]) == b"FEA1":
        import pyarrow.feather as feather

        return feather.read_table(pa.BufferReader(content))
    opened = pa.ipc.open_file if bytes(content[:6]) == b"ARROW1" else pa.ipc.open_stream
    return opened(content).read_all()


def _bound(size: int, what: str) -> None:
    if size > MOST_BYTES:
        raise BadTableError(
            f"{what} has over {MOST_BYTES // 2**20} MB unpacked, more than the driver should hold",
            "unpack it and point at what was in it, or write the table as Parquet or CSV",
        )


def _fit_types(table: pa.Table, path: str, kind: str) -> Content:
    """The table with types that the engine has; a column of none is left out by name."""
    refuse_repeated(table.column_names, path)
    columns, unread = {}, {}
    for place, name in enumerate(table.column_names):
        column = table.column(place)
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        wanted = find_near_type(column.type)
        if find_type(wanted) is None or pa.types.is_duration(wanted):
            unread[name] = str(column.type)
        else:
            columns[name] = column.cast(wanted, safe=False)
    return Content(pa.table(columns), None, kind, note_unread(path, unread), unread)


def _read_zip(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    try:
        with zipfile.ZipFile(stream) as parts:
            part = choose_part(parts.namelist(), path)
            _bound(parts.getinfo(part).file_size, f"{path}: {part}")
            content = io.BytesIO(parts.read(part))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:  # a password is a RuntimeError
        raise BadTableError(
            f"{path} can't be unpacked: {error}", "pack it again, without a password"
        ) from error
    kind = ENDINGS.get(find_ending(part), "?")
    kind = identify(content) if kind in ("?", "csv") else kind
    if kind not in _IN_ARCHIVES:
        raise BadTableError(f"{path} holds {part}, which is not read in an archive", "unpack it")
    return _IN_ARCHIVES[kind](content, f"{path}: {part}", options)


def _read_parquet(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    try:
        return _fit_types(pq.read_table(stream), path, "parquet")
    except pa.ArrowException as error:
        raise BadTableError(f"{path} is not a readable Parquet file: {error}", "write it again") from error


def _read_json(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    import json

    content = stream.read()
    try:
        if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
            rows = json.loads(content)
            names = dict.fromkeys(name for row in rows for name in row)
            table = pa.table({name: [row.get(name) for row in rows] for name in names})
        else:
            table = pj.read_json(io.BytesIO(content))
    except (ValueError, TypeError, AttributeError, pa.ArrowException) as error:
        raise BadTableError(
            f"{path} is no array of JSON objects and has no object a line: {error}", "unpack and mend it"
        ) from error
    found = _fit_types(table, path, "feather")
    texts = [name for name in found.rows.column_names if pa.types.is_string(found.rows[name].type)]
    return Content(found.rows, found.rows.select(texts).slice(0, HEAD_ROWS).to_pandas(), "feather")


def _read_text(stream: IO[bytes], path: str, options: Mapping[str, Any]) -> Content:
    """Delimited text on the driver: the same table that the engine makes of it."""
    head = read_head(stream, path, options)
    stream.seek(0)
    raw = stream.read(MOST_BYTES + 1)
    _bound(len(raw), path)
    tables = list(read_tables(io.BytesIO(raw), head, options, path))
    schema = pa.schema([(str(name), pa.string()) for name in [*head.rows.columns, MALFORMED]])
    rows = pa.concat_tables([schema.empty_table(), *tables])
    return Content(rows, head.rows, "csv", head.notes)


_IN_ARCHIVES: Mapping[str, Reader] = {
    "csv": _read_text,
    "excel": _read_excel,
    "feather": _read_feather,
    "json": _read_json,
    "parquet": _read_parquet,
}
HERE: Mapping[str, tuple[str, Reader]] = {
    "csv": ("text", _read_text),
    "excel": ("Excel", _read_excel),
    "feather": ("Arrow", _read_feather),
    "zip": ("zip", _read_zip),
}
"""What is read on the driver -> what messages call it, and how; text only where the engine can't split it."""
