"""Expressions: read, admitted, made safe, split into sums; what the engine gets of them.

And what a text says, for an engine, a warehouse and the driver alike: one grammar of numbers (number_text)
and one of dates (date_text), from which both the SQL and Python's reading are made; value_text is their door.
"""

from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.aggregates import Aggregate, Partial, decompose
from custseg_spark.sql.never_raise import make_safe
from custseg_spark.sql.on_sail import Translation, translate
from custseg_spark.sql.parse import find_columns, quote_name, quote_text
from custseg_spark.sql.utc import find_instants, put_in_utc
from custseg_spark.sql.whole_numbers import find_whole_columns
