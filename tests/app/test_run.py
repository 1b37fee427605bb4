"""What the pages read of a run, what they place, and what is taken away."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet
import pytest
from pyspark.sql import SparkSession

from custseg_spark import data, runs
from custseg_spark.app import downloads, run_view, side_by_side, uploads
from custseg_spark.app.placement import Entry, list_entries, list_unseen, place_customer
from custseg_spark.app.run_view import RunView
from custseg_spark.app.task import Task
from custseg_spark.app.visit import Upload, Visit
from custseg_spark.commands.train import train
from custseg_spark.errors import DataError, RunError
from custseg_spark.model import SCALED
from custseg_spark.recipe import Recipe, load
from custseg_spark.report.view import SegmentView, read_summary
from tests.tables.saved import load_from_run


def test_the_first_screen_is_that_of_the_report(run: RunView) -> None:
    report = re.sub("<[^>]*>", "", (run.read_file("report.html") or b"").decode())
    assert str(run.summary.headline[0]).startswith("Three segments")
    assert str(run.summary.headline[0]) in report
    for one in run.summary.segments:
        assert str(one.sentence) in report
        assert one.action
    assert sum(one.size for one in run.summary.segments) == 300


def test_what_counts_as_success_is_told_as_in_the_report(run: RunView) -> None:
    (outcome,) = run.summary.outcomes
    assert (outcome.name, outcome.is_rate) == ("answered", True)
    report = (run.read_file("report.html") or b"").decode()
    for one in run.summary.segments:
        row = run.profile[run.profile["segment"] == one.segment].iloc[0]
        (found,) = one.outcomes
        assert (found.mean, found.low, found.high) == pytest.approx(
            tuple(row[f"{kind}_answered"] for kind in ("mean", "low", "high"))
        )
        assert outcome.write(found.mean) in report
    assert outcome.write(0.46, 0.414, 0.506) == "46\u00a0% (41 to 51)"


def test_a_segment_that_seldom_comes_back_is_flagged() -> None:
    assert SegmentView(segment=0, name="a", size=1, share=1.0, stability=0.59).shaky
    assert not SegmentView(segment=0, name="a", size=1, share=1.0, stability=0.6).shaky
    assert not SegmentView(segment=0, name="a", size=1, share=1.0).shaky


def test_a_run_of_an_older_version_still_has_its_names(run: RunView) -> None:
    summary = read_summary(None, run.record.segments)
    assert [one.name for one in summary.segments] == [one.name for one in run.summary.segments]


def test_three_axes_keep_distances_where_there_are_two_features(run: RunView) -> None:
    points, shares = run.axes
    assert points.shape == (300, 3)
    assert sum(shares) == pytest.approx(1)
    centred = run.points - run.points.mean(axis=0)
    assert np.linalg.norm(points, axis=1) == pytest.approx(np.linalg.norm(centred, axis=1))


def test_a_customer_is_found_by_id_and_no_other_is(run: RunView) -> None:
    found = run.find_customer(" 00007 ")
    assert list(found["id"]) == ["00007"]
    assert run.find_customer("7").empty
    assert run.find_customer("' OR 1=1 --").empty


def test_of_many_customers_a_sample_is_held_and_it_is_the_same_again(
    run: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_view, "MOST", 100)
    one, other = RunView(run.run), RunView(run.run)
    assert len(one.sample) == 100
    pd.testing.assert_frame_equal(one.sample, other.sample)
    assert set(one.sample["segment"]) == {0, 1, 2}


def test_every_training_customer_is_placed_where_the_run_put_it(spark: SparkSession, run: RunView) -> None:
    for _, row in run.sample.groupby("segment").head(2).iterrows():
        answer = place_customer(spark, run, {"spend": float(row["spend"]), "visits": int(row["visits"])})
        assert (answer.segment, answer.name) == (row["segment"], row["segment_name"])
        assert 0 <= answer.margin <= 1


def test_the_reasons_add_up_to_the_difference_of_the_squared_distances(
    spark: SparkSession, run: RunView
) -> None:
    values = {"spend": 25.0, "visits": 3}
    answer = place_customer(spark, run, values)
    row = load_from_run(Path(run.run.path)).transform(
        spark.createDataFrame([(25.0, 3)], "spend double, visits bigint")
    )
    assert row.collect()[0]["segment"] == answer.segment
    point = _compute_point(spark, run, values)
    squared = np.sort(((np.array(run.model.centres) - point) ** 2).sum(axis=1))
    assert sum(reason.weight for reason in answer.reasons) == pytest.approx(squared[1] - squared[0])
    assert answer.margin == pytest.approx(1 - np.sqrt(squared[0] / squared[1]))
    assert answer.reasons[0].weight == max(reason.weight for reason in answer.reasons)


def _compute_point(spark: SparkSession, run: RunView, values: dict[str, float]) -> np.ndarray:
    from custseg_spark.app import placement

    row = placement._compute_features(spark, run.model, values)
    return np.array([row[f"{SCALED}{i}"] for i in range(len(values))])


def test_a_centre_is_placed_very_clearly_and_a_midpoint_on_the_border(
    spark: SparkSession, run: RunView
) -> None:
    spend, visits = run.model.features
    one, other = (np.array(run.model.centres[i]) for i in (0, 1))

    def invert(point: np.ndarray) -> dict[str, float]:
        raw = [point[i] * t.scale + t.centre for i, t in enumerate((spend, visits))]
        return {"spend": float(np.expm1(raw[0])), "visits": float(raw[1])}

    model = RunView(run.run)
    model.model.columns["visits"] = "double"
    assert place_customer(spark, model, invert(one)).sure == "very clearly"
    assert (
        place_customer(spark, model, invert((one + other) / 2 + (one - other) / 1e4)).sure == "on the border"
    )


def test_a_missing_value_is_filled_as_in_the_run(spark: SparkSession, run: RunView) -> None:
    fill = run.model.features[0].fill
    assert fill is not None
    with_fill = place_customer(spark, run, {"spend": fill, "visits": 3})
    assert place_customer(spark, run, {"spend": None, "visits": 3}) == with_fill


def test_a_value_that_the_model_does_not_take_is_told(spark: SparkSession, run: RunView) -> None:
    with pytest.raises(DataError, match="no number"):
        place_customer(spark, run, {"spend": -5.0, "visits": 3})


def test_the_form_has_the_models_columns_with_the_range_of_training(run: RunView) -> None:
    spend, visits = list_entries(run)
    assert (spend.column, spend.kind) == ("spend", "number")
    assert (visits.kind, visits.low, visits.high) == ("whole", 2, 33)
    assert list_unseen((spend, visits), {"spend": 1e9, "visits": 3}) == ["spend"]


def test_a_column_that_the_run_does_not_keep_has_its_range_from_the_baseline(run: RunView) -> None:
    known = {entry.column: entry for entry in list_entries(run)}
    bare = RunView(run.run)
    bare.sample = run.sample.drop(columns=["spend", "visits"])
    spend, visits = list_entries(bare)
    for entry in (spend, visits):
        kept = known[entry.column]
        assert kept.low <= entry.low < entry.middle < entry.high < kept.high
        assert not entry.whole
    assert list_unseen((spend, visits), {"spend": 1e9, "visits": 3}) == [], "the ends are not known"


@pytest.mark.parametrize(
    "low, high, digits", [(0.0, 0.005, 5), (0.1, 0.9, 3), (0, 5000, 2), (3, 3, 2), (None, None, 2)]
)
def test_small_numbers_are_shown_with_their_digits(
    low: float | None, high: float | None, digits: int
) -> None:
    assert Entry("x", "number", low, low, high).digits == digits


def test_texts_and_decimals_can_be_looked_at(tmp_path: Path, run: RunView) -> None:
    other = RunView(run.run)
    other.customers = write_labelled(
        tmp_path, plan=["gold", "gold"] * 2 + ["blue"] * 2, town=list("abcdef"), price=[Decimal("1.5")] * 6,
        member=[True, False] * 3,
    )  # fmt: skip
    assert list(other.categories) == ["plan", "member"]
    assert "price" in other.columns
    assert "member" not in other.columns
    assert other.sample["price"].tolist() == [1.5] * 6


def test_two_segments_side_by_side_begin_with_what_sets_them_apart(run: RunView) -> None:
    table = side_by_side.compare_segments(run.profile, 0, 2)
    assert table["apart"].abs().is_monotonic_decreasing
    assert set(table["column"]) >= {"spend", "visits", "age"}


def test_movement_between_two_runs_counts_every_customer_once(
    run: RunView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = run.sample[["id", "segment", "segment_name"]]
    first, second = everyone.iloc[:200].copy(), everyone.iloc[50:].copy()
    moved = second["id"] == second["id"].iloc[0]
    second["segment"] = second["segment"].mask(moved, 9)
    second["segment_name"] = second["segment_name"].mask(moved, "Elsewhere")
    sides = []
    for name, table in (("first", first), ("second", second)):
        (tmp_path / name / "customers").mkdir(parents=True)
        table.to_parquet(tmp_path / name / "customers" / "part.parquet")
        side = RunView(run.run)
        side.customers = ds.dataset(tmp_path / name / "customers")
        sides.append(side)
    flows, share = side_by_side.compare_runs(*sides)
    assert share == 1
    assert flows["customers"].sum() == 300
    assert flows[flows["from_name"].isna()]["customers"].sum() == 100
    assert flows[flows["to_name"].isna()]["customers"].sum() == 50
    known = flows.dropna()
    assert known[known["from_name"] != known["to_name"]][["to_name", "customers"]].values.tolist() == [
        ["Elsewhere", 1]
    ]
    monkeypatch.setattr(side_by_side, "MOST", 100)
    part, share = side_by_side.compare_runs(*sides)
    assert share == 0.4
    assert 80 < part["customers"].sum() < 160
    assert part[part["from_name"].isna()]["customers"].sum() < 70, "the same customers of both"


def test_movement_has_a_row_for_who_came_and_a_column_for_who_left() -> None:
    flows = pd.DataFrame(
        {
            "from_segment": [1, 1, None, 0], "from_name": ["Big", "Big", None, "Small"],
            "to_segment": [1, None, 27, 27], "to_name": ["Big", None, "Young", "Young"],
            "customers": [5, 2, 3, 4],
        }
    )  # fmt: skip
    before, now, counts = side_by_side.tabulate_moves(flows)
    assert before == ["A\u2002Small", "B\u2002Big", "(new customers)"]
    assert now == ["B\u2002Big", "AB\u2002Young", "(no longer there)"]
    assert counts.tolist() == [[0, 4, 0], [5, 0, 2], [0, 3, 0]]


def test_cells_that_would_be_formulas_are_escaped(run: RunView, customers: pd.DataFrame) -> None:
    found = pd.read_csv(io.BytesIO(downloads.write_csv(run.customers)), dtype={"id": str}).set_index("id")
    assert len(found) == 300
    notes = found["note"].reindex(customers["id"])
    assert not notes.str.startswith(("=", "+", "-", "@", "\t")).any()
    assert set(notes) == {"'=1+1", "'+1", "'-x", "'@SUM(A1)", "'\tx", "fine"}
    assert found["spend"].reindex(customers["id"]).tolist() == customers["spend"].tolist()


def test_escaping_leaves_numbers_alone_and_takes_names_too() -> None:
    found = data.escape_pandas(pd.DataFrame({"=x": [-1.5, 2.0], "y": ["-1", None]}))
    assert list(found.columns) == ["'=x", "y"]
    assert found["'=x"].tolist() == [-1.5, 2.0]
    assert found["y"].tolist() == ["'-1", None]


FORMULAS = {
    "\n=1+1": "'\n'=1+1",
    "\uff1d1+1": "'\uff1d1+1",
    "x;=1+1": "x;'=1+1",
    "\x00=1+1": "'\x00=1+1",
    "#N/A": "#N/A",
}


def test_line_ends_full_width_signs_and_inner_separators_are_escaped_on_the_page_too(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"=note": list(FORMULAS), "parts": [["x", "=1"]] * len(FORMULAS)}
    customers = write_labelled(tmp_path, **columns)
    content = downloads.write_csv(customers).decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == ["segment", "segment_name", "'=note", "parts"]
    assert [row[2:] for row in rows] == [[safe, "['x' '=1']"] for safe in FORMULAS.values()]


def test_every_text_of_a_workbook_is_a_text(tmp_path: Path) -> None:
    customers = write_labelled(tmp_path, note=list(FORMULAS))
    names = pd.DataFrame({"name": pd.Series(["=1", "-x"], dtype="category"), "=mean": [-1.5, 2.0]})
    book = openpyxl.load_workbook(io.BytesIO(downloads.write_excel(customers, names)))
    cells = [row[2] for row in book["Customers"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == [safe.replace("\x00", "") for safe in FORMULAS.values()]
    rows = list(book["Segments"].values)
    assert rows == [("name", "'=mean"), ("'=1", -1.5), ("'-x", 2)]
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}


def test_whole_numbers_of_a_column_with_gaps_stay_whole(tmp_path: Path) -> None:
    customers = write_labelled(tmp_path, old_id=[58138, None], account=[4000000000000000001, None])
    text = downloads.write_csv(customers).decode("utf-8-sig").splitlines()
    assert text[1:] == ["0,a,58138,4000000000000000001", "0,a,,"]
    book = openpyxl.load_workbook(io.BytesIO(downloads.write_excel(customers, pd.DataFrame())))
    cells = [[cell.value for cell in row] for row in book["Customers"].iter_rows(min_row=2)]
    assert cells == [[0, "a", 58138, "4000000000000000001"], [0, "a", None, None]]


def test_a_workbook_takes_what_no_spreadsheet_can_hold(tmp_path: Path) -> None:
    customers = write_labelled(
        tmp_path, text=["a\x00b\x1fc", "line\nline"], value=[float("inf"), float("-inf")]
    )
    book = openpyxl.load_workbook(io.BytesIO(downloads.write_excel(customers, pd.DataFrame({"x": [np.inf]}))))
    cells = [[cell.value for cell in row][2:] for row in book["Customers"].iter_rows(min_row=2)]
    assert cells == [["abc", None], ["line\nline", None]]


def write_labelled(folder: Path, **columns: list[Any]) -> ds.Dataset:
    """Customers of one segment with these columns."""
    (folder / "customers").mkdir()
    rows = len(next(iter(columns.values())))
    given = {"segment": [0] * rows, "segment_name": ["a"] * rows, **columns}
    pyarrow.parquet.write_table(pa.table(given), folder / "customers" / "part.parquet")
    return ds.dataset(folder / "customers")


def test_the_workbook_holds_customers_and_segments_and_no_formula(run: RunView) -> None:
    book = openpyxl.load_workbook(io.BytesIO(downloads.write_excel(run.customers, run.profile)))
    assert book.sheetnames == ["Customers", "Segments"]
    rows = list(book["Customers"].iter_rows())
    assert len(rows) == 301
    assert [cell.value for cell in rows[0][:2]] == ["segment", "segment_name"]
    assert not any(cell.data_type == "f" for row in rows for cell in row)


def test_a_workbook_of_too_many_is_refused(run: RunView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "EXCEL_ROWS", 100)
    with pytest.raises(RunError, match="too many for a workbook"):
        downloads.write_excel(run.customers, run.profile)


def test_parquet_keeps_types_and_texts(run: RunView, customers: pd.DataFrame) -> None:
    found = pyarrow.parquet.read_table(io.BytesIO(downloads.write_parquet(run.customers))).to_pandas()
    assert sorted(found["id"]) == sorted(customers["id"])
    assert set(found["note"]) == set(customers["note"])


def test_a_candidate_is_a_whole_run_that_scores_and_says_nothing_of_where_the_table_lay(
    spark: SparkSession, run: RunView, table: Upload, recipe: Recipe, tmp_path: Path
) -> None:
    output = str(tmp_path / "lake")
    saved = downloads.save_candidate(run, table, recipe, output)
    assert (runs.find_latest(output), runs.find_live(output)) == (None, None), "nothing scores with it"
    assert runs.find_run(output, saved.run_id) == saved, "and an engineer can promote it"
    for name in ("run.json", "report.html", "recipe.yaml"):
        assert str(table.folder) not in Path(saved.at(name)).read_text()
    assert json.loads(Path(saved.at("run.json")).read_text())["input"] == "customers.csv"
    assert load(saved.at("recipe.yaml")) == recipe
    loaded = load_from_run(Path(saved.path))
    row = loaded.transform(spark.createDataFrame([(25.0, 3)], "spend double, visits bigint")).collect()[0]
    assert row["segment"] == place_customer(spark, run, {"spend": 25.0, "visits": 3}).segment
    assert [found.run.run_id for found in run_view.list_published(output)] == [saved.run_id]
    runs.promote_run(saved, "the first")
    assert runs.find_live(output) == saved


def test_what_was_saved_beside_a_live_run_is_scheduled_by_its_recipe(
    spark: SparkSession, run: RunView, table: Upload, recipe: Recipe, tmp_path: Path
) -> None:
    output = str(tmp_path / "lake")
    path = str(tmp_path / "customers.csv")
    pd.read_csv(table.file, dtype=str).sample(frac=0.9, random_state=0).to_csv(path, index=False)
    live = train(spark, recipe, path, output)
    saved = downloads.save_candidate(run, table, recipe, output)
    with pytest.raises(RunError, match="stand for others here") as refused:
        runs.promote_run(saved, "saved by the analyst")
    assert saved.at("recipe.yaml") in refused.value.remedy
    trained = train(spark, load(saved.at("recipe.yaml")), str(table.file), output)
    assert trained.live is not None
    assert trained.live.run_id == live.run.run_id
    assert sorted(trained.found.segmentation.sizes) == sorted(s.size for s in saved.read_record().segments)
    runs.promote_run(trained.run, "looked at")
    assert runs.find_live(output) == trained.run


def test_runs_that_did_not_end_well_are_not_listed(tmp_path: Path) -> None:
    begun = runs.begin_run(str(tmp_path))
    assert run_view.list_published(str(tmp_path)) == []
    failed = runs.FailedRecord(
        run_id=begun.run_id, input="", recipe=None, engine=None, versions={}, error="no disk"
    )
    begun.write_record(failed)
    assert run_view.list_published(str(tmp_path)) == []
    assert run_view.list_published(str(tmp_path / "nothing")) == []
    assert run_view.list_published(None) == []


def test_two_visits_at_once_do_not_mix(spark: SparkSession, customers: pd.DataFrame, recipe: Recipe) -> None:
    """Tables of the same name with other customers, looked into and segmented at the same time."""
    tables = {"all": customers, "some": customers.head(120).assign(spend=customers["spend"] * 100)}

    def go(table: pd.DataFrame) -> RunView:
        brought = Visit().bring("segment", "customers.csv", table.to_csv(index=False).encode())
        assert uploads.preview_upload(spark, brought.file).rows == len(table)
        file, output = str(brought.file), brought.make_output()
        task = Task(lambda: train(spark, recipe, file, output))
        return RunView(task.result().run)

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(tables, pool.map(go, tables.values()), strict=True))
    for name, table in tables.items():
        assert sorted(found[name].sample["id"]) == sorted(table["id"])
        assert sorted(found[name].sample["spend"]) == sorted(table["spend"])
