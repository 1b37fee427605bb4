"""Which version of a file's schema wrote it: what is older is read, what is newer is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from custseg_spark.errors import RunError

NEWER = "newer_schema"
"""The code of the error for a file that a newer version of this program wrote."""


def find_version(found: Mapping[str, Any], name: str, newest: int) -> int:
    """The `schema_version` of a file's content; 1 where it names none, as files before there were versions.

    `newest`: the one that this program writes. Raises RunError for a newer one, ValueError for no version.
    """
    version = found.get("schema_version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError(f"schema_version: {version!r} is no version")
    if version > newest:
        raise RunError(
            f"{name} was written by a newer custseg_spark: its schema version is {version}, and this one "
            f"reads up to {newest}",
            "use that version of custseg_spark, or another run",
            code=NEWER,
        )
    return version


def tell_first(problem: Exception) -> str:
    """The first thing that is wrong with a file's content, in one line."""
    if not isinstance(problem, ValidationError):
        return str(problem)
    first = problem.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
