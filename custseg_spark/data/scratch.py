"""Folders for what lives as long as this process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from pathlib import Path

_PREFIX = "custseg-"
_STALE = 7 * 24 * 3600
"""Seconds after which a folder that nothing was written to is of a process that was killed."""


def make_folder(purpose: str) -> str:
    """A new folder below the directory for temporary files, removed when the process ends; those that killed
    processes left there are removed now."""
    prefix = f"{_PREFIX}{purpose}-"
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        if left.stat().st_mtime < time.time() - _STALE:
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
