"""Expressions: read, admitted, made safe, split into sums; what the engine gets of them."""

from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.aggregates import Aggregate, decompose
from custseg_spark.sql.never_raise import make_safe
from custseg_spark.sql.parse import find_columns, quote_name, quote_text
from custseg_spark.sql.utc import find_instants, put_in_utc
from custseg_spark.sql.whole_numbers import find_whole_columns
