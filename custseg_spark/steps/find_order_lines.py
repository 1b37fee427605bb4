"""read -> check: whether what is given as customers are order lines."""

from __future__ import annotations

from collections import Counter

from custseg_spark import data
from custseg_spark.engine.translate_errors import translate_engine_errors
from custseg_spark.propose.column_kinds import look_at_columns
from custseg_spark.propose.order_columns import is_order_named
from custseg_spark.propose.order_lines import look_for_orders
from custseg_spark.results import CountedTable

_REPEATED = 0.1
"""From this share of rows whose id stands in another row as well, the table is looked at."""
_LOOKED_AT = 1_000


def find_order_lines(counted: CountedTable) -> str | None:
    """The columns that say so, if a table that is given as customers holds order lines; None if it does not.

    Its first rows are looked at, by one small job, where its ids stand more than once, are named like an
    order's number or are those of the rows; of any other table nothing is read.
    """
    identity = str(counted.recipe.input.id)
    unlikely = is_order_named(identity) or "row_number" in identity
    if not unlikely and _count_repeated(counted) < _REPEATED:
        return None
    with translate_engine_errors(f"input {counted.source}"):
        head = counted.table.frame.limit(_LOOKED_AT).select(f"{data.AS_READ}.*").toPandas()
    head = head.drop(columns=data.MALFORMED, errors="ignore")
    found = look_for_orders(look_at_columns(head), len(head))
    if found is None or found.customer is None:
        return None
    return ", ".join(column.name for column in found.columns)


def _count_repeated(counted: CountedTable) -> float:
    """The share of the rows whose id stands in another row: of all rows, or of the sample where nobody
    counted."""
    reasons = [check.reason for check in counted.table.checks]
    if data.ID_REPEATED in reasons:
        return counted.counts[f"failed_{reasons.index(data.ID_REPEATED)}"] / counted.rows
    ids = Counter(counted.sample.described["id"].tolist())
    return sum(count for count in ids.values() if count > 1) / max(1, ids.total())
