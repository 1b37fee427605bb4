"""Spark's errors as one line of what and where, and one line of what to do.

Spark names most errors by a condition (UNRESOLVED_COLUMN.WITH_SUGGESTION) with parameters; those a task
meets in Java or in a file system come as text only, deep in a chain of causes.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.errors import PySparkException

from custseg_spark.errors import CustsegError, DataError, RecipeError, RunError

UNKNOWN_FORMAT = "unknown format"
"""The code of the error where the session lacks a format's package."""
NO_CAST = "no cast"
"""The code of the error where a text is no value of the type that an expression takes it for; facts: value,
type, sql (the expression, perhaps cut short)."""


@dataclass(frozen=True)
class _Problem:
    """`what` and `remedy` may name Spark's parameters; an empty `what` is Spark's own first sentence."""

    kind: type[CustsegError]
    what: str
    remedy: str
    code: str = ""


_recipe = functools.partial(_Problem, RecipeError)
_data = functools.partial(_Problem, DataError)
_run = functools.partial(_Problem, RunError)

_EXPRESSION = _recipe("", "correct the expression; it is Spark SQL over one row")
_TRY = "say what such a row should give: {instead} yields null instead of an error"
_PATTERN = _recipe("a date pattern is not one Spark takes", "y is the year, M the month, d the day")
_DRIFT = "write the table anew with one schema"
_JAR = "check input.format, or add the format's jar with --packages"
_UNREAD = _data(
    "a column has the type {parquetType}, which Spark does not read",
    "write the table with another; times in microseconds: pandas' to_parquet(..., coerce_timestamps='us')",
)
_REWRITE = "write the file again, or take it out of the table"

_READING = r"reading file (?P<path>\S+?)\.?\s"

_BY_TEXT: Mapping[str, _Problem] = {  # the first that is found anywhere in the chain of causes
    r"No space left on device|Disk quota exceeded|not enough space": _run(
        "the disk is full", "free space on the output (or on spark.local.dir) and run again"
    ),
    r"OutOfMemoryError|Total size of serialized results": _run(
        "Spark ran out of memory", "give spark.driver.memory or spark.executor.memory more"
    ),
    r"ExecutorLostFailure|Answer from Java side is empty": _run(
        "Spark lost its executors or its driver", "look at its logs; more memory often helps"
    ),
    r"Read-only file system|ParentNotDirectory|Mkdirs failed to create (?P<path>\S+?)(/_temp|\s)": _run(
        "the output can't be written{at_path}", "check that it is a directory one may write to"
    ),
    _READING + r"[\s\S]*(Permission denied|AccessControlException|AccessDenied)": _data(
        "{path} can't be read: permission denied", "ask for the right to read it"
    ),
    r"Permission denied|AccessControlException|AccessDenied": _run(
        "permission denied", "check who may write to the output and read the input"
    ),
    _READING + r"[\s\S]*CSV header does not conform to the schema": _data(
        "{path} has other column names, or in another order", "give all files one header"
    ),
    _READING + r"[\s\S]*Number of column in CSV header is not equal": _data(
        "{path} has more or fewer columns than the first file", "give all files one header"
    ),
    _READING + r"[\s\S]*(EOFException|ZipException|incorrect (header|data) check)": _data(
        "{path} is cut off or not packed as its name says", "copy or write it again"
    ),
    _READING + r"[\s\S]*TextParsingException": _data(
        "{path} does not split into fields", "look for a quote that is never closed"
    ),
    _READING + r"[\s\S]*is not a Parquet file": _data("{path} is not Parquet, or cut off", _REWRITE),
    _READING + r"[\s\S]*(File does not exist|FileNotFoundException)": _data(
        "{path} went away during the run", "run again once the table is still"
    ),
    (
        _READING + r"[\s\S]*Parquet column \[(?P<column>.*?)\]\. Expected Spark type (?P<wanted>\S+), "
        r"actual Parquet type (?P<found>\w+)"
    ): _data("{path}: column {column} is {found}, in other files {wanted}", _DRIFT),
    _READING: _data("{path} can't be read", _REWRITE),
    r"No FileSystem for scheme \"?(?P<scheme>\w+)|Class (?P<filesystem>\S+FileSystem) not found": _data(
        "Spark lacks what reads such paths", "add the jar of that file system with --packages"
    ),
    r"\bConnectException|UnknownHostException|Connection refused|NoRouteToHost": _data(
        "the storage can't be reached", "check the address and the network"
    ),
    r"Failed to find (the )?data source: kafka": _recipe(
        "this Spark session has no package for Kafka",
        "start it with --packages org.apache.spark:spark-sql-kafka-0-10_2.13 in the version of Spark",
    ),
    r"Failed to find the data source: (?P<provider>\S+)\.\s": _recipe(
        "this Spark session knows no format {provider}", _JAR, UNKNOWN_FORMAT
    ),
}

_WRONG_EXPRESSIONS = """
    DATATYPE_MISMATCH WRONG_NUM_ARGS MISSING_GROUP_BY MISSING_AGGREGATION GROUP_BY_AGGREGATE
    INVALID_WHERE_CONDITION INVALID_EXTRACT_BASE_FIELD_TYPE INVALID_EXTRACT_FIELD_TYPE
    INVALID_ARRAY_INDEX INVALID_IDENTIFIER NUMERIC_VALUE_OUT_OF_RANGE UNSUPPORTED_GENERATOR
    UNSUPPORTED_EXPR_FOR_WINDOW USER_RAISED_EXCEPTION INVALID_PARAMETER_VALUE"""
_BY_CONDITION: Mapping[str, _Problem] = {  # by the whole condition or its first part
    "UNRESOLVED_COLUMN.WITH_SUGGESTION": _recipe(
        "there is no column {objectName}", "the nearest columns are {proposal}"
    ),
    "UNRESOLVED_COLUMN": _recipe("there is no column {objectName}", "check the name"),
    "UNRESOLVED_FIELD": _recipe("{columnPath} has no field {fieldName}", "check the name"),
    "UNRESOLVED_ROUTINE": _recipe(
        "there is no function {routineName}", "see the list of Spark SQL's built-in functions"
    ),
    "PARSE_SYNTAX_ERROR": _recipe(
        "does not parse at {error}{hint}", "write it as Spark SQL; names with spaces go in backticks"
    ),
    "AMBIGUOUS_REFERENCE": _data(
        "column {name} could be any of {referenceNames}", "rename so that more than the case differs"
    ),
    "DIVIDE_BY_ZERO": _recipe("divides by zero{in_sql}", _TRY.format(instead="try_divide(a, b)")),
    "REMAINDER_BY_ZERO": _recipe("divides by zero{in_sql}", _TRY.format(instead="try_mod(a, b)")),
    "ARITHMETIC_OVERFLOW": _recipe(
        "a number grows too large{in_sql}", "work in doubles: cast(column as double)"
    ),
    "CAST_OVERFLOW": _recipe(
        "{value} is too large for {targetType}{in_sql}", _TRY.format(instead="try_cast(x as type)")
    ),
    "CAST_INVALID_INPUT": _recipe(
        "{expression} is no {targetType}{in_sql}",
        "declare the column under input.types, so that bad rows are quarantined, or use try_cast",
        NO_CAST,
    ),
    "CANNOT_PARSE_TIMESTAMP": _recipe(
        "{message}{in_sql}", "declare the column's date pattern under input.types, or use try_to_date"
    ),
    "INVALID_DATETIME_PATTERN": _PATTERN,
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION": _PATTERN,
    "PARQUET_TYPE_ILLEGAL": _UNREAD,
    "PARQUET_TYPE_NOT_SUPPORTED": _UNREAD,
    "PARQUET_TYPE_NOT_RECOGNIZED": _UNREAD,
    "PATH_NOT_FOUND": _data("{path} does not exist", "check the path"),
    "UNABLE_TO_INFER_SCHEMA": _data("there are no {format} files", "check the path and input.format"),
    "AVRO_DATA_SOURCE_NOT_ENABLED": _recipe(
        "this Spark session has no jar for Avro", "add org.apache.spark:spark-avro with --packages"
    ),
    "TABLE_OR_VIEW_NOT_FOUND": _data(
        "the catalog has no table {relationName}", "check the name and the session's catalog"
    ),
    "CANNOT_MERGE_SCHEMAS": _data("the files' schemas contradict each other", _DRIFT),
    "PATH_ALREADY_EXISTS": _run("{outputPath} is there already", "choose another output"),
    "COLUMN_ALREADY_EXISTS": _data("column {columnName} would be there twice", "rename one of the two"),
} | dict.fromkeys(_WRONG_EXPRESSIONS.split(), _EXPRESSION)


@contextmanager
def translate_engine_errors(where: str) -> Iterator[None]:
    """Inside, an error of Spark's that a user can mend is raised as one line of what and where."""
    try:
        yield
    except Exception as problem:
        known = explain_error(problem, where)
        if known is None or known is problem:
            raise
        raise known from problem


def explain_error(error: Exception, where: str) -> CustsegError | None:
    """The error as one of ours, `where` (a recipe key, the input) in front; null if not foreseen.

    Understands what Spark raises at analysis and in tasks, in classic sessions and over Spark Connect.
    """
    if isinstance(error, CustsegError):
        return error
    if not isinstance(error, PySparkException) and not type(error).__module__.startswith("py4j."):
        return None
    text = str(error)
    for pattern, problem in _BY_TEXT.items():
        if found := re.search(pattern, text):
            return _write_error(problem, where, text, found.groupdict())
    condition = _find_condition(error, text)
    family = condition.split(".")[0]
    known = _BY_CONDITION.get(condition) or _BY_CONDITION.get(family)
    if known is None and family.startswith("PARSE_"):
        known = _EXPRESSION
    return _write_error(known, where, text, _read_parameters(error)) if known else None


def _find_condition(error: Exception, text: str) -> str:
    named = error.getCondition() if isinstance(error, PySparkException) else None
    if named:
        return str(named)
    found = re.search(r"\[([A-Z][A-Z0-9_]+(\.[A-Z0-9_]+)*)\]", text)  # py4j passes some on as text alone
    return found[1] if found else ""


def _read_parameters(error: Exception) -> dict[str, str]:
    given = error.getMessageParameters() if isinstance(error, PySparkException) else None
    return {str(key): str(value).strip('[]"') for key, value in (given or {}).items()}


def _write_error(
    problem: _Problem, where: str, text: str, parameters: Mapping[str, str | None]
) -> CustsegError:
    known = defaultdict(str, {key: value for key, value in parameters.items() if value})  # else: left out
    sql = re.search(r"== SQL \(.*?\) ==\n(.*)\n", text)
    known["in_sql"] = f" in {sql[1].strip()}" if sql else ""
    known["at_path"] = f": {known['path']}" if "path" in known else ""
    what = problem.what.format_map(known) if problem.what else _take_sentence(text) + known["in_sql"]
    remedy = problem.remedy.format_map(known)
    told, advice = " ".join(f"{where}: {what}".split()), " ".join(remedy.split())
    facts = {"value": known["expression"].strip("'"), "type": known["targetType"], "sql": known["in_sql"][4:]}
    return problem.kind(told, advice, code=problem.code, facts=facts if problem.code == NO_CAST else None)


def _take_sentence(text: str) -> str:
    """The first sentence of Spark's message, without the condition in front of it."""
    message = re.sub(r"^\s*(\([\w.]+\) )?\[[A-Z0-9_.]+\]\s*", "", text)
    return re.split(r"(?<=[\w\"`)])\.\s|\n| SQLSTATE", message, maxsplit=1)[0].strip().rstrip(".")
