"""Two writers of one pointer at once, on a store that shows half-written files."""

import random
import threading
from collections.abc import Callable

import pytest

from custseg_spark import runs
from tests.unit.half_written import RENAMES, HalfWritten, at, count, unwatch
from tests.unit.pointers import LAST, NEW, OLD, OTHER, POINTER, begin_with, read


@pytest.mark.parametrize("before", [(), (OLD,), (OTHER, OLD), (OTHER, OTHER, OTHER, OTHER, OTHER, OLD)])
def test_a_writer_between_any_two_steps_of_another_one_leaves_one_of_both(
    rename: str, before: tuple[str, ...]
) -> None:
    begin_with(*before)
    for moment in range(count(lambda: runs.write_file(POINTER, NEW))):
        begin_with(*before)
        at(moment, lambda: runs.write_file(POINTER, OTHER))
        runs.write_file(POINTER, NEW)
        unwatch()
        assert read() in (NEW, OTHER)
        if rename != "copies":  # there the copy for other programs may be of both
            assert HalfWritten.content["out/latest.json"].decode() in (NEW, OTHER)
        runs.write_file(POINTER, LAST)
        assert read() == LAST


class Turns:
    """Threads that take the steps of the store one at a time, in an order drawn by a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._turn = threading.Condition()
        self._waiting: set[str] = set()
        self._alive = 0
        self._next: str | None = None
        self.problems: list[BaseException] = []

    def run(self, *actions: Callable[[], object]) -> None:
        HalfWritten.step = staticmethod(lambda operation: self._wait())
        self._alive = len(actions)
        threads = [
            threading.Thread(target=self._act, args=(action,), name=str(number))
            for number, action in enumerate(actions)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        unwatch()

    def _act(self, action: Callable[[], object]) -> None:
        try:
            action()
        except BaseException as problem:
            self.problems.append(problem)
        with self._turn:
            self._alive -= 1
            self._draw()

    def _wait(self) -> None:
        me = threading.current_thread().name
        with self._turn:
            self._waiting.add(me)
            self._draw()
            assert self._turn.wait_for(lambda: self._next == me, 20)
            self._next = None
            self._waiting.discard(me)

    def _draw(self) -> None:
        """The next one, once all stand before a step."""
        if self._waiting and len(self._waiting) == self._alive:
            self._next = self._random.choice(sorted(self._waiting))
            self._turn.notify_all()


@pytest.mark.parametrize(
    "rename, before",
    [
        *((rename, before) for rename in RENAMES for before in ((OLD,), (OTHER, OLD))),
        # not where a rename is a copy: there two first writes at once may be of both, as the page says
        *((rename, ()) for rename in RENAMES if rename != "copies"),
    ],
    indirect=["rename"],
)
def test_two_writers_and_a_reader_in_any_order_of_their_steps(rename: str, before: tuple[str, ...]) -> None:
    old = OLD if before else None
    for seed in range(60):
        begin_with(*before)
        told: list[str | None] = []

        def look(told: list[str | None] = told) -> None:
            told.extend(read() for _ in range(4))

        turns = Turns(seed)
        turns.run(lambda: runs.write_file(POINTER, NEW), lambda: runs.write_file(POINTER, LAST), look)
        assert not turns.problems
        assert len(told) == 4
        assert set(told) <= {old, NEW, LAST}
        assert old not in told[told.index(NEW) if NEW in told else 4 :], "never the old one after a new one"
        assert old not in told[told.index(LAST) if LAST in told else 4 :]
        assert read() in (NEW, LAST)
        runs.write_file(POINTER, OTHER)
        assert read() == OTHER
