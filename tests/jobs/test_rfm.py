"""custseg rfm: order lines to customers, held against pandas; night by night; as of a day."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import cli
from custseg_spark.transactions.customers import GROUPS
from tests.jobs.conftest import Train
from tests.jobs.orders import RECIPE, Made, Rfm, made_lines

ROOT = Path(__file__).parents[2]


def in_pandas(lines: pd.DataFrame, day: str) -> pd.DataFrame:
    """The customer table by its definitions, one row per customer."""
    as_of = pd.Timestamp(day)
    lines = lines.dropna(subset=["who"]).assign(day=lines["day"].dt.normalize())
    lines = lines[(lines["day"] < as_of) & (lines["article"] != "POST")]
    back = lines[lines["pieces"] < 0]
    sales = lines[(lines["pieces"] > 0) & (lines["price"] > 0)]
    sales = sales.assign(money=(sales["pieces"] * sales["price"]).round(4))
    by = sales.groupby("who")
    orders = sales.drop_duplicates(["who", "day", "number"]).groupby("who").size()
    first, last = by["day"].min(), by["day"].max()
    spent = by["money"].sum()
    returned = (-back["pieces"] * back["price"]).groupby(back["who"]).sum().reindex(spent.index).fillna(0)
    shops = sales.groupby(["who", "shop"])["money"].sum().reset_index()
    best = shops.sort_values(["money", "shop"], ascending=[False, True]).groupby("who")["shop"].first()
    return pd.DataFrame(
        {
            "recency": (as_of - last).dt.days, "frequency": orders, "monetary": spent,
            "tenure": (as_of - first).dt.days, "average_basket": spent / orders, "items": by["pieces"].sum(),
            "days_between_orders": ((last - first).dt.days / (orders - 1)).where(orders > 1),
            "returns_share": returned / spent, "shop": best.reindex(spent.index),
            "dearest": by["price"].max(), "mean_price": by["price"].mean(),
            "by_web": (sales["shop"] == "web").groupby(sales["who"]).mean(),
        }
    )  # fmt: skip


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        found[list(expected.columns)], expected, check_dtype=False, check_names=False, rtol=1e-12
    )


def test_the_table_is_that_of_the_definitions(rfm: Rfm) -> None:
    lines = made_lines()
    outcome = rfm(lines)
    assert outcome.code == 0, outcome.err
    last = lines.loc[lines["who"].notna() & (lines["pieces"] > 0) & (lines["price"] > 0), "day"].max()
    as_of = str((last + pd.Timedelta(days=1)).date())
    assert outcome.record["as_of"] == as_of
    expected = in_pandas(lines, as_of)
    same(outcome.customers(), expected)
    assert f"{len(expected):,} customers as of {as_of}" in outcome.out
    counts = outcome.record["lines"]
    assert (
        counts["read"] == len(lines) == counts["sales"] + counts["returns"] + sum(counts["left_out"].values())
    )
    assert counts["left_out"]["no customer"] == lines["who"].isna().sum()
    assert counts["left_out"]["postage"] == ((lines["article"] == "POST") & lines["who"].notna()).sum()
    assert outcome.record["scans"] == {"total": 1, "sum": 1}


def test_no_number_is_no_value_of_an_aggregate(rfm: Rfm) -> None:
    lines = pd.DataFrame(
        {
            "who": [1, 1, 1, 2], "number": list("abcd"), "day": pd.Timestamp("2011-03-01"), "pieces": 1,
            "price": 1.0, "rating": ["4", "NaN", "1", "NaN"],
        }
    )  # fmt: skip
    how = {"most": "max", "least": "min", "mean": "avg", "all": "sum"}
    rating = {name: f"{function}(CAST(rating AS DOUBLE))" for name, function in how.items()}
    outcome = rfm(lines, {"lines": RECIPE["lines"], "aggregates": rating})
    assert outcome.code == 0, outcome.err
    assert outcome.customers()[list(how)].to_numpy().tolist()[0] == [4.0, 1.0, 2.5, 5.0]
    assert outcome.customers()[["most", "least", "mean"]].iloc[1].isna().all()


def test_equal_values_get_equal_scores(rfm: Rfm) -> None:
    table = rfm(made_lines()).customers()
    for score, column, better in (
        ("r_score", "recency", -1),
        ("f_score", "frequency", 1),
        ("m_score", "monetary", 1),
    ):
        assert table.groupby(column)[score].nunique().max() == 1
        assert table[score].between(1, 5).all()
        assert np.corrcoef(table[column].rank(), table[score])[0, 1] * better > 0.9
    assert table["m_score"].value_counts().between(11, 13).all()
    mean = -(-(table["f_score"] + table["m_score"]) // 2)
    named = [GROUPS[r - 1][c - 1] for r, c in zip(table["r_score"], mean, strict=True)]
    assert table["rfm_group"].tolist() == named


def test_as_of_a_past_day_gives_the_table_as_it_was_then(rfm: Rfm) -> None:
    lines = made_lines()
    before = lines[lines["day"] < "2011-03-25"]
    then = rfm(lines, RECIPE, "--as-of", "2011-03-25")
    same(then.customers(), in_pandas(lines, "2011-03-25"))
    assert then.record["lines"]["left_out"]["on or after the as-of date"] > 0
    same(then.customers(), rfm(before, RECIPE, "--as-of", "2011-03-25", to="before").customers())


def test_currencies_are_turned_into_one_by_the_rate_of_the_day(rfm: Rfm, tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("currency,rate,date\nEUR,1,2000-01-01\nUSD,0.5,2000-01-01\nUSD,0.25,2011-03-02\n")
    lines = pd.DataFrame(
        {
            "who": [1, 1, 1, 1], "number": list("abcd"), "cur": ["EUR", "USD", "USD", "XXX"],
            "day": pd.to_datetime(["2011-03-01", "2011-03-01", "2011-03-02", "2011-03-02"]),
            "money": [8.0, 8.0, 8.0, 8.0],
        }
    )  # fmt: skip
    recipe = {
        "lines": {"customer": "who", "order": "number", "date": "day", "amount": "money"},
        "currency": {"code": "cur", "rates": {"path": str(rates)}},
    }
    outcome = rfm(lines, recipe)
    assert outcome.code == 0, outcome.err
    assert outcome.customers()["monetary"].tolist() == [14.0]
    assert outcome.record["lines"]["left_out"] == {"no rate for its currency": 1}
    rates.write_text("currency,rate\nEUR,1\nEUR,2\n")
    assert "EUR has two rates of one day" in rfm(lines, recipe).err
    for dates in (("2011-03-01", "2011-03-02", "2011-03-03", "2011-03-04", "4.3.2011"), ("soon",)):
        rates.write_text("currency,rate,date\n" + "".join(f"EUR,1,{day}\n" for day in dates))
        unread = rfm(lines, recipe)
        assert unread.code == 3
        assert f"1 of {len(dates)} rows can't be read; date: not a date" in unread.err


def test_whole_numbers_do_not_overflow_and_decimals_stay_exact(rfm: Rfm) -> None:
    """A quantity of 300,000 has more ten-thousandths than 32 bits hold, 1,000 at 3,000,000 yen more yen."""
    lines = pd.DataFrame(
        {
            "who": [1, 2], "number": ["a", "b"], "day": pd.to_datetime(["2011-03-01"] * 2),
            "pieces": np.array([300_000, 1_000], "int32"), "yen": np.array([1, 3_000_000], "int32"),
            "exact": [Decimal("0.12345"), Decimal("2.00005")],
        }
    )  # fmt: skip
    asked = {"customer": "who", "order": "number", "date": "day", "quantity": "pieces"}
    outcome = rfm(lines, {"lines": {**asked, "price": "yen"}})
    assert outcome.record["lines"]["sales"] == 2, outcome.record["lines"]
    assert outcome.customers()["monetary"].tolist() == [300_000, 3e9]
    assert outcome.customers()["items"].tolist() == [300_000, 1_000]
    exact = rfm(lines, {"lines": {**asked, "quantity": None, "amount": "exact"}}, to="exact")
    assert exact.customers()["monetary"].tolist() == [0.1235, 2.0001]


def test_a_text_file_and_rules_that_are_kept_or_subtracted(rfm: Rfm, tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(
        "no,cust,placed,qty,each\n1,007,2011-03-01,2,10\n1,007,2011-03-01,1,0\nC2,007,2011-03-03,-1,10\n"
        "3,008,2011-03-04,1,5\n4,,2011-03-04,1,5\n5,009,2011-03-04,x,5\n6,009,,1,5\n7,009,2011-03-05,1,-5\n"
    )
    recipe = {
        "input": {"types": {"qty": "int", "placed": {"date": "yyyy-MM-dd"}}},
        "lines": {"customer": "cust", "order": "no", "date": "placed", "quantity": "qty", "price": "each"},
        "returns": {"when": "no LIKE 'C%'", "subtract": True},
        "free_lines": "keep",
        "max_unreadable": 0.125,
    }
    outcome = rfm(path, recipe)
    assert outcome.code == 0, outcome.err
    table = outcome.customers("cust")
    assert table.index.tolist() == ["007", "008"]
    assert table["monetary"].tolist() == [10.0, 5.0]
    assert table["items"].tolist() == [3.0, 1.0]
    assert table["returns_share"].tolist() == [0.5, 0.0]
    assert table["last_order"].astype(str).tolist() == ["2011-03-01", "2011-03-04"]
    assert outcome.record["lines"] == {
        "read": 8, "sales": 3, "returns": 1,
        "left_out": {"qty: not a whole number": 1, "no customer": 1, "no date": 1, "price under zero": 1},
    }  # fmt: skip


def test_codes_that_look_like_numbers_at_first_stay_text(rfm: Rfm, tmp_path: Path) -> None:
    """A tenth of the stock codes has a letter, which nobody who guesses by the first rows sees."""
    path = tmp_path / "lines.csv"
    codes = [f"{85000 + i}" if i < 3600 else "POST" if i % 2 else f"{i}A" for i in range(4000)]
    rows = [f"{i},{i % 50},2011-03-{1 + i * 28 // 4000:02d},1,2.5,{code}" for i, code in enumerate(codes)]
    path.write_text("\n".join(["no,cust,placed,qty,each,code", *rows]) + "\n")
    recipe = {
        "lines": {"customer": "cust", "order": "no", "date": "placed", "quantity": "qty", "price": "each"},
        "leave_out": {"postage": "code RLIKE '^POST$'"},
        "favourites": {"code": "code"},
    }
    outcome = rfm(path, recipe)
    assert outcome.code == 0, outcome.err
    assert outcome.record["lines"]["left_out"] == {"postage": 200}
    assert outcome.customers("cust")["code"].str.endswith("A").any()
    as_numbers = {**recipe, "input": {"types": {"code": "int"}}}
    for arguments in ((), ("--incremental",)):
        bounded = rfm(path, as_numbers, *arguments, to="bounded")
        assert bounded.code == 3
        assert (
            "400 of 4,000 lines (10.0%) can't be read, more than max_unreadable allows (5.0%)" in bounded.err
        )
        assert "code: not a whole number (400)" in bounded.err
        assert not (bounded.to / "rfm.json").exists()


@pytest.mark.parametrize(
    "change, code, said",
    [
        ({"lines": {**RECIPE["lines"], "price": "prize"}}, 3, "lines.price: the table has no column 'prize'"),
        ({"leave_out": {"all": "true"}}, 3, "no line counts; all: "),
        ({"aggregates": {"a": "sum(nosuch(price))"}}, 2, "aggregates.a: "),
        pytest.param(
            {"leave_out": {"nobody": "pieces IN ('NA')"}},
            2,
            "leave_out.nobody: 'NA' is no ",
            marks=pytest.mark.spark_only("it compares whole numbers with text"),
        ),
    ],
)
def test_what_can_not_be_is_told(rfm: Rfm, change: dict[str, Any], code: int, said: str) -> None:
    outcome = rfm(made_lines(30), {**RECIPE, **change})
    assert (outcome.code, said in outcome.err) == (code, True), outcome.err
    assert not (outcome.to / "rfm.json").exists()


@pytest.fixture(scope="module")
def real() -> pd.DataFrame:
    """The lines of Online Retail that count: with a customer, not cancelled, quantity and price over zero."""
    path = ROOT.parent / "shared" / "data" / "online_retail.parquet"
    if not path.exists():
        pytest.skip(f"no real data at {path}")
    lines = pd.read_parquet(path)
    kept = lines["CustomerID"].notna() & ~lines["InvoiceNo"].str.startswith("C")
    return lines[kept & (lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]


@pytest.fixture(scope="module")
def outcome(spark: SparkSession, real: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The customers of Online Retail, made once."""
    to = tmp_path_factory.mktemp("online_retail") / "customers"
    lines, recipe = ROOT.parent / "shared/data/online_retail.parquet", ROOT / "conf/online_retail_orders.yaml"
    code = cli.main(["rfm", "--recipe", str(recipe), "--input", str(lines), "--to", str(to)])
    return Made(code, "", "", to)


def test_the_real_lines_give_the_known_figures(outcome: Made, real: pd.DataFrame) -> None:
    assert outcome.code == 0
    counts = outcome.record["lines"]
    assert counts == {
        "read": 541_909, "sales": 397_884, "returns": 8_905,
        "left_out": {"no customer": 135_080, "price at or under zero": 40},
    }  # fmt: skip
    assert counts["read"] == counts["sales"] + counts["returns"] + sum(counts["left_out"].values())
    table = outcome.customers("CustomerID")
    assert len(table) == 4_338
    assert table["monetary"].sum() == pytest.approx(8_911_407.904, abs=1e-6)
    day = real["InvoiceDate"].dt.normalize()
    by = real.assign(money=real["Quantity"] * real["UnitPrice"], day=day).groupby("CustomerID")
    expected = pd.DataFrame(
        {
            "recency": (pd.Timestamp("2011-12-10") - by["day"].max()).dt.days,
            "frequency": by["InvoiceNo"].nunique(),
            "monetary": by["money"].sum(),
            "items": by["Quantity"].sum(),
            "biggest_line": by["money"].max(),
        }
    )
    expected.index = expected.index.astype(int)
    pd.testing.assert_frame_equal(
        table[list(expected.columns)], expected, check_dtype=False, check_names=False, rtol=1e-9
    )
    assert outcome.record["as_of"] == "2011-12-10"
    assert table["rfm_group"].nunique() == 11


def test_the_real_customers_are_segmented_by_the_shipped_recipe(outcome: Made, train: Train) -> None:
    """What scripts/demo --orders does, with less evidence: from order lines to the page."""
    less = ["evidence.bootstraps=2", "sweep.restarts=2", "evidence.structure=false"]
    settings = [word for setting in less for word in ("--set", setting)]
    trained = train(outcome.to, ROOT / "conf" / "online_retail.yaml", *settings)
    assert trained.code == 0, trained.err
    assert trained.record["rows"]["accepted"] == 4_338
    segments = trained.record["segments"]
    assert 4 <= len(segments) <= 7
    assert sum(segment["size"] for segment in segments) == 4_338
    assert segments[0]["name"].startswith("Big spenders")
    page = (trained.run / "report.html").read_text()
    assert all(segment["name"] in page for segment in segments)
    assert "pounds in all" in page
    told = json.loads((trained.run / "summary.json").read_text())
    assert [one["objection"] for one in told["segments"]] == [""] * len(segments), "actions are borne out"
    assert all("at least" in one["stake"]["text"] for one in told["segments"]), (
        "spend is clipped at its p99.5"
    )
