"""What unit tests share: a store like HDFS, and proposals without much of a trial."""

from collections.abc import Iterator
from unittest.mock import MagicMock

import fsspec
import pytest
from fsspec.registry import _registry

from custseg_spark.engine import run_on_engine
from tests.unit.half_written import RENAMES, HalfWritten, play

PROTOCOLS = ("halfway", "sftp", "oss")


@pytest.fixture
def halfway() -> Iterator[None]:
    """The store, empty, as one like HDFS and by the protocols of stores that promise more."""
    before = {protocol: _registry.get(protocol) for protocol in PROTOCOLS}
    for protocol in PROTOCOLS:
        fsspec.register_implementation(protocol, play(protocol), clobber=True)
    HalfWritten.clear()
    yield
    HalfWritten.clear()
    for protocol, known in before.items():
        _registry.pop(protocol)
        if known is not None:
            _registry[protocol] = known


@pytest.fixture(params=RENAMES)
def rename(request: pytest.FixtureRequest, halfway: None) -> str:
    """What a rename onto an existing file does there."""
    HalfWritten.rename = request.param
    return str(request.param)


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands get one that answers nothing: what they end with comes before it is asked."""
    monkeypatch.setattr(run_on_engine, "open_session", lambda **settings: MagicMock(version="4.2.0"))


@pytest.fixture
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of some hundred rows are cut by every column that can cut: the trial of sets of columns takes
    nine tenths of the time, and test_propose_features holds it."""
    monkeypatch.setattr("custseg_spark.propose.try_features.FEWEST", 1_000)


@pytest.fixture
def short_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial of sets of columns in a third of its time: one set is grown at a time, held against one cloud,
    and the finalists are drawn again twice."""
    few = {
        "try_features.BEAM": 1,
        "try_features.FINALISTS": 2,
        "measure_sets.CLOUDS": 1,
        "measure_sets.REDRAWS": 2,
    }
    for name, number in few.items():
        monkeypatch.setattr(f"custseg_spark.propose.{name}", number)
