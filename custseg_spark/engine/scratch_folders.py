"""Folders for temporary files, which are there as long as this process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_PREFIX = "custseg-scratch-"
_STALE = 7 * 24 * 3600
"""Seconds after which a folder that nothing was written to is of a process that was killed."""


def make_scratch_folder() -> str:
    """A new one, removed when this process ends; what killed processes left beside it is removed now."""
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another process may clear it too
            if left.stat().st_mtime < time.time() - _STALE:
                shutil.rmtree(left)
    folder = tempfile.mkdtemp(prefix=_PREFIX)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
