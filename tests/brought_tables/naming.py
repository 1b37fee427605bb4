"""What names a segment: columns that sound like spending, units in names, accents."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from tests.brought_tables.tables import csv, write
from tests.brought_tables.trial import Case, Expect, Trial

NO_SPENDERS = re.compile(r"spender", re.IGNORECASE)
NONE: frozenset[str] = frozenset()


def make_units(directory: Path) -> Path:
    rng = np.random.default_rng(20)
    group = rng.integers(0, 5, 300)
    centre = np.array([[25, 20], [25, 80], [55, 50], [86, 18], [86, 82]])[group]
    noise = rng.integers(-6, 7, (300, 2))
    return write(
        pd.DataFrame(
            {
                "CustomerID": range(1, 301),
                "Gender": rng.choice(["Female", "Male"], 300),
                "Age": rng.integers(18, 70, 300),
                "Annual Income (k$)": centre[:, 0] + noise[:, 0],
                "Spending Score (1-100)": centre[:, 1] + noise[:, 1],
            }
        ),
        directory,
    )


def make_balances(directory: Path) -> Path:
    """They buy with the card or they owe on it."""
    rng = np.random.default_rng(21)
    owes = rng.random(300) < 0.4
    table = {
        "cust_id": range(10_001, 10_301),
        "balance": np.round(np.where(owes, rng.normal(4200, 900, 300), rng.gamma(3, 200, 300)).clip(5), 2),
        "purchases": np.round(np.where(owes, 0.0, rng.normal(1400, 400, 300)).clip(0), 2),
        "payments_count": 1 + rng.poisson(7, 300),
    }
    return write(pd.DataFrame(table), directory)


def make_borrowers(directory: Path) -> Path:
    rng = np.random.default_rng(22)
    months = rng.choice([12, 24, 36, 48], 300)
    table = {
        "borrower_id": range(1, 301),
        "credit_amount": np.round(rng.lognormal(7.2, 0.5, 300) * months / 18).clip(393),
        "duration_months": months,
        "age": rng.integers(20, 70, 300),
        "risk": rng.choice(["good", "bad"], 300, p=[0.7, 0.3]),
    }
    return write(pd.DataFrame(table), directory)


def make_ratio(directory: Path) -> Path:
    rng = np.random.default_rng(23)
    table = {
        "customer_id": range(1, 301),
        "total_amt_change_q4_q1": np.round(rng.normal(0.79, 0.21, 300).clip(0.2), 3),
        "total_trans_amt": np.round(np.where(rng.random(300) < 0.3, 8000, 3000) * rng.lognormal(0, 0.4, 300)),
        "total_trans_ct": rng.poisson(64, 300),
        "months_on_book": rng.integers(12, 60, 300),
    }
    return write(pd.DataFrame(table), directory)


def rename(table: pd.DataFrame) -> pd.DataFrame:
    table.columns = ["customer_id", "Dépenses totales (€)", "Nb. commandes", "Jours depuis dernière"]
    return table


def has_units(trial: Trial) -> None:
    assert trial.columns("segment_by") == {"Annual Income (k$)", "Spending Score (1-100)"}
    income, of_income = trial.find_feature("Annual Income (k$)")
    score, of_score = trial.find_feature("Spending Score (1-100)")
    assert (income, of_income["unit"]) == ("annual_income", "k$")
    assert (score, of_score["unit"]) == ("spending_score", "1-100")
    brings_nothing(trial)
    assert not any(NO_SPENDERS.search(name) for name in trial.names)


def brings_nothing(trial: Trial) -> None:
    """Nobody brings a share of an income or of a score."""
    text = re.sub(r"<[^>]*>|\s+", " ", trial.page.split("<body", 1)[-1])
    found = re.search(r"\bbrings? (?:\d|about)[^.]{0,60}", text)
    assert found is None, found


def never_spenders(*columns: str) -> Expect:
    """Of these columns no word is one of spending."""

    def expect(trial: Trial) -> None:
        for keys in trial.record["recipe"]["segment_by"].values():
            if any(column in keys["sql"] for column in columns):
                assert not any(word and NO_SPENDERS.search(word) for word in keys["words"] or []), keys

    return expect


def advises_no_borrower(trial: Trial) -> None:
    assert not any(NO_SPENDERS.search(name) for name in trial.names)
    for advice in ("Keep and reward", "Win back", "Reward", "Upsell", "upsell"):
        assert advice not in trial.page
    assert "risk" in trial.columns("check")


def spends_by_transactions(trial: Trial) -> None:
    _, keys = trial.find_feature("total_trans_amt")
    assert any(NO_SPENDERS.search(word or "") for word in keys["words"])
    assert "months_on_book" not in trial.columns("segment_by")


def reads_well(trial: Trial) -> None:
    _, keys = trial.find_feature("Dépenses totales (€)")
    assert keys["unit"] == "€"
    said = " ".join([*trial.names, *(word or "" for words in all_words(trial) for word in words)])
    assert not re.search(r"[_(€)]|\bd penses|derni re|depenses|derniere", said, re.IGNORECASE), said
    assert "dépenses totales" in trial.page.casefold()


def all_words(trial: Trial) -> list[list[str | None]]:
    return [keys["words"] or [] for keys in trial.record["recipe"]["segment_by"].values()]


CASES = [
    Case(
        "names_accents", csv(rename), (reads_well,),
        spend=frozenset({"Dépenses totales (€)"}), recency=frozenset({"Jours depuis dernière"}),
    ),
    Case("units_in_names", make_units, (has_units,), spend=NONE),
    Case(
        "balance_is_not_spend", make_balances, (never_spenders("balance", "payments"),),
        spend=frozenset({"purchases"}),
    ),
    Case("borrowers", make_borrowers, (never_spenders("credit_amount"), advises_no_borrower), spend=NONE),
    Case(
        "ratio_named_amount", make_ratio,
        (never_spenders("total_amt_change_q4_q1"), spends_by_transactions),
        spend=frozenset({"total_trans_amt"}),
    ),
]  # fmt: skip
