"""Content made to do harm: in cells, names, archives and recipes. Nothing of it may run, and all of it stays
what it is: text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.corpus.case import Case, lines_of, refused, rows, text
from tests.corpus.sheets import book, excel

SCRIPT = "<script>alert(1)</script>"
GOOD = lines_of()


def _with_names(*values: str, header: str = "name") -> str:
    names = [*values, *["Ann"] * (20 - len(values))]
    return "\n".join([f"id,spend,visits,{header}", *map(",".join, zip(rows(), names, strict=True))]) + "\n"


def _repacked(change: Callable[[str, bytes], bytes], claimed: int | None = None) -> bytes:
    """A workbook with the content of its parts changed; `claimed`: the size its largest part says it has."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.infolist():
            target.writestr(part.filename, change(part.filename, source.read(part)))
        if claimed is not None:
            target.infolist()[-1].file_size = claimed
    return made.getvalue()


def _entities(name: str, content: bytes) -> bytes:
    declared = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    head, mark, rest = content.partition(b"?>")
    return (
        head + mark + declared + rest
        if name.endswith("sheet1.xml") and mark
        else (declared + content if name.endswith("sheet1.xml") else content)
    )


CASES: list[Case] = [
    text(
        "formula-injection",
        "cells that a spreadsheet would run",
        _with_names("=cmd|'/c calc'!A1", '"=HYPERLINK(""http://x"",""y"")"', "@SUM(1+1)", "+1", "-1"),
    ),
    text("html-values", "HTML in values", _with_names(SCRIPT, "<img src=x onerror=alert(1)>")),
    text(
        "html-name",
        "HTML as a column name that the page shows",
        _with_names("a", "b", header=SCRIPT),
        recipe={"protected": [SCRIPT]},
    ),
    text(
        "sql-in-values",
        "SQL in values",
        _with_names("'; DROP TABLE customers; --", "` OR 1=1 --"),
    ),
    text(
        "substitution",
        "Spark's variables in values",
        _with_names("${env:HOME}", "${system:user.home}"),
    ),
    text("sql-in-name", "SQL as a column name", _with_names(header="a`) FROM x; DROP TABLE y --")),
    text("control-signs", "terminal escapes, text that runs backwards", _with_names("\x1b[2J", "\u202eevil")),
    text("path-values", "paths in values", _with_names("../../etc/passwd", "C:\\Windows")),
    text("long-field", "a field of 200,000 signs", _with_names("x" * 200_000)),
    Case(
        "file-name",
        "a file whose name holds a pattern, a percent sign and a quote",
        lambda: {"cust*[1] 100%25 'x'.csv": GOOD.encode()},
        "cust*[1] 100%25 'x'.csv",
    ),
    excel("entity-expansion", "XML entities in a workbook", lambda: _repacked(_entities),
          **refused("declares XML entities")),
    excel("zip-bomb", "a workbook that says it unpacks to 4 GB",
          lambda: _repacked(lambda name, content: content, claimed=4_000_000_000), **refused("unpacks to")),
    text("yaml-object", "a recipe that builds an object", GOOD,
         recipe="input: {id: !!python/object/apply:os.system ['touch custseg-was-here']}\n",
         **refused("asks for an object", 2)),
    text("yaml-aliases", "a recipe whose aliases multiply", GOOD, recipe="\n".join(
        ["a: &a [x, x, x, x, x, x, x, x, x]",
         *[f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]"
           for a, b in zip("abcdefgh", "bcdefghi", strict=True)]]
    ) + "\n", **refused("unknown key", 2)),
    text("recipe-runs-java", "a recipe whose expression calls Java", GOOD,
         recipe={"segment_by": {"spend": "java_method('java.lang.System', 'exit')", "visits": "visits"}},
         **refused("refused", 2)),
]  # fmt: skip
