"""Text is split as Spark splits it: every record by rule, those in order by pyarrow, block by block."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from custseg_spark.data.text_files import record_blocks, text_pieces
from custseg_spark.data.text_files.record_form import RecordForm, find_form, split_record
from custseg_spark.data.text_files.text_head import Head, read_head
from custseg_spark.data.text_files.text_tables import read_tables
from custseg_spark.errors import BadTableError, CustsegError

COMMA = RecordForm(b",", b'"', b'"', b"", b"", 2)
Rows = list[tuple[str | None, ...]]


def read(head: Head, content: bytes, options: dict[str, Any]) -> Rows:
    """All rows, the last of each is the record of one that does not fit."""
    tables = read_tables(io.BytesIO(content), head, options, "t.csv")
    return [row for table in tables for row in zip(*[one.to_pylist() for one in table.columns], strict=True)]


@pytest.mark.parametrize(
    "record,fields",
    [
        (b"a,b", [b"a", b"b"]),
        (b",", [None, None]),
        (b'"",b', [b"", b"b"]),
        (b'"a ""x"", b",c', [b'a "x", b', b"c"]),
        (b'5" pipe,"6"', [b'5" pipe', b"6"]),
        (b'"a"  ,b', [b"a", b"b"]),
        (b'"a"b,c', [b'"a"b', b"c"]),
        (b'"a" b"c,d', [b'"a" b"c', b"d"]),
        (b'a,"open,c', [b"a", b"open,c"]),
        (b'a,"', [b"a", b'"']),
        (b'a,"b""', [b"a", b'b"']),
        (b'""x,b', [b'""x', b"b"]),
        (b'b,"a" x"', [b"b", b'"a" x""']),
        (b'b,"a" ""', [b"b", b'"a" """']),
    ],
)
def test_what_spark_makes_of_quotes(record: bytes, fields: list[bytes | None]) -> None:
    assert split_record(record, 0, COMMA) == (fields, len(record))


@pytest.mark.parametrize(
    "record,fields",
    [
        (rb'"a\"b",c', [b'a"b', b"c"]),
        (rb'"a\\",c', [b"a\\", b"c"]),
        (rb'"a\b",c', [rb"a\b", b"c"]),
        (rb"a\,b", [b"a\\", b"b"]),
        (b'"a""b",c', [b'"a""b"', b"c"]),
        (rb'"open\",c', [b'open",c']),
    ],
)
def test_what_spark_makes_of_an_escape(record: bytes, fields: list[bytes | None]) -> None:
    form = RecordForm(b",", b'"', b"\\", b"", b"", 2)
    assert split_record(record, 0, form) == (fields, len(record))


FIELDS = st.sampled_from(
    ["", " ", "1", "22", "é", 'x"y', "O'H", "\t", '""', '"a"', '"a,b"', '"a""b"', '" z "', '"q"""', '"',
     '""""', '"a"b', '"a" b', '"a"  ', '"a" b"c', '"open', 'a"', '""x', '"a""', '"a\\"b"', '"b\\\\"']
)  # fmt: skip
BROKEN = st.sampled_from(['"l1\nl2"', '"l1\r\nl2"', '"a\n""b,"'])
ENDS = st.sampled_from(["\n", "\r\n"])
OPTIONS = st.fixed_dictionaries(
    {"sep": st.sampled_from([",", "||"])},
    optional={
        "nullValue": st.sampled_from(["1", "a"]),
        "escape": st.just("\\"),
        "comment": st.just("#"),
        "quote": st.sampled_from(["'", ""]),
    },
)


@st.composite
def draw_text(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text with a header, and the options to read it with."""
    options: dict[str, Any] = {**draw(OPTIONS), "header": True}
    broken = draw(st.booleans())
    if broken:
        options["multiLine"] = True
    names = ["id", "b", "c"][: draw(st.integers(1, 3))]
    width = st.sampled_from([len(names)] * 5 + [1, 2, 3, 4])
    field = FIELDS | BROKEN if broken else FIELDS
    row = width.flatmap(lambda count: st.lists(field, min_size=count, max_size=count)).map(
        options["sep"].join
    )
    lines = [
        options["sep"].join(names),
        *draw(st.lists(row | st.sampled_from(["", "  ", "# x"]), max_size=12)),
    ]
    end, other = draw(ENDS), draw(ENDS | st.just("\r")) if not broken else ""
    ends = [end if not other or draw(st.integers(0, 4)) else other for _ in lines]
    return "".join(line + end for line, end in zip(lines, ends, strict=True)), options


def read_by_rule(head: Head, content: bytes, options: dict[str, Any]) -> Iterator[tuple[str | None, ...]]:
    """The rows as each record for itself gives them, without a header."""
    form = find_form(head, options)
    if form.ends is None:
        lines = [line for line in content.replace(b"\r", b"\n").split(b"\n") if line.strip(bytes(range(33)))]
        records = [(line, split_record(line, 0, form)[0]) for line in lines]
    else:
        _, ends = record_blocks.find_ends(iter([content]))
        form = RecordForm(form.sep, form.quote, form.escape, form.comment, form.null, form.width, ends)
        records, at = [], 0
        while at < len(content):
            if form.comment and content.startswith(form.comment, at):
                at = (content.find(ends, at) + len(ends)) if ends in content[at:] else len(content)
                continue
            fields, after = split_record(content, at, form)
            raw = content[at:after]
            records.append((raw.removesuffix(b"\n").removesuffix(b"\r"), fields))
            at = after
    comment = form.comment if form.ends is None else b""
    rows = [(raw, fields) for raw, fields in records if fields and not (comment and raw.startswith(comment))]
    for raw, fields in rows[1:]:
        padded = [*fields, *[None] * form.width][: form.width]
        values = [None if one is None or one == form.null else one.decode() for one in padded]
        yield *values, None if len(fields) == form.width else raw.decode()


@given(draw_text(), st.sampled_from([16, 31, 1000]))
def test_blocks_give_what_each_record_gives(drawn: tuple[str, dict[str, Any]], size: int) -> None:
    text, options = drawn
    content = text.encode()
    try:
        head = read_head(io.BytesIO(content), "t.csv", options)
    except CustsegError:  # no table by its head
        reject()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_pieces, "_BLOCK", size)
        patch.setattr(record_blocks, "_SMALL", 8)
        patch.setattr(record_blocks, "_MORE", 1)
        try:
            found = read(head, content, options)
        except BadTableError:  # its header is not the one that the head makes out
            reject()
    assert found == list(read_by_rule(head, content, options))
