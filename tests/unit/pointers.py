"""One pointer on a store that shows half-written files, and what is written to it."""

from custseg_spark import runs
from tests.unit.half_written import HalfWritten

ROOT = "halfway://out"
POINTER = f"{ROOT}/latest.json"
OLD, NEW, OTHER, LAST = (
    runs.to_json({"run_id": word, "padding": word * 12}) for word in ("old", "new", "other", "last")
)


def read() -> str | None:
    content = runs.read_file(POINTER)
    return None if content is None else content.decode()


def begin_with(*contents: str) -> None:
    """The store as these writes leave it, one after another."""
    HalfWritten.content.clear()
    for content in contents:
        runs.write_file(POINTER, content)


def names() -> list[str]:
    return sorted(HalfWritten.content)
