"""The rows of text as Arrow tables: all columns as text, and the raw record of a row that does not fit."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial, reduce
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from custseg_spark.data.columns import MALFORMED
from custseg_spark.data.text_files.record_blocks import (
    Block,
    cut_records,
    find_ends,
    sort_lines,
)
from custseg_spark.data.text_files.record_form import Fields, RecordForm, find_form, split_record
from custseg_spark.data.text_files.text_head import Head
from custseg_spark.data.text_files.text_pieces import cut_lines, read_utf8, rewrite_lines
from custseg_spark.data.text_files.text_records import Record
from custseg_spark.errors import BadTableError

_WORKERS = 2
_AHEAD = 3
"""Blocks that are worked on, or done, before the first of them is asked for."""
Extra = tuple[int, bytes, Fields]
"""A row that does not come from the plain reader: its place, its record, its fields."""


def read_tables(stream: IO[bytes], head: Head, options: Mapping[str, Any], path: str) -> Iterator[pa.Table]:
    """All rows of one file in their order, by `head` of the first of its kind and the recipe's `options`: the
    columns as text, as the head names them, and MALFORMED. `path` is for messages.

    Some 8 MB of the text a table; a few of them are in memory at once. Raises BadTableError where the file
    has another header."""
    form = find_form(head, options)
    names = [str(name) for name in head.rows.columns]
    pieces = read_utf8(stream, head)
    if head.rewrite is not None:
        pieces = rewrite_lines(pieces, head.rewrite)
    rest = head.header
    for table in _work_ahead(_list_work(pieces, form, names)):
        if rest and table.num_rows:
            _check_header(table, head, path)
            table, rest = table.slice(1), False
        if head.left_out and table.num_rows:
            table = _leave_out(table, head.left_out, form)
        yield table


def _list_work(
    pieces: Iterator[bytes], form: RecordForm, names: list[str]
) -> Iterator[Callable[[], pa.Table]]:
    if form.ends is None:
        for data in cut_lines(pieces):
            yield partial(_build_lines, data, form, names)
    else:
        first, ends = find_ends(pieces)
        form = replace(form, ends=ends)
        for block in cut_records(itertools.chain([first], pieces), form):
            yield partial(build_table, block, form, names)


def _build_lines(data: bytes, form: RecordForm, names: list[str]) -> pa.Table:
    return build_table(sort_lines(data, form), form, names)


def _work_ahead(work: Iterator[Callable[[], pa.Table]]) -> Iterator[pa.Table]:
    """The results in order, some of them worked on beside each other."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting: deque[Future[pa.Table]] = deque()
        for one in work:
            waiting.append(pool.submit(one))
            if len(waiting) >= _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def build_table(block: Block, form: RecordForm, names: list[str]) -> pa.Table:
    """The rows of one block."""
    schema = pa.schema([(name, pa.string()) for name in [*names, MALFORMED]])
    plain, misfits = _read_regular(block.regular, form)
    extras: list[Extra] = [
        (int(block.places[number - 1]), raw, split_record(raw, 0, form)[0]) for number, raw in misfits
    ]
    extras += [(place, raw, split_record(raw, 0, form)[0]) for place, raw in block.odd]
    none = pa.nulls(plain.num_rows, pa.string())
    table = pa.table([*plain.columns, none], schema=schema)
    if not extras:
        return table
    fitting = np.delete(block.places, [number - 1 for number, _ in misfits])
    places = np.concatenate([fitting, [place for place, *_ in extras]])
    others = _build_extras(extras, form, schema)
    return pa.concat_tables([table, others]).take(pa.array(np.argsort(places, kind="stable")))


def _read_regular(data: bytes | pa.Buffer, form: RecordForm) -> tuple[pa.Table, list[tuple[int, bytes]]]:
    """The records that have as many fields as there are columns; of the others the number, from 1, and the
    text."""
    misfits: list[tuple[int, bytes]] = []

    def put_aside(row: pv.InvalidRow) -> str:
        misfits.append((row.number, row.text.encode()))
        return "skip"

    columns = [str(place) for place in range(form.width)]
    missing = [text.decode() for text in dict.fromkeys([b"", form.null])]
    if not len(data):
        return pa.table({name: pa.array([], pa.string()) for name in columns}), misfits
    table = pv.read_csv(
        pa.BufferReader(data),
        pv.ReadOptions(use_threads=False, column_names=columns, block_size=len(data) + 1),
        pv.ParseOptions(
            delimiter=form.sep.decode(),
            quote_char=form.quote.decode() or False,
            double_quote=form.doubles,
            newlines_in_values=form.ends is not None,
            invalid_row_handler=put_aside,
        ),
        pv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()),
            null_values=missing,
            strings_can_be_null=True,
            check_utf8=False,
        ),
    )
    if form.ends not in (None, b"\n"):
        feeds = [pc.replace_substring(column, form.ends.decode(), "\n") for column in table.columns]
        table = pa.table(feeds, names=columns)
    return table, misfits


def _build_extras(extras: list[Extra], form: RecordForm, schema: pa.Schema) -> pa.Table:
    missing = (None, form.null)
    padded = [[*fields, *[None] * form.width][: form.width] for *_, fields in extras]
    columns: list[list[bytes | None]] = [
        [None if field in missing else field for field in values] for values in zip(*padded, strict=True)
    ]
    raw = [None if len(fields) == form.width else _strip_end(raw) for _, raw, fields in extras]
    arrays = [pa.array(values, pa.binary()).cast(pa.string()) for values in [*columns, raw]]
    return pa.table(arrays, schema=schema)


def _strip_end(record: bytes) -> bytes:
    return record.removesuffix(b"\n").removesuffix(b"\r")


def _check_header(table: pa.Table, head: Head, path: str) -> None:
    """Raises BadTableError where the first row is not the head's, and its file should have the same."""
    if not head.named:
        return
    remedy = "give all files one header"
    found = {name: values[0] for name, values in table.slice(0, 1).to_pydict().items()}
    if found.pop(MALFORMED) is not None:
        raise BadTableError(f"{path} has more or fewer columns than the first file", remedy)
    if any((value or "").lower() != name.lower() for name, value in found.items()):
        raise BadTableError(f"{path} has other column names, or in another order", remedy)


def _leave_out(table: pa.Table, records: Iterable[Record], form: RecordForm) -> pa.Table:
    """The rows that are none of those records, by content, but for blanks around a field."""
    stay = np.ones(table.num_rows, bool)
    null = form.null.decode()
    for record in {(entry.fields, entry.raw): entry for entry in records}.values():
        if len(record.fields) == form.width:
            wanted = ["" if field == null else field.strip(" ") for field in record.fields]
            columns = table.columns[: form.width]
        else:
            wanted, columns = [record.raw.strip(" ")], table.columns[form.width :]
        same = (_equals(column, text) for column, text in zip(columns, wanted, strict=True))
        stay &= ~reduce(np.logical_and, same)
    return table if stay.all() else table.filter(pa.array(stay))


def _equals(column: pa.ChunkedArray, text: str) -> np.ndarray:
    trimmed = pc.fill_null(pc.utf8_trim(column, " "), "")
    return np.asarray(pc.equal(trimmed, text))
