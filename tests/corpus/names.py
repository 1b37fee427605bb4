"""Column names of every kind, and names that the run needs for itself."""

from __future__ import annotations

from typing import Any

from tests.corpus.case import Case, lines_of, refused, text

ODD = {
    "dotted": "order.value",
    "spaced": "order value",
    "backticked": "order`value",
    "keyword": "select",
    "emoji": "💶",
    "umlaut": "Größe",
    "quoted": "it's",
    "braces": "${env:HOME}",
    "path": "../../etc/passwd",
    "leading-digit": "2024 spend",
}
WORKING = ("_raw_spend", "_RAW_Spend", "_hash", "_d0", "_cluster")


def _odd(key: str, name: str) -> Case:
    quoted = "`" + name.replace("`", "``") + "`"
    return text(
        f"name-{key}",
        f"a feature's column called {name}",
        lines_of(header=f"id,{name},visits"),
        recipe={"segment_by": {"spend": quoted, "visits": "visits"}, "describe": {"again": f"{quoted} + 1"}},
    )


def _ours(key: str, name: str, **expected: Any) -> Case:
    """A table with one bad row and a column of a name that the run has a use for."""
    content = "\n".join(
        f"{line},{name if line.startswith('id') else 'x'}" for line in lines_of({3: "c03,x,2"}).splitlines()
    )
    return text(f"ours-{key}", f"a column called {name}", content + "\n", **expected)


ONE_BAD: dict[str, Any] = {
    "accepted": 19,
    "reasons": {"spend: not a number": 1},
    "missing": {"spend": 1},
}

CASES: list[Case] = [
    *[_odd(key, name) for key, name in ODD.items()],
    _ours("reasons", "reasons", **ONE_BAD),
    _ours("count", "failed_0", **ONE_BAD),
    *[_ours(name.strip("_"), name, **refused("works with itself", 2)) for name in WORKING],
    _ours("dropped", "_raw_spend", **ONE_BAD, recipe={"privacy": {"drop": ["_raw_spend"]}}),
    _ours("segment", "segment", **refused("'segment'", 2)),
    _ours("as-read", "_as_read", **refused("reserved")),
    _ours("malformed", "_malformed", **refused("reserved")),
]
