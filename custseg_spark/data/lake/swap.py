"""One day's folder of a table replaced by renames, so that a kill at any moment loses nothing.

The new day is written whole beside the table; the old one is moved aside, the new one into its place, and the
old one removed. Whoever is killed in between leaves the old day aside: the next publish of that day puts it
back, or one of any day, once it is clear that nobody is at it any more. No other day is touched. A rename is
what a file system does at once; an object store copies every object instead, so there such a table is not
written: Delta is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from custseg_spark.errors import RecipeError, RunError

DAY = "run_date"
_ABANDONED = timedelta(days=1)
"""What a run left beside the table longer ago than this is nobody's any more."""
_AT_REST = timedelta(hours=12)
"""The same of a day that was moved aside: a swap takes an instant, and the night after should mend it."""


def find_staging(table: str, run_id: str) -> str:
    """Where a run writes its day before it takes the place of the old one: beside the table, hidden.

    Raises RecipeError for storage on which a folder can't be renamed at once.
    """
    files, root = _locate_table(table)
    return files.unstrip_protocol(_name_beside(root, "staging", run_id))  # type: ignore[no-any-return]


def replace_day(table: str, day: str, run_id: str) -> None:
    """Make what lies in `find_staging(table, run_id)` the table's day. Raises RunError where it can't."""
    files, root = _locate_table(table)
    target, aside = f"{root}/{DAY}={day}", _name_beside(root, "replaced", run_id)
    recover(table, day, run_id)
    with _tell_failures(table):
        files.makedirs(root, exist_ok=True)
        if files.exists(target):
            files.makedirs(aside)
            _rename(files, target, f"{aside}/{DAY}={day}")
        _rename(files, _name_beside(root, "staging", run_id), target)
        if files.exists(aside):
            files.rm(aside, recursive=True)
        _clear(files, root, run_id)


def recover(table: str, day: str, run_id: str) -> None:
    """Put back what a killed publish had moved aside and not replaced: of `day`, which `run_id` is about to
    write, and of the other days what was moved by runs of long before, since another publisher may be between
    its two renames right now. Raises RunError where it can't."""
    files, root = _locate_table(table)
    with _tell_failures(table):
        for aside in _list_left(files, root, "replaced"):
            held = _list_inside(files, aside)
            age = _read_moment(run_id) - _read_moment(aside.rpartition(".replaced-")[2])
            if age <= _AT_REST and f"{aside}/{DAY}={day}" not in held:
                continue
            for name in held:
                target = f"{root}/{name.rpartition('/')[2]}"
                if not files.exists(target):
                    _rename(files, name, target)
            files.rm(aside, recursive=True)


@contextmanager
def _tell_failures(table: str) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise RunError(
            f"publish: {table} can't be written: {problem}",
            "check its permissions, and that no other run publishes the same day",
        ) from None


def _locate_table(table: str) -> tuple[Any, str]:
    files, root = fsspec.core.url_to_fs(table)
    protocols = files.protocol if isinstance(files.protocol, tuple) else (files.protocol,)
    if not {"file", "hdfs"} & set(protocols):
        raise RecipeError(
            f"publish: a day can't be replaced at once on {protocols[0]}, where a rename is many copies",
            "set publish.format: delta",
        )
    return files, root.rstrip("/")


def _name_beside(root: str, what: str, run_id: str) -> str:
    parent, _, name = root.rpartition("/")
    return f"{parent}/.{name}.{what}-{run_id}"


def _list_left(files: Any, root: str, what: str) -> list[str]:
    """The directories of that kind beside the table."""
    parent = root.rpartition("/")[0] or "/"
    prefix = _name_beside(root, what, "")
    names = files.ls(parent, detail=False) if files.exists(parent) else []
    return sorted(name.rstrip("/") for name in names if name.startswith(prefix))


def _list_inside(files: Any, directory: str) -> list[str]:
    try:
        return [name.rstrip("/") for name in files.ls(directory, detail=False)]
    except FileNotFoundError:  # its publisher has just ended
        return []


def _clear(files: Any, root: str, run_id: str) -> None:
    """Remove what runs of earlier days staged and never published; a run's id begins with its moment."""
    for left in _list_left(files, root, "staging"):
        if _read_moment(run_id) - _read_moment(left.rpartition(".staging-")[2]) > _ABANDONED:
            files.rm(left, recursive=True)


def _read_moment(run_id: str) -> datetime:
    return datetime.strptime(run_id[:15], "%Y%m%dT%H%M%S")


def _rename(files: Any, old: str, new: str) -> None:
    if isinstance(files, LocalFileSystem):
        Path(old).rename(new)
    else:
        files.mv(old, new)
