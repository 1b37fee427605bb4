"""What the pages share: the visit, progress, errors in plain words, the choice of a run."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from custseg_spark.app import uploads
from custseg_spark.app.settings import SETTINGS
from custseg_spark.app.task import Task
from custseg_spark.app.visit import Upload, Visit
from custseg_spark.errors import CustsegError

if TYPE_CHECKING:
    from plotly.graph_objects import Figure
    from streamlit.delta_generator import DeltaGenerator

    from custseg_spark.app.run_view import RunView
    from custseg_spark.runs import RunListing

log = logging.getLogger("custseg")
OWN = "own"
"""The run that was just made, among the ids of the published ones."""
TOOLS = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}
UNFORESEEN = (
    "Something went wrong that we did not foresee. Whoever runs this page finds it in the server's log."
)


def get_visit() -> Visit:
    """This person's visit. It ends a while after the connection does."""
    found = st.session_state.get("visit")
    if found is None or found.closed:
        session = _get_session_id()
        found = Visit(lambda: exists() and get_instance().is_active_session(session))
        st.session_state["visit"] = found
    _hold(found)
    return found


def _get_session_id() -> str:
    """Which connection the page is drawn for."""
    context = get_script_run_ctx()
    assert context is not None, "pages are drawn for somebody"
    return context.session_id


@st.cache_resource(scope="session", show_spinner=False, on_release=Visit.leave)
def _hold(_visit: Visit) -> Visit:
    """Streamlit releases this when the connection goes, and asks for it again when it is back."""
    _visit.stay()
    return _visit


def apply_style() -> None:
    """The look that Streamlit's theme can't say."""
    st.html(Path(__file__).with_name("style.css"))


def ask_for_table(page: str, label: str) -> None:
    """The place to put the table of a page; when there is one, the page starts anew with it."""
    most = SETTINGS.most_megabytes
    number = st.session_state.get(f"{page}.brought", 0)
    key = f"{page}.upload.{number}"  # another one each time, so that none holds an old file
    uploaded = st.file_uploader(f"{label}: {uploads.READS}", key=key, max_upload_size=most)
    if uploaded is None:
        return
    content = uploaded.getvalue()
    refused = uploads.refuse_size(uploaded.name, len(content), most)
    if refused:
        st.error(escape_markdown(refused))
        return
    get_visit().bring(page, uploaded.name, content)
    # Streamlit keeps what was uploaded in memory as long as the session; ours lies in the visit's folder.
    files: Any = get_instance().uploaded_file_mgr
    files.remove_file(_get_session_id(), uploaded.file_id)
    st.session_state[f"{page}.brought"] = number + 1
    st.rerun()


def offer_another(page: str, table: Upload) -> None:
    """A line on the table in use, and the way to another one."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":material/table: **{escape_markdown(table.file.name)}**", width="content")
        if st.button("Use another table", key=f"{page}.another"):
            get_visit().drop(page)
            st.rerun()


def choose_sheet(page: str, table: Upload, *, fixed: bool = False) -> str | None:
    """The sheet of a workbook that has several, as it is chosen here; None for any other table. `fixed`: no
    other one can be chosen, since this one is worked on, or what came of it is shown."""
    if "sheets" not in table.known:
        table.known["sheets"] = uploads.list_sheets(table.file)
    names = table.known["sheets"]
    if len(names) < 2:
        return None
    chosen = st.selectbox(
        "Which sheet holds the customers?", names, key=f"{page}.sheet.{table.number}", disabled=fixed,
        persist_state="session",
    )  # fmt: skip
    return str(chosen)


def show_progress(task: Task[Any], place: DeltaGenerator, title: str) -> None:
    """Show in one place how far the work is until it ends. Whatever is clicked meanwhile, it goes on."""
    if task.done():
        return
    while not task.wait(0.15):
        share, said = task.progress
        place.progress(share, f"**{title}**  \n{said}")
    st.rerun()


@contextmanager
def explain_errors(folder: Path, otherwise: str = "") -> Iterator[None]:
    """Inside, an error is told in plain words, and the page ends there."""
    try:
        yield
        return
    except CustsegError as problem:
        said = uploads.explain_plainly(problem, folder, otherwise)
    except Exception:
        log.exception("app")
        said = UNFORESEEN
    st.error(escape_markdown(said), icon=":material/error:")
    st.stop()


def escape_markdown(text: str) -> str:
    """Text of a table or an error as Markdown shows it, not as it reads it."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>#$~|:" else sign for sign in text)


def show_chart(figure: Figure, key: str, *, tools: bool = True) -> None:
    """A Plotly figure; with its tools, without those that nobody needs here."""
    st.plotly_chart(figure, config=TOOLS if tools else {"displayModeBar": False}, theme=None, key=key)


def choose_view(label: str, views: Sequence[str], key: str, *, wide: bool = False) -> str:
    """One of several views, the first until another is chosen."""
    chosen = st.segmented_control(
        label, views, default=views[0], required=True, key=key, persist_state="session",
        label_visibility="collapsed", width="stretch" if wide else "content",
    )  # fmt: skip
    return str(chosen)


def show_template(name: str, /, **values: Any) -> None:
    """A piece of HTML with these values in it, escaped."""
    from custseg_spark.report.html import open_templates

    st.html(open_templates(__package__).get_template(name).render(values))


def choose_run(page: str) -> RunView | None:
    """The run that a page is about: the one just made on the first page, or a published one."""
    table = get_visit().tables.get("segment")
    own: RunView | None = None if table is None else table.known.get("published")
    with explain_errors(get_visit().folder):
        listed = {one.run.run_id: one for one in list_runs(SETTINGS.output)}
        labels = {} if own is None else {OWN: f"just made: {own.title}"}
        labels |= _write_labels(listed)
        if not labels:
            st.info("There is no run yet. Make one on the first page, **Segment**; it shows here at once.")
            return None
        chosen = st.selectbox(
            "Which segmentation?", list(labels), 0, labels.__getitem__, key=f"{page}.run",
            persist_state="session",
        )  # fmt: skip
        if own is not None and chosen == OWN:
            return own
        return _open_run(listed[chosen].run.output, chosen)


@st.cache_resource(ttl=15, show_spinner=False)
def list_runs(output: str | None) -> list[RunListing]:
    """The published runs, as everybody may see them."""
    from custseg_spark.app.run_view import list_published

    return list_published(output)


def find_live_run() -> RunView | None:
    """The published run that scores; None where there is none."""
    found = next((one.run for one in list_runs(SETTINGS.output) if one.live), None)
    return None if found is None else _open_run(found.output, found.run_id)


def _write_labels(listed: Mapping[str, RunListing]) -> dict[str, str]:
    """What each run is called, by its id; two that would be called the same get the end of it."""
    labels = {run_id: _write_label(one) for run_id, one in listed.items()}
    called = Counter(labels.values())
    return {
        run_id: label if called[label] == 1 else f"{label} · {run_id[-4:]}"
        for run_id, label in labels.items()
    }


def _write_label(one: RunListing) -> str:
    from custseg_spark.app.run_view import RunView

    assert one.record is not None, "only whole runs are listed"
    name = Path(one.record.input).stem.replace("_", " ")
    tail = ", live" if one.live else ", the newest" if one.latest else ""
    return f"{name} · {RunView(one.run).title} · {one.record.k} segments{tail}"


@st.cache_resource(max_entries=4, show_spinner="Opening the run")
def _open_run(output: str, run_id: str) -> RunView:
    """A published run: it never changes, and everybody may see it."""
    from custseg_spark.app.run_view import RunView
    from custseg_spark.runs import Run

    return RunView(Run(output, run_id))
