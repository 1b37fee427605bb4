"""The journal of a run: one factual line per stage, seconds and scans for run.json."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

log = logging.getLogger("custseg")


class Journal:
    """Keeps what happened, in order; `announce` is told each stage as it begins, for a progress display."""

    def __init__(self, announce: Callable[[str], None] = lambda stage: None) -> None:
        self.seconds: dict[str, float] = {}
        self.scans: dict[str, int] = {}
        self.warnings: list[str] = []
        self._announce = announce

    @contextmanager
    def stage(self, name: str) -> Iterator[dict[str, object]]:
        """A stage that is timed; what is put into the facts stands in its log line."""
        facts: dict[str, object] = {}
        self._announce(name)
        begun = time.perf_counter()
        yield facts
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - begun, 2)
        told = " ".join(f"{key}={value}" for key, value in facts.items())
        log.info("%s %s%sseconds=%.1f", name, told, " " if told else "", self.seconds[name])

    def progress(self, text: str) -> None:
        """What is done inside a stage, for the display only."""
        self._announce(text)

    def scan(self, what: str, passes: int = 1) -> None:
        """The input was read again, from its first row to its last."""
        self.scans[what] = self.scans.get(what, 0) + passes

    def warn(self, line: str) -> None:
        """Something a person should know that does not end the run."""
        self.warnings.append(line)
        log.warning("%s", line)
