"""What the tests share: one Spark session, started when a test first asks for it, and the real data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from pyspark.sql import SparkSession

from custseg_spark.engine import session

if TYPE_CHECKING:
    from tests.unit import report_trial

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "custseg_spark" / "engine"
SHARED_DATA = ROOT.parent / "shared" / "data"

FAR = "Pacific/Auckland"
"""A zone far from UTC: no result may depend on it."""

settings.register_profile("no deadline", deadline=None)  # a busy machine is no wrong result
settings.load_profile("no deadline")

# A fit of a few hundred points by scikit-learn: on a busy machine its threads wait for each other forty times
# as long as one computes. To be set before it is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# No workers beside the tests, of which two processes run at a time; those of the workers ask for them.
os.environ.setdefault("CUSTSEG_WORKERS", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=("spark", "sail"), default="spark", help="what the session is of")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--engine") == "spark":  # where both are installed, other processes would take Sail
        os.environ.setdefault("CUSTSEG_ENGINE", "spark")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One engine a process: what is of Spark by nature is skipped on Sail, with its reason."""
    if config.getoption("--engine") == "spark":
        return
    for item in items:
        if mark := item.get_closest_marker("spark_only"):
            item.add_marker(pytest.mark.skip(reason=f"of Spark: {mark.args[0]}"))


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of the session: spark or sail."""
    return str(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def spark(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One session for the whole test run: starting a JVM costs more than most tests."""
    opened = _open_sail() if engine == "sail" else _open_spark(tmp_path_factory)
    yield opened
    session.close_session(opened)


def _open_sail() -> SparkSession:
    opened = session.open_session(engine="sail")
    opened.conf.set("spark.sql.session.timeZone", FAR)
    return opened


def _open_spark(tmp_path_factory: pytest.TempPathFactory) -> SparkSession:
    scratch = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.master": "local[2]",  # two: enough to see what partitioning changes
        "spark.driver.memory": "1g",  # test tables are small, and CI machines too
        "spark.sql.shuffle.partitions": "1",  # a task costs more than the few rows it would take off another
        "spark.default.parallelism": "2",
        "spark.sql.adaptive.enabled": "false",  # one stage per job, no second planning of tiny tables
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),  # not in the working directory
        "spark.local.dir": str(scratch / "local"),
        "spark.sql.session.timeZone": FAR,
        # As commands have them (session_settings), for the tests of single steps.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.variable.substitute": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.rdd.compress": "false",
        "spark.shuffle.compress": "false",
        # C1 alone and one collector thread: the run ends before the optimising compiler has paid off. Room
        # for all code that is made: in C1's own 48 MB a fifth of the time went into sweeping it out again.
        # Derby's log and metastore are kept out of the working directory.
        "spark.driver.extraJavaOptions": (
            "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
            " -Ddev.ludovic.netlib.blas.allowNative=false"
            f" -Dderby.system.home={scratch / 'derby'}"
            f" -Dlog4j2.configurationFile={(ENGINE / 'log4j2.properties').as_uri()}"
        ),
    }
    with pytest.MonkeyPatch.context() as patch:
        # A developer's own spark-defaults.conf must not decide whether a test passes.
        patch.setenv("SPARK_CONF_DIR", str(scratch))
        for name in ("SPARK_REMOTE", "MASTER", "PYSPARK_SUBMIT_ARGS"):
            patch.delenv(name, raising=False)
        return session.open_session("custseg tests", engine="spark", settings=settings)


@pytest.fixture
def shared_data() -> Path:
    """The directory of the real tables, which are not part of the repository."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"no real data at {SHARED_DATA}")
    return SHARED_DATA


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
    light = {name: one.light for name, one in prints.items()}
    return light, {name: one.dark for name, one in prints.items()}
