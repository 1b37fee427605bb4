"""docs/glossary.md: the new names stand where it says they do, and the old ones do not."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "custseg_spark"
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `([\w./]+)` \| `([\w./]+)` \|", PAGE, flags=re.MULTILINE)
NAMES, FILES = ([row for row in ROWS if ("/" in "".join(row)) is with_slash] for with_slash in (False, True))


def _is_defined(name: str) -> bool:
    """Whether a module of the package defines that class, method or function."""
    *module, last = name.split(".")
    owner = module.pop() if module[-1][0].isupper() else ""
    path = PACKAGE.joinpath(*module)
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not file.exists():
        return False
    body = ast.parse(file.read_text(encoding="utf-8")).body
    if owner:
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == owner), [])
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return any(isinstance(node, kinds) and node.name == last for node in body)


def test_the_page_has_rows_of_both_kinds() -> None:
    assert len(NAMES) > 400
    assert len(FILES) > 50


def test_every_name_is_the_new_one() -> None:
    assert [new for _, new in NAMES if not _is_defined(new)] == []
    assert [old for old, _ in NAMES if _is_defined(old)] == []


def test_every_file_has_moved() -> None:
    assert [new for _, new in FILES if not (PACKAGE / new).exists()] == []
    assert [old for old, _ in FILES if (PACKAGE / old).exists()] == []
