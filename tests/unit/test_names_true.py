"""Every word of every name that a proposed recipe gives, held against the segment's own figures.

The oracle knows nothing of the rule: it reads the words, and compares the mean and the median of the segment
with those of all customers, in the feature's own unit.
"""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from custseg_spark import features, segments
from custseg_spark.propose.write_yaml import write_recipe
from custseg_spark.recipe import Recipe, parse, plain_yaml
from custseg_spark.steps.name_segments import find_order, name_segments, order_centres

ROWS = 300
HIGH = ("high", "many", "long", "higher", "more", "longer", "big", "quiet", "less recent")
LOW = ("low", "few", "short", "lower", "fewer", "shorter", "small", "recent", "more recent")
MID = ("mid", "some", "medium")
SPENDERS = re.compile("spender", re.IGNORECASE)


def accents(random: np.random.Generator) -> pd.DataFrame:
    spend = np.where(
        random.random(ROWS) < 0.4, random.lognormal(7.5, 0.3, ROWS), random.lognormal(5, 0.4, ROWS)
    )
    return pd.DataFrame(
        {
            "customer_id": range(ROWS),
            "Dépenses totales (€)": spend.round(2),
            "Nb. commandes": random.poisson(12, ROWS),
            "Jours depuis dernière": random.integers(0, 300, ROWS),
        }
    )


def units(random: np.random.Generator) -> pd.DataFrame:
    middle = np.array([(25, 20), (25, 80), (55, 50), (88, 18), (86, 82)])[random.integers(0, 5, ROWS)]
    both = (middle + random.normal(0, 7, (ROWS, 2))).round().clip(1, 137).astype(int)
    return pd.DataFrame(
        {"CustomerID": range(ROWS), "Annual Income (k$)": both[:, 0], "Spending Score (1-100)": both[:, 1]}
    )


def balance(random: np.random.Generator) -> pd.DataFrame:
    debtor = random.random(ROWS) < 0.3
    return pd.DataFrame(
        {
            "cust_id": range(ROWS),
            "balance": np.where(
                debtor, random.normal(5000, 900, ROWS), random.lognormal(6.6, 0.5, ROWS)
            ).round(2),
            "purchases": np.where(debtor, 0.85, random.lognormal(7, 0.4, ROWS)).round(2),
            "payments_count": random.poisson(8, ROWS),
        }
    )


def borrowers(random: np.random.Generator) -> pd.DataFrame:
    months = random.choice([6, 12, 18, 24, 36, 48, 60, 9, 15, 30, 21], ROWS)
    return pd.DataFrame(
        {
            "borrower_id": range(ROWS),
            "credit_amount": (random.lognormal(7, 0.6, ROWS) * (1 + months / 40)).round(),
            "duration_months": months,
            "installments": random.poisson(14, ROWS),
        }
    )


def ratio(random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": range(ROWS),
            "total_amt_change_q4_q1": random.normal(0.75, 0.2, ROWS).round(3).clip(0.1),
            "total_trans_amt": random.lognormal(8, 0.5, ROWS).round(),
            "total_trans_ct": random.poisson(60, ROWS),
            "months_on_book": random.integers(12, 56, ROWS),
        }
    )


def nameless(random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": range(ROWS), "c1": random.gamma(2, 9, ROWS), "c2": random.normal(0, 5, ROWS)}
    )


CASES: dict[Callable[[np.random.Generator], pd.DataFrame], set[str]] = {
    accents: {"Dépenses totales (€)"},
    units: set(),
    balance: {"purchases"},
    borrowers: set(),
    ratio: {"total_trans_amt"},
    nameless: set(),
}
"""A table, and the columns of it that are spend."""


def draw_any(random: np.random.Generator) -> tuple[pd.DataFrame, set[str]]:
    """A table with three to six columns of any names and shapes, and the columns of it that are spend."""
    spent = [
        "total_spend",
        "Revenue ($)",
        "purchase_amount",
        "AmountSpent",
        "monetary",
        "Umsatz €",
        "sales_12m",
    ]
    other = [
        "balance", "Credit Amount", "MonthlyCharges", "loan_amount", "Annual Income (k$)", "score",
        "spend_change_q1", "Spending Score (1-100)", "visits", "num_orders", "Nb. articles", "recency_days",
        "days_since_last_order", "tenure", "Session length (min)", "var_1", "x2", "wine_spend",
        "Avg. Order Value", "avg_basket",
        "discount_pct", "hours_spent_on_app", "EstimatedSalary", "NumOfProducts", "Prämie (€)",
    ]  # fmt: skip
    names = [*random.choice(spent, random.integers(0, 3), replace=False)]
    names += [*random.choice(other, random.integers(2, 5), replace=False)]
    random.shuffle(names)
    group = random.integers(0, random.integers(2, 6), ROWS)
    shapes: list[Callable[[], np.ndarray]] = [
        lambda: random.lognormal(random.uniform(0, 8), random.uniform(0.2, 1.5), ROWS).round(2),
        lambda: random.normal(random.uniform(-50, 500), random.uniform(1, 90), ROWS).round(1),
        lambda: random.poisson(random.uniform(3, 40), ROWS),
        lambda: (random.lognormal(4, 0.3, ROWS) * random.lognormal(0, 1.2, 6)[group]).round(2),
        lambda: np.where(random.random(ROWS) < 0.5, 0.0, random.lognormal(5, 1, ROWS)).round(2),
    ]
    made = {str(name): shapes[random.integers(len(shapes))]() for name in names}
    return pd.DataFrame({"customer_id": range(ROWS), **made}), set(spent)


def check_names(table: pd.DataFrame, spent: set[str]) -> list[str]:
    """Every name that is given for two to six segments; fails where a word of one is false."""
    text = write_recipe(table, path="t.csv", format="csv", options={}).text
    recipe = parse(plain_yaml.read(text, "proposed"))
    raw = pd.DataFrame({name: _evaluate(one.expression, table) for name, one in recipe.segment_by.items()})
    sql = {name: one.expression for name, one in recipe.segment_by.items()}
    treatments = features.fit_treatments(raw, sql, recipe.segment_by, recipe.scale)
    values = features.apply_treatments(raw, treatments)
    points = features.to_model_scale(values, treatments)
    given = []
    for k in range(2, 7):
        with threadpool_limits(1):
            labels = KMeans(k, n_init=1, random_state=k).fit_predict(points).astype(np.int64)
        by = find_order(recipe, points, labels)
        centres = np.array([points[labels == i].mean(axis=0) for i in range(k)])
        order = order_centres(centres, np.bincount(labels).tolist(), list(recipe.segment_by).index(by))
        labels = np.argsort(order)[labels].astype(np.int64)
        found = segments.measure_traits(points, labels, k, values.to_numpy())
        named = name_segments(recipe, found, range(k), {}, by)
        assert len({one.name.casefold() for one in named}) == k
        for one in named:
            _check_name(one.name, recipe, values, labels == one.segment, spent)
            given.append(one.name)
    return given


def _evaluate(sql: str, table: pd.DataFrame) -> np.ndarray:
    parts = [part.strip("`") for part in sql.split(" + ")]
    return table[parts].sum(axis=1).to_numpy(dtype=float)


def _check_name(name: str, recipe: Recipe, values: pd.DataFrame, own: np.ndarray, spent: set[str]) -> None:
    assert not re.search(
        r"no\. \d|_(?![^“]*”)|\(k\$\)|\(€\)|1-100|(higher|lower) (orders|visits|commandes)", name
    ), name
    parts = re.sub(r" \(segment \d+\)$", "", name).split(", ")
    for text in parts:
        feature = _find_feature(parts[0] if text.startswith("about ") else text, recipe)
        if SPENDERS.search(text):
            assert {
                part.strip("`") for part in recipe.segment_by[feature].expression.split(" + ")
            } <= spent, name
        all_, here = values[f"feature_{feature}"], values[f"feature_{feature}"][own]
        figure = re.search(r"(?:^| )about (-?[0-9][0-9,.]*)$", text)
        degree = next((word for word in (*LOW, *HIGH, *MID) if text.casefold().startswith(f"{word} ")), text)
        degree = next((word for word in ("more recent", "less recent") if text == word), degree).casefold()
        if figure:
            assert float(figure[1].replace(",", "")) == pytest.approx(here.mean(), rel=0.06), name
        elif degree in HIGH:
            assert here.mean() > all_.mean(), name
            assert here.median() >= all_.median(), name
        elif degree in LOW:
            assert here.mean() < all_.mean(), name
            assert here.median() <= all_.median(), name
        else:
            assert degree in MID, name
            low, high = all_.quantile([0.1, 0.9])
            near = abs(here.mean() - all_.mean()) < all_.std()
            assert near or low <= here.median() <= high, name


def _find_feature(text: str, recipe: Recipe) -> str:
    """The feature that a part of a name speaks of: by its words, else by the name or label in it."""
    for feature, section in recipe.segment_by.items():
        if text.casefold() in {word.casefold() for word in section.words or () if word}:
            return feature
    if text in ("more recent", "less recent"):
        return next(f for f, section in recipe.segment_by.items() if "quiet" in (section.words or ()))
    said = {
        re.sub(r"^(low|few|short) ", "", (section.words or ("",))[0] or "", flags=re.IGNORECASE): feature
        for feature, section in recipe.segment_by.items()
    }
    said |= {section.label or f.replace("_", " "): f for f, section in recipe.segment_by.items()}
    found = [feature for label, feature in said.items() if re.search(rf"(^| ){re.escape(label)}( |$)", text)]
    assert found, f"{text!r} speaks of no feature"
    return max(found, key=len)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_every_word_is_true_of_what_people_bring(
    case: Callable[[np.random.Generator], pd.DataFrame], seed: int, short_trial: None
) -> None:
    check_names(case(np.random.default_rng(seed)), CASES[case])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_every_word_is_true_where_all_columns_cut(
    case: Callable[[np.random.Generator], pd.DataFrame], seed: int, no_trial: None
) -> None:
    check_names(case(np.random.default_rng(seed)), CASES[case])


@pytest.mark.parametrize("start", range(0, 36, 12))
def test_every_word_is_true_of_tables_drawn_at_random(start: int, short_trial: None) -> None:
    for seed in range(start, start + 12):
        check_names(*draw_any(np.random.default_rng(seed)))
