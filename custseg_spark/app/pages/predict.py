"""Predict: one customer typed in, or a table, placed by a run's model."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from custseg_spark import wording
from custseg_spark.app import engine, plotly_charts
from custseg_spark.app.pages import scoring, widgets

if TYPE_CHECKING:
    from custseg_spark.app.placement import Entry, Placement
    from custseg_spark.app.run_view import RunView

EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)
SURE = {
    "on the border": "On the border to “{next}”: it could be either",
    "rather": "Rather this one than “{next}”",
    "clearly": "Clearly this one; the next would be “{next}”",
    "very clearly": "Very clearly this one: a typical customer of the segment",
}


def show_page() -> None:
    """The page as it stands for this visit."""
    st.title("Which segment does a customer belong to?")
    run = widgets.choose_run("predict")
    if run is None:
        return
    ways = ["One customer", "A table of customers"]
    if widgets.choose_view("What do you have?", ways, "predict.way") == ways[0]:
        _show_one(run)
    else:
        scoring.show_scoring(run)


def _show_one(run: RunView) -> None:
    from custseg_spark.app.placement import list_entries, list_unseen, place_customer

    with widgets.explain_errors(widgets.get_visit().folder):
        found = list_entries(run)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown("**What is known of the customer** :gray[and what the model has seen]")
        places = st.columns(2) if len(found) > 5 else [st.container()]
        values = {}
        for place, entry in enumerate(found):
            with places[place % len(places)]:
                values[entry.column] = _ask_value(entry, run.run.run_id)
    with right, widgets.explain_errors(widgets.get_visit().folder):
        answer = place_customer(engine.get_session(), run, values)
        _show_placement(run, answer)
        beyond = list_unseen(found, values)
        if beyond:
            names = widgets.escape_markdown(", ".join(beyond))
            st.warning(
                f"No customer the model has seen had such a value: {names}. Take the answer as a guess."
            )


def _ask_value(entry: Entry, run_id: str) -> Any:
    """One input, filled with the middle of the training customers."""
    label = widgets.escape_markdown(entry.column)
    if entry.low is not None:
        most = "" if entry.whole else "most: "
        label += f" :gray[{most}{_format_value(entry.low)} to {_format_value(entry.high)}]"
    kept: Any = {"key": f"predict.{run_id}.{entry.column}", "persist_state": "session"}
    if entry.values:
        options = [None, *entry.values]
        return st.selectbox(label, options, 1, lambda value: "not known" if value is None else value, **kept)
    if entry.kind in ("whole", "number"):
        exact: Any = {"step": 10.0**-entry.digits, "format": f"%.{entry.digits}f"}
        if entry.kind == "whole":
            exact = {"step": 1}
        return st.number_input(label, value=entry.middle, placeholder="not known", **exact, **kept)
    if entry.kind == "date":
        return st.date_input(label, entry.middle, EARLIEST, LATEST, **kept)
    if entry.kind == "yes or no":
        return {"yes": True, "no": False}.get(st.selectbox(label, ["not known", "yes", "no"], **kept))
    return st.text_input(label, **kept) or None


def _format_value(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)


def _show_placement(run: RunView, answer: Placement) -> None:
    """The answer: name, sentence, action, how sure, and which features speak for it."""
    sure = SURE[answer.sure].format(next=answer.next[1])
    one = run.summary.segment(answer.segment)
    widgets.show_template("customer.html", one=one, name=answer.name, sure=sure)
    st.markdown("**What speaks for it**")
    weights = [(run.summary.say(reason.feature), reason.weight) for reason in answer.reasons]
    drawn = plotly_charts.draw_reasons(weights, (answer.segment, answer.name), answer.next)
    widgets.show_chart(drawn, "predict.reasons", tools=False)
    worth = 0.2 * max(abs(reason.weight) for reason in answer.reasons)
    for reason in answer.reasons[:2]:
        if reason.weight > worth:
            feature = wording.capitalize(run.summary.say(reason.feature))
            feature, name, following = map(widgets.escape_markdown, (feature, answer.name, answer.next[1]))
            if reason.level:
                level, own, other = (
                    widgets.escape_markdown(reason.level),
                    *map(wording.format_percent, (reason.own, reason.other)),
                )
                st.caption(f"{feature} {level}: so have {own} of “{name}”, {other} of “{following}”.")
                continue
            value, own, other = map(wording.format_number, (reason.value, reason.own, reason.other))
            st.caption(f"{feature} {value}: usual in “{name}” is {own}, in “{following}” {other}.")
