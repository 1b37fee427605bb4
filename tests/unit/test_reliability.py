"""docs/reliability.md says what the corpus and the results say, and every row of the results holds."""

import json

import pytest

from reliability import page
from tests.corpus import CASES, GROUPS


def test_the_page_is_up_to_date() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run scripts/reliability and commit the page"


def test_the_corpus_is_large_and_its_names_are_distinct() -> None:
    assert len(CASES) == sum(len(cases) for cases in GROUPS.values()) >= 60


@pytest.mark.parametrize("name", ["cluster.json", "faults.json"])
def test_every_row_of_the_results_holds(name: str) -> None:
    file = page.RESULTS / name
    if not file.exists():
        pytest.skip(f"{name} was not made yet")
    found = json.loads(file.read_text())
    assert all(one["same"] for one in found.get("runs", []))
    assert all(one["held"] == one["tries"] > 0 for one in found.get("faults", []))


def test_the_stream_that_was_killed_wrote_every_row_once() -> None:
    file = page.RESULTS / "stream.json"
    if not file.exists():
        pytest.skip("stream.json was not made yet")
    found = json.loads(file.read_text())
    assert len(found["kills_at_seconds"]) >= 10
    assert found["rows_in"] == found["rows_out"] == found["ids_out"] > 0
    assert found["labels_unlike_score"] == 0
    assert f"| rows that were written | {found['rows_out']:,} |" in page.page()


def test_hostile_names_stay_text_on_the_page() -> None:
    assert "<script>" not in page.page()
