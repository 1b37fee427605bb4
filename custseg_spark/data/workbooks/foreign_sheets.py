"""The program that reads .xls and .ods for excel.py: its text runs in a process of its own, by `main`.

python-calamine is compiled: a file of a few kilobytes that lies about its size makes it end the process that
it runs in, or take memory without end. So it gets a process whose memory is bounded.
"""

from __future__ import annotations

import io
import pickle
import sys

MOST_MEMORY = 4 << 30
"""Bytes: a sheet of ten million numbers takes less."""


def main() -> None:
    """Write, pickled, the names of the sheets of the workbook on standard input, or, with the name of one as
    argument, its rows, blank cells None. Ends with an error where it can't."""
    _bound_memory()
    from python_calamine import load_workbook

    book = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
    answer: object = book.sheet_names
    for name in sys.argv[1:]:
        answer = [
            tuple(map(_read_cell, row))
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        ]
    pickle.dump(answer, sys.stdout.buffer)


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read_cell(cell: object) -> object:
    """The cell as openpyxl gives it: a whole number as an int, nothing as None."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return None if cell == "" else cell


if __name__ == "__main__":
    main()
