"""How records of text are written, as Spark is told it, and the fields of one record, as Spark splits them.

Spark's reader is univocity's: what it makes of quotes that stand where none should is a rule of its own, and
no other reader of text has it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from custseg_spark.data.text_files.text_head import Head

Fields = list[bytes | None]
"""Of one record; null where nothing stands between two separators, empty where nothing stands in quotes."""
_LF, _CR = b"\n", b"\r"


@dataclass(frozen=True)
class RecordForm:
    """The signs of a text that is UTF-8 by now. `quote`, `escape` and `comment` are empty where there is
    none. `ends`: the sign of line ends where quoted fields may hold some, found at the beginning of a file;
    null where every line is a record. `null`: what stands for no value, beside nothing."""

    sep: bytes
    quote: bytes
    escape: bytes
    comment: bytes
    null: bytes
    width: int
    ends: bytes | None = None

    @property
    def doubles(self) -> bool:
        """Whether a quote within quotes is written twice."""
        return self.escape == self.quote

    @property
    def is_simple(self) -> bool:
        """Whether its signs are single bytes, as any reader takes them."""
        return len(self.sep) == 1 and all(len(sign) < 2 for sign in (self.quote, self.escape, self.comment))

    @cached_property
    def stop(self) -> re.Pattern[bytes]:
        """Where a field without quotes ends, but for the last one of a file."""
        ends = [] if self.ends is None else [self.ends] if len(self.sep) == 1 else [self.ends, _LF]
        return re.compile(b"|".join(map(re.escape, [self.sep, *ends])))

    @cached_property
    def last_stop(self) -> re.Pattern[bytes]:
        """Where a field ends behind which no other end stands, or what stands behind quotes."""
        return re.compile(re.escape(self.sep) + b"|" + self.end.pattern)

    @cached_property
    def end(self) -> re.Pattern[bytes]:
        """The end of a record: what the file has first, or the line feed that Spark makes of it."""
        return re.compile(re.escape(self.ends or _LF) + rb"|\n")

    @cached_property
    def closing(self) -> re.Pattern[bytes]:
        """The rest of a quoted field in which quotes are doubled."""
        quote = re.escape(self.quote)
        return re.compile(rb"((?:[^" + quote + rb"]++|" + quote * 2 + rb")*+)" + quote)

    @cached_property
    def regular(self) -> str:
        """The pattern of the records, with their ends, that any reader of text splits as Spark does."""
        sep, quote = _spell(self.sep), _spell(self.quote)
        bare = rf"[^{sep}\r\n]*"
        if self.quote:
            inner = f"[^{quote}]" if self.doubles else f"[^{quote}{_spell(self.escape)}]"
            pairs = f"|{quote}{quote}" if self.doubles else ""
            some = (
                "+" if self.null else "*"
            )  # in quotes, nothing is a text where another sign stands for null
            bare = rf"(?:(?:[^{sep}{quote}\r\n]{bare})?|{quote}(?:{inner}{pairs}){some}{quote})"
        ends = {b"\r\n": r"(?:\r\n)?", _CR: r"\r?", _LF: r"\n?"}.get(self.ends or b"", r"[\r\n]?")
        return rf"^(?s:{bare}(?:{sep}{bare})*{ends})\z"


def _spell(sign: bytes) -> str:
    """The sign as patterns spell it, within brackets and without."""
    return "".join(rf"\x{byte:02x}" for byte in sign)


def find_form(head: Head, options: Mapping[str, Any]) -> RecordForm:
    """The form of the records of a file with that head, read with `options`."""
    quote = str(options.get("quote", '"'))[:1].strip("\0")
    return RecordForm(
        sep=head.sep.encode(),
        quote=quote.encode(),
        escape=str(options.get("escape", '"'))[:1].encode(),
        comment=str(options.get("comment", "")).strip("\0").encode(),
        null=str(options.get("nullValue", "")).encode(),
        width=len(head.rows.columns),
        ends=_LF if head.multiline else None,
    )


def split_record(data: bytes, at: int, form: RecordForm) -> tuple[Fields, int]:
    """The fields of the record that begins at `at`, and where the next one begins; the length of `data` where
    none of its ends is there. No fields where nothing stands before the end of the line."""
    if end := form.end.match(data, at):
        return [], end.end()
    fields: Fields = []
    field: bytes | None
    while True:
        if form.quote and data.startswith(form.quote, at):
            field, at = _read_quoted(data, at + len(form.quote), form)
        else:
            field, at = _read_bare(data, at, form)
        fields.append(field)
        if not data.startswith(form.sep, at):
            break
        at += len(form.sep)
    found = form.end.match(data, at)
    return fields, found.end() if found else len(data)


def _read_bare(data: bytes, at: int, form: RecordForm) -> tuple[bytes | None, int]:
    if form.ends and form.end.match(data, at):
        return None, at
    stop = form.stop.search(data, at) or (form.last_stop.search(data, at) if form.ends else None)
    end = stop.start() if stop else len(data)
    field = data[at:end]
    if not stop and len(form.sep) > 1 and form.quote and field.endswith(form.quote):
        field += form.quote  # so does Spark
    return field or None, end


def _read_quoted(data: bytes, at: int, form: RecordForm) -> tuple[bytes, int]:
    """The field whose opening quote stands before `at`, and where it ends; line ends in it as line feeds."""
    if not form.doubles:
        return _read_escaped(data, at, form)
    closed = form.closing.match(data, at)
    quote = form.quote
    if closed is None:
        return _to_line_feeds(data[at:].replace(quote * 2, quote), form) or quote, len(data)
    return _close(data, closed.end(), closed[1].replace(quote * 2, quote), form)


def _to_line_feeds(content: bytes, form: RecordForm) -> bytes:
    return content.replace(form.ends, _LF) if form.ends else content


def _close(data: bytes, at: int, content: bytes, form: RecordForm) -> tuple[bytes, int]:
    """The field whose closing quote stands before `at`. Where more than blanks stands behind it, its quotes
    are part of it, and it ends with the next separator."""
    after, content = at, _to_line_feeds(content, form)
    while after < len(data) and 0 < data[after] <= 32 and not form.last_stop.match(data, after):
        after += 1
    if after == len(data) or form.last_stop.match(data, after):
        return content, after
    stop = (form.end if len(form.sep) > 1 and after > at else form.last_stop).search(data, after)
    end = stop.start() if stop else len(data)
    tail = data[at:end]
    if not stop and after > at and data[after + 1 : after + 2] == form.quote:
        tail += form.quote  # so does Spark
    return form.quote + content + form.quote + tail, end


def _read_escaped(data: bytes, at: int, form: RecordForm) -> tuple[bytes, int]:
    """A quoted field in which a sign other than the quote takes away the meaning of the next one."""
    quote, escape = form.quote[0], form.escape[0] if form.escape else -1
    content, before, begin = bytearray(), 0, at
    while at < len(data):
        sign = data[at]
        if before == quote and (0 < sign <= 32 or data.startswith(form.sep, at)):
            return _close(data, at, bytes(content), form)
        if sign not in (quote, escape):
            if before == quote:
                return _close(data, at, bytes(content), form)
            if before == escape:
                content.append(escape)
            content.append(sign)
            before = 0
        elif (sign == escape and before == escape) or (sign == quote and before == escape):
            content.append(sign)
            before = 0
        else:
            if sign == quote and before == quote:
                content.append(quote)
            elif before == quote:
                return _close(data, at, bytes(content), form)
            before = sign
        at += 1
    return _to_line_feeds(bytes(content), form) if at > begin else form.quote, at
