"""Starter recipes for tables nobody has written one for."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from custseg_spark.errors import DataError
from custseg_spark.propose.column_kinds import look_at_column
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Recipe, parse, plain_yaml
from custseg_spark.wording import split_words

ROWS = 400
pytestmark = pytest.mark.usefixtures("no_trial")


def proposed(head: pd.DataFrame) -> tuple[Recipe, str]:
    text = write_recipe(head, path="t.csv", format="csv", options={"sep": ";"}).text
    return parse(plain_yaml.read(text, "proposed")), text


@pytest.fixture
def customers() -> pd.DataFrame:
    """Columns of every kind, as text, as a CSV gives them."""
    random = np.random.default_rng(0)
    spend = random.lognormal(4, 1, ROWS).round(2)
    table = {
        "Customer Number": [f"{i:05d}" for i in range(ROWS)],
        "spend": spend,
        "spend.again": spend * 1.1,
        "order": random.poisson(20, ROWS),
        "Days since": random.integers(0, 365, ROWS),
        "kids": random.integers(0, 4, ROWS),
        "member": random.choice(["yes", "no"], ROWS),
        "Churn": random.choice(["Yes", "No"], ROWS, p=[0.1, 0.9]),
        "gender": random.choice(["f", "m"], ROWS),
        "e-mail": [f"a{i}@example.org" for i in range(ROWS)],
        "tier": random.choice(["gold", "it's", "blue"], ROWS, p=[0.5, 0.3, 0.2]),
        "joined": [f"{d:02d}.01.2024" for d in random.integers(1, 29, ROWS)],
        "zero": [0] * ROWS,
        "nothing": [""] * ROWS,
        "comment": [f"text {i}" for i in random.integers(0, 100, ROWS)],
    }
    return pd.DataFrame(table).astype(str)


def test_each_column_goes_where_it_belongs(customers: pd.DataFrame) -> None:
    recipe, text = proposed(customers)
    assert recipe.input.id == "Customer Number"
    assert {name: feature.sql for name, feature in recipe.segment_by.items()} == {
        "spend": "spend",
        "days_since": "`Days since`",
        "order": "`order`",
    }
    assert {name: shown.sql for name, shown in recipe.describe.items()} == {
        "spend_again": "`spend.again`",
        "kids": "kids",
        "member": "cast(member = 'yes' as int)",
        "tier_gold": "cast(tier = 'gold' as int)",
        "days_since_joined": "datediff(date '2024-01-28', joined)",
    }
    assert {name: outcome.sql for name, outcome in recipe.check.items()} == {
        "churn": "cast(Churn = 'Yes' as int)"
    }
    assert recipe.protected == ("gender",)
    for left in ("e-mail: says who a person is", "zero: the same value in every row", "nothing: no value"):
        assert f"#   {left}" in text


def test_skewed_amounts_are_log1p_and_even_ones_not(customers: pd.DataFrame) -> None:
    recipe, _ = proposed(customers)
    assert recipe.segment_by["spend"].transform == "log1p"
    assert recipe.segment_by["spend"].clip == (0.0, None)
    assert recipe.segment_by["days_since"].transform == "none"


def test_types_of_used_columns_are_declared_and_of_no_others(customers: pd.DataFrame) -> None:
    recipe, _ = proposed(customers)
    types = {name: getattr(kind, "date", kind) for name, kind in recipe.input.types.items()}
    assert types == {
        "spend": "double", "spend.again": "double", "order": "int", "Days since": "int", "kids": "int",
        "member": "string", "Churn": "string", "tier": "string", "joined": "dd.MM.yyyy",
    }  # fmt: skip


def test_a_typed_table_needs_no_types(customers: pd.DataFrame) -> None:
    typed = customers.assign(
        **{
            name: pd.to_numeric(customers[name])
            for name in ("spend", "spend.again", "order", "Days since", "kids")
        },
        joined=pd.to_datetime(customers["joined"], format="%d.%m.%Y"),
        Churn=customers["Churn"] == "Yes",
    )
    recipe, _ = proposed(typed)
    assert set(recipe.input.types) == {"member", "tier"}
    assert recipe.check["churn"].sql == "cast(Churn as int)"
    assert set(recipe.segment_by) == {"spend", "days_since", "order"}


def test_what_a_run_writes_itself_is_not_read(customers: pd.DataFrame) -> None:
    table = customers.rename(columns={"tier": "Segment"}).assign(feature_score=range(ROWS))
    proposal = write_recipe(table, path="t.csv", format="csv", options={})
    recipe = parse(plain_yaml.read(proposal.text, "proposed"))
    assert recipe.privacy.drop == ("Segment",)
    assert "Segment: a run writes a column of this name itself" in proposal.notices[0]
    assert not any("Segment" in str(description.sql) for description in recipe.describe.values())
    scored = table.assign(segment_name="a", distance_to_centre=0.5).astype(str)
    recipe, text = proposed(scored)
    assert "# Segment, feature_score, segment_name and distance_to_centre: a run writes columns" in text
    assert recipe.privacy.drop == ("Segment", "feature_score", "segment_name", "distance_to_centre")
    assert "score" not in recipe.segment_by


def test_what_is_protected_stays_a_whole_number(customers: pd.DataFrame) -> None:
    ages = pd.Series(np.random.default_rng(1).integers(18, 80, ROWS)).astype(str)
    recipe, _ = proposed(customers.assign(age=ages, birth="1.5"))
    assert recipe.input.types["age"] == "int"
    assert "birth" not in recipe.input.types


def test_amounts_under_one_name_are_offered_as_one_sum() -> None:
    random = np.random.default_rng(1)
    amounts = {f"amt {what}": random.lognormal(3, 1, ROWS) for what in ("wine", "fish", "gold")}
    recipe, text = proposed(pd.DataFrame({"id": range(ROWS), **amounts}))
    assert recipe.segment_by["amt_total"].sql == "`amt wine` + `amt fish` + `amt gold`"
    assert len(recipe.segment_by) == 1
    assert set(recipe.describe) == {"amt_wine", "amt_fish", "amt_gold"}
    assert "part of amt_total" in text


def test_a_table_with_its_own_total_gets_no_second_one() -> None:
    random = np.random.default_rng(1)
    amounts = {f"spend_{what}": random.lognormal(3, 1, ROWS) for what in ("wine", "fish")}
    head = pd.DataFrame({"id": range(ROWS), **amounts, "spend_total": sum(amounts.values())})
    recipe, _ = proposed(head)
    assert not any("+" in feature.expression for feature in recipe.segment_by.values())


def test_order_lines_are_called_what_they_are() -> None:
    random = np.random.default_rng(2)
    lines = pd.DataFrame({"customer_id": random.integers(0, 50, ROWS), "price": random.lognormal(2, 1, ROWS)})
    _, text = proposed(lines)
    assert "id: customer_id  # NOT different in every row" in text


def test_a_table_without_numbers_or_rows_is_refused() -> None:
    with pytest.raises(DataError, match="no column of numbers to segment by"):
        proposed(pd.DataFrame({"id": range(9), "sex": list("mfmfmfmfm")}))
    mixed = pd.DataFrame({"id": range(60), "spend": ["none given", *map(str, range(5))] * 10})
    with pytest.raises(DataError, match="spend: 17% of its values are no number, such as none given"):
        proposed(mixed)
    with pytest.raises(DataError, match="no rows"):
        proposed(pd.DataFrame({"id": []}))


def test_a_table_of_answers_is_told_what_can_be_done() -> None:
    head = pd.DataFrame({"id": range(60), "my card": ["yes", "no"] * 30, "smoker": ["Y", "N", "N"] * 20})
    with pytest.raises(DataError) as refused:
        proposed(head)
    assert "my card and smoker can be described, and make no segments by themselves" in refused.value.what
    _, _, offered = refused.value.remedy.partition("segment_by: ")
    recipe = parse({"input": {"id": "id"}, "segment_by": plain_yaml.read(offered, "the remedy")})
    assert recipe.segment_by["my_card"].category == "`my card`"


def test_no_more_segments_are_tried_than_combinations_of_levels() -> None:
    recipe, _ = proposed(pd.DataFrame({"id": range(90), "tier": ["Gold", "Iron", "Tin"] * 30}))
    assert ([*recipe.segment_by], recipe.segments.k) == (["tier"], (2, 3))


def test_a_table_whose_numbers_are_all_alike_is_told_so() -> None:
    with pytest.raises(DataError, match="segment by: spend and visits the same in every row"):
        proposed(pd.DataFrame({"id": range(60), "spend": 1.5, "visits": 2}))


def test_small_counts_cut_where_nothing_else_can() -> None:
    recipe, _ = proposed(pd.DataFrame({"id": range(60), "visits": [1, 2, 3] * 20}))
    assert list(recipe.segment_by) == ["visits"]
    assert recipe.segments.k == (2, 6)


def with_others(values: pd.Series, other: str, every: int) -> pd.Series:
    return values.where(values.reset_index(drop=True).index % every != 1, other)


def test_a_column_cuts_only_where_nearly_all_of_it_is_numbers(customers: pd.DataFrame) -> None:
    spend, orders = customers["spend"], customers["order"]
    customers = customers.drop(columns=["spend.again", "Days since"])
    customers = customers.assign(spend=with_others(spend, "x", 10), order=with_others(orders, "!", 200))
    recipe, text = proposed(customers)
    assert set(recipe.segment_by) == {"order"}
    assert "    order: int  # 0.5% of its values are no number, such as '!'\n" in text
    assert "#   spend: 10% of its values are no number, such as x\n" in text
    recipe, text = proposed(customers.assign(order=with_others(orders, "!", 199)))
    assert set(recipe.segment_by) == {"kids"}, "the next best"
    assert "#   order: 0.75% of its values" in text


def test_what_must_be_shown_of_every_row_is_text_where_it_is_mixed(customers: pd.DataFrame) -> None:
    ages = pd.Series([str(20 + i % 50) for i in range(ROWS)])
    recipe, _ = proposed(customers.assign(age=with_others(ages, "adult", 10)))
    assert "age" in recipe.protected
    assert recipe.input.types["age"] == "string"
    recipe, _ = proposed(customers.assign(age=ages))
    assert recipe.input.types["age"] == "int"


def test_an_id_may_be_a_number_in_most_rows_alone(customers: pd.DataFrame) -> None:
    ids = [f"C{i}" if i % 10 == 1 else f"{100_000 + i}" for i in range(ROWS)]
    recipe, text = proposed(customers.assign(**{"Customer Number": ids}))
    assert recipe.input.id == "Customer Number"
    assert "different in every row looked at" in text


@pytest.mark.parametrize("other", ["\n# a: b", "x" * 500, "\x1b[2J", "# {a: [", "\u2028-"])
def test_a_value_in_a_comment_stays_in_its_line(customers: pd.DataFrame, other: str) -> None:
    customers["order"] = with_others(customers["order"], other, 10)
    recipe, text = proposed(customers)
    assert "order" not in recipe.segment_by
    assert sum("of its values are no number" in line for line in text.splitlines()) == 1
    assert max(map(len, text.splitlines())) < 200


@pytest.mark.parametrize("as_text", [True, False])
def test_the_real_table(shared_data: Path, as_text: bool, short_trial: None) -> None:
    head = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t", dtype=str if as_text else None)
    recipe, text = proposed(head)
    assert recipe.input.id == "ID"
    assert recipe.segments.order_by is None  # found when the segments are: spend, where it parts them
    assert {*recipe.segment_by} <= {
        "mnt_total",
        "recency",
        "deals_purchases",
        "web_purchases",
        "store_purchases",
        "web_visits_month",
    }
    assert "# Tried on one half of 2,000 rows: of " in text
    assert recipe.segment_by["mnt_total"].transform == "log1p"
    assert recipe.protected == ("Year_Birth", "Marital_Status")
    assert list(recipe.check) == ["response"]
    assert {"income", "complain", "accepted_cmp1", "kidhome", "education_graduation"} <= set(recipe.describe)
    assert "#   Z_Revenue: the same value in every row" in text
    assert getattr(recipe.input.types["Dt_Customer"], "date", None) == "dd-MM-yyyy"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MntWines", ("mnt", "wines")),
        ("CustomerID", ("customer", "id")),
        ("Dt_Customer", ("dt", "customer")),
        ("AcceptedCmp1", ("accepted", "cmp1")),
        ("Größe (m²)", ("groe", "m2")),
        ("客户", ()),
        ("HTTPServer", ("http", "server")),
    ],
)
def test_names_are_taken_apart(name: str, expected: tuple[str, ...]) -> None:
    assert split_words(name) == expected


@pytest.mark.parametrize(
    ("values", "kind", "declared"),
    [
        (["007", "12", "13"], "text", "string"),
        (["1", "2", ""], "number", "int"),
        (["1.5", "-2e3", None], "number", "double"),
        (["0", "1", "1"], "flag", "int"),
        (["2024-01-31", "2024-02-01"], "date", {"date": "yyyy-MM-dd"}),
        (["31-01-2024", "01-02-2024"], "date", {"date": "dd-MM-yyyy"}),
        (["01/31/2024", "02/01/2024"], "date", {"date": "MM/dd/yyyy"}),
        (["y", "N", "y"], "flag", "string"),
        ([True, None, False], "flag", None),
        ([1.0, float("inf"), 2.0], "number", None),
        ([["a"], ["b"]], "nested", None),
        ([None, None], "empty", None),
        ([3, 3], "constant", None),
        ([pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02")], "date", None),
    ],
)
def test_a_column_looks_like_what_it_holds(values: list[Any], kind: str, declared: Any) -> None:
    found = look_at_column("x", pd.Series(values))
    assert (found.kind, found.declared) == (kind, declared)


names = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=5, unique=True)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@example(["null", "False", "order by", "\n# a: b", "nr\x1b"], 0)
@given(names, st.integers(0, 9))
def test_any_column_names_give_a_recipe(columns: list[str], seed: int) -> None:
    random = np.random.default_rng(seed)
    head = pd.DataFrame({name: random.normal(size=40) for name in columns} | {"customer id": range(40)})
    try:
        recipe, _ = proposed(head)
    except DataError:
        return
    assert recipe.input.id == "customer id"


def test_days_to_come_of_years_of_two_digits_are_told(customers: pd.DataFrame) -> None:
    days = [f"{13 + row % 12}/03/{50 + row % 30}" for row in range(len(customers))]
    told = proposed(customers.assign(born=days))[1]
    assert "is taken for 1969 to 2068" in told
    assert "1969" not in proposed(customers.assign(born=[f"{day[:6]}19{day[6:]}" for day in days]))[1]
