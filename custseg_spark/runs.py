"""Run directories and pointers: a run is written apart, and a pointer names it when it is whole."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from custseg_spark.errors import RunError

LATEST = "latest.json"
CUSTOMERS = "rfm.json"
"""Names the newest whole customer table that was made of order lines, in the directory it was made into."""


@dataclass(frozen=True)
class Run:
    """One run's directory under an output, both as URIs or absolute local paths."""

    output: str
    run_id: str

    @property
    def path(self) -> str:
        return f"{self.output}/runs/{self.run_id}"

    def at(self, name: str) -> str:
        """The path of a file or table of this run."""
        return f"{self.path}/{name}"

    def write(self, name: str, content: str | bytes) -> None:
        """Write a small file of this run whole."""
        write(self.at(name), content)

    def record(self, record: Mapping[str, Any]) -> None:
        """Write run.json."""
        self.write("run.json", as_json(record))


def begin(output: str) -> Run:
    """A new run's directory, marked as running. Raises RunError where `output` can't be written."""
    moment = datetime.now(UTC)
    run = Run(
        _absolute(output), f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z-{secrets.token_hex(2)}"
    )
    run.record({"status": "running", "run_id": run.run_id})
    return run


def publish(run: Run) -> None:
    """Make `latest.json` name this run: the last step, and the one that makes the run visible."""
    write(f"{run.output}/{LATEST}", as_json({"run_id": run.run_id}))


def latest(output: str) -> Run | None:
    """The newest whole run under `output`; None if there is none yet."""
    root = _absolute(output)
    found = read(f"{root}/{LATEST}")
    return None if found is None else Run(root, json.loads(found)["run_id"])


def customers_at(path: str) -> str:
    """The customer table that `path` stands for: the newest one where order lines were made into customers,
    else `path` itself."""
    try:
        found = read(f"{path.rstrip('/')}/{CUSTOMERS}")
    except RunError:  # a catalog table's name, or a scheme that only Spark knows
        return path
    return path if found is None else f"{_absolute(path)}/{json.loads(found)['customers']}"


def as_json(value: Any) -> str:
    """The value as people and machines read it: two spaces, no NaN."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def _absolute(path: str) -> str:
    """Spark and fsspec must mean the same place: a local path is made absolute, a URI stays as it is."""
    return path.rstrip("/") if "://" in path else str(Path(path).expanduser().absolute())


def write(path: str, content: str | bytes) -> None:
    """Write a small file so that a reader sees the old one or the new one, never a part.

    A rename does that on a file system; an object store's put is whole by itself.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        files, name = fsspec.core.url_to_fs(path)
        if not isinstance(files, LocalFileSystem):
            files.makedirs(files._parent(name), exist_ok=True)
            files.pipe_file(name, data)
            return
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        fresh.write_bytes(data)
        fresh.replace(file)
    except (OSError, ValueError, ImportError) as problem:
        raise RunError(f"{path} can't be written: {problem}", "check --output and its permissions") from None


def read(path: str) -> bytes | None:
    """A small file whole; None if it is not there. Raises RunError where it can't be read."""
    try:
        files, name = fsspec.core.url_to_fs(path)
        content: bytes = files.cat_file(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, ImportError) as problem:
        raise RunError(f"{path} can't be read: {problem}", "check --output and its permissions") from None
    return content
