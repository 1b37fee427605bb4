"""Which settings a session opens with: what the user set wins over the defaults, in every usual place."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from custseg_spark.engine import machine, session
from custseg_spark.engine.run_on_engine import is_small
from custseg_spark.engine.warm_spark import do_once

ROOT = Path(__file__).parents[2]
SHOWN = (
    "spark.master",
    "spark.app.name",
    "spark.driver.memory",
    "spark.driver.host",
    "spark.sql.shuffle.partitions",
)
SHOW = f"""
from custseg_spark.engine.choose import find_engine
from custseg_spark.engine.session import open_session
spark = open_session("custseg", settings={{"spark.sql.warehouse.dir": "warehouse"}})
again = open_session()
for key in {SHOWN!r}:
    print(key, again.conf.get(key, None))
engine = find_engine(spark)
print("engine", engine.name, "because", engine.why)
"""
FIT = """
from pyspark.ml.clustering import KMeans
from pyspark.ml.feature import VectorAssembler
numbers = VectorAssembler(inputCols=["id"], outputCol="features").transform(spark.range(9))
model = KMeans(k=2).fit(numbers)
print("centres", len(model.clusterCenters()))
print("rows", spark.range(3).toPandas().shape[0])
"""


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """As on a fresh machine; gives the directory that Spark reads its settings from."""
    for name in (
        "CUSTSEG_ENGINE",
        "SPARK_REMOTE",
        "MASTER",
        "PYSPARK_SUBMIT_ARGS",
        "SPARK_DRIVER_MEMORY",
        "SPARK_LOCAL_IP",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    return tmp_path


def run(program: str, cwd: Path, *command: str, **environment: str) -> tuple[dict[str, str], str]:
    """What another process printed, as first word -> the rest, and its standard error."""
    file = cwd / "program.py"
    file.write_text(program)
    answer = subprocess.run(
        [*(command or (sys.executable,)), str(file)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,  # a session that opens but whose process does not end is a failure too
    )
    assert answer.returncode == 0, answer.stderr
    return dict(line.split(" ", 1) for line in answer.stdout.splitlines()), answer.stderr


@pytest.mark.spark_only("how a JVM is started")
def test_an_open_session_is_taken_as_it_is(spark: SparkSession) -> None:
    before = spark.conf.get("spark.sql.shuffle.partitions")
    again = session.open_session("another", settings={"spark.sql.shuffle.partitions": "99"})
    assert again is spark
    assert spark.conf.get("spark.sql.shuffle.partitions") == before
    assert spark.conf.get("spark.app.name") == "custseg tests"


@pytest.mark.spark_only("how a JVM is started")
def test_a_laptop_gets_the_defaults_and_a_calm_standard_error(no_settings: Path) -> None:
    seen, error = run(SHOW + FIT, no_settings, CUSTSEG_ENGINE="spark")
    assert seen["spark.master"] == "local[*]"
    assert seen["spark.driver.host"] == "127.0.0.1"
    assert seen["rows"] == "3"
    own = [line for line in error.splitlines() if "incubator modules" not in line]  # Java itself says that
    assert own == []


@pytest.mark.spark_only("how a JVM is started")
def test_spark_defaults_and_arguments_win(no_settings: Path) -> None:
    (no_settings / "spark-defaults.conf").write_text(
        "# ours\nspark.sql.shuffle.partitions   7\nspark.driver.memory=700m\nspark.app.name: from the file\n"
    )
    arguments = "--master local[1] --driver-memory 800m --conf spark.driver.host=localhost pyspark-shell"
    seen, _ = run(SHOW, no_settings, PYSPARK_SUBMIT_ARGS=arguments)
    assert seen["spark.sql.shuffle.partitions"] == "7"
    assert seen["spark.app.name"] == "from the file"
    assert seen["spark.driver.memory"] == "800m"
    assert seen["spark.master"] == "local[1]"
    assert seen["spark.driver.host"] == "localhost"
    assert seen["engine"] == "spark because PYSPARK_SUBMIT_ARGS"


@pytest.mark.spark_only("how a JVM is started")
def test_spark_submit_is_left_as_it_is(no_settings: Path) -> None:
    submit = Path(sys.prefix) / "bin" / "spark-submit"
    if not submit.exists():
        pytest.skip("no spark-submit beside this Python")
    settings = ("--master", "local[1]", "--name", "nightly", "--conf", "spark.sql.shuffle.partitions=9")
    seen, _ = run(SHOW, no_settings, str(submit), *settings)
    assert seen["spark.app.name"] == "nightly"
    assert seen["spark.sql.shuffle.partitions"] == "9"
    assert seen["spark.driver.memory"] == "None"
    assert seen["engine"] == "spark because spark-submit"


@pytest.mark.spark_only("how a JVM is started")
def test_session_that_is_open_keeps_its_engine(no_settings: Path) -> None:
    """Also where Sail is installed, which a session that is opened here would be of."""
    opened = "from pyspark.sql import SparkSession\nSparkSession.builder.master('local[1]').getOrCreate()\n"
    seen, _ = run(opened + SHOW, no_settings)
    assert seen["engine"] == "spark because the session is open"


@pytest.mark.spark_only("how a JVM is started")
def test_spark_connect(no_settings: Path) -> None:
    """The program ends, too, with a fitted model in hand: half of the time it did not."""
    pytest.importorskip("grpc")
    seen, _ = run(SHOW + FIT, no_settings, SPARK_REMOTE="local[1]")
    assert seen["engine"] == "spark because SPARK_REMOTE"
    assert seen["spark.driver.host"] == "127.0.0.1"
    assert seen["rows"] == "3"


@pytest.mark.parametrize(
    "arguments, file, laptop",
    [
        ("", "", True),
        ("--master local[3] pyspark-shell", "", True),
        ("--master local-cluster[2,1,1024] pyspark-shell", "", False),
        ("--master=yarn pyspark-shell", "", False),
        ("--conf spark.master=yarn pyspark-shell", "", False),
        ("-c spark.master=yarn pyspark-shell", "", False),
        ("", "spark.master spark://host:7077", False),
        ("--conf spark.master=local[1] pyspark-shell", "spark.master yarn", True),
        ("--properties-file {empty} pyspark-shell", "spark.master yarn", True),
    ],
)
def test_laptop_defaults_hold_only_with_a_local_master(
    no_settings: Path, arguments: str, file: str, laptop: bool
) -> None:
    (no_settings / "spark-defaults.conf").write_text(file)
    (no_settings / "empty").touch()
    missing = session._list_defaults(arguments.format(empty=no_settings / "empty"), {})
    assert ("spark.driver.bindAddress" in missing) is laptop
    assert ("spark.master" in missing) is (arguments + file == "" or "empty" in arguments)


def test_a_laptop_gets_memory_and_partitions_by_its_size(
    monkeypatch: pytest.MonkeyPatch, no_settings: Path
) -> None:
    monkeypatch.setattr(machine, "count_cores", lambda: 6)
    monkeypatch.setattr(machine, "choose_driver_memory", lambda: 5 * 2**30)
    missing = session._list_defaults("", {})
    assert missing["spark.driver.memory"] == "5120m"
    assert missing["spark.sql.shuffle.partitions"] == "12"
    assert session._list_defaults("--master local[3]", {})["spark.sql.shuffle.partitions"] == "6"
    assert session._list_defaults("--master local[*]", {})["spark.sql.shuffle.partitions"] == "12"


@pytest.mark.parametrize(
    "quota, cores", [("max 100000", 8), ("150000 100000", 2), ("50000 100000", 1), (None, 8)]
)
def test_a_containers_quota_counts_as_its_cores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quota: str | None, cores: int
) -> None:
    files = [tmp_path / "cpu.max"] if quota else []
    for file in files:
        file.write_text(f"{quota}\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "_list_cgroup_files", lambda *_: files)
    assert machine.count_cores() == cores


def test_a_small_local_table_gets_a_jvm_that_starts_fast(
    tmp_path: Path, no_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "t" / "day=1").mkdir(parents=True)
    assert not is_small(str(tmp_path / "t")), "nothing is known of it"
    (tmp_path / "t" / "day=1" / "a.csv").write_bytes(b"x" * 2**20)
    assert is_small(str(tmp_path / "t"))
    assert is_small(str(tmp_path / "t" / "day=1" / "a.csv"))
    monkeypatch.chdir(tmp_path / "t")
    assert not is_small(""), "where no table is said, none is looked for where the command was started"
    os.truncate(tmp_path / "t" / "day=1" / "a.csv", 33 * 2**20)
    assert not is_small(str(tmp_path / "t"))
    assert not is_small("s3a://lake/customers")
    assert "TieredStopAtLevel" in session._list_defaults("", {}, small=True)["spark.driver.extraJavaOptions"]
    assert "TieredStopAtLevel" not in session._list_defaults("", {})["spark.driver.extraJavaOptions"]


@pytest.mark.spark_only("how a JVM is started")
def test_what_warms_spark_does_what_it_should_and_leaves_nothing(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    do_once(spark)
    assert [*tmp_path.glob("*")] == []


@pytest.mark.spark_only("how a JVM is started")
def test_a_session_that_is_open_is_not_warmed_again(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "warm_spark", lambda _: pytest.fail("it is warm"))
    with ThreadPoolExecutor(1) as other:  # whose active session it is not
        assert other.submit(session.open_session, engine="spark", small=True).result() is not None


@pytest.mark.spark_only("how a JVM is started")
def test_a_users_own_log_settings_win(no_settings: Path) -> None:
    assert "log4j2" in session._list_defaults("", {})["spark.driver.extraJavaOptions"]
    (no_settings / "log4j2.properties").touch()
    assert "log4j2" not in session._list_defaults("", {})["spark.driver.extraJavaOptions"]


@pytest.mark.parametrize(
    "gib, limit, wanted",
    [(8, None, 4), (256, None, 16), (1, None, 1), (64, 4, 2), (64, 2**40, 16)],
)
def test_driver_memory_is_half_of_what_there_is(
    monkeypatch: pytest.MonkeyPatch, gib: int, limit: int | None, wanted: int
) -> None:
    pages = {"SC_PHYS_PAGES": gib * 2**18, "SC_PAGE_SIZE": 2**12}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__)
    monkeypatch.setattr(machine, "_read_cgroup_limits", lambda: [] if limit is None else [limit * 2**30])
    assert machine.choose_driver_memory() == wanted * 2**30


def test_the_arguments_are_restored(monkeypatch: pytest.MonkeyPatch, no_settings: Path) -> None:
    monkeypatch.setattr(session, "require_java", lambda: Path("java"))
    monkeypatch.setenv("JAVA_HOME", "before")
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--name x pyspark-shell")
    with session._put_defaults_below("it's mine", {}):
        assert os.environ["PYSPARK_SUBMIT_ARGS"].endswith("--name x pyspark-shell")
    assert os.environ["PYSPARK_SUBMIT_ARGS"] == "--name x pyspark-shell"
