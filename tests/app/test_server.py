"""What the person who starts the server decides, and what holds unless they decide otherwise."""

import functools
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest

from custseg_spark import cli
from custseg_spark.app import engine, server, visit
from custseg_spark.app.settings import SETTINGS, Settings
from custseg_spark.errors import RunError
from tests.app.test_visit import wait_until

streamlit = pytest.importorskip("streamlit", reason="streamlit is not installed")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the server was started with, instead of starting it."""
    found: dict[str, Any] = {}

    class App:
        def __init__(self, script: Path, lifespan: Any) -> None:
            found["script"] = script

        def run(self, config: dict[str, Any]) -> None:
            found.update(config)

    monkeypatch.setattr(streamlit, "App", App)
    monkeypatch.setattr(engine, "warm", lambda: None)
    monkeypatch.setattr(engine, "stop", lambda: None)
    monkeypatch.setattr(visit, "get_root", lambda: tempfile.TemporaryDirectory(dir=tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["custseg"])
    for name, value in vars(Settings()).items():
        monkeypatch.setattr(SETTINGS, name, value)
    return found


def test_the_server_is_for_this_machine_alone_and_tells_nobody(started: dict[str, Any]) -> None:
    assert cli.main(["app"]) == 0
    assert started["script"].is_file()
    assert started["server.address"] == "localhost"
    assert started["server.allowedHosts"] == ["localhost", "127.0.0.1"]
    assert started["browser.gatherUsageStats"] is False
    assert started["client.showErrorDetails"] == "none"
    assert Settings(None, 200, 120) == SETTINGS


def test_every_option_of_streamlit_is_known_to_it(started: dict[str, Any]) -> None:
    from streamlit import config

    assert cli.main(["app", "--port", "9000"]) == 0
    options = {name for name in started if "." in name}
    assert started["server.port"] == 9000
    assert options <= set(config._config_options_template)


def test_what_is_asked_for_is_done(
    started: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["--host", "0.0.0.0", "--output", "out", "--max-upload", "5", "--forget-after", "9"]
    assert cli.main(["app", *arguments]) == 0
    assert (started["server.address"], started["server.maxUploadSize"]) == ("0.0.0.0", 5)
    assert "server.allowedHosts" not in started
    assert Settings(str(tmp_path / "out"), 5, 9) == SETTINGS
    assert cli.main(["app", "--output", "s3a://lake/out"]) == 0
    assert SETTINGS.output == "s3a://lake/out"


def test_without_the_extra_it_says_what_to_install(
    started: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None if name == "plotly" else object())
    assert cli.main(["app"]) == 2
    assert "custseg app takes plotly, which is not installed" in capsys.readouterr().err


def test_spark_waits_for_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, page = threading.Event(), threading.Event()

    def get_session() -> None:
        asked.set()
        raise RunError("no Java", "install one")

    monkeypatch.setattr(engine, "get_session", get_session)
    monkeypatch.setattr(engine, "_drawn", page)
    monkeypatch.setattr(engine.log, "disabled", True)
    monkeypatch.setattr(engine, "BROWSER", 0.0)
    engine.warm()
    assert not asked.wait(0.3)
    engine.notice_page()
    assert asked.wait(5)
    asked.clear()
    page.clear()
    monkeypatch.setattr(engine, "FIRST_PAGE", 0.1)
    engine.warm()
    assert asked.wait(5), "nobody came"
    assert wait_until(lambda: not any("warm" in one.name for one in threading.enumerate()))


def test_a_server_that_stops_before_its_first_page_starts_no_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(engine, "get_session", asked.set)
    monkeypatch.setattr(engine, "_drawn", threading.Event())
    monkeypatch.setattr(engine, "_stopping", threading.Event())
    monkeypatch.setattr(engine, "get_opening", functools.cache(lambda: None))
    engine.warm()
    engine.stop(5)
    assert not any("warm" in one.name for one in threading.enumerate())
    assert not asked.is_set()


def test_the_pages_are_imported_before_the_server_is_up() -> None:
    """What the first page needs is loaded by then, and Spark is not."""
    script = (
        "import sys; from custseg_spark.app import server; from custseg_spark.app.settings import Settings;"
        "import streamlit; server.engine.warm = lambda: None;"
        "streamlit.App.run = lambda *_, **__: print('custseg_spark.app.pages.segment' in sys.modules,"
        "'custseg_spark.app.uploads' in sys.modules, 'pyspark' in sys.modules);"
        "server.serve('localhost', None, Settings(), browser=False)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["True", "True", "False"], found.stderr
