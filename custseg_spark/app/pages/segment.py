"""Segment: from a table to its segments, in four steps that show one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from custseg_spark.app import engine, uploads
from custseg_spark.app.pages import widgets
from custseg_spark.app.task import Task
from custseg_spark.app.visit import Upload

if TYPE_CHECKING:
    from custseg_spark.app.form import Choices, Form
    from custseg_spark.app.offers import FeatureChoice

PAGE = "segment"
KEPT: Any = {"persist_state": "session"}
"""What is chosen stays while the person looks at other pages."""
_STEPS = (
    (
        "Bring a table",
        "One row per customer: an Excel sheet or an export. A customer number, and what each did.",
    ),
    (
        "Look at the proposal",
        "We suggest which columns tell your customers apart. Change what you know better.",
    ),
    (
        "Take the segments",
        "Named groups with their sizes, what to do with each, a report, and your table labelled.",
    ),
)
FEW = "Three to five numbers in which customers differ work best."
LEVELS = (
    "Such as a tier, a plan or a region: customers of different kinds are set apart. One or two are enough; "
    "each counts for as much as one number, and under Fine-tuning for more or less."
)
SUCCESS = "Such as an answered campaign. It takes no part in finding segments; it shows what they are worth."
PROTECTED = (
    "{columns}: not offered for comparing, as they should not decide how a person is treated. The report "
    "says how far the segments follow them all the same."
)
NUMBERED = (
    "Rows that share a number are left out. Choose another column, or number the rows in a column of their "
    "own and bring the table again."
)
LEFT_OUT = "Left out, as they look like what an earlier segmentation added: {columns}."
_FITS_NOT = "Look at the columns you chose, or allow more rows to be left out under Fine-tuning."


def show_page() -> None:
    """The page as it stands for this visit."""
    table = widgets.get_visit().tables.get(PAGE)
    if table is None:
        _welcome()
        return
    widgets.offer_another(PAGE, table)
    sheet = widgets.choose_sheet(PAGE, table, fixed=table.task is not None)
    preview = _look_into(table, sheet)
    back, step = st.empty(), st.empty()  # what a step draws takes the place of the one before at once
    if table.task is None:
        with step.container():
            _show_proposal(table, preview, sheet)
        return
    way = "Change the choices" if table.task.done() else "Stop, and change the choices"
    if back.button(way, key=f"{PAGE}.back", icon=":material/arrow_back:"):
        table.forget()
        st.rerun()
    widgets.show_progress(table.task, step, f"Finding segments among {preview.rows:,} customers")
    with step.container():
        _show_outcome(table, table.task)


def _welcome() -> None:
    st.title("Find the segments among your customers")
    widgets.ask_for_table(PAGE, "Your customer table")
    for column, number, (title, said) in zip(st.columns(3), "123", _STEPS, strict=True):
        column.html(f'<div class="cs-step"><b>{number}</b><h3>{title}</h3><p>{said}</p></div>')
    st.caption("Your table stays on this server only while this page is open, and nobody else sees it.")


def _look_into(table: Upload, sheet: str | None) -> uploads.UploadPreview:
    """What was found in the table, or in this sheet of it; looked into once."""
    key = f"preview {sheet}"
    if key not in table.known:
        with widgets.explain_errors(table.folder, uploads.AGAIN), st.spinner("Looking into the table"):
            table.known[key] = uploads.preview_upload(engine.get_session(), table.file, sheet)
    found: uploads.UploadPreview = table.known[key]
    return found


def _show_proposal(table: Upload, preview: uploads.UploadPreview, sheet: str | None) -> None:
    from custseg_spark.app import form

    st.title("What should tell your customers apart?")
    if f"form {sheet}" not in table.known:
        table.known[f"form {sheet}"] = form.build_form(preview)
    offered: Form = table.known[f"form {sheet}"]
    with st.expander(f"The table as it was read: {preview.rows:,} rows, {len(preview.columns)} columns"):
        st.dataframe(
            uploads.tabulate_columns(preview.columns, preview.head), hide_index=True, height=320,
            column_config={"Missing": st.column_config.NumberColumn(format="%.1f %%")},
        )  # fmt: skip
        st.caption("The first rows" if len(preview.head) == preview.rows else "Some rows of the whole table")
        st.dataframe(uploads.tabulate_first_rows(preview), hide_index=True, height=220)
    for notice in preview.notices:
        st.info(widgets.escape_markdown(notice))
    if preview.ours:
        st.caption(LEFT_OUT.format(columns=widgets.escape_markdown(", ".join(preview.ours))))
    chosen = _ask_choices(offered, f"{table.number}.{sheet}")
    nothing = not chosen.cut and not chosen.categories
    if nothing:
        st.warning("Choose at least one column that tells customers apart.")
    if st.button("Find segments", type="primary", disabled=nothing, key=f"{PAGE}.go"):
        from custseg_spark.commands.train import train

        with widgets.explain_errors(table.folder, "Choose other columns."):
            table.known["recipe"] = recipe = offered.build_recipe(chosen, table.file.name)
            file, output = str(table.file), table.make_output()
            table.task = table.begin(lambda: train(engine.get_session(), recipe, file, output))
            st.rerun()


def _ask_choices(offered: Form, of: str) -> Choices:
    """The form of one table or sheet, filled with the proposal."""
    from custseg_spark.app.form import Choices
    from custseg_spark.recipe import ROW_NUMBER

    proposed, offers = offered.proposed, offered.offers

    def make_key(name: str) -> str:
        return f"{PAGE}.{of}.{name}"

    def ask_several(label: str, options: list[str], name: str, note: str = "") -> list[str]:
        default = [one for one in getattr(proposed, name) if one in options]
        how: Any = {"wrap": name == "cut", "help": note or None, "key": make_key(name), **KEPT}
        return list(st.multiselect(label, options, default, lambda one: offers[one].says, **how))

    left, right = st.columns(2, gap="large")
    with left:
        asked, key = "Which column is the customer’s number?", make_key("id")
        called = {ROW_NUMBER: "none: number the rows of this file"} if offered.may_number else {}
        column = st.selectbox(
            asked, offered.ids, format_func=lambda one: called.get(one, one), key=key, **KEPT
        )
        if column in offered.doubts:
            st.warning(f"{widgets.escape_markdown(offered.doubts[column])}. {NUMBERED}")
        numbers = [name for name, offer in offers.items() if offer.cuts and offer.says != column]
        cut = ask_several("Compare customers by", numbers, "cut", FEW)
        levels = _ask_categories(offered, column, make_key)
        segments = _ask_how_many(proposed, make_key)
    with right:
        others = [name for name in offers if name not in cut]
        check = ask_several("What counts as success?", others, "check", SUCCESS)
        free = [name for name in others if name not in check]
        describe = ask_several("Also show for each segment", free, "describe")
        if offered.protected:
            st.caption(PROTECTED.format(columns=widgets.escape_markdown(", ".join(offered.protected))))
    treated, weights, smallest, left_out = _ask_fine_tuning(offered, cut, levels, make_key)
    return Choices(
        column, tuple(cut), tuple(describe), tuple(check), treated, segments, smallest, left_out,
        tuple(levels), weights,
    )  # fmt: skip


def _ask_categories(offered: Form, of_id: str, make_key: Callable[[str], str]) -> list[str]:
    """The categories that cut; nothing is asked where the table has none."""
    found = offered.categories
    names = [name for name, offer in found.items() if offer.says != of_id]
    if not names:
        return []
    default = [one for one in offered.proposed.categories if one in names]
    how: Any = {"help": LEVELS, "key": make_key("categories"), **KEPT}
    return list(st.multiselect("Categories that cut", names, default, lambda one: found[one].says, **how))


def _ask_how_many(proposed: Choices, make_key: Callable[[str], str]) -> tuple[int, int]:
    """The range of k that is tried."""
    from custseg_spark.app.form import MOST_SEGMENTS

    ways = ["Let the data say", "Between", "Exactly"]
    way = st.segmented_control(
        "How many segments?", ways, default=ways[0], required=True, key=make_key("way"), **KEPT
    )
    if way == ways[0]:
        return proposed.segments
    usual: Any = {"Between": (3, 6), "Exactly": 5}[way]
    how: Any = {"key": make_key(way.lower()), "label_visibility": "collapsed", **KEPT}
    k = st.slider("Segments", 2, MOST_SEGMENTS, usual, **how)
    return k if isinstance(k, tuple) else (k, k)


def _ask_fine_tuning(
    offered: Form, cut: list[str], levels: list[str], make_key: Callable[[str], str]
) -> tuple[dict[str, FeatureChoice], dict[str, float], float, float]:
    """How each column that cuts is treated, what each category weighs, the smallest segment and the most rows
    left out, as shares."""
    from custseg_spark.app.offers import EXTREMES, MISSING, SPREAD, FeatureChoice

    proposed = offered.proposed
    treated = {}
    with st.expander("Fine-tuning"):
        first, second = st.columns(2, gap="large")
        smallest = first.slider(
            "No segment smaller than, in % of customers",
            *(1, 20, round(100 * proposed.smallest)), key=make_key("smallest"), **KEPT,
        )  # fmt: skip
        left_out = second.slider(
            "Stop when more rows than this must be left out, in %",
            *(0, 50, round(100 * proposed.left_out)), key=make_key("left_out"), **KEPT,
        )  # fmt: skip
        for name in cut:
            offer = offered.offers[name]
            st.markdown(f"**{widgets.escape_markdown(offer.says)}**")
            one, two, three = st.columns(3)

            def ask(place: Any, title: str, words: dict[Any, str], now: str, name: str = name) -> Any:
                key, options = make_key(f"{title}.{name}"), list(words)
                return place.selectbox(title, options, options.index(now), words.get, key=key, **KEPT)

            spread = {"none": SPREAD["none"]} if offer.signed else SPREAD
            treated[name] = FeatureChoice(
                ask(one, "Where it is missing", MISSING, offer.treated.missing),
                ask(two, "Extreme values", EXTREMES, offer.treated.extremes),
                ask(three, "Differences count", spread, offer.treated.spread),
            )
        weights = {}
        for name in levels:
            weights[name] = st.slider(
                f"Weight of {offered.categories[name].says}, against 1 of a number",
                *(0.1, 3.0, 1.0, 0.1), key=make_key(f"weight.{name}"), **KEPT,
            )  # fmt: skip
    return treated, weights, smallest / 100, left_out / 100


def _show_outcome(table: Upload, task: Task[Any]) -> None:
    from custseg_spark.app.pages import run_results
    from custseg_spark.app.run_view import RunView

    if "published" not in table.known:
        with widgets.explain_errors(table.folder, _FITS_NOT):
            table.known["published"] = RunView(task.result().run, table.file.stem.replace("_", " "))
    run_results.show_results(table.known["published"], table, table.known["recipe"])
