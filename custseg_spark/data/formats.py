"""Which format a table is in: what the recipe says, what its name ends in, or else what it begins with."""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath
from typing import IO

from custseg_spark.data.lake.lake_tables import find_lake
from custseg_spark.data.table_files import TableFiles
from custseg_spark.data.text_files.text_bytes import BEGINNINGS, PACKED
from custseg_spark.errors import BadTableError, DataError, RecipeError

ENDINGS = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".tab": "csv",
    ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".ods": "excel",
    ".orc": "orc", ".avro": "avro", ".json": "json", ".jsonl": "json", ".ndjson": "json",
    ".feather": "feather", ".arrow": "feather", ".zip": "zip",
}  # fmt: skip
_READ_BY_US = ("csv", "tsv", "excel", "parquet", "json", "feather", "zip")
_VAGUE = (".txt", ".dat", ".data", "")
"""Endings that say nothing of what a file is."""


def find_format(asked: str, found: TableFiles) -> str:
    """The format the recipe names, or else what the files' endings or beginnings say; delta, iceberg or hudi
    for a directory of such files, even where the recipe says parquet."""
    named = asked.lower() if asked.lower() in _READ_BY_US else asked
    if named in ("auto", "parquet") and (lake := find_lake(found)):
        return lake
    if named != "auto":
        return "csv" if named == "tsv" else named
    names = found.files or (found.path,)
    kinds = {ENDINGS.get(find_ending(name), "?") for name in names}
    if len(kinds) > 1:
        listed = ", ".join(sorted(kinds)).replace("?", "unknown ones")
        raise DataError(f"input {found.path} holds files of several kinds: {listed}", "set input.format")
    if (kinds == {"?"} or find_ending(names[0]) in _VAGUE) and found.files:
        with found.open(found.files[0]) as stream:
            return identify(stream)
    if kinds == {"?"}:
        raise RecipeError(
            f"input {found.path}: the name does not say what format it is in",
            "set input.format: parquet, csv, excel, json, table, or a format the Spark session knows",
        )
    return kinds.pop()


def may_be_table(name: str) -> bool:
    """Whether a file's name says that it is a table, or nothing of what it is, so that one must look."""
    ending = find_ending(name)
    return ending in ENDINGS or ending in _VAGUE


def find_ending(name: str) -> str:
    """The ending of a file's name that says what is in it, packed or not, in lower case."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    while suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def identify(stream: IO[bytes]) -> str:
    """The format of a file by what it begins with; text where it is nothing else that is known."""
    start = stream.read(512)
    stream.seek(0)
    kind = next((kind for magic, (kind, *_) in BEGINNINGS.items() if start.startswith(magic)), "")
    if kind == "zip":
        with zipfile.ZipFile(stream) as parts:
            names = parts.namelist()
        stream.seek(0)
        return "excel" if {"[Content_Types].xml", "content.xml"} & set(names) else kind
    if kind:
        return kind
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    as_array = text.startswith(b"[") and text[1:].lstrip().startswith(b"{")
    return "json" if as_array or text.startswith(b"{") else "csv"


def choose_part(names: list[str], path: str) -> str:
    """The one table in an archive. Raises BadTableError where there are several, or none."""
    tables = [
        name
        for name in names
        if not name.endswith("/") and not name.startswith("__MACOSX") and PurePosixPath(name).name[0] != "."
    ]
    known = [name for name in tables if ENDINGS.get(find_ending(name), "zip") != "zip"]
    sure = [name for name in known if find_ending(name) not in _VAGUE]  # a text beside a table describes it
    known = sure if len(sure) == 1 else known
    chosen = known if len(known) == 1 or len(tables) > 1 else tables
    if len(chosen) != 1:
        listed = ", ".join(map(repr, (chosen or tables)[:5]))
        raise BadTableError(
            f"{path} holds {len(chosen) or 'no'} tables" + (f": {listed}" if listed else ""),
            "unpack it and point at one of them" if chosen else "pack one table into it",
        )
    return chosen[0]
