"""What a text says as people write it, by how its column does: one SQL for every engine and warehouse."""

from __future__ import annotations

from datetime import date

from custseg_spark.sql.date_text import DateFormat, read_date, write_date_sql
from custseg_spark.sql.number_text import NumberFormat, read_number, write_number_sql
from custseg_spark.sql.parse import quote_name

Format = NumberFormat | DateFormat


def write_value_sql(name: str, form: Format) -> str:
    """The SQL of what the column `name`, which holds text, says: a number (double) or a day (date); null
    where it says none. It raises for no text."""
    text = f"CAST({quote_name(name)} AS STRING)"
    return write_number_sql(text, form) if isinstance(form, NumberFormat) else write_date_sql(text, form)


def write_any_sql(name: str, form: Format) -> str:
    """The same for a column that may have its type already, which it keeps then; of a moment the day in UTC.
    Spark's SQL alone."""
    column, value = quote_name(name), write_value_sql(name, form)
    text = f"CAST({column} AS STRING)"
    if isinstance(form, NumberFormat):
        return f"CASE WHEN typeof({column}) LIKE 'string%' THEN {value} ELSE TRY_CAST({text} AS DOUBLE) END"
    seconds = f"unix_seconds(TRY_CAST({text} AS TIMESTAMP))"
    in_utc = f"date_add(DATE '1970-01-01', CAST(floor({seconds} / 86400.0D) AS INT))"
    return (
        f"CASE typeof({column}) WHEN 'timestamp' THEN {in_utc}"
        f" WHEN 'timestamp_ntz' THEN TRY_CAST({text} AS DATE) WHEN 'date' THEN TRY_CAST({text} AS DATE)"
        f" ELSE {value} END"
    )


def read_value(text: str, form: Format) -> float | date | None:
    """The same of one text."""
    return read_number(text, form) if isinstance(form, NumberFormat) else read_date(text, form)
