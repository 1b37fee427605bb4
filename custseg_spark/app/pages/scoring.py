"""A table of customers placed by a run's model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from custseg_spark.app import engine
from custseg_spark.app.pages import parts
from custseg_spark.app.task import Task
from custseg_spark.app.visit import Table

if TYPE_CHECKING:
    from custseg_spark.app.published import Published
    from custseg_spark.journal import Journal
    from custseg_spark.pipeline import Scored

PAGE = "predict"
_FITS_NOT = "The table needs the columns that the segmentation was made of, under the same names."
DRIFT = {
    "fine": "These customers are much like those the segments were made of.",
    "watch": "These customers differ somewhat from those the segments were made of",
    "retrain": "These customers differ much from those the segments were made of: find segments anew",
}


def show(run: Published) -> None:
    """The place for a table; when there is one, its customers by segment."""
    table = parts.visit().table(PAGE)
    if table is None:
        st.caption(f"It needs these columns: {parts.escaped(', '.join(dict.fromkeys(_needed(run))))}.")
        parts.brought(PAGE, "Your table of customers: Excel, CSV, TSV or Parquet")
        return
    parts.another(PAGE, table)
    sheet = parts.sheet(PAGE, table)
    if table.task is None or table.known.get("by") != (run.run.run_id, sheet):
        table.forget()
        table.known["by"] = (run.run.run_id, sheet)
        table.task = _scoring(run, table, sheet)
    parts.waited(table.task, st.empty(), "Placing your customers")
    with parts.telling(table.folder, _FITS_NOT):
        scored: Scored = table.task.result()
        _told(run, scored, table)


def _needed(run: Published) -> list[str]:
    return [run.model.id, *run.model.columns]


def _scoring(run: Published, table: Table, sheet: str | None) -> Task[Scored]:
    """The file is read as it is written, however the run's own table was; columns that a run or a score added
    to it before are not kept."""
    from custseg_spark import pipeline
    from custseg_spark.app import uploads

    file, to = table.file, table.output()
    trained = run.record["recipe"]["input"].get("options") or {}

    def score(journal: Journal) -> Scored:
        looked = uploads.looked_into(engine.spark(), file, sheet, trained)
        ours, names = uploads.added(looked.head.columns), list(map(str, looked.head.columns))
        return pipeline.score(
            engine.spark(), run.run, str(file), to, journal,
            columns=[name for name in names if name not in ours] if ours else None,
            source={"options": dict(looked.options)},
        )  # fmt: skip

    return table.begin(score)


def _told(run: Published, scored: Scored, table: Table) -> None:
    """How many fall into each segment, against the customers the segments were made of."""
    from custseg_spark.app.pages.results import customers_taken
    from custseg_spark.app.published import customers_of
    from custseg_spark.report import wording

    everyone = max(sum(scored.sizes.values()), 1)
    rows = "".join(
        f"<tr><th>{parts.mark(one.segment)}{parts.safe(one.name)}</th>"
        f"<td class='n'>{scored.sizes.get(one.segment, 0):,}</td>"
        f"<td class='n'>{wording.percent(scored.sizes.get(one.segment, 0) / everyone)}</td>"
        f"<td class='n'>{wording.percent(one.share)}</td><td>{parts.safe(one.action)}</td></tr>"
        for one in run.told.segments
    )
    st.html(
        '<div class="cs-scroll"><table class="cs-table"><thead><tr><th>Segment</th>'
        '<th class="n">customers</th><th class="n">share</th><th class="n">share before</th>'
        "<th>What to do</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    quality, drift = scored.quality, scored.drift
    why = f": {'; '.join(drift.reasons)}." if drift.reasons and drift.verdict != "fine" else ""
    st.markdown(parts.escaped(f"{DRIFT[drift.verdict]}{why}"))
    if quality.quarantined:
        st.caption(f"{quality.quarantined:,} of {quality.read:,} rows could not be placed and were left out.")
    with st.container(width=360):
        customers_taken(customers_of(scored.kept), run.profile, f"{table.file.stem}_segments")
