"""What an unknown table is cut by: what could, what never does and why, sums by name, and the trial of
sets."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from custseg_spark.errors import DataError
from custseg_spark.propose.choose_features import FeatureChoice, choose_features
from custseg_spark.propose.column_kinds import look_at_column, look_at_columns
from custseg_spark.propose.features import ProposedFeature
from custseg_spark.propose.sums import add_up_columns
from custseg_spark.propose.try_features import try_features
from custseg_spark.propose.unfit import explain_unfit, explain_weak
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import parse, plain_yaml
from custseg_spark.statistics import STABLE

ROWS = 400


def draw(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def choose(table: dict[str, Any]) -> FeatureChoice:
    return choose_features(look_at_columns(pd.DataFrame(table)))


def names(features: Any) -> list[str]:
    return ["_".join(feature.words) for feature in features]


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("day", draw().integers(1, 32, ROWS), "a place in the calendar"),
        ("day_of_month", draw().integers(1, 32, ROWS), "a place in the calendar"),
        ("month", draw().integers(1, 13, ROWS), "a place in the calendar"),
        ("last_contact_hour", draw().integers(0, 24, ROWS), "a place in the calendar"),
        ("Wochentag", draw().integers(1, 8, ROWS), ""),
        ("pdays", np.where(draw().random(ROWS) < 0.75, -1, draw().integers(1, 400, ROWS)), "-1 in "),
        ("pdays", np.where(draw().random(ROWS) < 0.9, 999, draw().integers(0, 28, ROWS)), "999 in "),
        ("score", draw().integers(1, 101, ROWS), ""),
        ("zip", draw().integers(10_000, 99_999, ROWS), "a code"),
        ("Area Code", draw().integers(400, 999, ROWS), "a"),
        ("latitude", 40 + draw().random(ROWS), "a place on the map"),
        ("Year_Joined", draw().integers(1990, 2024, ROWS), "a year"),
        ("row", np.arange(1, ROWS + 1), "numbers the rows, as an id does"),
        ("churn_probability", draw().random(ROWS), "what a model says"),
        ("Cluster", draw().integers(0, 20, ROWS), "a segment"),
        ("NumWebVisitsMonth", draw().integers(1, 12, ROWS), ""),
        ("day calls", draw().integers(60, 160, ROWS), ""),
        ("spend", draw().lognormal(3, 1, ROWS), ""),
    ],
)
def test_what_never_cuts(name: str, values: Any, why: str) -> None:
    found = explain_unfit(look_at_column(name, pd.Series(values)))
    assert found.startswith(why) if why else not found


@pytest.mark.parametrize(
    ("name", "values", "why"),
    [
        ("loans", np.where(draw().random(ROWS) < 0.7, 0, draw().integers(1, 90, ROWS)), "0 in "),
        ("income", np.where(draw().random(ROWS) < 0.4, np.nan, draw().random(ROWS)), "of it is missing"),
        ("income", np.where(draw().random(ROWS) < 0.2, np.nan, draw().random(ROWS)), ""),
        ("cards", draw().integers(1, 7, ROWS), "6 different values"),
        ("Months_on_book", draw().integers(12, 60, ROWS), "says how long"),
        ("Days since enroll", draw().integers(1, 900, ROWS), "says how long"),
        ("days_since_last_order", draw().integers(1, 900, ROWS), ""),
    ],
)
def test_what_cuts_only_where_nothing_else_can(name: str, values: Any, why: str) -> None:
    column = look_at_column(name, pd.Series(values))
    assert not explain_unfit(column)
    assert why in explain_weak(column) if why else not explain_weak(column)


def test_each_column_that_does_not_cut_says_why() -> None:
    spend, random = draw(1).lognormal(4, 1, ROWS), draw(2)
    choice = choose(
        {
            "spend": spend,
            "spend_net": spend * 0.8,
            "orders": random.poisson(20, ROWS),
            "month": random.integers(1, 13, ROWS),
            "card": random.integers(0, 2, ROWS),
            "cards": random.integers(0, 5, ROWS),
        }
    )
    assert names(choice.features) == ["spend", "orders"]
    assert choice.remarks == {
        "spend_net": "says the same as spend (rank correlation 1.00)",
        "month": "a place in the calendar, not a quantity",
        "card": "one of two values",
        "cards": "5 different values: a code or a small count",
    }


def add_up(columns: list[str], values: Any = None) -> list[ProposedFeature]:
    table = pd.DataFrame({name: draw(place).poisson(3, ROWS) for place, name in enumerate(columns)})
    return list(add_up_columns(look_at_columns(table if values is None else values)))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            [f"{group}_sku_{place:02d}" for group in ("shoes", "books") for place in range(9)],
            ["shoes", "books"],
        ),
        ([f"{group}Item{place}" for group in ("Shoes", "Books") for place in range(9)], ["shoes", "books"]),
        ([f"sku_{place}_{group}" for group in ("shoes", "books") for place in range(9)], ["shoes", "books"]),
        ([f"books {kind}" for kind in "abcdefg"] + [f"toys {kind}" for kind in "abcdefg"], ["books", "toys"]),
        ([f"{kind}Books" for kind in "ABCDEFG"] + [f"{kind}Toys" for kind in "ABCDEFG"], ["books", "toys"]),
        (["MntWines", "MntFish", "MntMeat"], ["mnt_total"]),
        (["NumWebPurchases", "NumStorePurchases", "NumCatalogPurchases"], ["num_purchases_total"]),
        (["total day calls", "total eve calls", "total night calls"], ["total_calls"]),
        (["spend_a", "spend_b", "spend_total"], []),
        (["x1", "x2", "x3", "x4"], []),
        (["balance_1", "balance_2", "balance_3"], []),
        (["orders", "visits", "returns"], []),
    ],
)
def test_columns_are_added_up_by_what_their_names_share(columns: list[str], expected: list[str]) -> None:
    found = add_up(columns)
    assert names(found) == expected
    parts = [part for one in found for part in one.columns]
    assert len(parts) == len({*parts}), "each in one sum"


def test_answers_from_one_to_five_and_flags_are_no_counts() -> None:
    table = pd.DataFrame({f"answer_{place}": draw(place).integers(1, 6, ROWS) for place in range(5)})
    assert not add_up([], table)
    table = pd.DataFrame({f"bought_{place}": draw(place).integers(0, 2, ROWS) for place in range(5)})
    assert not add_up([], table)


def test_a_wide_table_is_proposed_as_its_sums_and_can_be_read() -> None:
    groups = ("shoes", "books", "toys", "garden", "food", "audio")
    rates = {group: draw(place).exponential(0.4, 300) for place, group in enumerate(groups)}
    table = {
        f"{group}_sku_{place:02d}": draw(place).poisson(rates[group])
        for group in groups
        for place in range(20)
    }
    head = pd.DataFrame({"customer_id": range(1, 301), **table}).astype(str)
    text = write_recipe(head, path="t.csv", format="csv", options={}).text
    recipe = parse(plain_yaml.read(text, "proposed"))
    assert list(recipe.segment_by) == list(groups)
    assert recipe.segment_by["shoes"].sql == " + ".join(f"shoes_sku_{place:02d}" for place in range(20))
    assert not recipe.describe
    assert len(recipe.input.types) == 120
    assert len(text.splitlines()) < 130
    assert max(map(len, text.splitlines())) < 125


def place_groups(seed: int, centres: list[list[float]], spread: float = 0.12) -> Any:
    """Rows around the centres, a third of them each or so, in shuffled order: (ROWS, columns)."""
    random = draw(seed)
    return np.array(centres)[random.integers(0, len(centres), ROWS)] + spread * random.normal(
        size=(ROWS, len(centres[0]))
    )


def test_the_columns_that_hold_groups_are_found_among_noise() -> None:
    planted = place_groups(5, [[1, 3, 5], [3, 1, 5], [3, 3, 1], [1, 1, 3]])
    noise = {f"noise_{place}": draw(place + 20).random(ROWS) for place in range(4)}
    choice = choose({"a": planted[:, 0], **noise, "b": planted[:, 1], "c": planted[:, 2]})
    assert sorted(names(choice.features)) == ["a", "b", "c"]
    assert not choice.notices
    assert choice.remarks["noise_1"] == "could cut as well"
    told = float(choice.tried.split("comes back to ")[1].split()[0])
    assert told > 0.95
    assert "On the other half, cut into 4" in choice.tried


def test_the_value_column_is_in_every_set() -> None:
    planted = place_groups(6, [[1, 3], [3, 1], [3, 3], [1, 1]])
    table = {"a": planted[:, 0], "b": planted[:, 1], "total_spend": draw(9).lognormal(3, 1, ROWS)}
    assert names(choose(table).features)[0] == "total_spend"
    table["total_spend_change"] = table.pop("total_spend")
    assert sorted(names(choose(table).features)) == ["a", "b"], "a change is no value"


def test_nothing_comes_back_from_noise_and_that_is_said() -> None:
    choice = choose({name: draw(place).normal(size=240) for place, name in enumerate(("a", "b", "c"))})
    notice = choice.notices[-1]
    assert notice.startswith(
        "No set of columns gives 3 to 5 segments that come back: the weakest of the best"
    )
    assert float(notice.split("comes back to ")[1].split()[0]) < STABLE
    assert len(choice.features) >= 2, "the recipe runs all the same"


def test_steps_of_few_values_are_no_structure() -> None:
    """Two columns of a dozen values that move together look perfectly separated; they are one clock."""
    planted = place_groups(7, [[1, 3], [3, 1], [3, 3], [1, 1]], spread=0.3)
    clock = draw(3).integers(0, 12, ROWS)
    table = {
        "rate": np.round(np.sin(clock * 2.0), 3),
        "index": np.round(np.cos(clock * 3.0), 3),
        "a": planted[:, 0],
        "b": planted[:, 1],
    }
    assert sorted(names(choose(table).features)) == ["a", "b"]


def test_the_same_rows_give_the_same_set_and_few_rows_none(short_trial: None) -> None:
    planted = place_groups(5, [[1, 3, 5], [3, 1, 5], [3, 3, 1]])
    table = {name: planted[:, place] for place, name in enumerate("abc")} | {"d": draw(1).random(ROWS)}
    assert choose(table).tried == choose(table).tried != ""
    few = choose({name: values[:150] for name, values in table.items()})
    assert few.tried == "Not tried: under 200 rows are too few to tell sets of columns apart."
    assert len(few.features) == 4
    assert not few.notices


def test_a_column_that_cannot_be_placed_ends_no_trial() -> None:
    tiny = ProposedFeature(("a",), "a", ("a",), pd.Series(np.where(np.arange(ROWS) == 3, 1e300, 0.0)))
    other = ProposedFeature(("b",), "b", ("b",), pd.Series(draw(1).random(ROWS)))
    assert try_features([tiny, other], None) is None
    assert try_features([other], None) is None


def test_a_date_on_which_somebody_last_did_something_is_a_recency() -> None:
    planted = place_groups(11, [[1, 100], [3, 20], [3, 300], [1, 200]], spread=0.2)
    days = pd.Timestamp("2024-06-30") - pd.to_timedelta(planted[:, 1].round(), unit="D")
    table = {"spend": planted[:, 0] + 1, "last_order": days, "joined": days.to_series().sample(frac=1).values}
    choice = choose(table)
    assert names(choice.features) == ["spend", "days_since_last_order"]
    assert choice.features[1].sql.startswith("datediff(date '2024-06-")


def test_a_table_of_codes_alone_is_refused() -> None:
    table = pd.DataFrame({"id": range(ROWS), "zip": draw().integers(10_000, 99_999, ROWS)})
    with pytest.raises(DataError, match="no column of numbers to segment by"):
        write_recipe(table, path="t.csv", format="csv", options={})


def test_no_more_is_tried_than_seconds_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLOUDS", "REDRAWS"):  # how many sets are tried depends on neither
        monkeypatch.setattr(f"custseg_spark.propose.measure_sets.{name}", 1)
    table = {
        f"measure_{name}": draw(place).lognormal(2, 0.7, 220) for place, name in enumerate("abcdefghijklmn")
    }
    choice = choose(table)
    assert int(choice.tried.split(": of ")[1].split()[0]) < 120
    assert [*choice.remarks.values()].count("could cut as well") == len(table) - len(choice.features)


def test_an_index_of_the_day_or_a_tariff_does_not_cut_and_a_rating_does() -> None:
    rng = np.random.default_rng(0)
    index = look_at_columns(pd.DataFrame({"emp.var.rate": rng.choice([-3.4, -1.8, -0.2, 1.1, 1.4], 900)}))
    rating = look_at_columns(pd.DataFrame({"review": rng.choice(np.arange(25, 51) / 10, 900)}))
    assert explain_weak(index[0]) == "5 different values: a code or a small count"
    more = look_at_columns(pd.DataFrame({"cons.price": rng.choice([*rng.normal(93, 1, 25).round(3)], 900)}))
    assert explain_weak(more[0]) == "25 values, each of many rows: of the day or the tariff they came by"
    assert explain_weak(rating[0]) == ""
    assert explain_weak(look_at_columns(pd.DataFrame({"spend": rng.gamma(2, 50, 900).round(2)}))[0]) == ""
