"""Small files on a store such as HDFS, where a file shows half written and a rename replaces nothing.

A file that is written once is written beside its place, hidden, and renamed into it. One that is replaced
gets a version instead, `.<name>.<number>-<digest>-<random>`: readers take the newest one whose content has
the digest of its name, and the plain file where there is none. So of a store nothing is asked but that a file
can be made, listed and read; a rename that refuses, does nothing or copies loses nothing.

The plain name is kept as a copy for other programs. It is whole, but for an instant of every replacement it
is not there, and whoever kills the writer in that instant leaves it so until the next write. That nobody is
left without a file rests on three rules: only a writer whose own version is whole takes the plain file away;
only versions that were there before its own are cleaned away; only the version of a first write is renamed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

_ENDING = re.compile(r"(\d{10})-([0-9a-f]{16})-[0-9a-f]{8}")
_OLDER = 3
"""How many older versions stay: one of them may be another writer's, who is still at it."""
_TRIES = 20
"""How often a reader looks again because what it had listed is gone."""


def is_version(path: str) -> bool:
    """Whether a file is a version of another one."""
    name, _, ending = path.rpartition("/")[2].rpartition(".")
    return name.startswith(".") and _ENDING.fullmatch(ending) is not None


def write(files: Any, path: str, content: bytes) -> None:
    """Write a small file so that `read` gives the old content or the new one. Of two writers at once one is
    the last, for every reader alike."""
    before = _list_versions(files, path)
    fresh = _put_version(files, path, before, content)
    if not before:
        with suppress(Exception):  # each store has errors of its own; the version is there and counts
            files.mv(fresh, path)
        return
    spare = _put_version(files, path, before, content)  # for the plain place, as far as the store lets us
    with suppress(Exception):
        files.rm_file(path)
    with suppress(Exception):
        files.mv(spare, path)
    for version in [one for one in before if one != path][:-_OLDER]:
        with suppress(Exception):
            files.rm_file(version)


def read(files: Any, path: str) -> bytes | None:
    """The newest whole content; None where there is none. Raises OSError where it can't be read."""
    versions = _list_versions(files, path)
    for _ in range(_TRIES):
        for version in reversed(versions):
            content = None if version == path else _read_version(files, version)
            if content is not None:
                return content
        plain: bytes | None = None
        with suppress(FileNotFoundError, NotADirectoryError):
            plain = files.cat_file(path)
        again = _list_versions(files, path)
        if again == versions:  # else a writer has come in between, and what was read may be a part
            return plain
        versions = again
    raise OSError("it is replaced faster than it can be read")


def _list_versions(files: Any, path: str) -> list[str]:
    """What there is of a file, oldest first: the plain one, then its versions, whole or not."""
    name = path.rpartition("/")[2]
    folder = path.removesuffix(name)
    files.invalidate_cache(files._parent(path))
    try:
        listed = files.ls(files._parent(path), detail=False)
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = {folder + one.rstrip("/").rpartition("/")[2] for one in listed}
    versions = (one for one in found if is_version(one) and one.rpartition(".")[0] == f"{folder}.{name}")
    return [*({path} & found), *sorted(versions)]


def _put_version(files: Any, path: str, before: Sequence[str], content: bytes) -> str:
    name = path.rpartition("/")[2]
    number = 1 if before in ([], [path]) else int(_split(before[-1])[0]) + 1
    ending = f"{number:010d}-{_digest(content)}-{secrets.token_hex(4)}"
    version = f"{path.removesuffix(name)}.{name}.{ending}"
    files.pipe_file(version, content)
    return version


def _read_version(files: Any, version: str) -> bytes | None:
    """Its content; None where it is gone or not whole. What a killed writer left can't be read to its end on
    HDFS until that closes it."""
    try:
        content: bytes = files.cat_file(version)
    except (OSError, ValueError):
        return None
    return content if _digest(content) == _split(version)[1] else None


def _split(version: str) -> tuple[str, str]:
    """The number and the digest that a version's name says."""
    number, digest, _ = version.rpartition(".")[2].split("-")
    return number, digest


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
