"""The features that every contender makes, so that all solve the same task.

Three are planted in every table of make_customers and five follow from them; wider tasks take the
columns Extra_01 and on, which are planted too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Feature:
    """The sum of these columns, a missing value taken as the median, then log1p where asked."""

    name: str
    columns: tuple[str, ...]
    log1p: bool = False


MNT = ("MntWines", "MntFruits", "MntMeatProducts", "MntFishProducts", "MntSweetProducts", "MntGoldProds")
OWN = (
    Feature("spend", MNT, log1p=True),
    Feature("recency", ("Recency",)),
    Feature("deals", ("NumDealsPurchases",)),
    Feature("income", ("Income",)),
    Feature("web", ("NumWebPurchases",)),
    Feature("catalog", ("NumCatalogPurchases",)),
    Feature("store", ("NumStorePurchases",)),
    Feature("visits", ("NumWebVisitsMonth",)),
)


def list_features(count: int) -> tuple[Feature, ...]:
    """The features of a task of this width."""
    extra = range(1, count - len(OWN) + 1)
    return OWN[:count] + tuple(Feature(f"extra_{n:02d}", (f"Extra_{n:02d}",)) for n in extra)
