"""Explore: a run looked into, segment by segment, column by column, customer by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from custseg_spark.app.pages import parts

if TYPE_CHECKING:
    from custseg_spark.app.run_view import RunView

VIEWS = ("Segments", "Two side by side", "One column", "Two columns", "Who moved", "Find a customer")


def show_page() -> None:
    """The page as it stands for this visit."""
    st.title("Look into a segmentation")
    run = parts.choose_run("explore")
    if run is None:
        return
    with parts.explain_errors(parts.get_visit().folder):
        names = run.names
        chosen = st.pills(
            "Segments", list(names), selection_mode="multi", default=list(names),
            format_func=names.__getitem__, key=f"explore.{run.run.run_id}.segments", persist_state="session",
        )  # fmt: skip
        view = st.segmented_control(
            "View", VIEWS, default=VIEWS[0], required=True, key="explore.view", persist_state="session",
            label_visibility="collapsed", width="stretch",
        )  # fmt: skip
        draw = dict(zip(VIEWS, (_segments, _two, _column, _columns, _show_movement, _customer), strict=True))[
            view
        ]
        if not chosen and view != "Find a customer":
            st.info("Choose a segment above.")
            return
        draw(run, sorted(chosen))


def _segments(run: RunView, chosen: list[int]) -> None:
    from custseg_spark.app.pages import answer

    answer.show_cards(run, chosen)


def _two(run: RunView, chosen: list[int]) -> None:
    """Two segments, every column, the farthest apart first."""
    from custseg_spark import wording
    from custseg_spark.app.compare import compare_segments
    from custseg_spark.app.pages import answer

    names = run.names
    left, right = st.columns(2)
    options = list(names)
    first = int(left.selectbox("This segment", options, 0, names.__getitem__, key="explore.first"))
    last = len(options) - 1
    second = int(right.selectbox("and this one", options, last, names.__getitem__, key="explore.second"))
    answer.show_cards(run, [first, second])
    table = compare_segments(run.profile, first, second)
    shown = table.assign(
        column=table["column"].map(wording.humanize), first=table["first"].map(wording.format_number),
        second=table["second"].map(wording.format_number),
        apart=table["apart"].map(lambda z: wording.format_signed(z)),
    )  # fmt: skip
    shown.columns = ["Column", names[first], f"{names[second]} ", "Apart, in standard deviations"]
    st.dataframe(shown, hide_index=True, height=420)


def _column(run: RunView, chosen: list[int]) -> None:
    from custseg_spark import wording
    from custseg_spark.app import figures
    from custseg_spark.app.pages.results import PLOTLY

    columns = run.columns
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    options = [*columns, *(name for name in run.categories if name not in columns)]
    name = left.selectbox("Column", options, 0, wording.humanize, key="explore.column")
    if name not in columns:
        drawn = figures.draw_shares(run.sample, run.categories[name], {i: run.names[i] for i in chosen})
        st.plotly_chart(drawn, config=PLOTLY, theme=None, key="explore.distribution")
        _of_how_many(run)
        return
    way = right.segmented_control(
        "Shown as", ["Boxes", "Histogram"], default="Boxes", required=True, key="explore.way"
    )
    names = {segment: run.names[segment] for segment in chosen}
    title = wording.humanize(name)
    if way == "Histogram":
        drawn = figures.draw_histogram(run.sample, columns[name], title, names)
    else:
        positive = bool((run.sample[columns[name]].dropna() > 0).all())
        log = right.toggle("By ratio", key="explore.log") if positive else False
        drawn = figures.draw_distribution(run.sample, columns[name], title, names, log)
    st.plotly_chart(drawn, config=PLOTLY, theme=None, key="explore.distribution")
    _of_how_many(run)


def _columns(run: RunView, chosen: list[int]) -> None:
    from custseg_spark import wording
    from custseg_spark.app import figures
    from custseg_spark.app.pages.results import PLOTLY
    from custseg_spark.app.run_view import choose_two

    columns = run.columns
    options = list(columns)
    across, up = choose_two(columns)
    left, right = st.columns(2)
    x = left.selectbox("Across", options, options.index(across), wording.humanize, key="explore.x")
    y = right.selectbox("Up", options, options.index(up), wording.humanize, key="explore.y")
    names = {segment: run.names[segment] for segment in chosen}
    titles = (wording.humanize(x), wording.humanize(y))
    drawn = figures.draw_pair(run.sample, columns[x], columns[y], titles, names)
    st.plotly_chart(drawn, config=PLOTLY, theme=None, key="explore.against")
    _of_how_many(run)


def _show_movement(run: RunView, chosen: list[int]) -> None:
    """Who is elsewhere in this run than in the live one; or since the run that was live when it was made."""
    from custseg_spark.app import figures
    from custseg_spark.app.compare import compare_runs, tabulate_moves

    live, share = parts.find_live_run(), 1.0
    if live is not None and live.run != run.run and live.model.id.lower() == run.model.id.lower():
        key = f"moved since {live.run.run_id}"
        if key not in run.known:
            with st.spinner("Holding the customers against those of the live run"):
                run.known[key] = compare_runs(live, run)
        flows, share = run.known[key]
        st.markdown(f"**Against the live segmentation**, {parts.escape_markdown(live.title)}")
        if flows[["from_name", "to_name"]].dropna().empty:
            st.info("No customer of this run is in the live one: they seem to be of other tables.")
            return
    else:
        flows = run.movement
    if flows.empty:
        st.info("Nothing to hold this run against: no other segmentation of these customers is live.")
        return
    before, now, counts = tabulate_moves(flows)
    st.plotly_chart(figures.draw_movement(before, now, counts), theme=None, key="explore.movement")
    st.caption("Customers who were in a segment before (rows) and are in one now (columns).")
    if share < 1:
        st.caption(f"From {100 * share:.2g} % of the customers, the same ones of both.")


def _customer(run: RunView, chosen: list[int]) -> None:
    from custseg_spark import data, wording

    wanted = st.text_input(f"{parts.escape_markdown(run.model.id)} of the customer", key="explore.wanted")
    if not wanted:
        return
    found = run.customer(wanted)
    if found.empty:
        st.warning(f"No customer of this run has the number {parts.escape_markdown(wanted)}.")
        return
    row = found.iloc[0]
    one = run.summary.segment(int(row["segment"]))
    parts.show_template("customer.html", one=one, name=row["segment_name"], sure="")
    known = [  # the page's tables can be taken away as CSV
        (
            data.escape_text(wording.humanize(str(name))),
            data.escape_text(value) if isinstance(value, str) else str(value),
        )
        for name, value in row.items()
        if str(name) != "segment"
    ]
    st.dataframe([{"Column": name, "Value": value} for name, value in known], hide_index=True, height=420)


def _of_how_many(run: RunView) -> None:
    everyone = run.customers.count_rows()
    if len(run.sample) < everyone:
        st.caption(f"From {len(run.sample):,} of {everyone:,} customers, drawn evenly.")
