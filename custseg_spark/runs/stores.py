"""What a store promises of a small file that is replaced: the one place where stores are told apart."""

from __future__ import annotations

from typing import Any, Literal

Promise = Literal["put", "rename", "neither"]
PUT = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss", "oci", "tos", "memory")
"""Object stores: what is put is there at once, in place of what was there."""
RENAME = ("file", "local", "sftp", "ssh")
"""A rename puts the new file in the place of the old one at once: POSIX, and its like over SFTP."""
_READ_ONLY = ("http", "https")
"""Nothing is written there, so there is nothing to look for beside a file."""


def classify(files: Any) -> Promise:
    """How a file is replaced on this file system of fsspec's so that nobody sees a part of it.

    `neither` is HDFS, and every store that is not known to promise more: a file shows while it is written,
    and a rename may refuse to replace another, do nothing without a word, or copy.
    """
    protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
    if protocols & {*PUT, *_READ_ONLY}:
        return "put"
    return "rename" if protocols & set(RENAME) else "neither"
