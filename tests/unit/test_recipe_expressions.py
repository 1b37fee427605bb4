"""Expressions read, refused and made safe, without Spark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import find_columns_used, parse
from custseg_spark.sql import find_columns, make_safe
from custseg_spark.sql.admission import check_expression
from custseg_spark.sql.parse import quote_name, quote_text


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("Income", {"Income"}),
        ("MntWines + mntwines", {"MntWines", "mntwines"}),
        ("`a b` / `x.y`", {"a b", "x.y"}),
        ("`a``b` + 1", {"a`b"}),
        ("address.town.name", {"address"}),
        ("items[0] + prices['wine']", {"items", "prices"}),
        ("array(a, b)[c]", {"a", "b", "c"}),
        ("list[0]", {"list"}),
        ("filter(items, x -> x > floor)", {"items", "floor"}),
        ("aggregate(items, 0, (total, x) -> total + x)", {"items"}),
        ("case when a > 1 then 'b' else c end", {"a", "c"}),
        ("datediff(current_date(), to_date(d, 'd-M-yyyy'))", {"d"}),
        ("extract(year from d)", {"d"}),
        ("d + interval 3 months", {"d"}),
        ("date '2024-01-31' - d", {"d"}),
        ("cast(a as decimal(10, 2))", {"a"}),
        ("a in (1, b) and c between 1 and e", {"a", "b", "c", "e"}),
        ("1 = 1", set()),
        ("'a' || \"b\"", set()),
        ("a -- b\n + c /* d */", {"a", "c"}),
        ("order + group + user", {"order", "group", "user"}),
    ],
)
def test_columns_are_found_and_nothing_else(sql: str, columns: set[str]) -> None:
    assert find_columns(sql) == columns


@pytest.mark.parametrize(
    ("sql", "rewritten"),
    [
        ("a / b", "try_divide(a, b)"),
        ("1 / (Recency + 1)", "try_divide(1, try_add(Recency, 1))"),
        ("(a - b) * c % 2", "try_mod(try_multiply(try_subtract(a, b), c), 2)"),
        ("a - (b - c)", "try_subtract(a, try_subtract(b, c))"),
        ("-a", "try_multiply(a, -1)"),
        (
            "abs(a - b)",
            "if(try_subtract(a, b) < 0, try_multiply(try_subtract(a, b), -1), try_subtract(a, b))",
        ),
        ("a div b", "a DIV NULLIF(b, 0)"),
        ("cast(a as int)", "TRY_CAST(a AS INT)"),
        ("a::date", "TRY_CAST(a AS DATE)"),
        ("int(a)", "TRY_CAST(a AS INT)"),
        ("to_date(a, 'd-M-yyyy')", "TRY_CAST(try_to_timestamp(a, 'd-M-yyyy') AS DATE)"),
        ("to_date(a)", "TRY_CAST(a AS DATE)"),
        ("element_at(a, 2)", "try_element_at(a, 2)"),
        ("a[1]", "GET(a, 1)"),
        ("pmod(a, b)", "pmod(a, NULLIF(b, 0))"),
        ("`a b` / `x``.y`", "try_divide(`a b`, `x``.y`)"),
        ("case when a / b > 1 then 'it''s' end", "CASE WHEN try_divide(a, b) > 1 THEN 'it''s' END"),
        ("log1p(a / b)", "log1p(try_divide(a, b))"),
    ],
)
def test_what_can_raise_becomes_its_try_twin(sql: str, rewritten: str) -> None:
    assert make_safe(sql).lower() == rewritten.lower()


@pytest.mark.parametrize(
    "sql",
    [
        "Income", "-1", "a > 1 and not b", "coalesce(a, 0)", "CASE  when a>1 then 1 end", "a in (1,2)",
        r"a rlike '^\\d+$'", "cast('2024-01-31' as date)", "date '2024-01-31'", "prices['wine']",
        "try_divide(a, b)", "a || b + 1", "year(d)", "a -- kept", "greatest(a,  b)",
    ],
)  # fmt: skip
def test_what_cannot_raise_stays_as_it_was_written(sql: str) -> None:
    assert make_safe(sql) == sql


@pytest.mark.parametrize(
    "literal",
    [r"'\\d+\.'", "'it''s'", r"'it\'s'", '"say \\"it\\""', r"r'\w'", "'a' 'b'", "'literal_0'", "'--'"],
)
def test_literals_come_through_untouched(literal: str) -> None:
    assert make_safe(f"if(a rlike {literal}, b / c, 0)") == f"IF(a RLIKE {literal}, try_divide(b, c), 0)"


@given(st.text(max_size=40))
def test_any_text_is_a_literal_that_reads_back(text: str) -> None:
    assert find_columns(f"{quote_text(text)} || a") == {"a"}


@given(st.text(min_size=1, max_size=20).filter(str.strip))
def test_any_column_name_can_be_quoted(name: str) -> None:
    assert find_columns(f"{quote_name(name)} / 2") == {name}


@pytest.mark.parametrize(
    ("name", "quoted"), [("Income", "Income"), ("date", "`date`"), ("a b", "`a b`"), ("7", "`7`")]
)
def test_only_names_that_need_backticks_get_them(name: str, quoted: str) -> None:
    assert quote_name(name) == quoted


number = st.sampled_from(["a", "b", "`c d`", "1", "2.5"])
arithmetic = st.recursive(
    number,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})")
        | inner.map(lambda text: f"coalesce({text}, 0)")
    ),
    max_leaves=8,
)


@given(arithmetic)
def test_safe_keeps_the_columns_leaves_nothing_that_raises_and_repeats(sql: str) -> None:
    rewritten = make_safe(sql)
    assert find_columns(rewritten) == find_columns(sql)
    assert make_safe(rewritten) == rewritten
    assert not set(rewritten.replace("c d", "")) & set("+-*/%")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("a +", "x.sql: 'a +' is not a Spark SQL expression near '+'"),
        ("a b", "is not a Spark SQL expression near 'b'"),
        ("a as b", "is not a Spark SQL expression"),
        ("a; drop table b", "is not a Spark SQL expression"),
        ("a = 'open", "is not a Spark SQL expression"),
        ("(a", "is not a Spark SQL expression"),
        ("", "is not a Spark SQL expression"),
        ("my column > 1", "is not a Spark SQL expression near 'column'"),
        ("sum(a)", "sum() is an aggregate over many rows"),
        ("a / max(a)", "max() is an aggregate over many rows"),
        ("count(*)", "count() is an aggregate over many rows"),
        ("row_number() over (order by a)", "window functions are not possible here"),
        ("lag(a)", "window functions are not possible here, found lag"),
        ("explode(a)", "explode() gives many rows"),
        ("(select 1)", "subqueries are not possible here"),
        ("a in (select b from c)", "subqueries are not possible here"),
        ("a * rand()", "rand() gives another value each time"),
        ("now() > a", "now() gives another value each time"),
        ("current_timestamp - a", "current_timestamp() gives another value each time"),
        ("reflect('java.lang.System', 'exit', a)", "reflect() is refused"),
        ("raise_error(a)", "raise_error() is refused"),
        ("*", "'*' stands for no single column"),
        ("a + ?", "'?' stands for no single column"),
        ("42", "'42' names no column"),
        ("current_date()", "names no column"),
    ],
)
def test_what_is_no_expression_over_one_row_is_refused(sql: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        check_expression(sql, "x.sql", constant=False)
    assert told in caught.value.what
    assert caught.value.what.startswith("x.sql: ")
    assert caught.value.remedy


@pytest.mark.parametrize(
    "sql",
    ["datediff(current_date(), a)", "exists(a, x -> x > 1)", "hash(a) % 7", "a = 'sum(b)'", "`sum` + `rand`"],
)
def test_what_only_looks_refusable_is_admitted(sql: str) -> None:
    check_expression(sql, "x", constant=False)


def test_expressions_that_do_not_parse_are_told_together_by_key_path() -> None:
    with pytest.raises(RecipeError) as caught:
        parse(
            {
                "input": {"id": "a"},
                "rules": {"r": "b >"},
                "segment_by": {"f": "sum(c)"},
                "describe": {"d": {"rate": ["e", "(f"]}},
                "check": {"o": "1"},
            }
        )
    paths = [line.strip().split(":")[0] for line in caught.value.what.splitlines()]
    assert paths == ["4 problems", "rules.r.sql", "segment_by.f.sql", "describe.d.rate.1", "check.o.sql"]


def test_every_column_is_known_by_the_keys_that_use_it() -> None:
    recipe = parse(
        {
            "input": {"id": "ID"},
            "rules": {"r": "Spend >= 0"},
            "segment_by": {"total": "spend + Other"},
            "describe": {
                "orders": "web + shop",
                "share": {"rate": ["web", "orders"]},
                "s": {"rate": ["total", "1"]},
            },
            "check": {"answered": "Response"},
            "protected": ["Age"],
            "output": {"columns": ["country"]},
        }
    )
    assert find_columns_used(recipe) == {
        "ID": ["input.id"],
        "Spend": ["rules.r.sql", "segment_by.total.sql", "describe.s.rate.0"],
        "Other": ["segment_by.total.sql", "describe.s.rate.0"],
        "shop": ["describe.orders.sql", "describe.share.rate.1"],
        "web": ["describe.orders.sql", "describe.share.rate.0", "describe.share.rate.1"],
        "Response": ["check.answered.sql"],
        "Age": ["protected"],
        "country": ["output.columns"],
    }
