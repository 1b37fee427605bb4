"""Small bad customer tables, each with what must come of it.

Every case is a table of twenty customers with one thing wrong. `scripts/make_bad_tables` writes them with
their recipes, tests/tables/test_bad_tables.py reads them as `custseg train` does, and the table of
docs/reliability.md is made of them.
"""

from __future__ import annotations

from pathlib import Path

from tests.corpus import dates_and_numbers, hostile, names, packed, sheets, tables, text
from tests.corpus.case import Case, write

GROUPS: dict[str, list[Case]] = {
    "Encodings and separators": text.ENCODINGS,
    "Quotes, line breaks, ragged rows": text.ROWS,
    "Headers": text.HEADERS,
    "Packed files": packed.CASES,
    "Parquet and types": tables.CASES,
    "Dates, times, numbers, missing values": dates_and_numbers.CASES,
    "Ids": dates_and_numbers.IDS,
    "Names": names.CASES,
    "Excel": sheets.CASES,
    "Hostile content": hostile.CASES,
}
CASES = {case.name: case for cases in GROUPS.values() for case in cases}


def write_all(directory: Path) -> None:
    """Write every case into a directory of its own name under `directory`."""
    for case in CASES.values():
        write(case, directory / case.name)


__all__ = ["CASES", "GROUPS", "Case", "write", "write_all"]
