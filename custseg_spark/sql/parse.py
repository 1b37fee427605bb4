"""Reading Spark SQL expressions: the tree, the columns they use, how a column is quoted.

Only read here, never run: Spark runs them. Functions are kept as written (no dialect translation),
so that a rewritten expression differs from what the user wrote by the rewriting alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from sqlglot import TokenType, exp, parse_one
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError

from custseg_spark.errors import RecipeError

_MARK = "literal_"
_KEYWORDS = frozenset(keyword.split()[0] for keyword in Spark.Tokenizer.KEYWORDS)
_FOREIGN = {
    r"\*\*": "a power is power(a, b)",
    "&&": "write AND",
    r"(?i)^\s*if\b(?!\s*\()": "write if(condition, a, b), or CASE WHEN ... THEN ... END",
    r"\d\s*%\s*$": "a share is a number: 10 % is 0.1",
}
"""How other languages and people write it, as a pattern -> how Spark SQL does."""
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class AsWritten(Spark):
    """Spark's grammar, with every function left under the name and arguments it was written with."""

    class Parser(Spark.Parser):  # type: ignore[misc, valid-type]
        FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {}
        ARRAY_CONSTRUCTORS: ClassVar[dict[str, Any]] = {}  # else array(a, b)[0] loses a and b
        FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
            name: parse
            for name, parse in Spark.Parser.FUNCTION_PARSERS.items()
            if name in {"CAST", "TRY_CAST", "EXTRACT", "OVERLAY", "POSITION", "SUBSTRING", "SUBSTR", "TRIM"}
        }

        def _parse_as_command(self, start: Any) -> Any:
            self.raise_error("not an expression", start)  # where sqlglot would leave the rest unread


def find_columns(sql: str, where: str = "expression") -> frozenset[str]:
    """The input columns of an expression, spelled as written; of `a.b` the struct `a`.

    `where` is the key path that error messages name. Raises RecipeError if it does not parse.
    """
    tree, _ = parse_sql(sql, where)
    return frozenset(column.parts[0].name for column in tree.find_all(exp.Column))


def quote_name(column: str) -> str:
    """The column's name as SQL takes it: in backticks unless it is one plain word that is no keyword."""
    if _PLAIN_NAME.fullmatch(column) and _is_column(column):
        return column
    return "`" + column.replace("`", "``") + "`"


def _is_column(name: str) -> bool:
    """Whether the bare name stands for the column: no keyword, nothing that reads as something else."""
    try:
        return name.upper() not in _KEYWORDS and find_columns(f"{name} / 2") == {name}
    except RecipeError:
        return False


def quote_text(text: str) -> str:
    """A text as a SQL literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def parse_sql(sql: str, where: str) -> tuple[exp.Expr, dict[str, str]]:
    """The tree, and what its string literals stand for.

    Literals are taken out before parsing and put back untouched: what a backslash or a doubled
    quote means in them is Spark's to say.
    """
    try:
        text, literals = _take_out_literals(sql)
        tree = parse_one(text, into=exp.Condition, dialect=AsWritten)
    except (SqlglotError, RecursionError) as problem:
        raise RecipeError(
            f"{where}: {sql!r} is not a Spark SQL expression{_quote_near(problem)}",
            next(
                (advice for sign, advice in _FOREIGN.items() if re.search(sign, sql)),
                "names with spaces, dots or SQL keywords go in backticks: `my column`",
            ),
        ) from None
    return tree, literals


def write_sql(tree: exp.Expr, literals: Mapping[str, str]) -> str:
    """The text of a tree from `parse_sql`, its literals put back."""
    text = _write(tree)
    for placeholder, literal in literals.items():
        text = text.replace(placeholder, literal)
    return text


def rewrite(
    sql: str, where: str, rules: Callable[[exp.Expr, Mapping[str, str]], Callable[[exp.Expr], exp.Expr]]
) -> str:
    """The expression with nodes replaced, the innermost first; as it was written where none was.

    `rules`: of the tree and its literals, what gives for each node the one that stands in its place.
    """
    tree, literals = parse_sql(sql, where)
    if groups_otherwise(tree):
        return sql
    before = _write(tree)
    replacement = rules(tree, literals)
    for node in reversed(list(tree.dfs())):
        put = replacement(node)
        if put is not node and node is tree:
            tree = put
        elif put is not node:
            node.replace(put)
    return sql if _write(tree) == before else write_sql(tree, literals)


def build_fragment(template: str, *values: exp.Expr) -> exp.Expr:
    """The tree of a piece of SQL, with nodes of another tree where it says {0}, {1}."""
    return parse_one(template.format(*map(_write, values)), into=exp.Condition, dialect=AsWritten)


def read_literal(literal: exp.Literal, literals: Mapping[str, str]) -> str:
    """What a string literal of a tree from `parse_sql` says, without its quotes."""
    written_so = literals.get(f"'{literal.name}'", f"'{literal.name}'")
    return re.sub(r"^[rR]?(['\"])(.*)\1$", r"\2", written_so, flags=re.DOTALL)


def _write(tree: exp.Expr) -> str:
    return tree.sql(dialect=AsWritten, normalize_functions=False, comments=False)


def groups_otherwise(tree: exp.Expr) -> bool:
    """Whether the tree groups `a || b + 1` as a || (b + 1), where Spark means (a || b) + 1."""
    return any(
        isinstance(side, exp.Add | exp.Sub)
        for pipe in tree.find_all(exp.DPipe)
        for side in (pipe.this, pipe.expression)
    )


def _take_out_literals(sql: str) -> tuple[str, dict[str, str]]:
    pieces: list[str] = []
    literals: dict[str, str] = {}
    end = 0
    mark = _MARK
    while mark in sql:
        mark += "_"
    for token in AsWritten().tokenize(sql):
        if token.token_type not in (TokenType.STRING, TokenType.RAW_STRING):
            continue
        if literals and not sql[end : token.start].strip():  # 'it''s' and 'a' 'b' are one literal
            last = next(reversed(literals))
            literals[last] += sql[end : token.end + 1]
        else:
            placeholder = f"'{mark}{len(literals)}'"
            literals[placeholder] = sql[token.start : token.end + 1]
            pieces += [sql[end : token.start], placeholder]
        end = token.end + 1
    return "".join([*pieces, sql[end:]]), literals


def _quote_near(problem: Exception) -> str:
    found = getattr(problem, "errors", None) or [{}]
    highlight = found[0].get("highlight")
    return f" near {highlight!r}" if highlight and _MARK not in highlight else ""
