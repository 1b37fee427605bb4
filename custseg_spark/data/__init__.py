"""Tables in and out, and the contract they keep: types, checks, ids, quarantine."""

from custseg_spark.data.columns import (
    AS_READ,
    MALFORMED,
    MISSHAPEN,
    NO_COLUMN,
    column,
    quote,
    read_utc,
    resolve_column,
)
from custseg_spark.data.contract import (
    ACCEPTED,
    ID_MISSING,
    ID_REPEATED,
    REJECTED,
    ROWS,
    Check,
    Quality,
    aggregate_counts,
    apply_bounds,
    build_rule_checks,
    check_bounds,
    find_bound,
    judge_counts,
    keep_accepted,
    keep_rejected,
    list_reasons,
    name_reason,
    pass_checks,
)
from custseg_spark.data.excel import list_sheets
from custseg_spark.data.explain_misfit import explain_misfit, suggest_types
from custseg_spark.data.formats import ENDINGS, find_format
from custseg_spark.data.formulas import escape_formulas, escape_pandas, escape_text, read_csv, write_csv
from custseg_spark.data.ids import EXACT_UP_TO, build_id_checks, find_repeats
from custseg_spark.data.lake import publish
from custseg_spark.data.private import apply_privacy
from custseg_spark.data.read import (
    filter_rows,
    open_stream,
    open_table,
    open_topic,
    parse_messages,
)
from custseg_spark.data.size import estimate_rows, is_whole_head
from custseg_spark.data.summary_rows import build_summary_checks
from custseg_spark.data.table import DATAFRAME, Table
from custseg_spark.data.table_files import NoFilesError, escape_pattern, locate
from custseg_spark.data.text_bytes import OTHER_ENCODING
from custseg_spark.data.types import TypedTable, cast_columns, list_cast_reasons
from custseg_spark.data.write import (
    read_written,
    remove,
    replace_customers,
    write_customers,
    write_parts,
    write_rows,
)
