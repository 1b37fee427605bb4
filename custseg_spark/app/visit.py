"""One person's visit: the table they brought, the work on it, and the folder where both lie until they go."""

from __future__ import annotations

import functools
import itertools
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from custseg_spark.app.settings import SETTINGS
from custseg_spark.app.task import Task

T = TypeVar("T")


@functools.cache
def get_root() -> tempfile.TemporaryDirectory[str]:
    """The folder of all visits of this server; it goes with the process."""
    return tempfile.TemporaryDirectory(prefix="custseg-app-")


@dataclass
class Upload:
    """A table that was brought: its file, its own folder, and what was made of it.

    `known`: what pages found out about it and keep for the next rerun, by name. `tasks`: all work that was
    begun on it, also what nobody waits for any more.
    """

    number: int
    folder: Path
    file: Path
    task: Task[Any] | None = None
    comparison: Task[Any] | None = None
    trials: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    tasks: list[Task[Any]] = field(default_factory=list)

    def make_output(self) -> str:
        """A new place for a run: one trial is not held against another."""
        self.trials += 1
        return str(self.folder / f"out{self.trials}")

    def begin(self, work: Callable[[], T]) -> Task[T]:
        """Begin a piece of work on it."""
        task = Task(work)
        self.tasks = [one for one in self.tasks if not one.done()] + [task]
        return task

    def forget(self) -> None:
        """What was made of it is wanted no more: work that goes on ends with its stage."""
        for task in self.tasks:
            task.cancel()
        self.task = self.comparison = None
        self.known.pop("published", None)
        self.known.pop("saved", None)

    def drop(self) -> None:
        """Forget it and take its folder away, after the work that still goes on in there."""
        self.forget()
        self.known.clear()
        _remove_folder(self.folder, self.tasks)


class Visit:
    """What the server holds for one person. Nothing of it is reachable from another visit."""

    _numbers = itertools.count(1)

    def __init__(self, still_here: Callable[[], bool] = lambda: False) -> None:
        """`still_here`: whether the person's connection is there, or there again. `tables`: by the page that
        works on it."""
        self._still_here = still_here
        self.folder = Path(tempfile.mkdtemp(prefix="visit-", dir=get_root().name))
        self.tables: dict[str, Upload] = {}
        self.closed = False
        self._leaving: threading.Timer | None = None
        self._dropped: list[Task[Any]] = []

    def bring(self, page: str, name: str, content: bytes) -> Upload:
        """Keep a table for a page, in place of the one it had. `name` is cut down to a plain file name."""
        self.drop(page)
        number = next(self._numbers)
        folder = self.folder / str(number)
        folder.mkdir(parents=True)
        file = folder / clean_name(name)
        file.write_bytes(content)
        self.tables[page] = Upload(number, folder, file)
        return self.tables[page]

    def drop(self, page: str) -> None:
        """Forget a page's table."""
        table = self.tables.pop(page, None)
        if table is not None:
            self._dropped = [task for task in (*self._dropped, *table.tasks) if not task.done()]
            table.drop()

    def leave(self, after: float | None = None) -> None:
        """The connection is gone: close the visit after so many seconds, unless the person comes back."""
        self.stay()
        seconds = SETTINGS.grace if after is None else after
        self._leaving = threading.Timer(seconds, self._close_later, [after])
        self._leaving.daemon = True
        self._leaving.start()

    def _close_later(self, after: float | None) -> None:
        if self._still_here():
            self.leave(after)  # who is back but has not clicked yet: look again later
        else:
            self.close()

    def stay(self) -> None:
        """The person is here."""
        if self._leaving is not None:
            self._leaving.cancel()

    def close(self) -> None:
        """Forget everything that was brought and made, and take the folder away."""
        self.closed = True
        for page in list(self.tables):
            self.drop(page)
        _remove_folder(self.folder, self._dropped)


def _remove_folder(folder: Path, tasks: Sequence[Task[Any]]) -> None:
    """Take a folder away, and again when work that still writes into it has ended."""
    shutil.rmtree(folder, ignore_errors=True)
    for task in tasks:
        task.add_done_callback(lambda _: shutil.rmtree(folder, ignore_errors=True))


def clean_name(name: str) -> str:
    """A file name without folders or signs that mean something to a file system, or to Spark, which takes no
    file whose name begins with a dot or an underscore."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isalnum() or sign in " ._-" else "_" for sign in last).strip(" ._")
    stem, dot, ending = kept.rpartition(".")
    return f"{(stem or 'table')[:80]}{dot or '.'}{ending[:10]}" if dot else kept[:80] or "table"
