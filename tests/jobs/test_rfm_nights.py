"""custseg rfm --incremental: sums that are kept from night to night, equal to those of a full run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from custseg_spark import cli, data
from tests.jobs.orders import RECIPE, Made, Rfm, made_lines

ROOT = Path(__file__).parents[2]


def test_night_by_night_is_equal_to_the_last_cent(rfm: Rfm) -> None:
    """Three nights, in the third of which lines of an old day come late; then the new day's lines alone."""
    lines = made_lines(seed=3)
    day = lines["day"].dt.normalize()
    late = (day == day.unique()[10]) & (np.arange(len(lines)) % 2 == 0)
    nights = [
        lines[(day < "2011-03-20") & ~late],
        lines[(day < "2011-04-01") & ~late],
        lines[day < "2011-04-15"],
    ]
    for night in nights:
        outcome = rfm(night, RECIPE, "--incremental", to="nightly")
        assert outcome.code == 0, outcome.err
    assert [line for line in outcome.record["warnings"] if "came late" in line] == [
        f"{day.unique()[10].date()}: {late.sum()} lines came late; the day was summed anew"
    ]
    outcome = rfm(lines[day >= "2011-04-15"], RECIPE, "--incremental", to="nightly")
    whole = rfm(lines)
    pd.testing.assert_frame_equal(outcome.customers(), whole.customers(), check_exact=True)
    assert outcome.record["lines"] == whole.record["lines"]
    again = rfm(lines, RECIPE, "--incremental", "--as-of", "2011-03-25", to="nightly")
    assert again.record["scans"] == {"total": 1, "dates": 1}, "no new day is read"
    then = rfm(lines, RECIPE, "--as-of", "2011-03-25", to="then")
    pd.testing.assert_frame_equal(again.customers(), then.customers(), check_exact=True)
    assert again.record["lines"] == then.record["lines"]


def test_nights_that_do_not_fit_are_refused(rfm: Rfm) -> None:
    lines = made_lines(100)
    first = rfm(lines, RECIPE, "--incremental")
    fewer = rfm(lines.iloc[1:], RECIPE, "--incremental")
    assert fewer.code == 3
    assert "when it was summed" in fewer.err
    assert "--rebuild-from 2011-03-01" in fewer.err
    assert fewer.record == first.record, "what is named stays as it was"
    other = rfm(lines, {**RECIPE, "leave_out": {}}, "--incremental")
    assert other.code == 2
    assert "another recipe" in other.err
    day = str(lines["day"].iloc[0].date())
    rebuilt = rfm(lines.iloc[1:], RECIPE, "--incremental", "--rebuild-from", day)
    pd.testing.assert_frame_equal(
        rebuilt.customers(), rfm(lines.iloc[1:], to="whole").customers(), check_exact=True
    )


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def equal(found: Made, whole: Made) -> None:
    assert found.code == whole.code == 0, found.err + whole.err
    pd.testing.assert_frame_equal(found.customers(), whole.customers(), check_exact=True)
    assert found.record["lines"] == whole.record["lines"]


def test_a_day_that_is_not_there_any_more_is_taken_out_by_a_rebuild(rfm: Rfm) -> None:
    lines = made_lines(100)
    rfm(lines, RECIPE, "--incremental")
    gone = str(lines["day"].iloc[len(lines) // 2].date())
    rest = lines[lines["day"].dt.date.astype(str) != gone]
    rebuilt = rfm(rest, RECIPE, "--incremental", "--rebuild-from", gone)
    assert any(line.startswith(f"{gone}: the input has none of its") for line in rebuilt.record["warnings"])
    equal(rebuilt, rfm(rest, to="whole"))


def test_lines_without_a_date_add_up_from_nights_of_new_days(rfm: Rfm) -> None:
    lines = made_lines(150, seed=5)
    lines["night"] = np.where(lines["day"] < "2011-03-25", 1, 2)
    lines.loc[lines.index % 7 == 0, "day"] = pd.NaT
    for night, new in lines.groupby("night"):
        outcome = rfm(new, RECIPE, "--incremental")
        assert outcome.record["lines"]["left_out"]["no date"] > 0, night
    whole = rfm(lines, to="whole")
    equal(outcome, whole)
    equal(rfm(lines[lines["night"] == 2], RECIPE, "--incremental"), whole)
    equal(rfm(lines, RECIPE, "--incremental"), whole)


def test_a_full_run_between_two_nights_leaves_the_kept_days(rfm: Rfm) -> None:
    lines = made_lines(100)
    rfm(lines, RECIPE, "--incremental")
    rfm(lines, {**RECIPE, "favourites": {}})
    again = rfm(lines, RECIPE, "--incremental")
    assert again.record["scans"] == {"total": 1, "dates": 1}, "no day is summed anew"
    equal(again, rfm(lines, to="whole"))


def test_prune_keeps_what_the_customers_and_the_next_night_need(rfm: Rfm) -> None:
    lines = made_lines(100)
    first = rfm(lines[lines["day"] < "2011-03-20"], RECIPE, "--incremental")
    nightly = rfm(lines, RECIPE, "--incremental", "--rebuild-from", "2011-03-01").record["run_id"]
    full = rfm(lines)
    table = full.record["run_id"]
    assert len(names(first.to / "days")) == 2
    young = ["runs", "prune", "--output", str(first.to), "--keep", "0"]
    assert cli.main(young) == 0
    assert len(names(first.to / "days")) == 2, "a run may be under way in what is young"
    assert cli.main([*young, "--older-than", "0"]) == 0
    assert names(first.to / "days") == {f"batch={nightly}"}
    assert names(first.to / "runs") == {table, nightly}
    assert len(full.customers()) == full.record["rows"]
    again = rfm(lines, RECIPE, "--incremental")
    assert again.record["scans"] == {"total": 1, "dates": 1}
    equal(again, full)


def test_other_rows_written_than_counted_are_not_published(rfm: Rfm, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = data.write_rows
    monkeypatch.setattr(data, "write_rows", lambda frame, path: whole(frame.limit(3), path))
    outcome = rfm(made_lines(30))
    assert outcome.code == 3
    assert "3 customers were written where" in outcome.err
    assert "the input changed during the run" in outcome.err
    assert not (outcome.to / "rfm.json").exists()


def test_the_real_lines_in_two_halves_are_the_whole(rfm: Rfm, shared_data: Path, tmp_path: Path) -> None:
    """Of its last ten days: every kept day is a directory of its own, and takes its time."""
    recipe = ROOT / "conf" / "online_retail_orders.yaml"
    lines = pd.read_parquet(shared_data / "online_retail.parquet")
    lines = lines[lines["InvoiceDate"] >= "2011-11-30"]
    path, half = tmp_path / "whole.parquet", tmp_path / "half.parquet"
    lines.to_parquet(path, coerce_timestamps="us")
    lines[lines["InvoiceDate"] < "2011-12-05"].to_parquet(half, coerce_timestamps="us")
    rfm(half, recipe, "--incremental", to="nightly")
    nightly = rfm(path, recipe, "--incremental", to="nightly")
    assert nightly.code == 0, nightly.err
    whole = rfm(path, recipe, to="whole")
    assert nightly.record["lines"] == whole.record["lines"]
    pd.testing.assert_frame_equal(
        nightly.customers("CustomerID"), whole.customers("CustomerID"), check_exact=True
    )
