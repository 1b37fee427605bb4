"""A small segmentation made with pandas and scikit-learn, and the pictures and the page of it.

From the real table where it is given, else from a drawn one of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score
from sklearn.tree import DecisionTreeClassifier

from custseg_spark.quantities import Line
from custseg_spark.report import exploration, page
from custseg_spark.report.plots.data import FeatureView, Pictures
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.report.view import FeatureWeight, MeanView, OutcomeView, SegmentView, Summary, Trust

FEATURES = (
    FeatureView("spend", "money in 2 years", "log1p"),
    FeatureView("recency", "days"),
    FeatureView("deals", "purchases"),
)
DESCRIPTIONS = (FeatureView("income", "money a year"), FeatureView("orders", "purchases"))
OUTCOME = OutcomeView(name="answered_last_campaign")


@dataclass(frozen=True)
class Trial:
    """A labelled sample (n rows) with its model scale."""

    sample: pd.DataFrame
    points: np.ndarray
    labels: np.ndarray
    centres: np.ndarray
    sweep: pd.DataFrame
    names: tuple[str, ...]


def customers(path: Path | None = None, n: int = 600) -> pd.DataFrame:
    """One row per customer: feature_<name>, descriptions, outcome, birth and marital status."""
    if path is None:
        rng = np.random.default_rng(7)
        rich = rng.random(n) < 0.5
        spend = np.expm1(np.where(rich, rng.normal(6.9, 0.5, n), rng.normal(4.1, 0.6, n)))
        return pd.DataFrame(
            {
                "feature_spend": spend,
                "feature_recency": rng.integers(0, 100, n).astype(float),
                "feature_deals": np.where(rng.random(n) < 0.2, rng.poisson(6, n) + 2, rng.poisson(1.3, n))
                * 1.0,
                "income": np.where(
                    rng.random(n) < 0.02, np.nan, 30_000 + 20 * spend + rng.normal(0, 9000, n)
                ),
                "orders": rng.poisson(3 + spend / 120).astype(float),
                "answered_last_campaign": (rng.random(n) < 0.1 + 0.15 * rich).astype(float),
                "Marital_Status": rng.choice(["Married", "Single", "Together"], n),
            }
        )
    table = pd.read_csv(path, sep="\t")
    deals = table["NumDealsPurchases"]
    return pd.DataFrame(
        {
            "feature_spend": table.filter(like="Mnt").sum(axis=1).astype(float),
            "feature_recency": table["Recency"].astype(float),
            "feature_deals": deals.clip(upper=deals.quantile(0.99)).astype(float),
            "income": table["Income"],
            "orders": table[["NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases"]].sum(axis=1)
            * 1.0,
            "answered_last_campaign": table["Response"] * 1.0,
            "Marital_Status": table["Marital_Status"],
        }
    )


def trial(path: Path | None = None, k: int = 5, names: tuple[str, ...] = ()) -> Trial:
    """The table cut into k segments, segment 0 with the highest spend."""
    sample = customers(path)
    points = np.column_stack([sample[f"feature_{view.name}"] for view in FEATURES])
    points[:, 0] = np.log1p(points[:, 0])
    points = (points - points.mean(axis=0)) / points.std(axis=0, ddof=1)
    rng = np.random.default_rng(0)
    some = rng.choice(len(points), min(len(points), 1200), replace=False)
    rows = []
    for tried in range(2, max(9, k + 1)):
        model = KMeans(tried, n_init=3, random_state=0).fit(points)
        rows.append(
            {
                "k": tried,
                "cost": float(model.inertia_),
                "cost_spread": 0.01,
                "silhouette": silhouette_score(points[some], model.labels_[some], metric="sqeuclidean"),
                "silhouette_se": 0.008,
                "smallest_share": np.bincount(model.labels_).min() / len(points),
                "lowest_jaccard": [0.98, 0.91, 0.84, 0.93, 0.65, 0.58, 0.7][(tried - 2) % 7],
                "gap": 0.3 + 0.02 * tried,
                "prediction_strength": 0.9 - 0.03 * tried,
                "chosen": tried == k,
            }
        )
    model = KMeans(k, n_init=4, random_state=0).fit(points)
    order = np.argsort(-model.cluster_centers_[:, 0])
    labels = np.argsort(order)[model.labels_].astype(np.int64)
    sample["segment"] = labels
    made = tuple(_name(model.cluster_centers_[order][i], i) for i in range(k))
    return Trial(sample, points, labels, model.cluster_centers_[order], pd.DataFrame(rows), names or made)


def _name(centre: np.ndarray, number: int) -> str:
    noun = "Big spenders" if centre[0] > 0.5 else "Small spenders" if centre[0] < -0.5 else "Mid spenders"
    words = [
        word
        for z, word in ((centre[1], "quiet"), (-centre[1], "recent"), (centre[2], "many deals"))
        if z > 0.5
    ]
    return ", ".join([noun, *words]) if number < 8 else f"{noun}, group {number}"


def profile(t: Trial) -> pd.DataFrame:
    """As profile.csv."""
    rows = []
    for segment, name in enumerate(t.names):
        mine = t.sample[t.labels == segment]
        row = {"segment": segment, "name": name, "size": len(mine), "share": len(mine) / len(t.sample)}
        for view in (*FEATURES, *DESCRIPTIONS):
            column = f"feature_{view.name}" if f"feature_{view.name}" in mine else view.name
            everyone, own = t.sample[column], mine[column]
            row |= {
                f"mean_{view.name}": own.mean(),
                f"std_{view.name}": own.std(),
                f"min_{view.name}": own.min(),
            }
            row |= {
                f"max_{view.name}": own.max(),
                f"z_{view.name}": (own.mean() - everyone.mean()) / everyone.std(),
            }
            for kind, q in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
                row[f"{kind}_{view.name}"] = own.quantile(q)
            row[f"share_of_total_{view.name}"] = own.sum() / everyone.sum()
        rate = mine[OUTCOME.name].mean()
        reach = 1.96 * (rate * (1 - rate) / max(len(mine), 1)) ** 0.5
        row |= {
            f"mean_{OUTCOME.name}": rate,
            f"low_{OUTCOME.name}": max(rate - reach, 0.0),
            f"high_{OUTCOME.name}": rate + reach,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def pictures(t: Trial) -> Pictures:
    plane = PCA(3).fit(t.points)
    return Pictures(
        names=t.names,
        sizes=tuple(int(size) for size in np.bincount(t.labels, minlength=len(t.names))),
        plane=plane.transform(t.points),
        plane_labels=t.labels,
        plane_centres=plane.transform(t.centres),
        explained=plane.explained_variance_ratio_,
        loadings=plane.components_,
        sweep=t.sweep,
        chosen=len(t.names),
        floor=0.05,
        profile=profile(t),
        sample=t.sample,
        features=FEATURES,
        descriptions=DESCRIPTIONS,
        ids=tuple(range(len(t.names))),
        value="spend",
    )


def full_page(
    t: Trial, figures: dict[str, bytes] | None = None, dark: dict[str, bytes] | None = None
) -> page.Page:
    """A page with every part."""
    table = profile(t)
    views = (*FEATURES, *DESCRIPTIONS)
    overall = {v.name: float(t.sample[_column(t, v.name)].mean()) for v in views}
    actions = [
        "Remind first",
        "Keep close: early access, no discounts",
        "Show offers first",
        "Let rest",
        "Ask for a second order",
    ]
    facts = [
        "quiet for 74 days, spend 2.0 times the mean",
        "bought 21 days ago, spend 1.9 times the mean",
        "6 deals against 2",
        "quiet and spend a tenth of the mean",
        "bought 24 days ago, spend a tenth of the mean",
    ]
    found = tuple(
        SegmentView(
            segment=s,
            name=name,
            size=row["size"],
            share=row["share"],
            share_of_value=row["share_of_total_spend"],
            fact=Line(facts[s % 5]),
            sentence=Line(f"{name}: their spend is {'high' if s < 2 else 'low'}; recency tells them apart."),
            action=actions[s % 5],
            objection="The figures say active: last purchase 21 days ago." if s == 1 else "",
            value_total=row["mean_spend"] * row["size"],
            value_each=row["mean_spend"],
            stake=Line(f"{row['mean_spend']:,.0f} a customer"),
            words=(
                "Big spenders: spend z +0.8, 91 % above the median of all",
                "quiet: recency z +0.9, 95 % above the median of all",
            ),
            stability=(0.97, 0.96, 0.93, 0.58, 0.94)[s % 5],
            outcomes=(MeanView(**{kind: row[f"{kind}_{OUTCOME.name}"] for kind in ("mean", "low", "high")}),),
        )
        for s, (name, row) in enumerate(zip(t.names, table.to_dict("records"), strict=True))
    )
    everyone = float(t.sample[OUTCOME.name].mean())
    rich = [s for s in found if (s.share_of_value or 0) > s.share]
    headline = (
        f"{_count(len(found))} segments. {sum(s.share for s in rich):.0%} of customers bring "
        f"{sum(s.share_of_value or 0 for s in rich):.0%} of spend; half of these have gone quiet."
    ).replace("%", "\u00a0%")
    summary = Summary(
        title="marketing_campaign",
        headline=(Line(headline),),
        trust=Trust(
            verdict="reproducible",
            sentence="The same segments come back when the customers are drawn again (weakest Jaccard 0.93), "
            "though no gap separates them: the borders are a convention.",
        ),
        decides=tuple(
            FeatureWeight(feature=name, share=share)
            for name, share in {"spend": 0.80, "recency": 0.71, "deals": 0.66}.items()
        ),
        careful=(
            "24 customers have no income; they count in the segments, not in the mean of income.",
            "The table is 12 years old: check the actions against newer behaviour.",
        ),
        order_by="spend",
        value="spend",
        value_unit="money in 2 years",
        outcomes=(OUTCOME.model_copy(update={"overall": everyone}),),
        segments=found,
        labels={"deals": "dépenses"},
    )
    return page.Page(
        summary,
        run_id="20261123T120501-4f2a",
        when="23 November 2026, 12:05 UTC",
        rows=page.RowTotals(2243, 2240, 3, (("credible_birth", 3),)),
        profile=ProfileTable(table, FEATURES, DESCRIPTIONS, overall),
        evidence=page.ChoiceEvidence(
            "5 segments have the best silhouette (0.530) of the numbers (2, 3, 4, 5) "
            "whose every segment comes back in random samples of the customers",
            t.sweep,
            len(found),
            0.05,
            ((6, "a segment comes back only to 0.65 (at least 0.75 is wanted)"), (4, "silhouette 0.503")),
        ),
        rules=(
            page.RuleCount("credible_birth", "Year_Birth >= 1930", "quarantine", 3),
            page.RuleCount("some_orders", "orders > 0", "warn", 4),
        ),
        columns=tuple(
            exploration.build_column_view(
                v,
                t.sample[_column(t, v.name)].to_numpy(float),
                "cuts" if v in FEATURES else "describes",
                treatment="highest 14 values clipped at 10" if v.name == "deals" else "",
            )
            for v in views
        ),
        together=("spend and orders go together (rank correlation 0.93): what they share counts 1.9 times.",),
        protected=(
            page.ProtectedColumn(
                "Marital_Status",
                0.05,
                "Cramér's V",
                "Next to none: the segments hold about the same mix.",
            ),
        ),
        plain_rules=_tree(t),
        method=(
            "Spend is taken on a logarithmic scale; every feature is divided by its standard deviation.",
            "K-means with 10 restarts for every k from 4 to 7; the chosen centres were refined on all rows.",
        ),
        recipe="input: {path: marketing_campaign.csv, id: ID}\nsegments:\n  k: [4, 7]   # tried\n",
        reproduction=page.Reproduction(
            "custseg train --recipe conf/marketing_campaign.yaml --input marketing_campaign.csv --output out",
            42,
            "marketing_campaign.csv",
            {"custseg_spark": "0.1.0", "pyspark": "4.3.0"},
            {"read": 1.2, "sweep": 6.41, "report": 2.5},
        ),
        figures=figures or {},
        dark_figures=dark or {},
    )


def _tree(t: Trial) -> page.PlainRules:
    tree = DecisionTreeClassifier(max_leaf_nodes=6, random_state=0).fit(t.points, t.labels)
    right = float((tree.predict(t.points) == t.labels).mean())
    leaf = page.Leaf(0, "spend is over 396 and recency is over 49 days", 0.25, 0.97)
    other = page.Leaf(len(t.names) - 1, "spend is at most 396 and recency is at most 49 days", 0.22, 0.96)
    sql = "CASE\n  WHEN spend > 396 AND recency > 49 THEN 0\n  ELSE 4\nEND"
    return page.PlainRules((leaf, other), sql, right)


def _column(t: Trial, name: str) -> str:
    return f"feature_{name}" if f"feature_{name}" in t.sample else name


def _count(k: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four", 5: "Five"}.get(k, str(k))
