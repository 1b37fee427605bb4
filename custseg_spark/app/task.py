"""Work beside the page: it goes on whatever the person clicks, and tells how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, wait
from contextlib import contextmanager
from typing import TypeVar

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
    "structure": (0.76, "Looking for gaps between the segments"),
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


class Task(Future[T]):
    """A piece of work in a thread of its own, which is told its stages by a journal.

    `progress`: the share that is done, 0 to 1 and never less than before, and the present step in words.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self.progress = (0.0, WAITING)
        self._unwanted = threading.Event()
        threading.Thread(target=self._run, args=[work], name=f"{THREAD} task", daemon=True).start()

    def cancel(self) -> bool:
        """Nobody wants it any more: it does not begin, or it ends where its next stage would begin. Whoever
        asks for the result then gets CancelledError. False where it has ended already."""
        self._unwanted.set()
        return not self.done()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; whether it has ended."""
        return bool(wait([self], seconds).done)

    def _run(self, work: Callable[[], T]) -> None:
        try:
            with _take_place(self._unwanted), open_journal(Journal(self._notice_stage)):
                self._notice_stage("starting")
                result = work()
        except BaseException as problem:
            self.set_exception(problem)
        else:
            self.set_result(result)

    def _notice_stage(self, stage: str) -> None:
        """A stage begins, or inside the sweep a number of segments is done: `sweep k=4`."""
        if self._unwanted.is_set():
            raise CancelledError
        name, _, detail = stage.partition(" k=")
        done = self.progress[0]
        share, said = STEPS.get(name, self.progress)
        if detail:
            share, said = done + 0.15 * (MOST_SWEPT - done), f"Tried {detail} segments"
        if share >= done:  # the report is drawn while customers are labelled: the later one is shown
            self.progress = (share, said)


@contextmanager
def _take_place(unwanted: threading.Event) -> Iterator[None]:
    """Wait for one of the PLACES and hold it. Raises CancelledError once nobody wants the work any more."""
    while not _places.acquire(timeout=0.1):
        if unwanted.is_set():
            raise CancelledError
    try:
        yield
    finally:
        _places.release()
