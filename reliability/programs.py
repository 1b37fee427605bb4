"""The command as people start it, on every kind of Spark that fits on one machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyspark

from custseg_spark.engine.java import require_java

ROOT = Path(__file__).resolve().parent.parent
SPARK = Path(pyspark.__file__).parent
SMALL = {
    "spark.driver.memory": "600m",
    "spark.executor.memory": "500m",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def build_environment(work: Path, **more: str) -> dict[str, str]:
    """What every program gets: our Java, scratch space of its own, nothing of the user's Spark."""
    ours = {
        "JAVA_HOME": str(require_java()),
        "SPARK_LOCAL_DIRS": str(work / "scratch"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(work),
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        # No Python runs on executors: with this one, one that tried would fail.
        "PYSPARK_PYTHON": "/no/python/on/executors",
    }
    foreign = {"SPARK_REMOTE", "MASTER", "PYSPARK_SUBMIT_ARGS", "PYTHONPATH", "SPARK_HOME"}
    return {**{key: value for key, value in os.environ.items() if key not in foreign}, **ours, **more}


def start(command: Sequence[str], log: Path, env: Mapping[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    """A process group of its own, its words in `log`."""
    with log.open("wb") as words:
        return subprocess.Popen(
            list(command),
            stdout=words,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
        )


def end_with_us() -> None:
    """Asked to end, this program ends what it started: sys.exit runs every `finally`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def kill(process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> None:
    """End a process that we started with all it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait()


def start_local(command: str, arguments: Sequence[str], work: Path, log: Path) -> subprocess.Popen[bytes]:
    """`custseg COMMAND` with a local Spark in its own process."""
    settings = " ".join(f"--conf {key}={value}" for key, value in SMALL.items())
    env = build_environment(work, PYTHONPATH=str(ROOT), PYSPARK_SUBMIT_ARGS=f"{settings} pyspark-shell")
    env.pop("PYSPARK_PYTHON")
    return start([sys.executable, "-m", "custseg_spark.cli", command, *arguments], log, env, work)


def start_connected(command: str, arguments: Sequence[str], work: Path, log: Path) -> subprocess.Popen[bytes]:
    """`custseg COMMAND` over Spark Connect, its server in a process beside."""
    env = build_environment(work, PYTHONPATH=str(ROOT), SPARK_REMOTE="local[2]")
    return start([sys.executable, "-m", "custseg_spark.cli", command, *arguments], log, env, work)


def build_package(directory: Path) -> Path:
    """The package as it is now, for `spark-submit --py-files`; makes the directory if need be."""
    make = [ROOT / "scripts" / "make_wheel", directory]
    subprocess.run(make, check=True, env={**os.environ, "PYTHON": sys.executable}, stdout=subprocess.DEVNULL)
    return directory / "custseg_spark.zip"


def submit(
    master: str, package: Path, command: str, arguments: Sequence[str], work: Path, log: Path
) -> subprocess.Popen[bytes]:
    """`spark-submit` of the packaged zip to a master."""
    home = _linked_home(work)
    settings = [part for key, value in SMALL.items() for part in ("--conf", f"{key}={value}")]
    submit = [str(home / "bin" / "spark-submit"), "--master", master, "--py-files", str(package), *settings]
    env = build_environment(work, SPARK_HOME=str(home))
    return start([*submit, str(ROOT / "jobs" / f"{command}.py"), *arguments], log, env, work)


def _linked_home(work: Path) -> Path:
    """A SPARK_HOME of links: local-cluster writes into its `work`, which should not be the installed one."""
    home = work / "spark-home"
    home.mkdir(exist_ok=True)
    for name in ("bin", "jars", "python", "sbin"):
        if (SPARK / name).exists() and not (home / name).exists():
            (home / name).symlink_to(SPARK / name)
    return home


@contextlib.contextmanager
def start_standalone(work: Path, workers: int = 2) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A standalone master with workers of one core each; gives its address and the workers' processes."""
    port, page = _free_port(), _free_port()
    env = build_environment(work, SPARK_HOME=str(_linked_home(work)), SPARK_DAEMON_MEMORY="256m")
    run = [str(SPARK / "bin" / "spark-class")]
    base, address = "org.apache.spark.deploy", f"spark://127.0.0.1:{port}"
    begun: list[subprocess.Popen[bytes]] = []
    try:
        ports = ["--port", str(port), "--webui-port", str(page)]
        master = [*run, f"{base}.master.Master", "--host", "127.0.0.1", *ports]
        begun.append(start(master, work / "master.log", env, work))
        for number in range(workers):
            own = ["--host", "127.0.0.1", "-c", "1", "-m", "600m", "--webui-port", str(_free_port())]
            own += ["--work-dir", str(work / f"worker-{number}")]
            worker = [*run, f"{base}.worker.Worker", *own, address]
            begun.append(start(worker, work / f"worker-{number}.log", env, work))
        _wait_for(workers, page)
        yield address, begun[1:]
    finally:
        for process in reversed(begun):
            kill(process)


def _wait_for(workers: int, page: int) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
                if json.load(answer)["aliveworkers"] >= workers:
                    return
        except (OSError, ValueError):
            pass  # not there yet
        time.sleep(0.5)
    raise TimeoutError("the workers did not come up; see master.log and worker-*.log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
