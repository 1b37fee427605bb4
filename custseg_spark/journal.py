"""The journal of what is under way: one factual line per stage, seconds and scans for the records.

A command opens one, and whatever it does enters into it here; nobody hands it on. Where none is open, lines
are logged and nothing is kept.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import wraps
from typing import ParamSpec, TypeVar

from custseg_spark.engine.choose import Engine

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger("custseg")


@dataclass
class Journal:
    """Keeps what happened, in order, and on which engine; `announce` is told each stage as it begins, for a
    progress display."""

    announce: Callable[[str], None] = lambda stage: None
    engine: Engine | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    scans: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, object]]:
        facts: dict[str, object] = {}
        self.announce(name)
        begun = time.perf_counter()
        yield facts
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begun, 2)
        told = " ".join(f"{key}={value}" for key, value in facts.items())
        log.info("%s %s%sseconds=%.1f", name, told, " " if told else "", self.seconds[name])

    def copy(self) -> Journal:
        """One that goes on from here by itself."""
        return Journal(self.announce, self.engine, {**self.seconds}, {**self.scans}, [*self.warnings])

    def count_scans(self) -> dict[str, int]:
        """Scans by what they were for, and in `total`."""
        return {"total": sum(self.scans.values()), **self.scans}


_OPEN: ContextVar[Journal | None] = ContextVar("journal", default=None)


@contextmanager
def open_journal(journal: Journal | None = None) -> Iterator[Journal]:
    """Inside, what happens enters into this journal, a new one if none is given."""
    mark = _OPEN.set(journal := journal or Journal())
    try:
        yield journal
    finally:
        _OPEN.reset(mark)


def keep_journal(command: Callable[P, T]) -> Callable[P, T]:
    """A command that enters into the journal that is open, or into one of its own."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with open_journal(_OPEN.get()):
            return command(*args, **kwargs)

    return run


def carry_journal(work: Callable[P, T]) -> Callable[P, T]:
    """The function as another thread may call it: what it does enters into the journal that is open here."""
    context = copy_context()
    return lambda *args, **kwargs: context.run(work, *args, **kwargs)


def current() -> Journal:
    """The journal that is open; where there is none, one that nobody reads."""
    return _OPEN.get() or Journal()


def stage(name: str) -> AbstractContextManager[dict[str, object]]:
    """A stage that is timed; what is put into the facts stands in its log line."""
    return current().stage(name)


def enter_engine(engine: Engine) -> None:
    """Which engine works, and why: the first line of what happens in a journal."""
    if current().engine != engine:
        current().engine = engine
        log.info("engine %s: %s", engine.title, engine.why)


def progress(text: str) -> None:
    """What is done inside a stage, for the display only."""
    current().announce(text)


def scan(what: str, passes: int = 1) -> None:
    """The input was read again, from its first row to its last."""
    scans = current().scans
    scans[what] = scans.get(what, 0) + passes


def warn(line: str) -> None:
    """Something a person should know that does not end the command."""
    current().warnings.append(line)
    log.warning("%s", line)
