"""Work beside the page: it goes on whatever the person clicks, and tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from custseg_spark.journal import Journal, open_journal

T = TypeVar("T")
THREAD = "custseg"
"""How the names of threads begin that work beside the pages."""
PLACES = 2
"""Pieces of work at once; further ones wait for a place."""
_places = threading.BoundedSemaphore(PLACES)

WAITING = "Waiting for other people's work to end"
STEPS: dict[str, tuple[float, str]] = {
    "starting": (0.01, "Starting"),
    "read": (0.05, "Reading the table"),
    "check": (0.12, "Checking every row"),
    "features": (0.25, "Making the columns comparable"),
    "sweep": (0.30, "Trying different numbers of segments"),
    "choose": (0.50, "Weighing which number of segments holds"),
    "refine": (0.68, "Fitting the segments to all customers"),
    "label": (0.78, "Giving every customer a segment"),
    "report": (0.84, "Drawing the report"),
    "model": (0.92, "Saving the model"),
    "publish": (0.98, "Finishing"),
    "sample": (0.10, "Drawing the sample"),
    "compare": (0.50, "Grouping the same customers in other ways"),
    "write": (0.95, "Finishing"),
}
"""Stage of the journal -> the share of the work that is done when it begins, and what a person reads."""


MOST_SWEPT = 0.49
"""The share that a sweep stays under, however many numbers of segments it tries: choosing comes after it."""


class CancelledError(Exception):
    """The work was ended before it was done: nobody wants it any more."""


class Task(Generic[T]):
    """A piece of work in a thread of its own, which is told its stages by a journal."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._share, self._said = 0.0, WAITING
        self._result: T | None = None
        self._problem: BaseException | None = None
        self._ended, self._cancelled = threading.Event(), threading.Event()
        self._after: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._run, name=f"{THREAD} task", daemon=True).start()

    @property
    def progress(self) -> tuple[float, str]:
        """The share that is done, 0 to 1 and never less than before, and the present step in words."""
        return self._share, self._said

    @property
    def is_done(self) -> bool:
        return self._ended.is_set()

    def cancel(self) -> None:
        """Nobody wants it any more: it does not begin, or it ends where its next stage would begin."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; whether it has ended."""
        return self._ended.wait(seconds)

    def result(self) -> T:
        """What the work gave, or raises what it raised; CancelledError where it was cancelled before that."""
        self._ended.wait()
        if self._problem is not None:
            raise self._problem
        return self._result  # type: ignore[return-value]

    def call_at_end(self, act: Callable[[], None]) -> None:
        """Do this when the work has ended; at once if it has."""
        with self._lock:
            if not self.is_done:
                self._after.append(act)
                return
        act()

    def _run(self) -> None:
        try:
            with _take_place(self._cancelled), open_journal(Journal(self._notice_stage)):
                self._notice_stage("starting")
                self._result = self._work()
                self._share = 1.0
        except BaseException as problem:
            self._problem = problem
        with self._lock:
            self._ended.set()
        for act in self._after:
            act()

    def _notice_stage(self, stage: str) -> None:
        """A stage begins, or inside the sweep a number of segments is done: `sweep k=4`."""
        if self._cancelled.is_set():
            raise CancelledError
        name, _, detail = stage.partition(" k=")
        share, said = STEPS.get(name, (self._share, self._said))
        if detail:
            share, said = self._share + 0.15 * (MOST_SWEPT - self._share), f"Tried {detail} segments"
        if share >= self._share:  # the report is drawn while customers are labelled: the later one is shown
            self._share, self._said = min(share, 0.99), said


@contextmanager
def _take_place(cancelled: threading.Event) -> Iterator[None]:
    """Wait for one of the PLACES and hold it. Raises CancelledError once nobody wants the work any more."""
    while not _places.acquire(timeout=0.1):
        if cancelled.is_set():
            raise CancelledError
    try:
        yield
    finally:
        _places.release()
