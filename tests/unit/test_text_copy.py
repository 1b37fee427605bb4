"""The copy of a text's rows, of files anywhere."""

import bz2
import gzip
from collections.abc import Mapping

import fsspec
import pyarrow.parquet as pq
import pytest

from custseg_spark.data import read_text, text_copy
from custseg_spark.data.table_files import locate
from custseg_spark.errors import BadTableError, RecipeError
from custseg_spark.recipe.models import Input

HEADER = b"id,a\n"


def copy_text(files: Mapping[str, bytes], *, numbered: bool = False) -> list[tuple[object, ...]]:
    """All rows of files in a store of objects."""
    store = fsspec.filesystem("memory")
    if store.exists("/lake"):
        store.rm("/lake", recursive=True)
    for name, content in files.items():
        store.pipe(f"/lake/{name}", content)
    found = locate("memory://lake")
    head = read_text.find_head(Input(id="id"), found)
    copy = text_copy.copy_text(found, head, {}, numbered=numbered)
    columns = pq.read_table(copy.folder).columns
    return list(zip(*[one.to_pylist() for one in columns], strict=True))


def test_files_of_a_store_are_read_whatever_they_are_packed_with() -> None:
    files = {
        "k=1/a.csv.gz": gzip.compress(HEADER + b"1,x\n"),
        "k=2/b.csv.bz2": bz2.compress(b"\xef\xbb\xbf" + HEADER + b"2,y\r3"),
        "k=2/c.csv": b"",
        "k=3/d.csv": HEADER,
    }
    assert copy_text(files) == [("1", "x", "1", None), ("2", "y", "2", None), ("3", None, "2", "3")]


@pytest.mark.parametrize(
    "other,problem",
    [
        (b"a,id\n1,2\n", r"b\.csv has other column names, or in another order"),
        (b"id\n1\n", r"b\.csv has more or fewer columns than the first file"),
        (b"id,a,c\n1,2,3\n", r"b\.csv has more or fewer columns than the first file"),
    ],
)
def test_a_file_with_another_header_is_refused(other: bytes, problem: str) -> None:
    with pytest.raises(BadTableError, match=problem):
        copy_text({"a.csv": HEADER + b"1,2\n", "b.csv": other})


def test_a_file_that_is_not_packed_as_its_name_says_is_refused() -> None:
    with pytest.raises(BadTableError, match=r"b\.csv\.gz is cut off or not packed as its name says"):
        copy_text({"a.csv": HEADER + b"1,2\n", "b.csv.gz": HEADER + b"1,2\n"})


def test_rows_are_numbered_as_they_stand() -> None:
    rows = copy_text({"a.csv": b"Customers\n\nid,a\n7,x\n\n8\n9,y\n"}, numbered=True)
    assert rows == [("7", "x", None, 1), ("8", None, "8", 2), ("9", "y", None, 3)]
    with pytest.raises(RecipeError, match="a column 'row_number' of its own"):
        copy_text({"a.csv": b"id,Row_Number\n1,2\n"}, numbered=True)
