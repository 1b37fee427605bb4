"""Small files at any path or URI: read and written whole."""

from __future__ import annotations

import glob
import json
import secrets
from pathlib import Path
from typing import Any

import fsspec
from fsspec.asyn import AsyncFileSystem
from fsspec.implementations.local import LocalFileSystem

from custseg_spark.errors import RunError
from custseg_spark.runs import stores, versions


def find_day(run_id: str) -> str:
    """The day of a run or a score in UTC, as 2026-11-24; its id begins with its moment."""
    return f"{run_id[:4]}-{run_id[4:6]}-{run_id[6:8]}"


def to_json(value: Any) -> str:
    """The value as people and machines read it: two spaces, no NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def make_absolute(path: str) -> str:
    """Spark and fsspec must mean the same place: a local path is made absolute, a URI stays as it is."""
    return path.rstrip("/") if "://" in path else str(Path(path).expanduser().absolute())


def write_file(path: str, content: str | bytes) -> None:
    """Write a small file so that whoever calls `read` sees the old one or the new one, never a part.

    How depends on what the store promises: stores.py.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        files, name = fsspec.core.url_to_fs(path)
        files.makedirs(files._parent(name), exist_ok=True)
        match stores.classify(files):
            case "put":
                files.pipe_file(name, data)
            case "rename":
                _write_by_rename(files, name, data)
            case "neither":
                versions.write(files, name, data)
    except (OSError, ValueError, ImportError) as problem:
        told = getattr(problem, "strerror", None) or problem
        raise RunError(f"{path} can't be written: {told}", "check --output and its permissions") from None


def _write_by_rename(files: Any, name: str, data: bytes) -> None:
    parent, _, last = name.rpartition("/")
    fresh = f"{parent}/.{last}.{secrets.token_hex(4)}"
    files.pipe_file(fresh, data)
    if isinstance(files, LocalFileSystem):
        Path(fresh).replace(name)  # fsspec's mv copies where it thinks it has to
    else:
        files.mv(fresh, name)


def locate(path: str) -> tuple[Any, str]:
    """The file system of a path or URI, and the name it has there. Raises RunError where there is none."""
    try:
        files, name = fsspec.core.url_to_fs(path)
    except (OSError, ValueError, ImportError) as problem:
        raise RunError(f"{path} can't be read: {problem}", "check --output and its permissions") from None
    return files, name


def remove(path: str) -> None:
    """Take away the directory at a path, whatever signs are in it."""
    files, name = locate(path)
    # An object store's takes brackets for a pattern; the others take a name as it stands.
    files.rm(glob.escape(name) if isinstance(files, AsyncFileSystem) else name, recursive=True)


def read_file(path: str) -> bytes | None:
    """The content of a small file; None where there is none. Raises RunError where it can't be read."""
    files, name = locate(path)
    try:
        if stores.classify(files) == "neither":
            return versions.read(files, name)
        content: bytes = files.cat_file(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as problem:
        raise RunError(f"{path} can't be read: {problem}", "check --output and its permissions") from None
    return content


def list_folders(path: str) -> list[str]:
    """The names of the folders in a directory, in order; none where there is no such directory."""
    files, root = locate(path)
    try:
        listed = files.ls(root, detail=True)
    except FileNotFoundError:
        return []
    return sorted(one["name"].rstrip("/").rpartition("/")[2] for one in listed if one["type"] == "directory")


def list_below(path: str) -> list[str]:
    """The files below a directory, by their names from there; none where there is no such directory."""
    files, root = locate(path)
    found = (name for name in files.find(root) if not versions.is_version(name))
    return sorted(name.removeprefix(f"{root}/") for name in found)
