"""`custseg app`: the server of the page, on this machine alone unless told otherwise."""

from __future__ import annotations

import functools
import signal
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from custseg_spark.app import engine, visit
from custseg_spark.app.settings import SETTINGS, Settings
from custseg_spark.engine.require_pyspark import require_pyspark
from custseg_spark.errors import RecipeError
from custseg_spark.report import palette

LOCAL = ("localhost", "127.0.0.1")
EXTRA = ("streamlit", "plotly", "openpyxl", "python_calamine")
MAIN = Path(__file__).with_name("main.py")


def serve(host: str, port: int | None, settings: Settings, *, browser: bool = True) -> None:
    """Serve the page until the process is told to stop. `port`: the first free one from 8501 on if None.

    Raises RecipeError where no engine or the extra `app` is not installed.
    """
    require_pyspark()
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise RecipeError(
            f"custseg app takes {', '.join(missing)}, which is not installed",
            "pip install 'custseg_spark[app]'",
        )
    import streamlit

    # What the first page would wait for else: its modules are imported before the server is up.
    from custseg_spark.app.pages import explore, predict, segment, widgets  # noqa: F401

    engine.warm()

    output = settings.output
    if output is not None and "://" not in output:
        output = str(Path(output).expanduser().absolute())
    vars(SETTINGS).update({**vars(settings), "output": output})
    sys.argv = [str(MAIN)]  # else Streamlit puts the folder of `custseg` itself on the path
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what is below is done then too
    try:
        app = streamlit.App(MAIN, lifespan=functools.partial(_announce, browser))
        app.run(config=_list_options(host, port))
    except KeyboardInterrupt:
        pass
    finally:
        engine.stop()
        visit.get_root().cleanup()


@asynccontextmanager
async def _announce(browser: bool, _app: Any) -> AsyncIterator[None]:
    """Tells where the page is, and opens it: the server listens by then, and answers right after."""
    from streamlit import get_option

    host, port = get_option("server.address"), get_option("server.port")
    url = f"http://{'localhost' if host == '0.0.0.0' else host}:{port}"
    print(f"The page is at {url}; end it with Ctrl-C", flush=True)
    if browser:
        threading.Timer(0.3, webbrowser.open, [url]).start()
    yield


def _list_options(host: str, port: int | None) -> dict[str, Any]:
    return {
        **({} if port is None else {"server.port": port}),
        **({"server.allowedHosts": [*LOCAL]} if host in LOCAL else {}),  # whatever a name may point to
        "server.address": host,
        "server.headless": True,
        "logger.hideWelcomeMessage": True,  # it would ask the network for this machine's address
        "server.maxUploadSize": SETTINGS.most_megabytes,
        "server.disconnectedSessionTTL": SETTINGS.grace,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "runner.magicEnabled": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "theme.base": "light",
        "theme.primaryColor": palette.LINK,
        "theme.backgroundColor": palette.PAPER,
        "theme.secondaryBackgroundColor": "#f1efe9",
        "theme.textColor": palette.INK,
        "theme.borderColor": palette.RULE,
        "theme.headingFont": "Charter, 'Bitstream Charter', Cambria, Georgia, 'Noto Serif', serif",
        "theme.font": "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', Arial, sans-serif",
        "theme.baseRadius": "medium",
    }
