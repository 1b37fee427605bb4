"""What a file is whose name does not say so, and which part of an archive is the table."""

import io
import zipfile

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from custseg_spark.data import formats
from custseg_spark.errors import BadTableError
from tests.corpus import sheets

TABLE = pa.table({"id": [1, 2]})


def write(kind: str) -> bytes:
    stream = io.BytesIO()
    if kind == "parquet":
        pq.write_table(TABLE, stream)
    elif kind == "feather":
        feather.write_feather(TABLE, stream)
    elif kind == "zip":
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("c.csv", "id\n1\n")
    return stream.getvalue()


@pytest.mark.parametrize(
    "content,kind",
    [
        *[(write(kind), kind) for kind in ("parquet", "feather", "zip")],
        (sheets.book(), "excel"),
        (sheets.open_document([["id"], [1]]), "excel"),
        (sheets.old_book([["id"], [1]]), "excel"),
        (b'[{"id": 1}]', "json"),
        (b'[\n  {\n "id": 1}]', "json"),
        (b'\xef\xbb\xbf{"id": 1}\n', "json"),
        (b"id,a\n1,2\n", "csv"),
        (b"[id],[a]\n1,2\n", "csv"),
        (b"", "csv"),
    ],
)
def test_a_file_is_known_by_what_it_begins_with(content: bytes, kind: str) -> None:
    stream = io.BytesIO(content)
    assert formats.identify(stream) == kind
    assert stream.tell() == 0


@pytest.mark.parametrize(
    "names,chosen",
    [
        (["customers.csv"], "customers.csv"),
        (
            ["data/", "data/customers.csv", "__MACOSX/data/._customers.csv", "data/.DS_Store"],
            "data/customers.csv",
        ),
        (["customers.csv", "README.md", "LICENSE"], "customers.csv"),
        (["customers.dat"], "customers.dat"),
        (["bank-names.txt", "bank.csv"], "bank.csv"),
        (["customers.txt", "LICENSE"], "customers.txt"),
    ],
)
def test_the_table_of_an_archive_is_the_one_that_is_there(names: list[str], chosen: str) -> None:
    assert formats.choose_part(names, "c.zip") == chosen


@pytest.mark.parametrize(
    "names,told",
    [
        (["a.csv", "b.csv"], r"holds 2 tables: 'a\.csv', 'b\.csv'"),
        ([], "holds no tables"),
        (["README", "LICENSE"], "holds no tables"),
    ],
)
def test_several_tables_or_none_are_refused(names: list[str], told: str) -> None:
    with pytest.raises(BadTableError, match=told):
        formats.choose_part(names, "c.zip")


@pytest.mark.parametrize(
    "name,ending", [("a/c.csv.gz", ".csv"), ("c.JSON", ".json"), ("c", ""), ("c.dat.bz2", ".dat")]
)
def test_the_ending_is_that_of_the_unpacked_file(name: str, ending: str) -> None:
    assert formats.find_ending(name) == ending
