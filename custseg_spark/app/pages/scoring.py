"""A table of customers placed by a run's model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from custseg_spark.app import engine
from custseg_spark.app.pages import widgets
from custseg_spark.app.task import Task
from custseg_spark.app.visit import Upload

if TYPE_CHECKING:
    from custseg_spark.app.run_view import RunView
    from custseg_spark.commands.score import ScoreResult

PAGE = "predict"
_FITS_NOT = "The table needs the columns that the segmentation was made of, under the same names."
_NUMBERED = (
    "These customers are known by the number of their row alone, so only the very file that was segmented "
    "can be placed: row 7 of another one is somebody else."
)
DRIFT = {
    "fine": "These customers are much like those the segments were made of.",
    "watch": "These customers differ somewhat from those the segments were made of",
    "retrain": "These customers differ much from those the segments were made of: find segments anew",
}


def show_scoring(run: RunView) -> None:
    """The place for a table; when there is one, its customers by segment."""
    table = widgets.get_visit().tables.get(PAGE)
    if table is None:
        numbered = run.record.file is not None
        needed = ", ".join(dict.fromkeys([*([] if numbered else [run.model.id]), *run.model.columns]))
        st.caption(f"It needs these columns: {widgets.escape_markdown(needed)}.")
        if numbered:
            st.caption(_NUMBERED)
        widgets.ask_for_table(PAGE, "Your table of customers")
        return
    widgets.offer_another(PAGE, table)
    sheet = widgets.choose_sheet(PAGE, table)
    if table.task is None or table.known.get("by") != (run.run.run_id, sheet):
        table.forget()
        table.known["by"] = (run.run.run_id, sheet)
        table.task = _begin_scoring(run, table, sheet)
    widgets.show_progress(table.task, st.empty(), "Placing your customers")
    with widgets.explain_errors(table.folder, _FITS_NOT):
        _show_sizes(run, table.task.result(), table)


def _begin_scoring(run: RunView, table: Upload, sheet: str | None) -> Task[ScoreResult]:
    """The file is read as it is written, however the run's own table was; columns that a run or a score added
    to it before are not kept."""
    from custseg_spark.app import uploads
    from custseg_spark.commands.score import ScoreSettings, score

    file, to = table.file, table.make_output()
    trained = run.record.recipe["input"].get("options") or {}

    def place_table() -> ScoreResult:
        looked = uploads.look_into_file(engine.get_session(), file, sheet, trained)
        ours, names = uploads.list_added_columns(looked.head.columns), list(map(str, looked.head.columns))
        settings = ScoreSettings(
            columns=[name for name in names if name not in ours] if ours else None,
            source={"options": dict(looked.options)},
        )
        return score(engine.get_session(), run.run, str(file), to, settings)

    return table.begin(place_table)


def _show_sizes(run: RunView, scored: ScoreResult, table: Upload) -> None:
    """How many fall into each segment, against the customers the segments were made of."""
    from custseg_spark.app.pages.run_results import offer_customers
    from custseg_spark.app.run_view import open_customers

    everyone = max(sum(scored.sizes.values()), 1)
    widgets.show_template("scored.html", segments=run.summary.segments, sizes=scored.sizes, everyone=everyone)
    quality, drift = scored.quality, scored.drift
    why = f": {'; '.join(drift.reasons)}." if drift.reasons and drift.verdict != "fine" else ""
    st.markdown(widgets.escape_markdown(f"{DRIFT[drift.verdict]}{why}"))
    if quality.quarantined:
        st.caption(f"{quality.quarantined:,} of {quality.read:,} rows could not be placed and were left out.")
    with st.container(width=360):
        offer_customers(open_customers(scored.kept), run.profile, f"{table.file.stem}_segments")
