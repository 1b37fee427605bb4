"""Where a table lies: the files behind a path, URI or pattern, as fsspec and as Spark name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote

import fsspec
from fsspec.implementations.local import LocalFileSystem

from custseg_spark.errors import DataError, find_nearest_name

NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""The folder of a partition column's null, as Spark names it."""
_PATTERN = re.compile(r"[*?\[{]")


class NoFilesError(DataError):
    """A directory in which there is no data file, or not yet."""


@dataclass(frozen=True)
class TableFiles:
    """`path` as the user gave it; `spark_path` absolute where it was relative, with pattern characters of a
    literal name escaped; `roots`: what the path or the pattern names, and the `files` in it that hold data,
    sorted; `partitions`: the values of each `name=value` folder under the path. `files` is empty where fsspec
    can't look: Spark may still be able to."""

    path: str
    spark_path: str
    filesystem: Any = None
    root: str = ""
    roots: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    partitions: dict[str, frozenset[str]] = field(default_factory=dict)
    problem: str = ""

    def require_files(self) -> tuple[str, ...]:
        """The files, at least one. Raises DataError where fsspec can't look at them."""
        if not self.files:
            raise DataError(
                f"input {self.path} can't be looked at: {self.problem}",
                "install what it names, or convert the table to Parquet, which Spark reads alone",
            )
        return self.files

    def name_file(self, name: str) -> str:
        """One of the files as messages name it."""
        below = name.removeprefix(self.root).lstrip("/")
        return f"{self.path.rstrip('/')}/{below}" if below and below != name else self.path

    def find_folder_values(self, name: str) -> dict[str, str | None]:
        """The values that the folders of one of the files give to the columns in `partitions`."""
        return {
            key: None if value == NO_VALUE else value
            for key, value in _list_folder_values(name[len(self.root) :])
            if key in self.partitions
        }

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A binary stream of one of the files. Raises DataError where it can't be read."""
        with _tell_unreadable(self.name_file(name)), self.filesystem.open(name, "rb") as stream:
            yield stream


@contextmanager
def _tell_unreadable(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        denied = isinstance(error, PermissionError)
        raise DataError(
            f"input {path} can't be read: {'permission denied' if denied else error}",
            "ask for the right to read it" if denied else "check the path and the access to it",
        ) from error


def locate(path: str) -> TableFiles:
    """The files at `path`. Raises DataError where there is nothing, with the nearest name that is there."""
    try:
        filesystem, root = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:  # a scheme that only Spark knows
        return TableFiles(path, path, problem=str(error))
    spark_path, literal = (
        (root, escape_pattern(root)) if isinstance(filesystem, LocalFileSystem) else (path, path)
    )
    with _tell_unreadable(path):
        if filesystem.isfile(root):
            return TableFiles(path, literal, filesystem, root, (root,), (root,))
        if filesystem.isdir(root):
            files = _list_data_files(filesystem, root)
            if not files:
                raise NoFilesError(
                    f"input {path} is a directory without data files", "check the job that writes it"
                )
            partitions = _list_partitions(root, files)
            return TableFiles(path, literal, filesystem, root, (root,), files, partitions)
        if _PATTERN.search(root) and (roots := tuple(sorted(filesystem.glob(root)))):
            matched = _list_matches(filesystem, roots)
            if matched:
                return TableFiles(path, spark_path, filesystem, matched[0], roots, matched)
    raise DataError(f"input {path} does not exist", _suggest_nearby(filesystem, root))


def escape_pattern(path: str) -> str:
    """A local name as Spark's pattern language spells it."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", path)


def _list_data_files(filesystem: Any, root: str) -> tuple[str, ...]:
    """The files under a directory, but those Spark ignores: hidden ones and those that begin with _."""
    names = filesystem.find(root)
    return tuple(sorted(name for name in names if not _is_hidden(name[len(root) :])))


def _is_hidden(below: str) -> bool:
    parts = [part for part in below.split("/") if part]
    return any(part[0] == "." or (part[0] == "_" and "=" not in part) for part in parts)


def _list_matches(filesystem: Any, roots: tuple[str, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for name in roots:
        names.extend([name] if filesystem.isfile(name) else _list_data_files(filesystem, name))
    return tuple(names)


def _list_partitions(root: str, files: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in files:
        for key, value in _list_folder_values(name[len(root) :]):
            found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


def _list_folder_values(below: str) -> Iterator[tuple[str, str]]:
    """The name and the value of each `name=value` folder that a file lies in."""
    for part in below.split("/")[:-1]:
        key, equals, value = part.partition("=")
        if equals:
            yield unquote(key), unquote(value)


def _suggest_nearby(filesystem: Any, root: str) -> str:
    parent, _, name = root.rstrip("/").rpartition("/")
    try:
        names = [other.rstrip("/").rpartition("/")[2] for other in filesystem.ls(parent or "/", detail=False)]
    except (OSError, ValueError):
        return f"there is no directory {parent} either" if parent else "check the path"
    near = find_nearest_name(name, names)
    return f"did you mean {near!r} in the same directory?" if near else "check the path"
