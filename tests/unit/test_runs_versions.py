"""Where a file shows half written and a rename replaces nothing, a reader sees the old one or the new one."""

import itertools
from pathlib import Path

import pyarrow.fs
import pytest
from fsspec.implementations.arrow import ArrowFSWrapper

from custseg_spark import runs
from custseg_spark.runs import versions
from tests.unit.half_written import HalfWritten, Killed, at, count, kill_at, unwatch, watch
from tests.unit.pointers import LAST, NEW, OLD, OTHER, POINTER, begin_with, names, read


@pytest.mark.parametrize("before", [(OLD,), (OTHER, OLD), (OTHER, OTHER, OLD)])
def test_at_every_step_of_a_write_a_reader_sees_the_old_or_the_new(
    rename: str, before: tuple[str, ...]
) -> None:
    begin_with(*before)
    told: list[str | None] = []
    watch(lambda operation: told.append(read()))
    runs.write_file(POINTER, NEW)
    unwatch()
    assert len(told) > 8
    assert set(told) == {OLD, NEW}
    assert told == sorted(told, key=lambda content: content == NEW), "never the old one after the new one"
    assert read() == NEW


def test_at_every_step_of_the_first_write_a_reader_sees_nothing_or_all(rename: str) -> None:
    told: list[str | None] = []
    watch(lambda operation: told.append(read()))
    runs.write_file(POINTER, NEW)
    unwatch()
    assert set(told) <= {None, NEW}
    assert read() == NEW
    assert names() == ["out/latest.json"], "a file that is written once leaves nothing beside it"


@pytest.mark.parametrize("before", [(OLD,), (OTHER, OLD)])
@pytest.mark.parametrize("writes", [1, 5])  # five: what the reader has listed is cleaned away meanwhile
def test_a_write_between_any_two_steps_of_a_reader_is_seen_old_or_new(
    rename: str, writes: int, before: tuple[str, ...]
) -> None:
    def act() -> None:
        for _ in range(writes):
            runs.write_file(POINTER, NEW)

    begin_with(*before)
    for moment in range(count(read)):
        begin_with(*before)
        at(moment, act)
        told = read()
        unwatch()
        assert told in (OLD, NEW)


@pytest.mark.parametrize("before", [(), (OLD,), (OTHER, OLD)])
def test_a_part_of_a_write_between_any_two_steps_of_a_reader_is_seen_old_or_new(
    rename: str, before: tuple[str, ...]
) -> None:
    begin_with(*before)
    looks, moments = count(read), count(lambda: runs.write_file(POINTER, NEW))
    for look, moment in itertools.product(range(looks), range(moments)):
        begin_with(*before)
        at(look, lambda moment=moment: write_until(moment))  # type: ignore[misc]
        told = read()
        unwatch()
        assert told in (OLD if before else None, NEW), f"at {look}, {moment}"


def write_until(moment: int) -> None:
    """A writer that is killed at this step: as far as a reader sees, one that waits there."""
    kill_at(moment)
    with pytest.raises(Killed):
        runs.write_file(POINTER, NEW)
    unwatch()


@pytest.mark.parametrize("before", [(), (OLD,), (OTHER, OLD)])
def test_a_writer_killed_at_any_step_leaves_the_old_or_the_new_and_the_next_write_works(
    rename: str, before: tuple[str, ...]
) -> None:
    begin_with(*before)
    moments = count(lambda: runs.write_file(POINTER, NEW))
    left = set()
    for moment in range(moments):
        begin_with(*before)
        kill_at(moment)
        with pytest.raises(Killed):
            runs.write_file(POINTER, NEW)
        unwatch()
        left.add(read())
        assert read() in (OLD if before else None, NEW)
        runs.write_file(POINTER, LAST)
        assert read() == LAST
        assert HalfWritten.content["out/latest.json"].decode() == LAST, "the plain name is mended too"
    assert left == {OLD if before else None, NEW}


def test_what_writers_and_killed_writers_leave_is_cleaned_by_the_next(rename: str) -> None:
    begin_with(OLD, OTHER)
    for moment in range(12):
        kill_at(moment)
        with pytest.raises(Killed):
            runs.write_file(POINTER, NEW)
        unwatch()
    assert read() in (OTHER, NEW)
    for _ in range(4):
        runs.write_file(POINTER, LAST)
    kept = [name for name in names() if name != "out/latest.json"]
    assert 1 <= len(kept) <= 5
    assert read() == LAST


def test_an_old_version_whose_writer_was_killed_never_comes_back(rename: str) -> None:
    """Written whole, and killed before anything else: the next write has to be the newest."""
    begin_with()
    whole = count(lambda: runs.write_file(POINTER, NEW))
    for moment in range(whole):
        HalfWritten.content.clear()
        kill_at(moment)
        with pytest.raises(Killed):
            runs.write_file(POINTER, NEW)
        unwatch()
        for content in (OLD, OTHER, LAST):
            runs.write_file(POINTER, content)
            assert read() == content


def test_a_pointer_from_before_there_were_versions_is_the_oldest_one(rename: str) -> None:
    HalfWritten.content["out/latest.json"] = OLD.encode()
    assert read() == OLD
    runs.write_file(POINTER, NEW)
    assert read() == NEW


def test_a_version_that_is_cut_off_or_cannot_be_read_gives_way_to_the_one_before(halfway: None) -> None:
    begin_with(OTHER, OLD)
    newest = names()[-2]
    assert newest.startswith("out/.latest.json.")
    for number, left in enumerate((b"", NEW.encode()[:-1], b"x" + NEW.encode()[1:]), start=7):
        HalfWritten.content[newest.replace("0000000001", f"{number:010d}")] = left
        assert read() == OLD
    tries = []

    def refuse(operation: str) -> None:
        tries.append(operation)
        if tries.count("cat") == 1:  # a block that a killed writer left, until HDFS closes its file
            raise OSError("cannot obtain block length")

    watch(refuse)
    assert read() == OLD


def test_a_file_whose_name_goes_on_is_another_file(rename: str) -> None:
    for content in (OLD, OTHER):
        runs.write_file(f"{POINTER}.bak", content)
    assert read() is None
    runs.write_file(POINTER, NEW)
    assert read() == NEW
    assert runs.read_file(f"{POINTER}.bak") == OTHER.encode()


def test_the_file_system_that_wraps_hdfs_has_all_that_is_asked_of_it(tmp_path: Path) -> None:
    """fsspec's own class for HDFS, over another store of pyarrow's."""
    files = ArrowFSWrapper(pyarrow.fs.LocalFileSystem())
    path = f"{tmp_path}/deep/latest.json"
    assert versions.read(files, path) is None
    files.makedirs(f"{tmp_path}/deep", exist_ok=True)
    assert versions.read(files, path) is None
    for content in (OLD, NEW, OTHER, OLD, NEW, OTHER, LAST):
        versions.write(files, path, content.encode())
        assert versions.read(files, path) == content.encode()
        assert Path(path).read_text() == content
    assert len(list((tmp_path / "deep").iterdir())) == 5
    Path(path).unlink()
    assert versions.read(files, path) == LAST.encode()
