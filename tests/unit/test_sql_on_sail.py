"""What Sail is given in the place of Spark's SQL: types, refusals, texts.

What it computes is held against Spark by scripts/engines-equal.
"""

import pytest

from custseg_spark.errors import NeedsSparkError, RecipeError
from custseg_spark.sql import make_safe, put_in_utc, translate
from custseg_spark.sql.on_sail.patterns import write_pattern
from custseg_spark.sql.on_sail.values import read_text, write_text

TYPES = {
    "i": "int",
    "l": "bigint",
    "t": "tinyint",
    "f": "float",
    "d": "double",
    "c": "decimal(12,2)",
    "s": "string",
    "Day": "date",
    "ts": "timestamp",
    "tn": "timestamp_ntz",
    "b": "boolean",
    "ar": "array<int>",
    "_as_read": "struct<x:string,a b:decimal(3,1),z:struct<q:int>>",
}


def find_type(sql: str) -> str:
    return translate(put_in_utc(make_safe(sql), ["ts"]), TYPES).type


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("i + l", "bigint"),
        ("t + t", "tinyint"),
        ("i / 2", "double"),
        ("i + 1.5", "decimal(12,1)"),
        ("c + 1", "decimal(13,2)"),
        ("c * i", "decimal(23,2)"),
        ("c % 7", "decimal(3,2)"),
        ("c + d", "double"),
        ("f + i", "double"),
        ("if(b, i, l)", "bigint"),
        ("if(b, 1, 2.5)", "decimal(11,1)"),
        ("CASE WHEN b THEN i WHEN i > 1 THEN d END", "double"),
        ("coalesce(NULL, i)", "int"),
        ("nvl2(s, 1, 2L)", "bigint"),
        ("nullif(i, 2.5)", "int"),
        ("least(i, 2.5)", "decimal(11,1)"),
        ("round(c, 1)", "decimal(12,1)"),
        ("round(d)", "double"),
        ("floor(d)", "bigint"),
        ("floor(c)", "decimal(11,0)"),
        ("2.5 * 3000000000", "decimal(13,1)"),
        ("2.5 * 3000000000L", "decimal(23,1)"),
        ("1.5 * nvl2('a', 1, 7)", "decimal(13,1)"),
        ("NULL AND true", "boolean"),
        ("ceil(CAST(i AS DECIMAL(10,0)))", "decimal(10,0)"),
        ("datediff(current_date(), day)", "int"),
        ("day - interval 3 months", "date"),
        ("date_trunc('month', ts)", "timestamp_ntz"),
        ("CAST(ts AS DATE)", "date"),
        ("greatest(Day, tn)", "timestamp_ntz"),
        ("`_as_read`.x", "string"),
        ("_as_read.`a B`", "decimal(3,1)"),
        ("_as_read.z.q", "int"),
        ("ar[0]", "int"),
        ("size(ar)", "int"),
        ("concat(s, i)", "string"),
        ("s LIKE 'a%' AND NOT b", "boolean"),
        ("NULL", "void"),
        ("typeof(i)", "string"),
        ("0.05", "decimal(2,2)"),
        ("-2147483648", "int"),
        ("3000000000", "bigint"),
        ("1e3", "double"),
    ],
)
def test_type_is_that_of_spark(sql: str, kind: str) -> None:
    assert find_type(sql) == kind


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("CAST(c AS DECIMAL(36,2)) / 3", "decimal of 40 digits"),
        ("CAST(d AS STRING)", "cast(double as string)"),
        ("s + 1", "try_add(string, int)"),
        ("s > 1.5", "string > decimal(2,1)"),
        ("coalesce(s, i)", "coalesce of string and int"),
        ("initcap(s)", "initcap(string)"),
        ("locate('-', 'x') * 100000 * 100000", "constant that is computed"),
        ("upper(lower(s))", "upper(string)"),
        ("lower(s) ILIKE 'a%'", "lower(string)"),
        ("date_add(Day, i)", "date_add(date, int)"),
        ("f + f", "try_add(float, float)"),
        ("abs(s)", "string"),
        ("s RLIKE '\\\\bx'", "pattern"),
        ("s RLIKE s", "pattern that is no literal"),
        ("s LIKE 'a' ESCAPE '!'", "escape"),
        ("trim(both 'x' from s)", "trim"),
        ("i & 1", "bitwiseand"),
        ("transform(ar, x -> x)", "transform"),
        ("s || i + 1", "||"),
        ("_as_read.y", "field y"),
        ("CAST(1e30 AS DECIMAL(38,10)) * 1.5", "41 digits"),
        ("power(d, -1)", "power(double, int)"),
        ("CAST('abc' AS DATE)", "cast('abc' as date)"),
        ("CASE WHEN NULL THEN 1 END", "case when"),
        ("floor(log10(d))", "floor of a double of which the last place differs"),
        ("CAST(d AS DECIMAL(28,6)) % 7", "% of a decimal(28,6) of which the last place differs"),
        ("exp(d) = 1", "= of a double of which the last place differs"),
        ("date_trunc('hour', tn)", "date_trunc(hour, timestamp_ntz)"),
    ],
)
def test_what_differs_is_refused_by_name(sql: str, named: str) -> None:
    with pytest.raises(NeedsSparkError) as refused:
        translate(put_in_utc(make_safe(sql)), TYPES, "segment_by.spend")
    assert refused.value.what.startswith("segment_by.spend: ")
    assert refused.value.what.endswith(" is not computed the same on Sail")
    assert named in refused.value.what
    assert refused.value.remedy == "run it on Spark: --engine spark"
    assert isinstance(refused.value, RecipeError)


def test_a_name_that_is_no_column_is_told_as_one() -> None:
    with pytest.raises(RecipeError, match=r"segment_by\.spend: there is no column `missing`") as told:
        translate("missing + 1", TYPES, "segment_by.spend")
    assert not isinstance(told.value, NeedsSparkError), "Spark has it no more"


@pytest.mark.parametrize(
    ("sql", "written"),
    [
        ("I", "CAST(`i` AS INT)"),
        ("i = 5", "CAST((`i` = 5) AS BOOLEAN)"),
        ("'it''s'", "CAST('it\\'s' AS STRING)"),
        ("d < 1", "CAST((nanvl(`d`, CAST('NaN' AS DOUBLE)) < 1.0D) AS BOOLEAN)"),
        ("Day > '2020-01-31'", "CAST((`Day` > DATE '2020-01-31') AS BOOLEAN)"),
        ("try_divide(i, 0)", "CAST(((TRY_CAST(`i` AS DOUBLE)) / nullif(0.0D, 0D)) AS DOUBLE)"),
        ("CASE WHEN typeof(i) = 'int' THEN 'a' ELSE 'b' END", "CAST('a' AS STRING)"),
        ("CASE typeof(s) WHEN 'date' THEN 1 WHEN 'string' THEN 2 END", "CAST(2 AS INT)"),
        ("s NOT LIKE 'a%'", "CAST((NOT (`s` LIKE 'a%')) AS BOOLEAN)"),
        ("if(b, 1, 2L)", "CAST((CASE WHEN `b` THEN CAST(1 AS BIGINT) ELSE CAST(2 AS BIGINT) END) AS BIGINT)"),
        ("d IN (0)", "CAST((nanvl(`d`, CAST('NaN' AS DOUBLE)) + 0D IN (0.0D)) AS BOOLEAN)"),
        ("s IN ('a', s)", "CAST((`s` = 'a' OR `s` = `s`) AS BOOLEAN)"),
        ("s ILIKE 'A%'", "CAST(((lower(`s`)) LIKE lower('A%')) AS BOOLEAN)"),
        ("nanvl(try_cast((i) AS DOUBLE), CAST(NULL AS DOUBLE))", "CAST((TRY_CAST(`i` AS DOUBLE)) AS DOUBLE)"),
        ("floor(d)", "CAST((floor(nanvl(`d`, 0D))) AS BIGINT)"),
        ("nullif(NULL, NULL)", "NULL"),
        ("ar", "`ar`"),
        (
            "try_multiply(try_multiply(l, -1), -1)",
            "CAST((try_multiply(`l`, CAST(1 AS BIGINT))) AS BIGINT)",
        ),
        ("try_add(try_add(i, 1), try_add(i, 2))", "CAST((try_add(try_add(`i`, `i`), 3)) AS INT)"),
        ("try_add(try_add(i, 1), i)", "CAST((try_add(try_add(`i`, `i`), 1)) AS INT)"),
        ("try_multiply(try_multiply(i, 2147483647), 2)", "CAST(CAST(NULL AS INT) AS INT)"),
        ("CAST(l AS INT) = 2", "CAST((nullif(TRY_CAST(`l` AS INT), NULL) = 2) AS BOOLEAN)"),
    ],
)
def test_sql_is_written_for_sail(sql: str, written: str) -> None:
    assert translate(sql, TYPES).sql == written


def test_branch_that_cannot_be_reached_is_not_translated() -> None:
    sql = "CASE WHEN typeof(d) = 'string' THEN CAST(d AS STRING) ELSE 'x' END"
    assert translate(sql, TYPES).sql == "CAST('x' AS STRING)"


def test_branch_that_can_be_reached_is_refused() -> None:
    with pytest.raises(NeedsSparkError):
        translate("CASE WHEN b THEN CAST(d AS STRING) ELSE 'x' END", TYPES)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"'it\'s'", "it's"),
        ("'it''s'", "it's"),
        ('"a\'b"', "a'b"),
        (r"r'a\d'", r"a\d"),
        (r"'a\\d'", r"a\d"),
        (r"'a\d'", "ad"),
        (r"'50\%'", r"50\%"),
        (r"'\u00e9\n'", "é\n"),
        ("'a' 'b'", "ab"),
        ("''", ""),
    ],
)
def test_text_is_read_as_spark_does(written: str, text: str) -> None:
    assert read_text(written) == text


def test_text_is_written_so_that_it_is_read_back() -> None:
    for text in ("it's", "a\\b", "tab\tline\n", "é", "'"):
        assert read_text(write_text(text).sql) == text


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("^a+$", r"^a+(?:\r\n|[\n\r\x85\u2028\u2029])?\z"),
        (r"\d{2}", "[0-9]{2}"),
        (r"[\d.-]", r"[0-9\.\-]"),
        ("a.b", r"a[^\n\r\x85\u2028\u2029]b"),
        ("(?i)ab[x-z]", "[aA][bB][x-zX-Z]"),
        (r"1\.5", r"1\.5"),
    ],
)
def test_pattern_is_written_with_what_both_take_alike(pattern: str, written: str) -> None:
    assert write_pattern(pattern) == written
