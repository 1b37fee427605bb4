"""What a run found: its first screen, and then one view at a time."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import streamlit as st

from custseg_spark import wording
from custseg_spark.app import downloads, engine, plotly_charts
from custseg_spark.app.pages import answer, widgets
from custseg_spark.app.run_view import RunView
from custseg_spark.app.settings import SETTINGS
from custseg_spark.app.visit import Upload
from custseg_spark.commands.compare import CompareSettings, compare
from custseg_spark.recipe import Recipe, write_explained
from custseg_spark.report.html import TOLD
from custseg_spark.report.profile_table import list_mean_columns
from custseg_spark.report.sweep_scores import SCORES

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PICTURES = {
    "comparison.png": "The same customers, grouped by each way: letters and colours are our segments'.",
    "dendrogram.png": "Hierarchical clustering: the longer a line, the further apart the groups it joins.",
    "k_distance.png": "DBSCAN: how far each customer is from the one that makes it part of a dense group.",
}
HIERARCHICAL = ("Ward", "BisectingKMeans")
TO_ENGINEER = """\
# {run.path}
custseg runs promote {run.run_id} --output {output}
custseg train --recipe {output}/runs/{run.run_id}/recipe.yaml --input TABLE --output {output}"""
"""How a saved candidate goes live, and is made again of tomorrow's table."""
_SCORES = (
    ("silhouette", "Are they apart?"),
    ("lowest_jaccard", "Do they come back on other customers?"),
    ("smallest_share", "Is each large enough?"),
    ("cost", "How much does one more save?"),
)


def show_results(run: RunView, table: Upload, recipe: Recipe) -> None:
    """The answer, and below it the view that was chosen."""
    answer.show_answer(run)
    views: dict[str, Callable[[], None]] = {
        "Each segment": lambda: answer.show_cards(run),
        "Map": lambda: show_map(run),
        "Side by side": lambda: show_side_by_side(run),
        "Why this many": lambda: show_evidence(run),
        "Other ways": lambda: _compare_ways(run, table, recipe),
        "Take it with you": lambda: _offer_files(run, table, recipe),
    }
    views[widgets.choose_view("View", list(views), "results.view", wide=True)]()


def show_map(run: RunView) -> None:
    """Customers on their principal axes, flat or to be turned."""
    deep = st.toggle("In three dimensions", key="results.deep", persist_state="session")
    points, shares = run.axes
    rows = plotly_charts.choose_places(len(points))
    points, labels = points[rows], run.sample["segment"].to_numpy()[rows]
    drawn = plotly_charts.draw_space if deep else plotly_charts.draw_plane
    widgets.show_chart(drawn(points, labels, run.names, shares), "results.map")
    turn = " Turn it with the mouse." if deep else ""
    shown = f"{len(points):,} of {sum(one.size for one in run.summary.segments):,} customers"
    st.caption(
        f"Each point is a customer ({shown}); the closer two points, the more alike the customers.{turn}"
    )


def show_side_by_side(run: RunView) -> None:
    """Every segment against all customers, column by column."""
    features = [t.name for t in run.model.features]
    more = [name for name in list_mean_columns(run.profile) if name not in features]
    shown = st.multiselect(
        "Columns", [*features, *more], [*features, *more[:6]], run.summary.say, key="results.columns"
    )
    if shown:
        widgets.show_chart(plotly_charts.draw_heatmap(run.profile, shown, run.summary), "results.heat")
        st.caption("The average of each segment. Orange lies above all customers, blue below.")


def show_evidence(run: RunView) -> None:
    """Why this number of segments and not another."""
    st.markdown(widgets.escape_markdown(wording.capitalize(run.record.why)) + ".")
    choice = run.record.choice
    if again := wording.write_recurrence(choice.k, choice.chosen_again):
        st.markdown(f"{again}.")
    taken, columns = run.sweep.dropna(axis="columns", how="all"), st.columns(2)
    for place, (score, asked) in enumerate(known for known in _SCORES if known[0] in taken):
        with columns[place % 2]:
            st.markdown(f"**{asked}**  \n{SCORES[score].title}")
            drawn = plotly_charts.draw_score(run.sweep, run.record.k, score)
            widgets.show_chart(drawn, f"results.{score}", tools=False)
    others = choice.runners_up
    if others:
        st.markdown("**Why not another number**")
        st.markdown("\n".join(f"- **{other.k}** {widgets.escape_markdown(other.why)}" for other in others))


def _compare_ways(run: RunView, table: Upload, recipe: Recipe) -> None:
    """The same customers grouped by other algorithms: on demand, as it takes as long again."""
    st.markdown(
        "The segments come from k-means. Here the same customers are grouped in other ways, among them "
        "DBSCAN and hierarchical clustering, to see whether the answer depends on the method."
    )
    place = st.empty()
    if table.comparison is None:
        if place.button("Compare", key="results.compare", type="primary"):
            file, to, asked = str(table.file), table.make_output(), CompareSettings(run.record.k)
            table.comparison = table.begin(lambda: compare(engine.get_session(), recipe, file, to, asked))
            st.rerun()
        return
    widgets.show_progress(table.comparison, place, "Grouping the same customers in other ways")
    with widgets.explain_errors(table.folder):
        found = table.comparison.result()
        st.markdown(widgets.escape_markdown(found.why))
        widgets.show_template("compared.html", rows=found.rows, hierarchical=HIERARCHICAL)
        for picture in sorted(Path(found.path).rglob("*.png")):
            st.image(str(picture), PICTURES.get(picture.name), alt=TOLD.get(picture.name, picture.stem))


def _offer_files(run: RunView, table: Upload, recipe: Recipe) -> None:
    """Files to take away, and the way to the engineer."""
    stem = table.file.stem
    left, middle, right = st.columns(3, gap="large")
    with left:
        st.markdown("**Your customers, each with its segment**")
        offer_customers(run.customers, run.profile, f"{stem}_segments")
    with middle:
        st.markdown("**The report**")
        report = downloads.hide_folder(run.read_file("report.html") or b"", table)
        _offer_file("Report", report, f"{stem}_report.html", "text/html")
        st.caption("One file to pass on: it opens without this page and without a network.")
    with right:
        st.markdown("**For your engineer**")
        _offer_file("Recipe", write_explained(recipe), f"{stem}.yaml", "application/yaml")
        statement = run.read_file("segments.sql")
        if statement is not None:
            _offer_file("SQL", statement, f"{stem}_segments.sql", "application/sql")
        _offer_candidate(run, table, recipe)
    saved = table.known.get("saved")
    if saved:
        st.success(
            f"Saved as {saved.run_id}. Pass this on to your engineer: how it goes live, and is made again."
        )
        st.code(TO_ENGINEER.format(run=saved, output=shlex.quote(saved.output)), "bash", wrap_lines=True)


def offer_customers(customers: ds.Dataset, profile: pd.DataFrame, name: str) -> None:
    """The labelled customers as files to take away."""
    if customers.count_rows() <= downloads.EXCEL_ROWS:
        _offer_file("Excel", lambda: downloads.write_excel(customers, profile), f"{name}.xlsx", _EXCEL)
    else:
        st.caption(f"Excel takes up to {downloads.EXCEL_ROWS:,} customers; take the CSV here.")
    _offer_file("CSV", lambda: downloads.write_csv(customers), f"{name}.csv", "text/csv")
    _offer_file(
        "Parquet", lambda: downloads.write_parquet(customers), f"{name}.parquet", "application/octet-stream"
    )


def _offer_candidate(run: RunView, table: Upload, recipe: Recipe) -> None:
    if SETTINGS.output is None:
        st.caption("Start the page with --output to hand runs over here.")
        return
    if st.button("Save as candidate run", key="results.save"):
        with widgets.explain_errors(table.folder), st.spinner("Saving"):
            table.known["saved"] = downloads.save_candidate(run, table, recipe, SETTINGS.output)
            widgets.list_runs.clear()


def _offer_file(label: str, content: Any, name: str, mime: str) -> None:
    """A download; what is a function is called when it is clicked."""
    kept: Any = {"on_click": "ignore", "icon": ":material/download:", "width": "stretch"}
    st.download_button(label, content, name, mime, key=f"take.{name}", **kept)
