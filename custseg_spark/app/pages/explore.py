"""Explore: a run looked into, segment by segment, column by column, customer by customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from custseg_spark import wording
from custseg_spark.app import plotly_charts
from custseg_spark.app.pages import answer, widgets

if TYPE_CHECKING:
    from custseg_spark.app.run_view import RunView


def show_page() -> None:
    """The page as it stands for this visit."""
    st.title("Look into a segmentation")
    run = widgets.choose_run("explore")
    if run is None:
        return
    with widgets.explain_errors(widgets.get_visit().folder):
        names = run.names
        chosen = st.pills(
            "Segments", list(names), selection_mode="multi", default=list(names),
            format_func=run.lettered_names.__getitem__, key=f"explore.{run.run.run_id}.segments",
            persist_state="session",
        )  # fmt: skip
        view = widgets.choose_view("View", list(VIEWS), "explore.view", wide=True)
        if not chosen and view != "Find a customer":
            st.info("Choose a segment above.")
            return
        VIEWS[view](run, {segment: names[segment] for segment in sorted(chosen)})


def _show_two_segments(run: RunView, names: dict[int, str]) -> None:
    """Two segments, every column, the farthest apart first."""
    from custseg_spark.app.side_by_side import compare_segments

    lettered = run.lettered_names  # of any two, whatever is chosen above
    left, right = st.columns(2)
    options = list(lettered)
    first = int(left.selectbox("This segment", options, 0, lettered.__getitem__, key="explore.first"))
    last = len(options) - 1
    second = int(right.selectbox("and this one", options, last, lettered.__getitem__, key="explore.second"))
    answer.show_cards(run, [first, second])
    table = compare_segments(run.profile, first, second)
    first_means, second_means = (
        list(map(run.summary.write, table["column"], table[side])) for side in ("first", "second")
    )
    shown = table.assign(
        column=table["column"].map(wording.humanize), first=first_means, second=second_means,
        apart=table["apart"].map(wording.format_signed),
    )  # fmt: skip
    shown.columns = ["Column", lettered[first], f"{lettered[second]} ", "Apart, in standard deviations"]
    st.dataframe(shown, hide_index=True, height=420)


def _show_column(run: RunView, names: dict[int, str]) -> None:
    columns = run.columns
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    options = [*columns, *(name for name in run.categories if name not in columns)]
    name = left.selectbox("Column", options, 0, wording.humanize, key="explore.column")
    way = name in columns and right.segmented_control(
        "Shown as", ["Boxes", "Histogram"], default="Boxes", required=True, key="explore.way"
    )
    title = wording.humanize(name)
    if not way:
        drawn = plotly_charts.draw_shares(run.sample, run.categories[name], names)
    elif way == "Histogram":
        drawn = plotly_charts.draw_histogram(run.sample, columns[name], title, names)
    else:
        positive = bool((run.sample[columns[name]].dropna() > 0).all())
        log = right.toggle("By ratio", key="explore.log") if positive else False
        drawn = plotly_charts.draw_distribution(run.sample, columns[name], title, names, log)
    widgets.show_chart(drawn, "explore.distribution")
    _say_how_many(run)


def _show_two_columns(run: RunView, names: dict[int, str]) -> None:
    columns = run.columns
    options = list(columns)
    left, right = st.columns(2)
    x = left.selectbox("Across", options, 0, wording.humanize, key="explore.x")
    y = right.selectbox("Up", options, min(1, len(options) - 1), wording.humanize, key="explore.y")
    titles = (wording.humanize(x), wording.humanize(y))
    widgets.show_chart(
        plotly_charts.draw_pair(run.sample, columns[x], columns[y], titles, names), "explore.against"
    )
    _say_how_many(run)


def _show_movement(run: RunView, names: dict[int, str]) -> None:
    """Who is elsewhere in this run than in the live one; or since the run that was live when it was made."""
    from custseg_spark.app.side_by_side import compare_runs, tabulate_moves

    live, share = widgets.find_live_run(), 1.0
    if live is not None and live.run != run.run and run.shares_ids(live):
        key = f"moved since {live.run.run_id}"
        if key not in run.known:
            with st.spinner("Holding the customers against those of the live run"):
                run.known[key] = compare_runs(live, run)
        flows, share = run.known[key]
        st.markdown(f"**Against the live segmentation**, {widgets.escape_markdown(live.title)}")
        if flows[["from_name", "to_name"]].dropna().empty:
            st.info("No customer of this run is in the live one: they seem to be of other tables.")
            return
    else:
        flows = run.movement
    if flows.empty:
        st.info("Nothing to hold this run against: no other segmentation of these customers is live.")
        return
    before, now, counts = tabulate_moves(flows)
    widgets.show_chart(plotly_charts.draw_movement(before, now, counts), "explore.movement")
    st.caption("Customers who were in a segment before (rows) and are in one now (columns).")
    if share < 1:
        st.caption(f"From {100 * share:.2g} % of the customers, the same ones of both.")


def _show_customer(run: RunView, names: dict[int, str]) -> None:
    from custseg_spark import data

    wanted = st.text_input(f"{widgets.escape_markdown(run.model.id)} of the customer", key="explore.wanted")
    if not wanted:
        return
    found = run.find_customer(wanted)
    if found.empty:
        st.warning(f"No customer of this run has the number {widgets.escape_markdown(wanted)}.")
        return
    row = found.iloc[0]
    one = run.summary.segment(int(row["segment"]))
    widgets.show_template("customer.html", one=one, name=row["segment_name"], sure="")
    known = row.drop("segment").rename("Value").rename_axis("Column").reset_index()  # may be taken as CSV
    known["Column"] = [data.escape_text(wording.humanize(str(name))) for name in known["Column"]]
    known["Value"] = [data.escape_text(one) if isinstance(one, str) else str(one) for one in known["Value"]]
    st.dataframe(known, hide_index=True, height=420)


def _say_how_many(run: RunView) -> None:
    everyone = run.customers.count_rows()
    if len(run.sample) < everyone:
        st.caption(f"From {len(run.sample):,} of {everyone:,} customers, drawn evenly.")


VIEWS: dict[str, Callable[[RunView, dict[int, str]], None]] = {
    "Segments": answer.show_cards,
    "Two side by side": _show_two_segments,
    "One column": _show_column,
    "Two columns": _show_two_columns,
    "Who moved": _show_movement,
    "Find a customer": _show_customer,
}
