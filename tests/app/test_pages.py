"""The pages as Streamlit's own test runner sees them: no browser, the shared session."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import runs
from custseg_spark.app import downloads
from custseg_spark.app.pages import widgets
from custseg_spark.app.run_view import RunView
from custseg_spark.app.server import MAIN
from custseg_spark.app.visit import Upload
from custseg_spark.commands.train import train
from custseg_spark.recipe import Recipe, parse
from tests.corpus import sheets
from tests.unit.test_propose_categories import draw_table

testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")


def open_page(page: str, **state: Any) -> Any:
    """A visit to one page; not run yet."""
    script = f"from custseg_spark.app.pages import {page}\n{page}.show_page()"
    found = testing.AppTest.from_string(script, default_timeout=90)
    for key, value in state.items():
        found.session_state[key] = value
    return found


def read_text(found: Any) -> str:
    """All text of a page."""
    kinds = (
        found.title,
        found.markdown,
        found.caption,
        found.error,
        found.warning,
        found.info,
        found.success,
    )
    texts = [str(element.value) for kind in kinds for element in kind]
    return "\n".join([*texts, *(str(element.value) for element in found.html)])


def choose(found: Any, label: str, value: str) -> Any:
    """Press one of several buttons in a row."""
    next(one for one in found.button_group if one.label == label).set_value(value)
    return found.run()


def bring(found: Any, name: str, content: bytes) -> Any:
    found.file_uploader[0].upload(name, content, "text/plain")
    return found.run()


def test_the_first_page_says_what_to_do_and_needs_no_spark() -> None:
    found = open_page("segment").run()
    assert not found.exception
    assert "Find the segments among your customers" in read_text(found)
    assert len(found.file_uploader) == 1


def test_the_script_says_nothing_of_its_own() -> None:
    whole = testing.AppTest.from_file(str(MAIN), default_timeout=90).run()
    assert not whole.exception
    assert (
        [one.value for one in whole.markdown]
        == [one.value for one in open_page("segment").run().markdown]
        == []
    )


@pytest.mark.parametrize(
    "name, content, why",
    [
        ("one.csv", b"id,spend\n1,2\n", "one.csv holds 1 row. Bring a table with at least 20 customers"),
        (
            "texts.csv",
            b"id,city\n" + b"".join(b"c%d,town\n" % i for i in range(40)),
            "texts.csv: no column of numbers to segment by: city the same in every row. Add what",
        ),
        ("zip.csv", b"PK\x03\x04 not a table", "is a zip archive or an Excel file"),
    ],
)
def test_what_cannot_be_segmented_is_refused_in_plain_words(
    spark: SparkSession, name: str, content: bytes, why: str
) -> None:
    found = bring(open_page("segment").run(), name, content)
    assert not found.exception
    (error,) = found.error
    assert why in error.value.replace("\\", "")
    assert "/tmp" not in error.value
    found.button(key="segment.another").click().run()
    assert len(found.file_uploader) == 1


def test_latin_text_of_an_old_spreadsheet_program_is_read(
    spark: SparkSession, customers: pd.DataFrame
) -> None:
    content = customers.assign(town="Köln").to_csv(index=False, sep=";").encode("cp1252")
    found = bring(open_page("segment").run(), "kunden.csv", content)
    assert not found.exception
    assert not found.error
    assert any("Köln" in str(element.value.to_dict()) for element in found.dataframe)


def test_of_a_workbook_with_sheets_one_is_chosen(spark: SparkSession, customers: pd.DataFrame) -> None:
    book = io.BytesIO()
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"about": ["this table"]}).to_excel(writer, sheet_name="Readme", index=False)
        customers.drop(columns="note").to_excel(writer, sheet_name="Customers", index=False)
    found = bring(open_page("segment").run(), "customers.xlsx", book.getvalue())
    assert "Readme" in found.selectbox[0].options
    assert len(found.error) == 1, "the first sheet is no table of customers"
    found.selectbox[0].set_value("Customers").run()
    assert not found.error
    assert found.multiselect[0].value == ["spend", "visits"]


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_workbooks_of_other_programs_are_taken(
    spark: SparkSession, customers: pd.DataFrame, ending: str
) -> None:
    table = customers.drop(columns="note")
    write = {"xls": sheets.old_book, "ods": sheets.open_document}[ending]
    content = write([list(table.columns), *table.astype(object).to_numpy().tolist()])
    found = bring(open_page("segment").run(), f"customers.{ending}", content)
    assert not found.error
    assert found.multiselect[0].value == ["spend", "visits"]


def test_each_sheet_is_segmented_with_its_own_proposal(spark: SparkSession, customers: pd.DataFrame) -> None:
    book = io.BytesIO()
    with pd.ExcelWriter(book) as writer:
        customers.drop(columns="note").to_excel(writer, sheet_name="First", index=False)
        other = customers[["id", "spend", "visits"]].rename(columns={"spend": "sales", "visits": "trips"})
        other.head(200).to_excel(writer, sheet_name="Second", index=False)
    found = bring(open_page("segment").run(), "customers.xlsx", book.getvalue())
    assert found.multiselect[0].value == ["spend", "visits"]
    found.selectbox[0].set_value("Second").run()
    assert found.multiselect[0].value == ["sales", "trips"]
    choose(found, "How many segments?", "Exactly")
    found.slider[0].set_value(3)
    found.button(key="segment.go").click().run()
    assert not found.error, read_text(found)
    (table,) = found.session_state["visit"].tables.values()
    assert table.known["published"].record.rows.read == 200
    assert table.known["recipe"].input.options == {"sheet": "Second"}
    assert found.selectbox[0].disabled, "no other sheet while one is shown"


def test_a_labelled_table_can_be_segmented_again(
    spark: SparkSession, run: RunView, customers: pd.DataFrame
) -> None:
    found = bring(open_page("segment").run(), "labelled.csv", downloads.write_csv(run.customers))
    assert not found.error, read_text(found)
    assert "what an earlier segmentation added: segment," in read_text(found).replace("\\", "")
    assert found.multiselect[0].value == ["spend", "visits"]
    choose(found, "How many segments?", "Exactly")
    found.slider[0].set_value(3)
    found.button(key="segment.go").click().run()
    assert not found.error, read_text(found)
    (table,) = found.session_state["visit"].tables.values()
    assert set(table.known["published"].sample.columns) == set(run.sample.columns)


def test_a_column_that_is_no_customers_number_is_warned_of(
    spark: SparkSession, customers: pd.DataFrame
) -> None:
    table = customers[["spend", "visits", "age"]]
    found = bring(open_page("segment").run(), "customers.csv", table.to_csv(index=False).encode())
    assert any("No column tells customers apart" in notice.value for notice in found.info)
    assert not found.warning, "the rows are numbered"
    (asked,) = (box for box in found.selectbox if "customer’s number" in box.label)
    asked.select("spend").run()
    (warning,) = found.warning
    assert "number the rows in a column of their own" in warning.value
    whole = table.assign(id=range(len(table))).to_csv(index=False).encode()
    assert not bring(open_page("segment").run(), "customers.csv", whole).warning


def test_choices_that_do_not_fit_can_be_changed(spark: SparkSession, customers: pd.DataFrame) -> None:
    found = bring(open_page("segment").run(), "customers.csv", customers.to_csv(index=False).encode())
    found.selectbox[0].set_value("visits").run()  # a number that many customers share
    found.button(key="segment.go").click().run()
    assert not found.exception
    (error,) = found.error
    assert error.value.replace("\\", "") == (
        "300 of 300 rows (100.0%) are rejected, more than is allowed (5.0%): the customer’s number stands "
        "more than once (300). Look at the columns you chose, or allow more rows to be left out under "
        "Fine-tuning."
    )
    found.button(key="segment.back").click().run()
    assert not found.error
    assert found.selectbox[0].value == "visits", "what was chosen is still there"
    assert found.button(key="segment.go")


def test_from_a_table_to_segments_and_a_candidate(
    spark: SparkSession, customers: pd.DataFrame, output: Path
) -> None:
    found = bring(open_page("segment").run(), "customers.csv", customers.to_csv(index=False).encode())
    assert found.selectbox[0].value == "id"
    assert found.multiselect[0].value == ["spend", "visits"]
    found.multiselect[1].set_value(["answered"])
    assert "age: not offered for comparing" in read_text(found)
    found.multiselect[2].set_value([])
    found.multiselect[0].set_value(["spend"])
    found.run()
    assert found.multiselect[2].value == [], "what was chosen stays when the proposal's other parts change"
    found.multiselect[0].set_value(["spend", "visits"])
    choose(found, "How many segments?", "Between")
    found.slider[0].set_value((2, 4))
    found.run()
    found.button(key="segment.go").click().run()
    assert not found.exception
    assert not found.error, read_text(found)
    assert "Three segments." in read_text(found)
    for name in ("Map", "Side by side", "Why this many", "Take it with you"):
        choose(found, "View", name)
        assert not found.exception, name
    found.button(key="results.save").click().run()
    assert "Saved as" in read_text(found)
    assert len(list((output / "runs").iterdir())) == 1


def test_categories_are_chosen_with_their_weights(spark: SparkSession) -> None:
    found = bring(open_page("segment").run(), "shop.csv", draw_table(rows=300).to_csv(index=False).encode())
    asked = next(one for one in found.multiselect if one.label == "Categories that cut")
    assert {*asked.value} == {"tier", "channel"}
    assert {*asked.options} == {"tier", "channel", "city"}
    asked.set_value(["tier"])
    found.run()
    weights = [one for one in found.slider if one.label.startswith("Weight of")]
    assert [(one.label, one.value) for one in weights] == [("Weight of tier, against 1 of a number", 1.0)]
    weights[0].set_value(2.0)
    choose(found, "How many segments?", "Exactly")
    next(one for one in found.slider if one.label == "Segments").set_value(3)
    found.run()
    found.button(key="segment.go").click().run()
    assert not found.exception
    assert not found.error, read_text(found)
    assert "Three segments" in read_text(found)


@pytest.fixture
def saved(table: Upload, run: RunView, recipe: Recipe, output: Path) -> Path:
    downloads.save_candidate(run, table, recipe, str(output))
    return output


def test_predict_without_a_run_says_where_to_make_one() -> None:
    found = open_page("predict").run()
    assert not found.exception
    assert "There is no run yet" in read_text(found)


def test_predict_places_a_customer_and_says_why(spark: SparkSession, saved: Path, run: RunView) -> None:
    found = open_page("predict").run()
    assert not found.exception
    found.number_input[0].set_value(4000.0)
    found.number_input[1].set_value(13)
    found.run()
    text = read_text(found)
    rich = run.summary.segments[0]
    assert rich.name in text
    assert rich.action in text
    assert "learly this one" in text
    found.number_input[0].set_value(1e9)
    found.run()
    assert "Take the answer as a guess" in read_text(found)


def test_predict_places_a_table(
    spark: SparkSession, saved: Path, run: RunView, customers: pd.DataFrame
) -> None:
    found = choose(open_page("predict").run(), "What do you have?", "A table of customers")
    assert "It needs these columns: id, spend, visits." in read_text(found)
    bring(found, "tomorrow.csv", customers.head(60).to_csv(index=False).encode())
    assert not found.exception
    assert not found.error, read_text(found)
    (task,) = [table.task for table in found.session_state["visit"].tables.values()]
    expected = run.sample.set_index("id").loc[customers["id"].head(60), "segment"].value_counts()
    assert task.result().sizes == {**dict.fromkeys(run.names, 0), **expected.to_dict()}
    found.button(key="predict.another").click().run()
    book, content = io.BytesIO(), downloads.write_csv(run.customers)
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"about": ["this table"]}).to_excel(writer, sheet_name="Readme", index=False)
        customers.drop(columns="note").head(60).to_excel(writer, sheet_name="Customers", index=False)
    semicolons = customers.head(60).assign(town="Köln").to_csv(index=False, sep=";").encode("cp1252")
    for name, table, rows in (
        ("tomorrow.xlsx", book.getvalue(), 60),
        ("tomorrow.csv", semicolons, 60),
        ("labelled.csv", content, 300),
    ):
        bring(found, name, table)
        if name.endswith("xlsx"):
            next(box for box in found.selectbox if "sheet" in box.label).set_value("Customers").run()
        assert not found.error, (name, read_text(found))
        (task,) = [brought.task for brought in found.session_state["visit"].tables.values()]
        assert sum(task.result().sizes.values()) == rows, name
        found.button(key="predict.another").click().run()
    bring(found, "other.csv", b"id,age\n" + b"".join(b"%d,%d\n" % (i, i) for i in range(40)))
    (error,) = found.error
    assert error.value.startswith("The table has no column 'spend'. There is 'id', 'age'")


def test_who_moved_is_held_against_the_live_run(
    spark: SparkSession, saved: Path, run: RunView, table: Upload
) -> None:
    live = runs.find_run(str(saved), run.run.run_id)
    other = train(
        spark, parse({**live.read_record().recipe, "segments": {"k": 2, "choose": "fixed"}}), str(table.file),
        str(saved),
    )  # fmt: skip
    runs.promote_run(live, "asked")
    widgets.list_runs.clear()
    found = open_page("explore").run()
    box = found.selectbox[0]
    assert len(set(box.options)) == 2
    box.set_value(other.run.run_id).run()
    choose(found, "View", "Who moved")
    assert not found.exception
    assert "Against the live segmentation" in read_text(found)
    (chart,) = found.get("plotly_chart")
    drawn = json.loads(chart.proto.spec)["data"][0]
    assert sorted(drawn["y"]) == sorted(run.lettered_names.values())
    assert len(drawn["x"]) == 2
    shown = [int(cell) for row in drawn["text"] for cell in row if cell]
    assert sum(shown) == 300


def test_runs_that_are_called_the_same_can_be_told_apart(saved: Path, run: RunView) -> None:
    twin = runs.Run(str(saved), f"{run.run.run_id[:-4]}ffff")
    shutil.copytree(runs.find_run(str(saved), run.run.run_id).path, twin.path)
    twin.write_record(run.record.model_copy(update={"run_id": twin.run_id, "input": "customers.csv"}))
    widgets.list_runs.clear()
    found = open_page("explore").run()
    box = found.selectbox[0]
    assert len(set(box.options)) == 2
    for run_id in (twin.run_id, run.run.run_id):
        found.selectbox[0].set_value(run_id).run()
        assert found.selectbox[0].value == run_id
        assert not found.exception


def test_an_output_that_is_broken_is_told_in_words(saved: Path) -> None:
    (saved / "live.json").write_text("{")
    widgets.list_runs.clear()
    found = open_page("explore").run()
    assert not found.exception
    (error,) = found.error
    assert "is not JSON" in error.value
    widgets.list_runs.clear()


def test_explore_shows_every_view(saved: Path, run: RunView) -> None:
    found = open_page("explore").run()
    for name in ("Two side by side", "One column", "Two columns", "Who moved"):
        choose(found, "View", name)
        assert not found.exception, name
    assert "Nothing to hold this run against" in read_text(found)
    choose(found, "View", "Find a customer")
    found.text_input[0].set_value("00007")
    found.run()
    assert run.find_customer("00007")["segment_name"][0] in read_text(found)
    found.text_input[0].set_value("nobody")
    found.run()
    assert "No customer of this run" in read_text(found)
