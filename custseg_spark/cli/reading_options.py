"""The options of `custseg init` that say how a table is read: in a recipe they are keys of `input`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from custseg_spark.errors import CustsegError

_KEYS = {
    r"input\.options\.header: false": "--no-header",
    r"input\.options\.header: true": "--header",
    r"input\.options\.sheet": "--sheet",
    r"input\.options\.(encoding|charset)": "--encoding",
    r"input\.options\.(sep|delimiter)": "--sep",
    r"input\.options\.skip_rows": "--skip-rows",
    r"input\.format": "--format",
    r"input\.id": "--id",
}
"""Keys of a recipe, which nobody has written yet, and the options that stand for them."""


def add_reading_options(command: argparse.ArgumentParser) -> None:
    """Add the options; what is given stands in the recipe that is written."""
    command.add_argument("--id", metavar="COLUMN", help="what tells customers apart; row_number for none")
    command.add_argument(
        "--sheet", metavar="NAME", help="of a workbook with several sheets; or its place, from 0"
    )
    command.add_argument(
        "--sep", metavar="SIGN", help="what separates the fields of a text file; \\t for a tab"
    )
    command.add_argument("--encoding", metavar="NAME", help="of a text file, such as ISO-8859-1")
    command.add_argument(
        "--skip-rows", type=int, metavar="N", help="how many rows stand above the header, blank ones counted"
    )
    command.add_argument(
        "--header",
        action=argparse.BooleanOptionalAction,
        help="the first row holds the names, or is data: columns are _c0, _c1, ...",
    )
    command.add_argument(
        "--format",
        default="auto",
        metavar="NAME",
        help="csv, excel, parquet, table, ...; by the ending if not given",
    )


def read_reading_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What stands under `input.options`."""
    sheet = arguments.sheet
    given = {
        "sheet": int(sheet) if sheet is not None and sheet.isdecimal() else sheet,
        "sep": arguments.sep,
        "encoding": arguments.encoding,
        "skip_rows": arguments.skip_rows,
        "header": arguments.header,
    }
    return {key: value for key, value in given.items() if value is not None}


@contextmanager
def name_reading_options() -> Iterator[None]:
    """Errors inside name these options in place of the keys of a recipe."""
    try:
        yield
    except CustsegError as problem:
        problem.what, problem.remedy = _name_options(problem.what), _name_options(problem.remedy)
        problem.args = (problem.what,)
        raise


def _name_options(text: str) -> str:
    """
    >>> _name_options("set input.options.sheet to one of them")
    'set --sheet to one of them'
    >>> _name_options("set input.format: parquet")
    'set --format parquet'
    >>> _name_options("set input.options.header: false: the first row is data")
    'add --no-header: the first row is data'
    """
    for key, option in _KEYS.items():
        if ": " in key:
            text = re.sub(rf"(?<![\w.])set {key}", f"add {option}", text)
        else:
            text = re.sub(rf"(?<![\w.])set {key}:(?= \w)", f"set {option}", text)
        text = re.sub(rf"(?<![\w.]){key}(?![\w.])", option, text)
    return text
