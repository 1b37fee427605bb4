"""Where the table begins and ends, and the files that it comes in."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, write_deltalake
from openpyxl import Workbook

from tests.brought_tables.tables import csv_lines, draw_customers, write_lines
from tests.brought_tables.trial import QUICK_KEYS, Case, Trial, bring, say

TITLE = ["Customer report", "Exported 31/12/2020"]
IDS = [str(number) for number in range(1001, 1301)]


def make_title_rows(directory: Path) -> Path:
    return write_lines(directory / "customers.csv", [*TITLE, "", *csv_lines(draw_customers())])


def make_title_sheet(directory: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.title = "Report"
    for row in [*([title] for title in TITLE), [], []]:
        sheet.append(row)
    table = draw_customers()
    for row in [list(table.columns), *table.astype(object).to_numpy().tolist()]:
        sheet.append(row)
    book.save(directory / "customers.xlsx")
    return directory / "customers.xlsx"


def make_sep_line(directory: Path) -> Path:
    """Excel writes it."""
    return write_lines(directory / "customers.csv", ["sep=;", *csv_lines(draw_customers(), ";")])


def make_footer_total(directory: Path) -> Path:
    table = draw_customers()
    total = f"Total,{table['spend'].sum():.2f},{table['orders'].sum()},"
    return write_lines(directory / "customers.csv", [*csv_lines(table), total])


def make_no_header(directory: Path) -> Path:
    return write_lines(directory / "customers.csv", csv_lines(draw_customers(), header=False))


def make_latin1(directory: Path) -> Path:
    cities = np.random.default_rng(2).choice(["Paris", "Málaga", "Köln"], 300)
    lines = csv_lines(draw_customers().assign(city=cities), ";")
    return write_lines(directory / "customers.csv", lines, "cp1252")


def make_zip(directory: Path) -> Path:
    with zipfile.ZipFile(directory / "c.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("customers.csv", "\n".join(csv_lines(draw_customers())) + "\n")
    return directory / "c.csv.zip"


def make_json(directory: Path) -> Path:
    """One array, all on one line."""
    rows = json.loads(draw_customers().to_json(orient="records"))
    (directory / "c.json").write_text(json.dumps(rows, separators=(",", ":")))
    return directory / "c.json"


def make_time_only(directory: Path) -> Path:
    customers = draw_customers().drop(columns="days_since_last")
    table = pa.Table.from_pandas(customers, preserve_index=False)
    times = [datetime.time(10 + minute // 60, minute % 60) for minute in range(300)]
    pq.write_table(
        table.append_column("t", pa.array(times, pa.time64("us"))), directory / "customers.parquet"
    )
    return directory / "customers.parquet"


def make_delta_with_deleted_rows(directory: Path) -> Path:
    """Three hundred written, the last hundred deleted: their file is still there."""
    place = directory / "delta"
    table = draw_customers()
    write_deltalake(place, table.head(200))
    write_deltalake(place, table.tail(100), mode="append")
    DeltaTable(place).delete("customer_id > 1200")
    assert len(list(place.glob("*.parquet"))) == 2
    return place


def holds_the_customers(trial: Trial) -> None:
    assert trial.recipe["input"]["id"] == "customer_id"
    assert sorted(trial.ids) == IDS
    assert {"spend", "orders"} <= {*trial.columns("segment_by"), *trial.columns("describe")}


def keeps_the_total_apart(trial: Trial) -> None:
    holds_the_customers(trial)
    assert trial.rows["quarantined"] == 1
    assert any("total" in reason.lower() for reason in trial.rows["by_reason"])


def asks_for_a_header(trial: Trial) -> None:
    """Refused, and the key that is named works."""
    assert trial.init.code == 3
    assert "header" in trial.init.err
    assert "first row" in trial.init.err
    assert "Traceback" not in trial.init.err
    assert not trial.recipe
    by_hand = trial.place / "by_hand.yaml"
    by_hand.write_text(
        "input: {id: _c0, options: {header: false}}\nsegment_by: {spend: _c1, orders: _c2}\n" + QUICK_KEYS
    )
    found = say("train", "--recipe", by_hand, "--input", trial.table, "--output", trial.place / "by_hand")
    assert found.code == 0, found.err
    assert "300 rows read, 300 accepted, 0 quarantined" in found.out


def holds_the_kept_rows(trial: Trial) -> None:
    """Two hundred, or one line of what to do; never a deleted customer."""
    if trial.init.code == 0 and trial.train and trial.train.code == 0:
        assert sorted(trial.ids) == IDS[:200]
        return
    refused = trial.train if trial.train and trial.train.code else trial.init
    assert refused.code in (2, 3)
    assert "Delta" in refused.err
    assert not (trial.place / "out").exists()


def reads_the_rest(trial: Trial) -> None:
    assert sorted(trial.ids) == IDS
    assert "t" not in trial.columns("segment_by")
    assert "t" in trial.customers or "t:" in trial.recipe_text or " t " in trial.recipe_text


def reads_the_letters(trial: Trial) -> None:
    """Found, or the option that is named reads it."""
    if trial.init.code:
        assert "--encoding" in trial.init.err
        trial = bring(trial.table, trial.place / "again", "--encoding", "cp1252")
    assert sorted(trial.ids) == IDS
    assert set(trial.customers["city"]) == {"Paris", "Málaga", "Köln"}


CASES = [
    Case("title_rows_csv", make_title_rows, (holds_the_customers,)),
    Case("title_rows_xlsx", make_title_sheet, (holds_the_customers,)),
    Case("sep_line", make_sep_line, (holds_the_customers,)),
    Case("footer_total", make_footer_total, (keeps_the_total_apart,)),
    Case("noheader", make_no_header, (asks_for_a_header,), customers=None),
    Case("latin1", make_latin1, (reads_the_letters,), customers=None),
    Case("c_csv_zip", make_zip, (holds_the_customers,)),
    Case("c_json", make_json, (holds_the_customers,)),
    Case("time_only", make_time_only, (reads_the_rest,)),
    Case("delta_deleted_rows", make_delta_with_deleted_rows, (holds_the_kept_rows,), customers=None),
]
