"""Which columns of order lines hold codes: of a text file they stay text, whatever the first rows look like.

A stock code such as 85123 looks like a number until 85123A comes. A column is a code where the recipe never
takes it for anything else: it is compared with texts, matched, or handed to functions of texts; it is an
order's number, a currency, or a favourite by itself.
"""

from __future__ import annotations

from sqlglot import exp

from custseg_spark.recipe.order_recipe import OrderRecipe, list_order_expressions
from custseg_spark.sql.parse import parse_sql

_OF_TEXTS = frozenset(
    """
    ascii btrim char_length character_length charindex concat concat_ws contains endswith initcap instr lcase
    left length levenshtein like ilike locate lower lpad ltrim md5 regexp regexp_count regexp_extract
    regexp_extract_all regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right
    rlike rpad rtrim sha sha1 sha2 soundex split split_part startswith substr substring substring_index
    to_date to_timestamp translate trim try_to_timestamp ucase upper
    """.split()  # noqa: SIM905 - one name a line would be a page
)
"""Functions that take their first argument as a text."""
_ALL_TEXTS = frozenset({"concat", "concat_ws", "contains", "endswith", "startswith", "like", "rlike"})
"""Those of them that take every argument so."""
_HANDED_ON = frozenset({"coalesce", "ifnull", "nvl", "nullif"})
_MATCHED = (exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.DPipe)
_EQUAL = (exp.EQ, exp.NEQ, exp.NullSafeEQ)
_ALWAYS = ("lines.order", "currency.code")


def find_codes(recipe: OrderRecipe) -> frozenset[str]:
    """The codes, in lower case."""
    always: set[str] = set()
    texts: dict[str, bool] = {}
    for where, sql in list_order_expressions(recipe):
        if where == "lines.customer":  # an id stays as it is anyway
            continue
        for column in parse_sql(sql, where)[0].find_all(exp.Column):
            name = column.parts[0].name.lower()
            if where in _ALWAYS:
                always.add(name)
            else:
                is_text = _is_text(column, by_itself=where.startswith("favourites."))
                texts[name] = is_text and texts.get(name, True)
    return frozenset(always.union(name for name, everywhere in texts.items() if everywhere))


def _is_text(node: exp.Expr, *, by_itself: bool) -> bool:
    """Whether the place where the node stands takes it as a text; `by_itself`: as the whole expression."""
    parent = node.parent
    while isinstance(parent, exp.Paren):
        node, parent = parent, parent.parent
    if parent is None:
        return by_itself
    if isinstance(parent, exp.Cast):
        return parent.to.is_type(*exp.DataType.TEXT_TYPES)
    if isinstance(parent, _EQUAL):
        return _is_literal(parent.expression if node is parent.this else parent.this)
    if isinstance(parent, exp.In):
        return node is parent.this and bool(parent.expressions) and all(map(_is_literal, parent.expressions))
    if isinstance(parent, exp.Anonymous):
        name = parent.name.lower()
        if name in _HANDED_ON:
            return any(map(_is_literal, parent.expressions)) or _is_text(parent, by_itself=by_itself)
        return name in _ALL_TEXTS or (name in _OF_TEXTS and node is parent.expressions[0])
    if isinstance(parent, exp.Is):
        return isinstance(parent.expression, exp.Null)
    return isinstance(parent, _MATCHED) or (
        isinstance(parent, exp.Trim | exp.Substring) and node is parent.this
    )


def _is_literal(node: exp.Expr) -> bool:
    """Whether the node is a text literal."""
    return node.unnest().is_string
