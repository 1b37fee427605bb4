"""The bytes a text file begins with: unpacked, and decoded as what they are."""

from __future__ import annotations

import bz2
import codecs
import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, cast

from custseg_spark.data.text_files import encodings
from custseg_spark.errors import BadTableError, DataError, RecipeError

HEAD_BYTES = 1_000_000
OTHER_ENCODING = "other encoding"
"""The code of the error where bytes are none of the encoding's."""
_MARKS = (  # the longer marks first: UTF-32 begins like UTF-16
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xef\xbb\xbf", "UTF-8"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
PACKED: dict[str, tuple[bytes, Callable[..., Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
}
"""Ending -> what such a file begins with, and what unpacks its stream."""
BEGINNINGS = {
    b"PAR1": ("parquet", "a Parquet file", ""),
    b"ORC": ("orc", "an ORC file", ""),
    b"Obj\x01": ("avro", "an Avro file", ""),
    b"ARROW1": ("feather", "an Arrow or Feather file", ""),
    b"FEA1": ("feather", "a Feather file", ""),
    b"\xd0\xcf\x11\xe0": ("excel", "an old or password-protected Excel file", ", or save it as .xlsx or CSV"),
    b"PK\x03\x04": ("zip", "a zip archive or an Excel file", " or excel, or unpack it"),
    b"\x28\xb5\x2f\xfd": ("", "packed with zstd", ""),
    b"\xfd7zXZ": ("", "packed with xz", ""),
}
"""What files begin with that are no text -> their format, what they are, and what can be done beside naming
it."""


@dataclass(frozen=True)
class Decoded:
    """`text` without its byte-order mark; `encoding` as Spark is asked for it; `codec`: Python's name of what
    the text is in where the engine reads it as ISO-8859-1 and its signs must be translated; `guessed`: nobody
    said so."""

    text: str
    encoding: str
    codec: str | None = None
    guessed: bool = False


def read_bytes(stream: IO[bytes], path: str) -> tuple[bytes, bool]:
    """The first HEAD_BYTES, unpacked, and whether there are no more. Raises DataError for what is no text."""
    start = stream.read(8)
    stream.seek(0)
    for magic, (kind, words, else_) in BEGINNINGS.items():
        if start.startswith(magic):
            remedy = f"set input.format: {kind}{else_}" if kind else "unpack it, or pack it with gzip"
            raise DataError(f"{path} is {words}, not text", remedy)
    for ending, (magic, unpack) in PACKED.items():
        packed, named = start.startswith(magic), path.lower().endswith(ending)  # Spark goes by the ending
        if packed and not named:
            raise BadTableError(
                f"{path} is packed, but its name does not end in {ending}", f"rename it to *{ending}"
            )
        if named and start and not packed:
            raise BadTableError(f"{path} ends in {ending}, but is not packed so", "rename it, or pack it")
        stream = unpack(stream) if packed else stream
    try:
        raw = stream.read(HEAD_BYTES + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise BadTableError(f"{path} is cut off or damaged: {error}", "copy or write it again") from error
    return raw[:HEAD_BYTES], len(raw) <= HEAD_BYTES


def unpack(stream: IO[bytes], name: str) -> IO[bytes]:
    """The content of a file that is packed as the ending of its name says."""
    for ending, (_, opened) in PACKED.items():
        if name.lower().endswith(ending):
            return cast(IO[bytes], opened(stream))
    return stream


def decode(raw: bytes, path: str, options: Mapping[str, Any], whole: bool) -> Decoded:
    """The text of a head, in the encoding that `options` name, or its mark, or UTF-8, or else the one of one
    byte a sign in which it reads as words. Raises RecipeError for an encoding that can't be read, DataError
    for bytes that are none of it."""
    given = options.get("encoding", options.get("charset"))
    if given is not None and str(given).upper() not in encodings.SPARK_READS:
        codec = encodings.find_codec(str(given))
        if codec is None:
            raise RecipeError(
                f"input.options.encoding: {given!r} is not read; what is: "
                f"{', '.join(encodings.SPARK_READS)}, and any of one byte a sign, such as windows-1252",
                "write the table as UTF-8",
            )
        return Decoded(encodings.decode(raw, codec), encodings.LATIN_1, codec)
    marked = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    encoding = str(given or marked or "UTF-8").upper()
    codec = "utf-8-sig" if encoding == "UTF-8" else encoding.lower()
    try:
        text = codecs.getincrementaldecoder(codec)().decode(raw, final=whole)
    except UnicodeDecodeError as error:
        guess = None if given or marked or b"\x00" in raw else encodings.guess_codec(raw)
        if guess is None:
            raise _refuse(path, encoding, raw, error) from error
        return Decoded(encodings.decode(raw, guess), encodings.LATIN_1, guess, guessed=True)
    if "\x00" in text:
        raise DataError(
            f"{path} holds zero bytes: it is not text, or UTF-16 without a byte-order mark",
            "set input.options.encoding: UTF-16LE, or write the table as UTF-8",
        )
    return Decoded(text.removeprefix("\ufeff"), encoding)


def _refuse(path: str, encoding: str, raw: bytes, error: UnicodeDecodeError) -> DataError:
    return DataError(
        f"{path} is not {encoding} text (byte {error.start:,} is 0x{raw[error.start]:02x})",
        "set input.options.encoding (windows-1252 for Western European text), or write the table as UTF-8",
        code=OTHER_ENCODING,
    )
