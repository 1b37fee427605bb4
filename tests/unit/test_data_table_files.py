"""Where a table lies."""

from pathlib import Path

import pytest

from custseg_spark.data.table_files import locate
from custseg_spark.errors import DataError


def test_a_relative_path_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.csv").write_text("id\n1\n")
    monkeypatch.chdir(tmp_path)
    assert locate("t.csv").spark_path == str(tmp_path / "t.csv")
    assert locate(f"file://{tmp_path}/t.csv").spark_path == str(tmp_path / "t.csv")


def test_a_missing_file_is_named_with_the_nearest_one_there_is(tmp_path: Path) -> None:
    (tmp_path / "marketing_campaign.csv").touch()
    with pytest.raises(DataError, match=r"marketing_campain\.csv does not exist") as told:
        locate(str(tmp_path / "marketing_campain.csv"))
    assert "'marketing_campaign.csv'" in told.value.remedy


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist") as told:
        locate(str(tmp_path / "nowhere" / "t.csv"))
    assert str(tmp_path / "nowhere") in told.value.remedy


def test_files_that_spark_ignores_are_ignored(tmp_path: Path) -> None:
    for name in ("_SUCCESS", ".part.crc", "_temporary/0/part", "b.csv", "a.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [name.rpartition("/")[2] for name in locate(str(tmp_path)).files] == ["a.csv", "b.csv"]


def test_a_directory_without_data_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(DataError, match="without data files"):
        locate(str(tmp_path))


def test_partition_values_come_from_folder_names(tmp_path: Path) -> None:
    for part in ("region=007/day=2024-01-01", "region=a%20b/day=2024-01-01"):
        (tmp_path / part).mkdir(parents=True)
        (tmp_path / part / "part.parquet").touch()
    found = locate(str(tmp_path))
    assert found.partitions == {"region": {"007", "a b"}, "day": {"2024-01-01"}}
    assert locate(str(tmp_path / "region=007")).partitions == {"day": {"2024-01-01"}}


def test_pattern_characters_of_a_name_are_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "customers[1].csv").touch()
    (tmp_path / "customers1.csv").touch()
    assert locate(str(tmp_path / "customers[1].csv")).spark_path == str(tmp_path / r"customers\[1\].csv")
    assert len(locate(str(tmp_path / "customers*.csv")).files) == 2


def test_a_scheme_that_only_spark_may_know_is_left_to_spark() -> None:
    found = locate("nosuchscheme://bucket/customers")
    assert found.spark_path == "nosuchscheme://bucket/customers"
    with pytest.raises(DataError, match="nosuchscheme"):
        found.require_files()
