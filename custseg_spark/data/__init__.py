"""Tables in and out, and the contract they keep.

In, by `open_table`, one module a question:

    table_files     where are the files behind a path, a URI or a pattern?
    formats         what are they: by the recipe, by their ending, or by what they begin with?
    text_files, workbooks
                    what does the head of a text file, or a sheet, say of all of it?
    header          where does the table begin, and what are its columns called?
    read_text, read_typed, read_here
                    read by the engine, as text or with the types that the format has (parquet_types, lake);
                    or on the driver, where the engine has no reader
    text_copy, json_copy
                    on Sail, a copy of text and JSON (scratch) that the engine reads in their place; of a
                    small table whatever its format, once its columns have their types
    table           the rows as they are, whatever the format; row_numbers where a row's number is the id

Then, by `cast_columns` (types, casts), a type for each column: text_types says what a column of text holds;
what a number or a date is stands in custseg_spark.sql alone. Then the checks: contract, ids, summary_rows;
explain_misfit says why a value does not fit. Before any of it, private takes away what must not travel.

Out: write, and lake for a day of customers; formulas escapes what a spreadsheet would run.
"""

from custseg_spark.data.columns import (
    AS_READ,
    MALFORMED,
    MISSHAPEN,
    NO_COLUMN,
    column,
    is_blank,
    is_whole,
    quote,
    read_utc,
    resolve_column,
)
from custseg_spark.data.contract import (
    ACCEPTED,
    ID_MISSING,
    ID_REPEATED,
    REJECTED,
    ROW_TOTAL,
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
    tell_kept,
)
from custseg_spark.data.explain_misfit import explain_misfit, suggest_types, write_type
from custseg_spark.data.formats import ENDINGS, find_ending, find_format, may_be_table
from custseg_spark.data.formulas import escape_formulas, escape_pandas, escape_text, read_csv, write_csv
from custseg_spark.data.ids import EXACT_UP_TO, build_id_checks, find_repeats
from custseg_spark.data.lake.publish_day import publish
from custseg_spark.data.private import apply_privacy
from custseg_spark.data.read import (
    filter_rows,
    open_stream,
    open_table,
    open_topic,
    parse_messages,
)
from custseg_spark.data.scratch import copy_frame
from custseg_spark.data.size import estimate_rows
from custseg_spark.data.summary_rows import build_summary_checks, build_total_checks
from custseg_spark.data.table import DATAFRAME, Table
from custseg_spark.data.table_files import NO_VALUE, NoFilesError, locate
from custseg_spark.data.text_files.text_bytes import OTHER_ENCODING
from custseg_spark.data.text_types import infer_column_type
from custseg_spark.data.types import TypedTable, cast_columns, list_cast_reasons
from custseg_spark.data.workbooks.excel import list_sheets
from custseg_spark.data.write import (
    read_folders,
    read_written,
    remove,
    replace_customers,
    write_customers,
    write_parts,
    write_rows,
)
