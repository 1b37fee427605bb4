"""Tables in and out, and the contract they keep: types, checks, ids, quarantine."""

from custseg_spark.data.columns import AS_READ, MALFORMED, column, quoted
from custseg_spark.data.contract import (
    ACCEPTED,
    ID_REPEATED,
    ROWS,
    Check,
    Quality,
    accepted,
    bounded,
    counts,
    failures,
    keeps,
    rejected,
    rule_checks,
    rule_reason,
    verdict,
)
from custseg_spark.data.files import literal
from custseg_spark.data.ids import EXACT_UP_TO, id_checks, repeated_in
from custseg_spark.data.lake import publish
from custseg_spark.data.private import private
from custseg_spark.data.problems import explained
from custseg_spark.data.read import ENDINGS, Table, arriving, open_table
from custseg_spark.data.types import Typed, typed
from custseg_spark.data.write import (
    harmless,
    replace_customers,
    replace_rows,
    write_customers,
    write_parts,
    write_rows,
    written,
)

__all__ = [
    "ACCEPTED",
    "AS_READ",
    "ENDINGS",
    "EXACT_UP_TO",
    "ID_REPEATED",
    "MALFORMED",
    "ROWS",
    "Check",
    "Quality",
    "Table",
    "Typed",
    "accepted",
    "arriving",
    "bounded",
    "column",
    "counts",
    "explained",
    "failures",
    "harmless",
    "id_checks",
    "keeps",
    "literal",
    "open_table",
    "private",
    "publish",
    "quoted",
    "rejected",
    "repeated_in",
    "replace_customers",
    "replace_rows",
    "rule_checks",
    "rule_reason",
    "typed",
    "verdict",
    "write_customers",
    "write_parts",
    "write_rows",
    "written",
]
