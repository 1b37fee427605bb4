"""Expressions as users write them, drawn by a grammar: for each kind of value, forms with places."""

from __future__ import annotations

import random
import re

_PLACE = re.compile(r"\{(\w+)\}")
_DEEPEST = 3
_BRACKETS = 0.6
"""How often a form within another has brackets, where it stands without in the others."""

_LEAVES: dict[str, tuple[str, ...]] = {
    "int": (
        "i",
        "j",
        "i",
        "l",
        "m",
        "sm",
        "ti",
        "0",
        "1",
        "-1",
        "2",
        "7",
        "100",
        "2147483647",
        "3000000000L",
    ),
    "double": ("d", "e", "d", "x", "w", "0.5D", "1e3", "0D", "-2.5D"),
    "decimal": ("c", "g", "c4", "2.5", "0.05", "100.0", "-1.5"),
    "float": ("f",),
    "text": ("s", "u", "s", "num", "day", "st.a", "'a'", "'abc'", "''", "' '", "'it''s'", "'2020-01-31'"),
    "date": ("dt", "du", "dt", "DATE '2020-02-29'", "current_date()"),
    "time": ("tn", "tm", "ts", "TIMESTAMP_NTZ '2020-02-29 10:00:00'"),
    "truth": ("b", "bb", "b", "true", "NULL"),
    "array": ("ar",),
    "part": ("'a'", "'b'", "'-'", "' '", "'é'", "'ab'", "''", "','"),
    "count": ("0", "1", "2", "5"),
    "place": ("1", "2", "-1", "3"),
    "year": ("2020", "1900", "year(dt)", "2000 + ti"),
    "days": ("1", "30", "-7", "365", "1000"),
    "like": ("'a%'", "'%b%'", "'_'", "'C%'", "'%'", "'a\\\\_b'", "''", "'%é%'", "'abc'"),
    "pattern": (
        "'^[0-9]+$'",
        "'^a'",
        "'b$'",
        "'a|b'",
        "'[^a-z]'",
        "'\\\\d+'",
        "'^\\\\w+$'",
        "'\\\\s'",
        "'(?i)^abc'",
        "'.'",
        "'^.$'",
        "'^[A-Z][a-z]'",
        "'^-?[0-9]{1,3}([.][0-9]+)?$'",
        "'^(ab)?c*$'",
        "'\\\\.'",
        "'[.,]'",
        "'\\\\S\\\\W'",
    ),
    "cut": ("'[^0-9]'", "'[0-9]+'", "'a+'", "'\\\\s+'", "'(?i)B'", "'[.,-]'"),
    "unit": ("'month'", "'year'", "'quarter'", "'week'", "'MM'"),
    "form": ("'yyyy-MM-dd'", "'dd/MM/yyyy'", "'yyyyMMdd'", "'yyyy-MM-dd HH:mm:ss'", "'MM/dd/yyyy'"),
    "written": ("'yyyy-MM'", "'MM'", "'MMM'", "'yyyyMMdd'", "'dd/MM/yyyy'"),
    "scale": ("0", "1", "2", "4"),
    "zero": ("0", "1", "NULL"),
}
_FORMS: dict[str, str] = {
    "int": """
        {int} + {int} | {int} - {int} | {int} * {int} | {int} % {int} | -{int} | abs({int})
        {int} div {int} | CAST({truth} AS INT) | CAST({number} AS INT) | CAST({number} AS BIGINT)
        CAST({text} AS INT) | int({text}) | floor({double}) | ceil({double}) | length({text})
        year({day}) | month({day}) | day({day}) | quarter({day}) | dayofweek({day}) | dayofyear({day})
        weekofyear({day}) | weekday({day}) | hour({time}) | minute({time}) | datediff({day}, {day})
        extract(year FROM {day}) | size({array}) | instr({text}, {part}) | round({int})
        coalesce({int}, {int}) | if({truth}, {int}, {int}) | nullif({int}, {int})
        greatest({int}, {int}) | CASE WHEN {truth} THEN {int} WHEN {truth} THEN {int} ELSE {int} END
        least({int}, {int}, {int}) | nvl({int}, {zero}) | pmod({int}, 7) | ascii({text})
        {array}[{count}] | element_at({array}, {place}) | CAST({text} AS BIGINT) | bigint({double})
        nvl2({text}, {int}, {int}) | locate({part}, {text}) | xxhash64({text}) | ifnull({int}, 0)
        datediff(current_date(), {day}) | unix_date({day}) | datediff(DATE '2024-01-01', {day})
        second({time}) | CASE {int} WHEN 1 THEN {int} WHEN {int} THEN 3 END | unix_timestamp({time})
        levenshtein({text}, {part}) | {int} + 1 + {int} - 2 | -(2 * {int})
        {int} * 100000 * 100000 | -(-{int}) | {int} + 100 + {int} | {int} * 3 * {int}""",
    "double": """
        {double} + {number} | {number} - {double} | {double} * {number} | {int} / {int}
        {double} / {number} | {double} % {number} | -{double} | abs({double}) | sqrt({number})
        ln({number}) | log({number}) | log10({number}) | log2({number}) | log1p({number})
        exp({number}) | power({number}, 2) | power({number}, 0.5) | pow(2, {number})
        round({double}, {scale}) | round({double}) | sign({number}) | CAST({number} AS DOUBLE)
        CAST({text} AS DOUBLE) | nanvl({double}, {double}) | coalesce({double}, {number})
        if({truth}, {double}, {number}) | rint({double}) | nullif({double}, {number})
        greatest({double}, {number}) | least({double}, {number}, {int}) | {float} * {number}
        CASE WHEN {truth} THEN {double} ELSE {number} END | CAST({truth} AS DOUBLE)
        months_between({date}, {date}) | cbrt({number}) | double({text}) | {number} / {number}
        log(2, {number}) | expm1({double}) | degrees({double}) | CAST({float} AS DOUBLE)
        {double} / {int} | nvl({double}, {zero}) | signum({double})""",
    "decimal": """
        {decimal} + {decimal} | {decimal} - {decimal} | {decimal} * {decimal} | {decimal} + {int}
        {decimal} * {int} | -{decimal} | abs({decimal}) | round({decimal}, {scale})
        floor({decimal}) | ceil({decimal})
        CAST({number} AS DECIMAL(12,2)) | {decimal} % {decimal} | coalesce({decimal}, {int})
        if({truth}, {decimal}, {int}) | greatest({decimal}, {decimal}) | nullif({decimal}, {int})
        CAST({decimal} AS DECIMAL(20,6)) | CAST({double} AS DECIMAL(28,6)) | least({decimal}, {int})
        CAST({int} AS DECIMAL(20,0))""",
    "text": """
        upper({text}) | lower({text}) | trim({text}) | substring({text}, {count}, {count})
        concat({text}, {text}) | {text} || {text} | replace({text}, {part}, {part})
        coalesce({text}, {text}) | if({truth}, {text}, {text}) | CAST({int} AS STRING)
        CAST({decimal} AS STRING) | CAST({date} AS STRING) | CAST({truth} AS STRING)
        left({text}, {count}) | right({text}, {count}) | split_part({text}, '-', {place})
        nullif({text}, {text}) | translate({text}, 'abc', 'x') | ltrim({text}) | rtrim({text})
        regexp_replace({text}, {cut}, 'x') | regexp_extract({text}, '([0-9]+)', 1) | reverse({text})
        concat({text}, '-', {int}) | substring({text}, {place})
        CASE WHEN {truth} THEN {text} ELSE {text} END | lpad({text}, {count}, '0')
        rpad({text}, {count}, ' ') | greatest({text}, {text}) | least({text}, {text})
        date_format({day}, {written}) | repeat({text}, {count})
        CASE WHEN {number} > {number} THEN 'high' WHEN {number} > 0 THEN 'mid' ELSE 'low' END
        initcap({text}) | substring_index({text}, '-', {place}) | md5({text}) | CAST({double} AS STRING)
        CAST({time} AS STRING) | concat_ws('-', {text}, {text}) | split({text}, ',')[0] | string({int})""",
    "date": """
        CAST({text} AS DATE) | to_date({text}) | to_date({text}, {form}) | date_add({day}, {days})
        date_sub({day}, {days}) | add_months({day}, {days}) | last_day({day}) | trunc({day}, {unit})
        CAST({time} AS DATE) | to_date({time}) | {date} + {days} | {date} - {days}
        {date} - INTERVAL 3 DAYS | {date} + INTERVAL '2' MONTH | coalesce({date}, {date})
        if({truth}, {date}, {date}) | greatest({date}, {date}) | least({date}, {date})
        make_date({year}, {count}, {count}) | CASE WHEN {truth} THEN {date} END | nullif({date}, {date})
        to_date(date_trunc({unit}, {day}))""",
    "time": """
        CAST({date} AS TIMESTAMP) | CAST({text} AS TIMESTAMP) | date_trunc({unit}, {time})
        to_timestamp({text}, {form}) | CAST({text} AS TIMESTAMP_NTZ) | coalesce({time}, {time})
        if({truth}, {time}, {time}) | {time} + INTERVAL 5 HOURS | to_timestamp({text})
        greatest({time}, {time})""",
    "truth": """
        {number} = {number} | {number} > {number} | {number} <= {number} | {number} <> {number}
        {number} < {number} | {double} > {number} | {int} >= {int} | {double} = {double}
        {text} = {text} | {text} < {text} | {text} != {part} | {day} > {day} | {date} = {date}
        {time} < {time} | {date} >= '2020-01-31' | {time} > '2020-01-31' | {truth} AND {truth}
        {truth} OR {truth} | NOT {truth} | {any} IS NULL | {any} IS NOT NULL | {number} <=> {number}
        {number} IN ({number}, {number}) | {int} IN (1, 2, NULL) | {text} IN ('a', 'abc', {text})
        {double} IN (0, 1.5) | {number} BETWEEN {number} AND {number}
        {date} BETWEEN DATE '2000-01-01' AND {date} | {text} BETWEEN 'a' AND 'b' | {text} LIKE {like}
        {text} NOT LIKE {like} | {text} ILIKE {like} | {text} RLIKE {pattern} | isnan({double})
        {int} NOT IN (1, 2) | {truth} IS TRUE | {truth} IS NOT FALSE | {truth} = {truth} | isnull({any})
        isnotnull({any}) | startswith({text}, {part}) | contains({text}, {part})
        endswith({text}, {part}) | CAST({int} AS BOOLEAN) | coalesce({truth}, false)
        if({truth}, {truth}, {truth}) | CAST({text} AS BOOLEAN) | {text} <=> {text}
        {number} NOT BETWEEN {number} AND {number} | regexp_like({text}, {pattern})
        CAST({double} AS BOOLEAN) | array_contains({array}, {int}) | {text} IS DISTINCT FROM {text}
        nullif({truth}, {truth}) | {int} = '5' | NOT {text} RLIKE {pattern} | {text} NOT IN ('a', 'b')
        datediff({day}, {day}) > 30 | !{truth} | CAST({number} AS BIGINT) IN (1, 2)
        CAST({number} AS INT) = 2 | CAST({number} AS DECIMAL(12,1)) >= 2.5 | {decimal} / {decimal} <> 0.5
        CAST({int} AS TINYINT) <> 1 | round({decimal}) IN (1, 2) | CAST({time} AS DATE) <= '2020-01-31'""",
}
_KINDS = {
    "number": ("int", "int", "double", "double", "decimal", "float"),
    "day": ("date", "date", "time"),
    "any": ("int", "double", "decimal", "text", "date", "time", "truth"),
}
_ROOTS = ("int", "double", "double", "decimal", "text", "date", "time", "truth", "truth")


def _split_forms(text: str) -> tuple[str, ...]:
    return tuple(form.strip() for line in text.strip().splitlines() for form in re.split(r" \| ", line))


FORMS = {kind: _split_forms(text) for kind, text in _FORMS.items()}


def draw_expression(rng: random.Random) -> str:
    """An expression over the columns of `edge_tables`, of one to a dozen functions and operators."""
    kind = rng.choice(_ROOTS)
    return _fill(rng, rng.choice(FORMS[kind]), rng.randrange(_DEEPEST))


def _fill(rng: random.Random, form: str, depth: int) -> str:
    return _PLACE.sub(lambda place: _draw(rng, place[1], depth), form)


def _draw(rng: random.Random, kind: str, depth: int) -> str:
    kind = rng.choice(_KINDS.get(kind, (kind,)))
    if depth == 0 or kind not in FORMS or rng.random() < 0.4:
        return rng.choice(_LEAVES[kind])
    made = _fill(rng, rng.choice(FORMS[kind]), depth - 1)
    return f"({made})" if rng.random() < _BRACKETS else made
