"""What cuts, and who is the customer: outcomes, codes, wide tables, categories, tables without an id."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from tests.brought_tables.tables import csv, draw_customers, write
from tests.brought_tables.trial import QUICK, QUICK_KEYS, Case, Trial, find_run, say

NONE: frozenset[str] = frozenset()
GROUPS = ("shoes", "shirts", "books", "toys", "garden", "food")


def make_telltale(directory: Path) -> Path:
    """A classifier's output on the outcome, beside the outcome."""
    rng = np.random.default_rng(24)
    churned = rng.random(300) < 0.25
    big = rng.random(300) < 0.4
    table = {
        "customer_id": range(1, 301),
        "spend": np.round(np.where(big, 1300, 280) * rng.lognormal(0, 0.4, 300), 2),
        "orders": np.where(big, rng.poisson(12, 300), rng.poisson(7, 300)),
        "churn": np.where(churned, "Yes", "No"),
        "model_p_churn_inactive": np.round(np.where(churned, rng.beta(40, 1, 300), rng.beta(1, 28, 300)), 5),
    }
    return write(pd.DataFrame(table), directory)


def make_codes_and_days(directory: Path) -> Path:
    rng = np.random.default_rng(25)
    never = rng.random(300) < 0.77
    table = {
        "client": range(1, 301),
        "balance": np.round(rng.normal(1270, 930, 300)),
        "day": rng.integers(1, 32, 300),
        "month": rng.choice(["may", "jun", "jul"], 300),
        "duration": np.round(rng.gamma(1.8, 145, 300)) + 5,
        "campaign": (1 + rng.poisson(1.4, 300)).clip(max=10),
        "pdays": np.where(never, -1, rng.integers(1, 400, 300)),
        "y": rng.choice(["no", "yes"], 300, p=[0.88, 0.12]),
    }
    return write(pd.DataFrame(table), directory)


def make_wide(directory: Path) -> Path:
    """Seventy-two counts of products, in six groups by name."""
    rng = np.random.default_rng(26)
    likes = rng.integers(0, 6, 300)
    counts = {
        f"{group}_sku_{number:02d}": rng.poisson(np.where(likes == place, 0.9, 0.3) * rng.gamma(4, 0.25, 300))
        for place, group in enumerate(GROUPS)
        for number in range(12)
    }
    return write(pd.DataFrame({"customer_id": range(1, 301), **counts}), directory)


def add_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Three planted groups, two of which only tier and channel tell apart."""
    rng = np.random.default_rng(27)
    group = rng.choice(3, len(table), p=[0.4, 0.35, 0.25])
    table["spend"] = np.round(np.where(group == 0, 120, 950) * rng.lognormal(0, 0.25, len(table)), 2)
    table["orders"] = np.where(group == 0, rng.integers(1, 6, len(table)), rng.integers(10, 15, len(table)))
    table["days_since_last"] = rng.integers(1, 90, len(table))
    other = rng.choice(["Bronze", "Silver", "Gold"], len(table))
    return table.assign(
        gender=rng.choice(["F", "M"], len(table)),
        city=rng.choice(["Lyon", "Nice", "Lille"], len(table)),
        tier=np.where(group == 1, "Gold", np.where(group == 2, "Bronze", other)),
        channel=np.where(
            group == 1, "store", np.where(group == 2, "web", rng.choice(["web", "store"], len(table)))
        ),
        churn=rng.choice(["No", "Yes"], len(table), p=[0.7, 0.3]),
    )


def make_categories(directory: Path) -> Path:
    table = add_categories(draw_customers())
    return write(table[["customer_id", "gender", "city", "tier", "churn"]], directory)


def make_coded_regions(directory: Path) -> Path:
    """Regions as numbers, of which big spenders mostly live in one and small ones in the other, beside a code
    that goes with nothing."""
    table, rng = draw_customers(), np.random.default_rng(28)
    big = (table["spend"] > 800).to_numpy()
    table["region"] = np.where((rng.random(len(table)) < 0.75) == big, 1, 2)
    return write(table.assign(branch_type=rng.integers(1, 4, len(table))), directory)


def make_plans(directory: Path) -> Path:
    """A subscription as it is kept in German: plans and ways to pay that go with each other, and what must
    not decide, twice by its values alone."""
    table, rng = draw_customers(), np.random.default_rng(29)
    yearly = rng.random(len(table)) < 0.5
    keep = rng.random(len(table)) < 0.85
    return write(
        table.assign(
            Vertrag=np.where(yearly, "jährlich", "monatlich"),
            Zahlungsart=np.where(yearly == keep, "Rechnung", "Karte"),
            Familienstand=rng.choice(["ledig", "verheiratet"], len(table)),
            Anrede_2=np.where(yearly == keep, "Herr", "Frau"),
            gruppe=rng.choice(["18-24", "25-39", "40-64", "65+"], len(table)),
            Land=np.where(np.arange(len(table)) % 50 == 0, "AT", "DE"),
        ),
        directory,
    )


def numbers_the_rows(trial: Trial) -> None:
    assert trial.recipe["input"]["id"] == {"row_number": True}
    assert "row number" in trial.init.text.replace("_", " ").lower(), "said on the terminal"
    assert sorted(trial.customers["row_number"]) == list(range(1, 301))
    by_row = trial.customers.set_index("row_number")["spend"].sort_index()
    assert by_row.tolist() == draw_customers()["spend"].tolist(), "in the order of the file"
    assert "region" not in trial.columns("segment_by")


def leaves_the_telltale_out(trial: Trial) -> None:
    column = "model_p_churn_inactive"
    assert column not in trial.columns("segment_by") | trial.columns("describe")
    assert "churn" in trial.columns("check")
    assert column in trial.init.text, "said on the terminal"
    assert column in trial.recipe_text
    by_hand = trial.place / "by_hand.yml"
    by_hand.write_text(
        f"input: {{id: customer_id}}\nsegment_by: {{spend: spend, p: {column}}}\n"
        "check: {churn: \"cast(churn = 'Yes' as int)\"}\n" + QUICK_KEYS
    )
    found = say("train", "--recipe", by_hand, "--input", trial.table, "--output", trial.place / "by_hand")
    assert found.code == 0, found.err
    assert re.search(r"\bchurn\b", found.out.split("\n\nreport ")[0]), "a recipe by hand is warned of"


def cuts_by_no_code(trial: Trial) -> None:
    assert not trial.columns("segment_by") & {"day", "month", "pdays"}
    assert trial.columns("check") == {"y"}
    for column in ("day", "pdays"):
        assert re.search(rf"\b{column}\b.*#|#.*\b{column}\b", trial.recipe_text), f"why {column} does not cut"


def offers_sums(trial: Trial) -> None:
    used = {**trial.sections["segment_by"], **trial.sections["describe"]}
    for group in GROUPS:
        assert any(
            len(set(re.findall(rf"\b{group}_sku_\d\d\b", sql))) == 12
            and not re.search(rf"\b(?!{group})\w+_sku", sql)
            for sql in used.values()
        ), f"the sum of {group}"
    assert 2 <= len(trial.sections["segment_by"]) <= 6
    assert len(used) <= 30, "as much as a person reads"


def hints_at_categories(trial: Trial) -> None:
    """Text named under segment_by as it is: the message says how, and so it runs."""
    recipe = trial.place / "by_hand.yml"
    recipe.write_text("input: {id: customer_id}\nsegment_by: {spend: spend, tier: tier}\n" + QUICK_KEYS)
    found = say("train", "--recipe", recipe, "--input", trial.table, "--output", trial.place / "by_hand")
    assert found.code in (2, 3)
    assert "tier: {category: tier}" in found.err
    assert re.search(r"Gold|Silver|Bronze", found.err), "with a value of the table"
    assert "Traceback" not in found.err
    recipe.write_text(recipe.read_text().replace("tier: tier", "tier: {category: tier}"))
    found = say("train", "--recipe", recipe, "--input", trial.table, "--output", trial.place / "by_hand")
    assert found.code == 0, found.err


def cuts_by_tier_and_channel(trial: Trial) -> None:
    assert trial.categories == {"tier", "channel"}
    assert "spend" in trial.columns("segment_by")
    assert "gender" in trial.recipe["protected"]
    assert re.search(r"^  # city: {category: city}  # .+", trial.recipe_text, re.MULTILINE), "and why not"
    out = trial.place / "three"
    three = (*QUICK, "--set", "segments.k=3")
    found = say("train", "--recipe", trial.place / "proposed.yaml", "--output", out, *three)
    assert found.code == 0, found.err
    customers = pd.read_parquet(find_run(out) / "customers")
    means = (
        customers.groupby("segment", observed=True)
        .agg(
            spend=("spend", "mean"),
            gold=("tier", lambda tier: (tier == "Gold").mean()),
            bronze=("tier", lambda tier: (tier == "Bronze").mean()),
            web=("channel", lambda one: (one == "web").mean()),
        )
        .sort_values("spend")
    )
    assert means["spend"].iloc[0] < 200
    assert means["spend"].iloc[1] > 800
    big = means.iloc[1:].sort_values("gold")
    assert big["gold"].iloc[1] > 0.9
    assert big["web"].iloc[1] < 0.1
    assert big["bronze"].iloc[0] > 0.9
    assert big["web"].iloc[0] > 0.9


def cuts_by_categories_alone(trial: Trial) -> None:
    assert trial.categories == trial.columns("segment_by") == {"city", "tier"}
    assert "gender" in trial.recipe["protected"]
    assert trial.columns("check") == {"churn"}
    assert set(trial.customers["feature_tier"]) == {"Gold", "Silver", "Bronze"}


def cuts_by_region(trial: Trial) -> None:
    assert trial.categories == {"region"}
    assert "branch_type" not in trial.columns("segment_by")
    assert set(trial.customers["feature_region"]) == {"1", "2"}, "and not 1.0"


def cuts_by_plans(trial: Trial) -> None:
    assert trial.categories == {"Vertrag", "Zahlungsart"}
    assert set(trial.recipe["protected"]) == {"Familienstand", "Anrede_2", "gruppe"}
    assert re.search(r"DE in 98% of the rows", trial.recipe_text)


CASES = [
    Case("no_id", csv(lambda table: table.drop(columns="customer_id")), (numbers_the_rows,)),
    Case(
        "no_id_region",
        csv(lambda table: table.drop(columns="customer_id").assign(region=1 + table["customer_id"] % 3)),
        (numbers_the_rows,),
    ),
    Case("mixed_cat", csv(add_categories), (hints_at_categories, cuts_by_tier_and_channel)),
    Case("categorical_only", make_categories, (cuts_by_categories_alone,)),
    Case("coded_regions", make_coded_regions, (cuts_by_region,)),
    Case("plans", make_plans, (cuts_by_plans,)),
    Case("wide_counts", make_wide, (offers_sums,), spend=NONE),
    Case("outcome_in_a_column", make_telltale, (leaves_the_telltale_out,)),
    Case("codes_and_days", make_codes_and_days, (cuts_by_no_code,), spend=NONE),
]
