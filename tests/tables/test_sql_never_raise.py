"""Safe expressions mean what was written where Spark computes it, and give null where Spark would raise."""

import re

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark.sql import make_safe

pytestmark = pytest.mark.spark_only("the reference that scripts/engines-equal holds Sail to")

GOOD = r"""
    (7, 3, 10L, 2.5D, cast(1.25 as decimal(10,2)), '12', 'it''s "x"', date'2024-01-31', date'2023-03-01',
     timestamp'2024-01-31 10:11:12', '04-09-2012', array(1, 2, 3), map('k', 5), named_struct('x', 4), 1957),
    (-7, 2, -10L, -0.5D, cast(-3.75 as decimal(10,2)), '-5', 'a\\b_c%', date'2020-02-29',
     date'2021-02-28', timestamp'2020-02-29 23:59:59', '30-07-2012',
     array(4, 5, 6), map('k', -5), named_struct('x', -4), 1980)"""
BAD = r"""
    (2147483647, 0, 9223372036854775807L, 0D, cast(0 as decimal(10,2)), 'abc', null, null, date'2021-02-28',
     null, 'not a date', array(), map('j', 1), named_struct('x', 0), 99999999),
    (-2147483648, 0, -9223372036854775808L, double('nan'), cast(99999999.99 as decimal(10,2)), '', '',
     date'9998-12-31', date'0001-01-01', timestamp'9998-12-31 00:00:00', '99-99-9999', null, null, null, 0)"""
COLUMNS = "a, b, l, d, m, s, q, dt, dt2, ts, txt, arr, mp, st, yr"

EXPRESSIONS = r"""
    a / b                                           |  (a + b) * l - a % 2
    a - (b - l)                                     |  -a / b + -(a - b)
    - a * - b                                       |  a * a
    l * l / 100000                                  |  m * m + m - m % 2
    pmod(a, b) + mod(a, b)                          |  a div b
    cast(s as int) + 1                              |  int(s) + double(s)
    s::bigint * 2                                   |  cast(s as decimal(10,2)) / 3
    case when a / b > 1 then 'x\'y' else 'it''s' end |  case a when 7 then a / b else 0 end
    a in (7, 8) and a / b > 0                       |  a not in (7, 8) or a / b > 0
    not a between b - 1 and 10 or a / b > 0         |  q like 'it%' and a / b > 0
    q like '%\\_c!%%' escape '!' and a / b > 0      |  q rlike '\\w+' and a / b > 0
    q rlike r'\w+\\b' and a / b > 0                 |  regexp_replace(q, '(\\w)', '$1$1') || a / b
    'a\\b' || (a + b)                               |  'x' 'y' || (a + b)
    datediff(dt, dt2) + 1                           |  datediff(current_date(), dt) / 365.25 > 0
    months_between(dt, dt2) / 12                    |  dt + interval 3 months
    dt - interval '1-2' year to month               |  dt - dt2
    dt + 3                                          |  year(dt) + month(dt) * quarter(dt)
    extract(year from dt) + extract(doy from dt)    |  trunc(dt, 'YEAR') - dt
    datediff(date '2014-07-01', to_date(txt, 'dd-MM-yyyy')) |  to_timestamp(txt, 'd-M-yyyy')
    date(ts) + 1                                    |  dt > date '2022-01-01' and a / b > 0
    coalesce(a / nullif(b, 0), 0)                   |  log1p(greatest(d, 0)) + pow(a, 2) + sqrt(abs(l))
    (a & b) + (a | b) + (a ^ b) + ~a                |  a & b + 1 | l ^ 2
    a << 2 | b >> 1                                 |  st.x / 2
    arr[0] + arr[1]                                 |  array(a, b)[0] / 2
    element_at(arr, 1) + 1                          |  element_at(mp, 'k') / 2
    mp['k'] + 1                                     |  filter(arr, x -> x / b > 1)
    aggregate(arr, 0, (acc, x) -> acc + x) / size(arr) |  transform(arr, (x, i) -> x * i)[1]
    if(a > b, a / b, b / a)                         |  a <=> b or a / b > 1
    a is not null and a is distinct from b or a / b > 1 |  !(a > b) or a / b > 1
    not a = b and a / b > 1                         |  a != b and a <> b and a / b > 1
    substring(q from 2 for 2) || a / b              |  trim(both 'i' from q) || a / b
    position('t' in q) / 2                          |  length(q) * 1.5BD
    length(q) * 10L + 1e3 + 2.5f + 3S               |  make_date(2024, yr % 12 + 1, 1)
    a + b -- a comment                              |  a /* why */ + b
    unix_timestamp(ts) / 86400                      |  date_diff(dt, dt2) / 7
    named_struct('x', a / b).x                      |  100 * a / (a + b)
    a / b / l * d                                   |  a / (b / l)
    int(a > b) * 2                                  |  q ilike 'IT%' and a / b > 0
    q like any ('it%', 'x%') and a / b > 0          |  a + b in (1, 10)
    not a + b > 3                                   |  a || b + 1
"""


def expressions() -> list[str]:
    return [part.strip() for part in re.split(r" \|  |\n", EXPRESSIONS) if part.strip()]


def table(spark: SparkSession, rows: str) -> DataFrame:
    return spark.sql(f"select * from values {rows} as t({COLUMNS})")


def computed(frame: DataFrame, sql: list[str]) -> list[str]:
    """Every expression's values as JSON, in order, and its type."""
    columns = [F.expr(f"(\n{text}\n)").alias(f"c{i}") for i, text in enumerate(sql)]
    selected = frame.select(*columns)
    rows = selected.select(
        *[F.to_json(F.struct(F.col(name))).alias(name) for name in selected.columns]
    ).collect()
    return [f"{field.dataType}: {[row[field.name] for row in rows]}" for field in selected.schema]


def test_the_rewritten_expression_means_what_was_written(spark: SparkSession) -> None:
    frame = table(spark, GOOD)
    asked = expressions()
    before, after = computed(frame, asked), computed(frame, [make_safe(sql) for sql in asked])
    assert dict(zip(asked, after, strict=True)) == dict(zip(asked, before, strict=True))


def test_no_row_however_bad_ends_the_job(spark: SparkSession) -> None:
    # The one expression that is left as written, since its grouping can't be kept, raises on text.
    asked = [sql for sql in expressions() if sql != "a || b + 1"]
    assert len(computed(table(spark, BAD), [make_safe(sql) for sql in asked])) == len(asked)


@pytest.mark.parametrize(
    "sql", ["a / b", "a + 1", "l * l", "cast(s as int)", "to_date(txt, 'd-M-yyyy')", "arr[0]"]
)
def test_the_same_rows_end_it_where_nothing_is_rewritten(spark: SparkSession, sql: str) -> None:
    with pytest.raises(PySparkException):
        computed(table(spark, BAD), [sql])
