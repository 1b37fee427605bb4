"""Tables in and out, and the contract they keep: types, checks, ids, quarantine."""

from custseg_spark.data.columns import AS_READ, MALFORMED, column, quoted, utc
from custseg_spark.data.contract import (
    ACCEPTED,
    ID_REPEATED,
    ROWS,
    Check,
    Quality,
    accepted,
    bound_of,
    bounded,
    broken,
    counts,
    failures,
    keeps,
    rejected,
    rule_checks,
    rule_reason,
    verdict,
)
from custseg_spark.data.files import NoFilesError, literal
from custseg_spark.data.formulas import csv_text, escape_formulas, escape_pandas, escape_text, read_csv_text
from custseg_spark.data.ids import EXACT_UP_TO, id_checks, repeated_in
from custseg_spark.data.lake import publish
from custseg_spark.data.private import private
from custseg_spark.data.problems import explained
from custseg_spark.data.read import ENDINGS, Table, arriving, from_json, open_table, passing, topic
from custseg_spark.data.size import estimated_rows
from custseg_spark.data.types import Typed, cast_reasons, typed
from custseg_spark.data.write import (
    remove,
    replace_customers,
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
    "NoFilesError",
    "Quality",
    "Table",
    "Typed",
    "accepted",
    "arriving",
    "bound_of",
    "bounded",
    "broken",
    "cast_reasons",
    "column",
    "counts",
    "csv_text",
    "escape_formulas",
    "escape_pandas",
    "escape_text",
    "estimated_rows",
    "explained",
    "failures",
    "from_json",
    "id_checks",
    "keeps",
    "literal",
    "open_table",
    "passing",
    "private",
    "publish",
    "quoted",
    "read_csv_text",
    "rejected",
    "remove",
    "repeated_in",
    "replace_customers",
    "rule_checks",
    "rule_reason",
    "topic",
    "typed",
    "utc",
    "verdict",
    "write_customers",
    "write_parts",
    "write_rows",
    "written",
]
