"""A visit to the page without a browser: from a table that is brought to its segments.

The page starts as `custseg app` starts it, its first run on made customers included; then its code is run by
Streamlit's test runner. What a person waits for is written as JSON: `proposal`, the seconds from the table
to the proposal, and `seconds`, those from the table to the segments on the page.
"""

from __future__ import annotations

import argparse
import json
import threading
import time
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from custseg_spark.app import engine, visit
from custseg_spark.app.pages import explore, predict, segment, widgets  # noqa: F401 - as the server does
from custseg_spark.app.settings import SETTINGS
from custseg_spark.app.task import THREAD

PAGE = "from custseg_spark.app.pages import segment\nsegment.show_page()"
PATIENCE = 600


def start_page() -> Any:
    """The first page, drawn, when all that starts behind it is done."""
    engine.warm()
    page = AppTest.from_string(PAGE, default_timeout=PATIENCE).run()
    engine.notice_page()
    for thread in threading.enumerate():
        if thread.name == f"{THREAD} warm":
            thread.join()
    return page


def bring_table(page: Any, table: Path) -> dict[str, float]:
    """The seconds until the proposal and until the segments. Raises RuntimeError where the page has none."""
    content = table.read_bytes()
    begun = time.perf_counter()
    page.file_uploader[0].upload(table.name, content, "application/octet-stream").run()
    proposal = time.perf_counter() - begun
    page.button(key=f"{segment.PAGE}.go").click().run()
    seconds = time.perf_counter() - begun
    (brought,) = page.session_state["visit"].tables.values()
    if page.exception or page.error or "published" not in brought.known:
        raise RuntimeError(f"no segments: {[one.value for one in (*page.error, *page.exception)]}")
    return {"proposal": proposal, "seconds": seconds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure a visit to the page.")
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--engine", default="sail")
    parser.add_argument("--kept", type=Path, required=True)
    given = parser.parse_args()
    SETTINGS.engine = given.engine
    try:
        given.kept.write_text(json.dumps(bring_table(start_page(), given.input)))
    finally:
        engine.stop()
        visit.get_root().cleanup()
