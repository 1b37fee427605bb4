"""What unit tests share: a store like HDFS, figures that are drawn once, and proposals without a trial."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import fsspec
import pytest
from fsspec.registry import _registry

from tests.unit.half_written import RENAMES, HalfWritten, play

if TYPE_CHECKING:
    from tests.unit import report_trial

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
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of some hundred rows are cut by every column that can cut: the trial of sets of columns takes
    nine tenths of the time, and test_propose_features holds it."""
    monkeypatch.setattr("custseg_spark.propose.try_features.FEWEST", 1_000)


@pytest.fixture
def few_redraws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A trial of sets of columns that judges the finalists in a third of its time."""
    monkeypatch.setattr("custseg_spark.propose.try_features.REDRAWS", 2)


@pytest.fixture(scope="session")
def trial() -> report_trial.Trial:
    from tests.unit import report_trial  # and with it scikit-learn: most tests do without

    return report_trial.trial()


@pytest.fixture(scope="session")
def drawn(trial: report_trial.Trial) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Every figure of the trial by name, on light and on dark paper."""
    from custseg_spark.report import figures
    from tests.unit import report_trial

    prints = figures.draw(report_trial.pictures(trial))
    light = {name: one.print_light() for name, one in prints.items()}
    return light, {name: one.print_dark() for name, one in prints.items()}
