"""A text of any encoding as UTF-8, a piece at a time."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from custseg_spark.data.text_files import encodings
from custseg_spark.data.text_files.text_head import Head

_BLOCK = 8 << 20
_MARK = "\ufeff".encode()
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def read_utf8(stream: IO[bytes], head: Head) -> Iterator[bytes]:
    """The text of a file as UTF-8, without its byte-order mark, in pieces cut anywhere; bytes that are none
    of its encoding may still stand in what was UTF-8 before."""
    pieces = iter(lambda: stream.read(_BLOCK), b"")
    if head.codec:
        pieces = (encodings.decode(piece, head.codec).encode() for piece in pieces)
    elif head.encoding != "UTF-8":
        decoder = codecs.getincrementaldecoder(head.encoding.lower())("replace")
        pieces = (decoder.decode(piece).encode() for piece in pieces)
    for place, piece in enumerate(pieces):
        yield piece if place else piece.removeprefix(_MARK)


def rewrite_lines(pieces: Iterable[bytes], rewrite: Callable[[str], str]) -> Iterator[bytes]:
    """The text with each line, but the blank ones, made into one that its separator splits."""
    for block in cut_lines(pieces):
        lines = io.StringIO(block.decode(), newline="")
        yield "".join(rewrite(line) for line in lines if line.strip()).encode()


def mend(data: bytes) -> bytes:
    """UTF-8 with the sign for undecodable bytes where data is none, as Java puts it."""
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError:
        return _SURROGATE.sub(b"\xff", data).decode("utf-8", "replace").encode()
    return data


def cut_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The text in blocks of whole lines."""
    kept: list[bytes] = []
    for piece in pieces:
        cut = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        if cut:
            yield mend(b"".join([*kept, piece[:cut]]))
            kept = []
        kept.append(piece[cut:])
    if rest := b"".join(kept):
        yield mend(rest)
