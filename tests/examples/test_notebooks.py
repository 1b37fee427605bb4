"""The notebooks of examples/: each runs from its first cell to its last, as a reader runs it."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
SECONDS_A_CELL = 300  # a kernel that hangs fails its own test


def run_notebook(notebook: nbformat.NotebookNode, scratch: Path) -> None:
    """Run every cell beside the notebooks; what they write is put under `scratch`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch)}
    resources = {"metadata": {"path": str(ROOT / "examples")}}
    NotebookClient(notebook, timeout=SECONDS_A_CELL, resources=resources).execute(env=environment)


def test_there_are_three() -> None:
    assert [path.stem[0] for path in NOTEBOOKS] == ["1", "2", "3"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_kept(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    run_notebook(notebook, tmp_path)
    told = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.outputs]
    assert len(told) >= 5


def test_a_cell_that_raises_is_found(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell("import custseg_spark"),
        nbformat.v4.new_code_cell("custseg_spark.nobody"),
    ]
    with pytest.raises(CellExecutionError, match="has no attribute 'nobody'"):
        run_notebook(nbformat.v4.new_notebook(cells=cells), tmp_path)
