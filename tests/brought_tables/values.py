"""Numbers and dates as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from tests.brought_tables.tables import FIRST_DAY, csv, draw_customers, draw_dated, write_column
from tests.brought_tables.trial import Case, Expect, Trial

GAPS = 30


def money(value: float) -> str:
    return f"${value:,.2f}"


def comma(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


def knock_out(table: pd.DataFrame) -> pd.DataFrame:
    """Some amounts are not there, and two ways of saying so."""
    spend = table["spend"].astype(object)
    spend[::10] = "N/A"
    spend[5::20] = "-"
    return table.assign(spend=spend)


def add_share(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(discount_share=[f"{percent}%" for percent in draw_percents(len(table))])


def draw_percents(rows: int) -> list[int]:
    return [int(share) for share in np.random.default_rng(3).integers(1, 60, rows)]


def reads_spend_as_a_number(trial: Trial) -> None:
    assert set(trial.types["spend"]) == {"number"}
    assert "spend" in trial.columns("segment_by")
    name, _ = trial.find_feature("spend")
    expected = draw_customers()["spend"].mean()
    assert np.isclose(trial.customers[f"feature_{name}"].mean(), expected, rtol=1e-6)


def says_the_sign(trial: Trial) -> None:
    assert trial.types["spend"]["number"]["decimal"] == ","
    assert trial.recipe["input"]["options"]["sep"] == ";"


def labels_alike_in_duckdb(trial: Trial) -> None:
    """The SQL that a run leaves reads the column as the run did."""
    sep = trial.recipe["input"].get("options", {}).get("sep", ",")
    declared: dict[Hashable, type[str]] = {
        name: str for name, kind in trial.types.items() if isinstance(kind, dict)
    }
    raw = pd.read_csv(trial.table, sep=sep, dtype=declared, keep_default_na=False)
    raw = raw.assign(customer_id=raw["customer_id"].astype(str))
    with duckdb.connect() as warehouse:
        warehouse.register("customers", raw)
        found = warehouse.sql((trial.run / "sql" / "duckdb.sql").read_text()).df()
    ours = trial.customers.set_index(trial.customers["customer_id"].astype(str))["segment"].astype(int)
    theirs = found.set_index(found["customer_id"].astype(str))["segment"].astype(int)
    assert ours.sort_index().to_dict() == theirs.sort_index().to_dict()


def counts_what_is_missing(trial: Trial) -> None:
    assert set(trial.types["spend"]["number"]["missing"]) >= {"N/A", "-"}
    name, keys = trial.find_feature("spend")
    gaps = knock_out(draw_customers())["spend"].isin(["N/A", "-"])
    assert trial.rows["missing"][name] == gaps.sum() > GAPS
    assert keys.get("impute", "median") == "median"
    known = draw_customers()["spend"][~gaps]
    mean = (known.sum() + known.median() * gaps.sum()) / len(gaps)
    assert np.isclose(trial.customers[f"feature_{name}"].mean(), mean, rtol=1e-6)


def reads_a_share(trial: Trial) -> None:
    assert set(trial.types["discount_share"]) == {"number"}
    assert re.search(r"percent|\.26\b|%", trial.init.text + trial.recipe_text), "that 26% is .26 is said"
    used = {name: sql for part in ("segment_by", "describe") for name, sql in trial.sections[part].items()}
    name = next(name for name, sql in used.items() if sql.strip("`") == "discount_share")
    profile = pd.read_csv(trial.run / "profile.csv")
    mean = (profile[f"mean_{name}"] * profile["share"]).sum()
    assert np.isclose(mean, np.mean(draw_percents(300)) / 100, atol=1e-3), "26% is .26"


def offers_recency(column: str, pattern: str | None, last: Callable[[], pd.Series[pd.Timestamp]]) -> Expect:
    """The days since `column`, from the last one on, cut or are shown; the column never cuts as it is."""

    def expect(trial: Trial) -> None:
        if pattern:
            declared = trial.types[column]["date"]
            declared = declared if isinstance(declared, str) else declared[0]
            assert loosen(declared) == loosen(pattern)
        assert trial.rows["quarantined"] == 0
        used = {**trial.sections["segment_by"], **trial.sections["describe"]}
        days = {name: sql for name, sql in used.items() if column in sql}
        assert days, "the days since are offered"
        assert all(sql.strip("`") != column for sql in days.values()), "a date is no number"
        profile = pd.read_csv(trial.run / "profile.csv")
        expected = (last().max().normalize() - last().dt.normalize()).dt.days.mean()
        means = [(profile[f"mean_{name}"] * profile["share"]).sum() for name in days]
        assert any(np.isclose(mean, expected, atol=1.01) for mean in means), (means, expected)

    return expect


def loosen(pattern: str) -> str:
    """The pattern with one letter where one or two do."""
    return re.sub(r"(?<!M)MM(?!M)", "M", pattern.replace("dd", "d").replace("HH", "H"))


def last_orders() -> pd.Series[pd.Timestamp]:
    return draw_dated()["last_order"]


def joined() -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.date_range(FIRST_DAY, periods=300, freq="D"))


def dated(name: str, write: Callable[[pd.Timestamp], str], pattern: str) -> Case:
    def make(directory: Path) -> Path:
        table = draw_dated()
        table["last_order"] = [write(day) for day in table["last_order"]]
        table.to_csv(directory / "customers.csv", index=False)
        return directory / "customers.csv"

    return Case(
        name, make, (offers_recency("last_order", pattern, last_orders),), recency=frozenset({"last_order"})
    )


def make_pandas_default(directory: Path) -> Path:
    """As pandas writes it: timestamps of nanoseconds."""
    table = draw_customers().drop(columns="days_since_last").assign(joined=joined().astype("datetime64[ns]"))
    table.to_parquet(directory / "customers.parquet")
    return directory / "customers.parquet"


def make_head_of_whole_numbers(directory: Path) -> Path:
    """Whole amounts in the first ten thousand rows, fractions after."""
    rng = np.random.default_rng(4)
    rows = 12_000
    big = rng.random(rows) < 0.35
    spend = np.where(big, 2900.0, 350.0) * rng.lognormal(0, 0.5, rows)
    spend = np.where(np.arange(rows) < 10_000, spend.round(), spend.round() + 0.5)
    table = pd.DataFrame(
        {
            "customer_id": np.arange(rows),
            "spend": [f"{value:g}" for value in spend],
            "visits": rng.poisson(np.where(big, 14, 7)),
            "newsletter": rng.choice(["no", "yes"], rows),
            "age_group": rng.choice(["18-30", "31-50"], rows),
        }
    )
    table.to_csv(directory / "customers.csv", index=False)
    return directory / "customers.csv"


def takes_fractions(trial: Trial) -> None:
    declared = trial.types["spend"]
    assert declared == "double" or "number" in declared
    assert trial.rows["quarantined"] == 0


def ids_are_whole(trial: Trial) -> None:
    assert sorted(trial.ids) == [str(number) for number in range(1001, 1301)]


CASES = [
    Case(
        "money_usd",
        csv(write_column("spend", money)),
        (reads_spend_as_a_number, labels_alike_in_duckdb),
    ),
    Case(
        "decimal_comma",
        csv(write_column("spend", comma), sep=";"),
        (reads_spend_as_a_number, says_the_sign, labels_alike_in_duckdb),
    ),
    Case("mixed_na", csv(knock_out), (counts_what_is_missing, labels_alike_in_duckdb)),
    Case("percent", csv(add_share), (reads_a_share,)),
    dated("date_us_short", lambda day: f"{day.month}/{day.day}/{day.year}", "M/d/yyyy"),
    dated("date_dmy_hm", lambda day: f"{day:%d/%m/%Y} 10:25", "dd/MM/yyyy HH:mm"),
    dated("date_mon", lambda day: f"{day:%d-%b-%Y}", "dd-MMM-yyyy"),
    dated("date_compact", lambda day: f"{day:%Y%m%d}", "yyyyMMdd"),
    Case(
        "pandas_default",
        make_pandas_default,
        (offers_recency("joined", None, joined),),
        recency=frozenset({"joined"}),
    ),
    Case("head_int", make_head_of_whole_numbers, (takes_fractions,), customers=12_000),
    Case("ids_float", csv(write_column("customer_id", lambda number: f"{number}.0")), (ids_are_whole,)),
]
