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
    """The same for a column that may have its type already, which it keeps then. Spark's SQL alone."""
    column = quote_name(name)
    kind = "DOUBLE" if isinstance(form, NumberFormat) else "DATE"
    texts = "'string%'" if kind == "DOUBLE" else f"'%int' OR typeof({column}) LIKE 'string%'"
    return (
        f"CASE WHEN typeof({column}) LIKE {texts} THEN {write_value_sql(name, form)}"
        f" ELSE TRY_CAST(CAST({column} AS STRING) AS {kind}) END"
    )


def read_value(text: str, form: Format) -> float | date | None:
    """The same of one text."""
    return read_number(text, form) if isinstance(form, NumberFormat) else read_date(text, form)
