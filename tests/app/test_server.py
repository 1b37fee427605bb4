"""What the person who starts the server decides, and what holds unless they decide otherwise."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from custseg_spark import cli
from custseg_spark.app import engine, server
from custseg_spark.app.settings import SETTINGS, Settings

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
    monkeypatch.setattr(server.visit, "root", lambda: tempfile.TemporaryDirectory(dir=tmp_path))
    monkeypatch.setattr(server.signal, "signal", lambda *_: None)
    monkeypatch.setattr(server.sys, "argv", ["custseg"])
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
