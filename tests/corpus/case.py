"""What a case is, and how its files are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from custseg_spark.recipe import plain_yaml

CUSTOMERS = 20
HEADER = "id,spend,visits"
Files = Callable[[], Mapping[str, bytes]]
"""Path below the table's directory -> content; made when asked for."""


@dataclass(frozen=True)
class Case:
    """A table with something wrong and what must come of it.

    `code`: the exit code of `custseg train`; where it is not 0, `says` stands in the message. `accepted`:
    rows that stay; `reasons`: rows that fail each check; `quarantined`: rows rejected, the sum of the reasons
    where not given; `missing`: values that are missing, by feature.
    `table`: the path below the table's directory, empty for the directory itself. `recipe`: keys laid over
    the usual recipe; text stands for the whole file.
    """

    name: str
    wrong: str
    files: Files
    table: str = ""
    code: int = 0
    says: str = ""
    accepted: int = CUSTOMERS
    reasons: Mapping[str, int] = field(default_factory=dict)
    quarantined: int | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    recipe: Mapping[str, Any] | str = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values()) if self.quarantined is None else self.quarantined


def rows(changed: Mapping[int, str] | None = None) -> list[str]:
    """Twenty customers as comma-separated lines without a header; some lines changed."""
    lines = [f"c{n:02d},{10 * n + 5}.5,{n % 7}" for n in range(CUSTOMERS)]
    for number, line in (changed or {}).items():
        lines[number] = line
    return lines


def lines_of(
    changed: Mapping[int, str] | None = None,
    *,
    header: str = HEADER,
    end: str = "\n",
    more: tuple[str, ...] = (),
) -> str:
    """A whole CSV file."""
    return end.join([header, *rows(changed), *more]) + end


def text(name: str, wrong: str, content: str | bytes, file: str = "customers.csv", **expected: Any) -> Case:
    """A case of one text file; a string is written as UTF-8."""
    raw = content.encode() if isinstance(content, str) else content
    return Case(name, wrong, lambda: {file: raw}, file, **expected)


def refused(says: str, code: int = 3) -> dict[str, Any]:
    """Keys of a case that ends with an error."""
    return {"code": code, "says": says, "accepted": 0}


def recipe_text(case: Case) -> str:
    """The recipe of a case as YAML."""
    if isinstance(case.recipe, str):
        return case.recipe
    usual: dict[str, Any] = {
        "input": {"id": "id"},
        "rules": {"max_quarantined": 0.5},
        "segment_by": {"spend": "spend", "visits": "visits"},
        "segments": {"k": [2, 3], "choose": "silhouette"},
        "sweep": {"restarts": 2},
        "evidence": {"bootstraps": 0, "gap": False, "prediction_strength": False, "structure": False},
    }
    for key, value in case.recipe.items():
        inside = isinstance(value, dict) and key in ("input", "rules")
        usual[key] = {**usual[key], **value} if inside else value
    return plain_yaml.write(usual)


def write(case: Case, directory: Path) -> tuple[Path, Path]:
    """Write the case's recipe and files; gives the paths of the recipe and of the table."""
    root = directory / "table"
    for name, content in case.files().items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    recipe = directory / "recipe.yaml"
    recipe.write_text(recipe_text(case), encoding="utf-8")
    return recipe, root / case.table if case.table else root
