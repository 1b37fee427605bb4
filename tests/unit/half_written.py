"""A store that keeps nothing back: a file shows while it is written, and a rename replaces nothing."""

import io
import itertools
from collections.abc import Callable
from typing import Any, ClassVar

from fsspec.spec import AbstractFileSystem

BLOCK = 16
RENAMES = ("refuses", "is silent", "replaces", "copies")
"""What a rename onto an existing file does: refuses as HDFS does; says nothing and does nothing, as WebHDFS;
replaces it, as POSIX; or it is no rename at all but a copy, as in fsspec's default."""


class Killed(BaseException):
    """SIGKILL, as far as a test can send it: no handler of ours may take it."""


class HalfWritten(AbstractFileSystem):  # type: ignore[misc]  # fsspec ships no types
    """HDFS at its worst. `step` is called before every operation and after every block that is written, with
    the operation's name; what it raises ends the writer there."""

    protocol = "halfway"
    cachable = False
    content: ClassVar[dict[str, bytes]] = {}
    step: ClassVar["staticmethod[[str], object]"] = staticmethod(lambda operation: None)
    rename: ClassVar[str] = "refuses"

    @classmethod
    def clear(cls) -> None:
        """An empty store that nobody watches."""
        cls.content.clear()
        cls.step = staticmethod(lambda operation: None)
        cls.rename = "refuses"

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        self.step("ls")
        root = self._strip_protocol(path)
        if root in self.content:
            found = {root: "file"}
        else:
            below = [name for name in self.content if name.startswith(f"{root}/")]
            found = {
                f"{root}/{rest.partition('/')[0]}": "directory" if "/" in rest else "file"
                for rest in (name.removeprefix(f"{root}/") for name in below)
            }
        if not found:
            raise FileNotFoundError(path)
        entries = [
            {"name": name, "type": kind, "size": len(self.content.get(name, b""))}
            for name, kind in sorted(found.items())
        ]
        return entries if detail else [entry["name"] for entry in entries]

    def mkdir(self, path: str, create_parents: bool = True, **_: Any) -> None:
        self.step("mkdir")

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        self.step("mkdir")

    def cat_file(self, path: str, start: Any = None, end: Any = None, **_: Any) -> bytes:
        self.step("cat")
        try:
            return self.content[self._strip_protocol(path)]
        except KeyError:
            raise FileNotFoundError(path) from None

    def _open(self, path: str, mode: str = "rb", **_: Any) -> Any:
        if mode == "rb":
            return io.BytesIO(self.cat_file(path))
        return Blocks(self, path)

    def mv(self, path1: str, path2: str, **_: Any) -> None:
        self.step("mv")
        old, new = self._strip_protocol(path1), self._strip_protocol(path2)
        if old not in self.content:
            raise FileNotFoundError(path1)
        if self.rename == "copies":
            with self._open(new, "wb") as target:
                target.write(self.content[old])
            self.rm_file(old)
        elif new not in self.content or self.rename == "replaces":
            self.content[new] = self.content.pop(old)
        elif self.rename == "refuses":
            raise FileExistsError(path2)

    def rm_file(self, path: str) -> None:
        self.step("rm")
        if self.content.pop(self._strip_protocol(path), None) is None:
            raise FileNotFoundError(path)

    def rm(self, path: str, recursive: bool = False, maxdepth: Any = None) -> None:
        self.step("rm")
        root = self._strip_protocol(path)
        for name in [name for name in self.content if name == root or name.startswith(f"{root}/")]:
            del self.content[name]


class Blocks(io.RawIOBase):
    """A file that is being written: there from its opening on, block by block."""

    def __init__(self, files: HalfWritten, path: str) -> None:
        files.step("open")
        self._files, self._name = files, files._strip_protocol(path)
        files.content[self._name] = b""
        files.step("opened")

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        data = bytes(content)
        for start in range(0, len(data), BLOCK):
            self._files.content[self._name] += data[start : start + BLOCK]
            self._files.step("block")
        return len(data)


def play(protocol: str) -> type[HalfWritten]:
    """The same store by another protocol, and so with another promise."""
    return type(protocol, (HalfWritten,), {"protocol": protocol})


def watch(step: Callable[[str], object]) -> None:
    """Call at every step of the store, but not at those that the call itself takes."""
    within: list[str] = []

    def once(operation: str) -> None:
        if not within:
            within.append(operation)
            try:
                step(operation)
            finally:
                within.clear()

    HalfWritten.step = staticmethod(once)


def unwatch() -> None:
    HalfWritten.step = staticmethod(lambda operation: None)


def count(action: Callable[[], object]) -> int:
    """How many steps of the store an action takes."""
    steps: list[str] = []
    watch(steps.append)
    action()
    unwatch()
    return len(steps)


def at(moment: int, act: Callable[[], object]) -> None:
    """Act before this step, counted from 0."""
    steps = itertools.count()
    watch(lambda operation: act() if next(steps) == moment else None)


def kill_at(moment: int) -> None:
    """Kill whoever takes this step."""

    def kill() -> None:
        raise Killed

    at(moment, kill)
