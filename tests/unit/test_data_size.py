"""How many rows files hold, told from their sizes."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from custseg_spark.data import estimate_rows


@pytest.fixture
def lines() -> bytes:
    rng = np.random.default_rng(0)
    rows = (f"{i:06d},{spend:.6f},Oslo" for i, spend in enumerate(rng.random(90_000).tolist()))
    return "\n".join(["id,spend,city", *rows, ""]).encode()


@pytest.mark.parametrize("pack, ending", [(bytes, ""), (gzip.compress, ".gz"), (bz2.compress, ".bz2")])
def test_rows_are_told_from_the_beginning_of_a_file_packed_or_not(
    tmp_path: Path, lines: bytes, pack: Callable[[bytes], bytes], ending: str
) -> None:
    path = tmp_path / f"customers.csv{ending}"
    path.write_bytes(pack(lines))
    assert estimate_rows(str(path), "csv") == pytest.approx(90_000, rel=0.1)


def test_the_files_of_a_directory_count_together(tmp_path: Path, lines: bytes) -> None:
    for number in range(3):
        (tmp_path / f"part-{number}.csv").write_bytes(lines)
    (tmp_path / "_SUCCESS").write_bytes(b"")
    (tmp_path / "part-empty.csv").write_bytes(b"")
    assert estimate_rows(str(tmp_path), "csv") == pytest.approx(270_000, rel=0.1)


def test_small_files_are_counted_and_odd_ones_are_not_told(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("id\n1\n2\n")
    assert estimate_rows(str(tmp_path / "few.csv"), "csv") == 3
    (tmp_path / "one.csv").write_text("1")
    assert estimate_rows(str(tmp_path / "one.csv"), "csv") == 1
    (tmp_path / "plain.csv.gz").write_text("id\n1\n")
    assert estimate_rows(str(tmp_path / "plain.csv.gz"), "csv") is None


def test_a_footer_tells_the_rows_of_parquet(tmp_path: Path) -> None:
    for number, rows in enumerate((40_000, 10_000)):
        pq.write_table(
            pa.table({"id": np.random.default_rng(number).random(rows)}), tmp_path / f"{number}.parquet"
        )
    assert estimate_rows(str(tmp_path / "0.parquet"), "parquet") == 40_000
    assert estimate_rows(str(tmp_path), "parquet") == pytest.approx(50_000, rel=0.05)
    (tmp_path / "2.parquet").write_bytes(b"PAR1" + b"x" * 1_000_000)
    assert estimate_rows(str(tmp_path), "parquet") is None
