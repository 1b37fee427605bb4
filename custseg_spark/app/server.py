"""`custseg app`: the server of the page, on this machine alone unless told otherwise."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from custseg_spark.app import engine, visit
from custseg_spark.app.settings import SETTINGS, Settings
from custseg_spark.errors import RecipeError
from custseg_spark.report import palette

MAIN = Path(__file__).with_name("main.py")


def serve(host: str, port: int, settings: Settings, *, browser: bool = True) -> None:
    """Serve the page until the process is told to stop. Raises RecipeError without Streamlit."""
    try:
        import streamlit
    except ImportError:
        raise RecipeError(
            "custseg app takes Streamlit, which is not installed", "pip install 'custseg_spark[app]'"
        ) from None
    output = settings.output
    if output is not None and "://" not in output:
        output = str(Path(output).expanduser().absolute())
    vars(SETTINGS).update({**vars(settings), "output": output})
    sys.argv = [str(MAIN)]  # else Streamlit puts the folder of `custseg` itself on the path
    options = {**_options(host, port), "server.headless": not browser}
    try:
        streamlit.App(MAIN, lifespan=_lifespan).run(config=options)
    finally:
        visit.root().cleanup()


@asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    """Spark starts when the server does: it is there by the time that a table is."""
    engine.opening()
    yield


def _options(host: str, port: int) -> dict[str, Any]:
    return {
        "server.address": host,
        "server.port": port,
        "server.maxUploadSize": SETTINGS.most_megabytes,
        "server.disconnectedSessionTTL": SETTINGS.grace,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.base": "light",
        "theme.primaryColor": palette.COLOURS[0],
        "theme.backgroundColor": palette.PAPER,
        "theme.secondaryBackgroundColor": "#f1efe9",
        "theme.textColor": palette.INK,
        "theme.borderColor": palette.RULE,
        "theme.headingFont": "Charter, 'Bitstream Charter', Cambria, Georgia, 'Noto Serif', serif",
        "theme.font": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif",
        "theme.baseRadius": "medium",
    }
