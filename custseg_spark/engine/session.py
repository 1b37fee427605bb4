"""Opens the SparkSession, on the engine that was chosen, and runs a command in it.

What the user has set always wins: an open session, `spark-submit`, Databricks, Spark Connect,
`PYSPARK_SUBMIT_ARGS` and `spark-defaults.conf` are taken as they are. Only where nothing of this says
otherwise, on a laptop, do the defaults of this module hold.
"""

from __future__ import annotations

import argparse
import atexit
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from custseg_spark.engine import machine, sail
from custseg_spark.engine.choose import (
    choose_engine,
    find_conf_dir,
    find_engine,
    has_spark,
    note_engine,
    read_properties,
    read_wish,
)
from custseg_spark.engine.java import cache_file, require_java
from custseg_spark.engine.require_pyspark import import_client
from custseg_spark.engine.warm_spark import warm_spark
from custseg_spark.errors import RecipeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def open_session(
    app_name: str = "custseg",
    *,
    engine: str | None = None,
    settings: Mapping[str, str] | None = None,
    small: bool = False,
) -> SparkSession:
    """The session of this program: the active one if there is one, else a new one.

    `engine`: auto, spark or sail, as for `choose_engine`. The others are Spark's: `settings` are further
    defaults, such as a warehouse directory, used where the user set nothing under that key, and only by a
    session that is opened here. `small`: it is opened for small tables (`is_small`), by a JVM that starts
    faster. What commands need of any session, `session_settings` says.

    Raises RecipeError for an engine that can't be had, RunError where Spark has to start a JVM and there is
    no Java 17 or 21.
    """
    from pyspark.sql import SparkSession

    if find_remote() or not has_spark():
        import_client()
    active = sail.get_session()
    if active is None and not find_remote():
        active = SparkSession.getActiveSession()
    if active is not None:
        return _take_active(active, engine)
    name, why = choose_engine(engine)
    if name == "sail":
        spark = sail.open_sail()
    else:
        # Another thread's session is not the active one of this thread.
        is_cold = small and not find_remote() and SparkSession._instantiatedSession is None
        with _put_defaults_below(app_name, settings or {}, small=small):
            spark = SparkSession.builder.getOrCreate()
        if is_cold and is_on_this_machine(spark):
            warm_spark(spark)
        if find_remote():
            atexit.register(_hang_up_at_exit, spark)
    note_engine(spark, why)
    return _take_active(spark, engine)


def close_session(spark: SparkSession) -> None:
    """Stop a session that was opened here, and Sail's server with it."""
    if sail.get_session() is spark:
        sail.stop_sail()
    else:
        spark.stop()


def _take_active(spark: SparkSession, wish: str | None) -> SparkSession:
    """The session that is there. Raises RecipeError where another engine was asked for than it has."""
    asked, name = read_wish(wish), find_engine(spark).name
    if asked not in ("auto", name):
        raise RecipeError(
            f"the engine {asked} was asked for, and {name.capitalize()} answers the session that is there",
            "stop that session first, or ask for no engine",
        )
    return spark


def is_on_this_machine(spark: SparkSession) -> bool:
    """Whether the engine shares memory and temporary files with this program: Sail in this process, or Spark
    in local mode."""
    if ".connect." in type(spark).__module__:
        return sail.get_session() is spark
    return re.match(r"local(\[|$)", spark.conf.get("spark.master") or "") is not None


def activate_session(spark: SparkSession) -> None:
    """Make it the active session of this thread too: over Spark Connect each thread has its own, and Spark ML
    asks for it."""
    kind: Any = type(spark)
    if ".connect." in kind.__module__:
        kind._set_default_and_active_session(spark)


def _hang_up_at_exit(spark: SparkSession) -> None:
    """Close the connection to a Spark Connect server before Python takes itself apart.

    A fitted model asks its server to forget it when it is collected. Where that happens to be in the last
    moments of the process, the question starts a thread that never runs, and the process never ends.
    """
    spark.client.close()


def find_remote() -> str | None:
    """The address of a Spark Connect server, or None; `local[...]` starts one in this process."""
    return os.environ.get("SPARK_REMOTE")


@contextmanager
def _put_defaults_below(app_name: str, settings: Mapping[str, str], *, small: bool = False) -> Iterator[None]:
    """Inside, a session starts with our defaults where the user has set nothing.

    They stand at the head of PYSPARK_SUBMIT_ARGS, where whatever the user wrote behind them wins; the
    builder's `config` would beat the user's settings instead. Keys of spark-defaults.conf are left
    out, as any argument beats that file.
    """
    joins = {"PYSPARK_GATEWAY_PORT", "DATABRICKS_RUNTIME_VERSION"} & set(os.environ)
    starts_a_jvm = not joins and os.environ.get("SPARK_REMOTE", "local").startswith("local")
    if not starts_a_jvm:  # it joins a running Spark
        yield
        return
    os.environ["JAVA_HOME"] = str(require_java())
    before = os.environ.get("PYSPARK_SUBMIT_ARGS")
    defaults = _list_defaults(before or "", {"spark.app.name": app_name, **settings}, small=small)
    ours = shlex.join(part for key, value in defaults.items() for part in ("--conf", f"{key}={value}"))
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"{ours} {before or 'pyspark-shell'}"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYSPARK_SUBMIT_ARGS"]
        else:
            os.environ["PYSPARK_SUBMIT_ARGS"] = before


def _list_defaults(submit_args: str, wanted: dict[str, str], *, small: bool = False) -> dict[str, str]:
    """The defaults that are not set in spark-defaults.conf; the laptop's only with a local master.

    A later argument beats an earlier one, so of the arguments only those matter that change what we
    add: the master, and which properties file is read.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--master")
    parser.add_argument("--conf", "-c", action="append", default=[])
    parser.add_argument("--properties-file", type=Path)
    arguments, _ = parser.parse_known_args(shlex.split(submit_args))
    given = read_properties(arguments.properties_file or find_conf_dir() / "spark-defaults.conf")
    given |= dict(item.split("=", 1) for item in arguments.conf if "=" in item)
    users_master = find_remote() or arguments.master or given.get("spark.master") or os.environ.get("MASTER")
    if users_master is None:
        wanted = {"spark.master": "local[*]", **wanted}
    if local := re.match(r"local(?:\[(\d*)|$)", users_master or wanted["spark.master"]):
        wanted = {**_list_laptop_settings(int(local[1] or 0) or machine.count_cores(), small), **wanted}
    return {key: value for key, value in wanted.items() if key not in given}


def _list_laptop_settings(cores: int, small: bool) -> dict[str, str]:
    """What suits one machine with one user."""
    settings = {
        "spark.sql.shuffle.partitions": str(max(4, 2 * cores)),
        # A large shuffle is cut this fine, and adaptive execution puts the parts of a small one together.
        "spark.sql.adaptive.coalescePartitions.initialPartitionNum": str(max(64, 16 * cores)),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.scheduler.mode": "FAIR",  # the small jobs that save the model run beside the one that writes
        **dict([sail.NO_CALL_SITES]),
    }
    if "SPARK_DRIVER_MEMORY" not in os.environ:
        settings["spark.driver.memory"] = f"{machine.choose_driver_memory() // 2**20}m"
    if "SPARK_LOCAL_IP" not in os.environ:  # the machine's own name may not resolve: on VPNs, in containers
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    # The machine's own linear algebra is not looked for: Spark's is as fast on so few columns, gives the
    # same last digit everywhere, and says nothing on standard error where there is none.
    options = [
        f"-Ddev.ludovic.netlib.{library}.allowNative=false" for library in ("blas", "lapack", "arpack")
    ]
    if small:
        options += ["-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=240m"]  # of its own it fills 48
        settings["spark.sql.adaptive.enabled"] = "false"  # it plans every stage anew
    if not any(find_conf_dir().glob("log4j2*")):
        options.append(f"-Dlog4j2.configurationFile={_find_log_settings().as_uri()}")
    settings["spark.driver.extraJavaOptions"] = " ".join(options)
    return settings


def _find_log_settings() -> Path:
    """The package's log4j2.properties as a file that the JVM can read, also where we run from a zip."""
    source = resources.files("custseg_spark.engine") / "log4j2.properties"
    return source if isinstance(source, Path) else cache_file("log4j2.properties", source.read_text())
