"""Order lines to customers: which lines count, sums that add up, RFM scores, what groups are worth later."""

from custseg_spark.transactions.customers import described
from custseg_spark.transactions.days import Day, Plan, as_document, from_document, planned
from custseg_spark.transactions.lines import (
    AFTER,
    CUSTOMER,
    DAY,
    LEFT_OUT,
    RETURNED,
    UNIT,
    Meaning,
    told_apart,
)
from custseg_spark.transactions.scores import GROUP_NAMES, Cuts, cuts, looked_at, scored
from custseg_spark.transactions.sums import Counts, Kept, counted, left_out, per_customer, per_day, per_order
from custseg_spark.transactions.worth import Grouping, Interval, held_against, rfm_parts

__all__ = [
    "AFTER",
    "CUSTOMER",
    "DAY",
    "GROUP_NAMES",
    "LEFT_OUT",
    "RETURNED",
    "UNIT",
    "Counts",
    "Cuts",
    "Day",
    "Grouping",
    "Interval",
    "Kept",
    "Meaning",
    "Plan",
    "as_document",
    "counted",
    "cuts",
    "described",
    "from_document",
    "held_against",
    "left_out",
    "looked_at",
    "per_customer",
    "per_day",
    "per_order",
    "planned",
    "rfm_parts",
    "scored",
    "told_apart",
]
