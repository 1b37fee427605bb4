"""The first screen of a run, and its segments as cards: what the report says, on the page."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from custseg_spark.app.pages import widgets
from custseg_spark.report.profile_table import find_contrasts, list_mean_columns

if TYPE_CHECKING:
    from custseg_spark.app.run_view import RunView

SHAKY = "do not act on this segment alone"


def show_answer(run: RunView) -> None:
    """The first screen: the headline, a line per segment, and what to know before acting on it."""
    widgets.show_template("answer.html", summary=run.summary, rows=run.record.rows, shaky=SHAKY)


def show_cards(run: RunView, only: Collection[int] | None = None) -> None:
    """A card per segment: who they are, what sets them apart, what to do."""
    widgets.show_template(
        "cards.html",
        segments=[one for one in run.summary.segments if only is None or one.segment in only],
        summary=run.summary,
        outcomes=run.summary.outcomes,
        profile=run.profile,
        columns=list_mean_columns(run.profile),
        find_contrasts=find_contrasts,
        shaky=SHAKY,
    )
