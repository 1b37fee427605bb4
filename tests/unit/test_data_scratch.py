"""Copies of rows live as long as the process that made them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custseg_spark.data.scratch import open_copy
from custseg_spark.errors import RunError

ROWS = pa.table({"id": ["1", None]})
PROGRAM = """
import pyarrow as pa
from custseg_spark.data.scratch import open_copy
with open_copy(pa.schema([("id", pa.string())])) as copy:
    print(copy.folder, flush=True)
    {then}
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_rows_are_there_when_the_copy_is_whole(place: Path) -> None:
    with open_copy(ROWS.schema) as copy:
        copy.write(ROWS)
    assert Path(copy.folder).parent == place
    assert pq.read_table(copy.folder).to_pydict() == {"id": ["1", None]}


@pytest.mark.parametrize("then", ["pass", "raise ValueError"])
def test_a_copy_goes_with_its_process(place: Path, then: str) -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM.format(then=then)], capture_output=True, text=True)
    assert ran.stdout.startswith(f"{place}/custseg-scratch-"), ran.stderr
    assert not list(place.iterdir())


def test_what_a_killed_process_left_is_cleared_after_a_week(place: Path) -> None:
    for name, age in (("custseg-scratch-old", 8), ("custseg-scratch-new", 1), ("other", 8)):
        (place / name).mkdir()
        then = (place / name).stat().st_mtime - age * 24 * 3600
        os.utime(place / name, (then, then))
    with open_copy(ROWS.schema) as copy:
        pass
    assert {path.name for path in place.iterdir()} == {"custseg-scratch-new", "other", Path(copy.folder).name}


def test_where_there_is_no_room_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with open_copy(ROWS.schema) as copy:
        monkeypatch.setattr(copy.file, "write_table", refuse)
        with pytest.raises(RunError, match="No space left") as told:
            copy.write(ROWS)
    assert "TMPDIR" in told.value.remedy
