"""A drawn table as a file, with the faults that a file has."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd

from tests.brought_tables.draw_tables import TEXTS, DrawnTable


def write_table(table: DrawnTable, directory: Path) -> Path:
    """The table as a file in the directory; gives its path."""
    frame = pd.DataFrame({column.name: column.values for column in table.columns})
    path = directory / f"{table.name}.{'csv.zip' if table.format == 'zip' else table.format}"
    if table.format in TEXTS:
        content = _write_text(table, frame)
        if table.format == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("table.csv", content)
        else:
            path.write_bytes(content)
        return path
    typed = frame.apply(_type_column)
    if table.format == "xlsx":
        _write_sheets(table, typed, path)
    elif table.format == "parquet":
        typed.to_parquet(path, index=False)
    else:
        path.write_text(
            "".join(json.dumps(row) + "\n" for row in json.loads(typed.to_json(orient="records")))
        )
    return path


def _write_sheets(table: DrawnTable, typed: pd.DataFrame, path: Path) -> None:
    """The table, behind a sheet that tells of its columns where that is the fault."""
    with pd.ExcelWriter(path) as book:
        if "legend" in table.faults:
            told = [(column.name, f"the {column.role} of a row") for column in table.columns]
            pd.DataFrame(told, columns=["Variable", "Description"]).to_excel(
                book, sheet_name="Legend", index=False
            )
        typed.to_excel(book, sheet_name="Data", index=False)


def _type_column(texts: pd.Series[Any]) -> pd.Series[Any]:
    """Numbers as numbers where all of the column are, as a program writes them; ids with zeros stay text."""
    if texts.str.match(r"0\d").any():
        return texts
    numbers = pd.to_numeric(texts.where(texts != ""), errors="coerce")
    return numbers if numbers.notna().sum() == (texts != "").sum() else texts


def _write_text(table: DrawnTable, frame: pd.DataFrame) -> bytes:
    sep, faults = table.separator, table.faults
    lines = frame.to_csv(index=False, sep=sep, lineterminator="\n").splitlines()
    if "ragged" in faults:
        lines[-3] = sep.join(lines[-3].split(sep)[:-1])
    if "footer" in faults:
        place = next(place for place, column in enumerate(table.columns) if column.role == "id")
        numbers = [column.role in ("count", "recency") for column in table.columns]
        lines.append(
            sep.join(
                "Total" if at == place else "12345" if is_number else ""
                for at, is_number in enumerate(numbers)
            )
        )
    if "blank" in faults:
        lines[5:5] = ["", ""]
    if "title" in faults:
        lines[:0] = ["Customers of the shop", "Exported 31/12/2023", ""]
    if "sep" in faults:
        lines[:0] = [f"sep={sep}"]
    text = "\n".join(lines) + "\n"
    if "cp1252" in faults:
        return text.encode("cp1252", errors="replace")
    return text.encode("utf-8-sig" if "bom" in faults else "utf-8")
