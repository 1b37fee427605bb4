"""Processes beside this one for what Python computes on the sample: each uses one core.

They are copies of a process that has the libraries in memory, which `warm_up` starts while this one does
something else. Where there is one core, where this process may have no children, and where a worker died,
the work is done here.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from custseg_spark.engine.machine import count_cores
from custseg_spark.engine.scratch_folders import make_scratch_folder
from custseg_spark.errors import RecipeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Shared = Callable[[], "NDArray[Any]"]
"""What gives an array to whoever asks, here or in a worker."""
A = TypeVar("A")
B = TypeVar("B")
MOST = 4
LIBRARIES = "custseg_spark.preload"
FIGURES = "custseg_spark.preload.figures"
"""The modules that import what they need, always and to draw."""
_opening: Future[ProcessPoolExecutor] | None = None


def warm_up(*, figures: bool = True) -> None:
    """Let the process that workers are copies of start, and import what they need; comes back at once.

    `figures`: whether they will draw.
    """
    if count_workers() > 1:
        needed = [LIBRARIES, FIGURES] if figures else [LIBRARIES]
        multiprocessing.get_context("forkserver").set_forkserver_preload(needed)
        forkserver.ensure_running()


def run_each(work: Callable[[A], B], items: Sequence[A]) -> list[B]:
    """What `work` gives of each item, in their order; those that take longest should come first.

    `work` and the items must be picklable, and it gives the same of an item wherever it is done.
    """
    return [*start_each(work, items)]


@contextmanager
def share(array: NDArray[Any]) -> Iterator[Shared]:
    """What workers get the array from, in this block, without its being sent with each item: a file.

    Where there are no workers, or no room for a file, it comes as it is.
    """
    import numpy as np  # whoever has an array has it in memory

    if count_workers() < 2:
        yield partial(np.asarray, array)
        return
    folder = ""
    try:
        folder = make_scratch_folder()
        np.save(Path(folder) / "array.npy", array)
    except OSError:
        yield partial(np.asarray, array)
    else:
        yield partial(np.load, Path(folder) / "array.npy", mmap_mode="r")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start_each(work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """The same, begun: each is waited for when it is asked for."""
    if count_workers() < 2:
        return map(work, items)
    asked: Future[list[Future[B]]] = Future()

    def ask(opened: Future[ProcessPoolExecutor]) -> None:
        try:
            asked.set_result([opened.result().submit(work, item) for item in items])
        except Exception as problem:
            asked.set_exception(problem)

    _open_pool().add_done_callback(ask)
    return _collect(asked, work, items)


def _collect(asked: Future[list[Future[B]]], work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    done = 0
    try:
        for answer in asked.result():
            yield answer.result()
            done += 1
    except (BrokenExecutor, OSError):  # a worker was ended, such as for its memory; or none could start
        stop()
        yield from map(work, items[done:])


def stop() -> None:
    """Let go of what was asked and not begun; who asks again gets other workers."""
    global _opening
    opened, _opening = _opening, None
    if opened and opened.done() and not opened.exception():
        opened.result().shutdown(wait=False, cancel_futures=True)


def count_workers() -> int:
    """How many processes share the work: CUSTSEG_WORKERS, or one for each core, up to MOST; 1: this one
    does it.

    Raises RecipeError where CUSTSEG_WORKERS is no such number.
    """
    asked = os.environ.get("CUSTSEG_WORKERS", "")
    if asked and not (asked.isdecimal() and int(asked)):
        raise RecipeError(f"CUSTSEG_WORKERS={asked} is no number of processes", "set it to 1 or more")
    can_copy = "forkserver" in multiprocessing.get_all_start_methods()
    if not can_copy or multiprocessing.current_process().daemon:
        return 1
    return int(asked) if asked else min(count_cores(), MOST)


def _open_pool() -> Future[ProcessPoolExecutor]:
    global _opening
    if _opening is None:
        warm_up()
        _opening = Future()
        # The first worker comes when the libraries are there: nobody waits for that who has something to do.
        threading.Thread(target=_start_workers, args=(_opening, count_workers()), daemon=True).start()
    return _opening


def _start_workers(opening: Future[ProcessPoolExecutor], count: int) -> None:
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("forkserver"), _follow_parent)
    try:
        with _hide_program():
            for _ in range(count):
                pool.submit(os.getpid)
    except OSError as problem:
        opening.set_exception(problem)
    else:
        opening.set_result(pool)


@contextmanager
def _hide_program() -> Iterator[None]:
    """Let no worker import the program that runs here, such as somebody's script: the work has a module."""
    program: Any = vars(sys.modules["__main__"])
    kept = {name: program[name] for name in ("__file__", "__spec__") if name in program}
    program.update(dict.fromkeys(kept))
    try:
        yield
    finally:
        program.update(kept)


def _follow_parent() -> None:
    """End with the process that asked, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other one is told
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
