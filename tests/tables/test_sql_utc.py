"""Days and hours are those of UTC in a session of any zone, and nothing is set in that session for it."""

from collections.abc import Iterator

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from custseg_spark.sql import make_safe, put_in_utc

pytestmark = pytest.mark.spark_only("the reference that scripts/engines-equal holds Sail to")

ZONES = ("Asia/Tokyo", "America/Sao_Paulo", "Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles")
ZONE = "spark.sql.session.timeZone"
MICROS = (
    1_706_695_872_123_456,  # 2024-01-31 10:11:12.123456
    -86_399_000_000,  # 1969-12-31 00:00:01
    1_711_848_600_000_000,  # 2024-03-31 01:30, the hour that Berlin skips an hour later
    1_729_989_000_000_000,  # 2024-10-27 00:30, the hour that Berlin has twice
    1_541_289_600_000_000,  # 2018-11-04 00:00, the midnight that São Paulo skips
    1_325_203_200_000_000,  # 2011-12-30 00:00
    1_325_289_599_000_000,
)
EXPRESSIONS = """
    cast(ts as date)
    date(ts)
    to_date(ts)
    datediff(date '2024-12-31', ts)
    datediff(to_date(ts), date '2020-01-01') / 365.25
    year(ts) * 10000 + month(ts) * 100 + day(ts)
    hour(ts) * 60 + minute(ts)
    extract(hour from ts) + extract(second from ts)
    date_part('HOUR', ts)
    dayofweek(ts) + weekofyear(ts)
    ts > timestamp '2024-01-31 10:11:12'
    ts >= '2024-03-31' and ts < date '2024-04-01'
    '2018-11-04 00:00:00' = ts
    ts between '2011-12-30' and timestamp '2024-01-31 10:11:12.123456'
    ts < timestamp '2024-03-31 03:30:00+02:00'
    ts > cast(text as timestamp)
    cast(ts as string)
    concat('day ', cast(ts as string))
    cast(ts as bigint)
    cast(ts as double) / 86400
    unix_timestamp(ts)
    to_unix_timestamp(ts) / 3600
    unix_timestamp(text)
    unix_timestamp(short, 'dd/MM/yyyy HH:mm')
    unix_seconds(ts) + unix_millis(ts)
    unix_micros(ts)
    unix_timestamp(dt)
    cast(dt as timestamp)
    cast(text as timestamp)
    text::timestamp
    timestamp(text)
    cast(seconds as timestamp)
    cast(cast(seconds as double) as timestamp)
    to_timestamp(text)
    datediff(current_date(), date_from_unix_date(unix_date(current_date)))
    to_date(short, 'dd/MM/yyyy HH:mm')
    to_timestamp(zoned, "yyyy-MM-dd'T'HH:mmXXX")
    cast(zoned as timestamp)
    to_date(cast(zoned as timestamp))
    from_unixtime(seconds)
    timestamp_seconds(seconds)
    hour(timestamp_millis(seconds * 1000))
    timestampdiff(HOUR, timestamp '2011-12-30', ts2)
    timestampadd(DAY, 1, ts)
    ts + interval 3 hours
    ts - timestamp '2011-12-30 00:00:00'
    coalesce(ts, timestamp '2000-01-01')
    greatest(ts, cast(dt as timestamp))
    if(ts > timestamp '2020-01-01', 1, 0)
    case when hour(ts) between 9 and 17 then 'day' else 'night' end
    make_timestamp(2011, 12, 30, 4, 5, 6)
    hour(make_timestamp(2024, 6, 1, 12, 0, 0, 'America/New_York'))
    convert_timezone('America/New_York', ts)
    date_trunc('HOUR', timestamp '2024-06-01 10:20:30')
    date_format(timestamp '2024-06-01 10:20:30', 'HH:mm')
    date_format(ts2, 'yyyy-MM-dd HH:mm')
    date_trunc('MONTH', ts2)
    months_between(ts2, date '2020-02-29')
    last_day(ts) - trunc(ts, 'YEAR')
    add_months(ts, 2)
    from_utc_timestamp(ts2, 'Asia/Kolkata')
    xxhash64(cast(ts as date))
    cast(coalesce(ts, ts2) as bigint)
    cast(ts + interval 1 hour as double)
    cast((case when hour(ts) > 5 then ts else ts2 end) as bigint) - cast(ts2 as bigint)
    cast(least(ts, timestamp '2020-01-01 05:00:00') as int)
    cast(timestamp '2020-01-01 05:00:00' as bigint) + cast(timestamp '2020-01-01 05:00:00+03:00' as bigint)
    unix_timestamp(coalesce(ts, ts2)) - unix_timestamp(greatest(ts, ts2))
    cast(if(hour(ts) > 3, to_timestamp(short, 'dd/MM/yyyy HH:mm'), ts) as double)
    a + b
"""


@pytest.fixture
def zone(spark: SparkSession) -> Iterator[None]:
    before = spark.conf.get(ZONE)
    assert before
    yield
    spark.conf.set(ZONE, before)


def moments(spark: SparkSession) -> DataFrame:
    rows = ", ".join(f"({micros}L)" for micros in MICROS)
    frame = spark.sql(f"select * from values {rows} as t(micros)")
    clock = "timestampadd(MICROSECOND, micros, timestamp_ntz '1970-01-01 00:00:00')"
    return frame.selectExpr(
        "timestamp_micros(micros) AS ts",
        "timestamp '2024-06-15 12:34:56Z' AS ts2",
        f"cast(cast({clock} as date) as string) || ' 02:30:00' AS text",
        f"date_format(cast({clock} as date), 'dd/MM/yyyy') || ' 12:30' AS short",
        f"cast(cast({clock} as date) as string) || 'T23:30-05:00' AS zoned",
        f"cast({clock} as date) AS dt",
        "micros div 1000000 AS seconds",
        "1 AS a",
        "2 AS b",
    )


def values(frame: DataFrame, sql: list[str]) -> list[list[str]]:
    """Every expression's values as text; a moment as what the clock of the session shows."""
    columns = [F.expr(f"CAST(({text}) AS STRING)").alias(f"c{i}") for i, text in enumerate(sql)]
    rows = frame.select(*columns).collect()
    return [[row[i] for row in rows] for i in range(len(sql))]


@pytest.mark.parametrize("elsewhere", ZONES)
def test_an_expression_means_in_any_zone_what_it_means_in_utc(
    spark: SparkSession, zone: None, elsewhere: str
) -> None:
    asked = [line.strip() for line in EXPRESSIONS.splitlines() if line.strip()]
    spark.conf.set(ZONE, "UTC")
    expected = values(moments(spark), [make_safe(sql) for sql in asked])
    spark.conf.set(ZONE, elsewhere)
    found = values(moments(spark), [put_in_utc(make_safe(sql), ["ts", "ts2"]) for sql in asked])
    differs = [
        (sql, here, there) for sql, here, there in zip(asked, found, expected, strict=True) if here != there
    ]
    assert not differs
