"""`input.id: {row_number: true}` in the recipe and in what rests on it, without an engine."""

from types import SimpleNamespace
from typing import Any

import pytest

from custseg_spark import journal, runs
from custseg_spark.app.run_view import RunView
from custseg_spark.errors import RecipeError, RunError
from custseg_spark.recipe import change, find_columns_used, parse
from custseg_spark.results import LiveRun
from custseg_spark.steps.live_run import part_from_customers
from custseg_spark.steps.load_for_scoring import refuse_row_numbers
from tests.support.records import make_run_record

NUMBERED: dict[str, Any] = {"input": {"id": {"row_number": True}}, "segment_by": {"spend": "spend"}}
NAMED = NUMBERED | {"input": {"id": "id"}}


def follow(file: str | None, fingerprint: str) -> tuple[Any, list[str]]:
    """The customers of a live run of this `file` as they are followed, and the warnings."""
    record = make_run_record("before", 0, 1, file=file)
    nothing: Any = SimpleNamespace(run_id="before")
    live = LiveRun(nothing, nothing, record, nothing, "customers/")
    with journal.open_journal() as kept:
        return part_from_customers(live, fingerprint).customers, kept.warnings


def test_a_recipe_names_a_column_or_numbers_the_rows() -> None:
    assert parse(NAMED).input.id_column == "id"
    assert not parse(NAMED).input.numbers_rows
    numbered = parse(NUMBERED)
    assert numbered.input.id_column == "row_number"
    assert numbered.input.numbers_rows
    assert "row_number" in find_columns_used(numbered)
    assert change(numbered, {"input.filter": "spend > 1"}).input.numbers_rows
    assert parse(numbered.model_dump(mode="json")) == numbered


@pytest.mark.parametrize("wrong", [{"row_number": False}, {"row": True}, 7, {}])
def test_what_is_neither_is_refused_by_its_key(wrong: Any) -> None:
    with pytest.raises(RecipeError, match=r"input\.id"):
        parse(NUMBERED | {"input": {"id": wrong}})


@pytest.mark.parametrize(
    ("file", "fingerprint", "is_found"),
    [(None, "", True), ("9:a", "9:a", True), ("9:a", "9:b", False), ("9:a", "", False), (None, "9:a", False)],
)
def test_customers_are_found_again_by_numbers_in_the_same_file_alone(
    file: str | None, fingerprint: str, is_found: bool
) -> None:
    customers, warnings = follow(file, fingerprint)
    assert (customers is not None) == is_found
    assert len(warnings) == (not is_found)
    before, now = (RunView(runs.Run("out", f"2026112{day}T000000.000Z-0000")) for day in (1, 2))
    for view, of in ((before, file), (now, fingerprint or None)):
        view.__dict__["record"] = make_run_record("r", 0, 1, file=of)
        view.__dict__["model"] = SimpleNamespace(id="row_number")
    assert before.shares_ids(now) == is_found


def test_what_needs_to_know_customers_again_is_refused() -> None:
    live: Any = SimpleNamespace(run=SimpleNamespace(run_id="r1"))
    refuse_row_numbers(parse(NAMED), live, "audience")
    with pytest.raises(RunError, match="run r1 knows customers by the number of their row"):
        refuse_row_numbers(parse(NUMBERED), live, "audience")
