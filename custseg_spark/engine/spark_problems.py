"""What Spark's errors mean to a user: by the condition that Spark gives them, or by their text."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from custseg_spark.errors import CustsegError, DataError, RecipeError, RunError

UNKNOWN_FORMAT = "unknown format"
"""The code of the error where the session lacks a format's package."""
NO_CAST = "no cast"
"""The code of the error where a text is no value of the type that an expression takes it for; facts: value,
type, sql (the expression, perhaps cut short)."""


@dataclass(frozen=True)
class Problem:
    """`what` and `remedy` may name Spark's parameters; an empty `what` is Spark's own first sentence."""

    kind: type[CustsegError]
    what: str
    remedy: str
    code: str = ""


of_recipe = functools.partial(Problem, RecipeError)
of_data = functools.partial(Problem, DataError)
of_run = functools.partial(Problem, RunError)

EXPRESSION = of_recipe("", "correct the expression; it is Spark SQL over one row")
_TRY = "say what such a row should give: {instead} yields null instead of an error"
_PATTERN = of_recipe("a date pattern is not one Spark takes", "y is the year, M the month, d the day")
_DRIFT = "write the table anew with one schema"
_JAR = "check input.format, or add the format's jar with --packages"
_UNREAD = of_data(
    "a column has the type {parquetType}, which Spark does not read",
    "write the table with another; times in microseconds: pandas' to_parquet(..., coerce_timestamps='us')",
)
_REWRITE = "write the file again, or take it out of the table"

_READING = r"reading file (?P<path>\S+?)\.?\s"

BY_TEXT: Mapping[str, Problem] = {  # the first that is found anywhere in the chain of causes
    r"No space left on device|Disk quota exceeded|not enough space": of_run(
        "the disk is full", "free space on the output (or on spark.local.dir) and run again"
    ),
    r"OutOfMemoryError|Total size of serialized results": of_run(
        "Spark ran out of memory", "give spark.driver.memory or spark.executor.memory more"
    ),
    r"ExecutorLostFailure|Answer from Java side is empty": of_run(
        "Spark lost its executors or its driver", "look at its logs; more memory often helps"
    ),
    r"Read-only file system|ParentNotDirectory|Mkdirs failed to create (?P<path>\S+?)(/_temp|\s)": of_run(
        "the output can't be written{at_path}", "check that it is a directory one may write to"
    ),
    _READING + r"[\s\S]*(Permission denied|AccessControlException|AccessDenied)": of_data(
        "{path} can't be read: permission denied", "ask for the right to read it"
    ),
    r"Permission denied|AccessControlException|AccessDenied": of_run(
        "permission denied", "check who may write to the output and read the input"
    ),
    _READING + r"[\s\S]*CSV header does not conform to the schema": of_data(
        "{path} has other column names, or in another order", "give all files one header"
    ),
    _READING + r"[\s\S]*Number of column in CSV header is not equal": of_data(
        "{path} has more or fewer columns than the first file", "give all files one header"
    ),
    _READING + r"[\s\S]*(EOFException|ZipException|incorrect (header|data) check)": of_data(
        "{path} is cut off or not packed as its name says", "copy or write it again"
    ),
    _READING + r"[\s\S]*TextParsingException": of_data(
        "{path} does not split into fields", "look for a quote that is never closed"
    ),
    _READING + r"[\s\S]*is not a Parquet file": of_data("{path} is not Parquet, or cut off", _REWRITE),
    _READING + r"[\s\S]*(File does not exist|FileNotFoundException)": of_data(
        "{path} went away during the run", "run again once the table is still"
    ),
    (
        _READING + r"[\s\S]*Parquet column \[(?P<column>.*?)\]\. Expected Spark type (?P<wanted>\S+), "
        r"actual Parquet type (?P<found>\w+)"
    ): of_data("{path}: column {column} is {found}, in other files {wanted}", _DRIFT),
    _READING: of_data("{path} can't be read", _REWRITE),
    r"No FileSystem for scheme \"?(?P<scheme>\w+)|Class (?P<filesystem>\S+FileSystem) not found": of_data(
        "Spark lacks what reads such paths", "add the jar of that file system with --packages"
    ),
    r"\bConnectException|UnknownHostException|Connection refused|NoRouteToHost": of_data(
        "the storage can't be reached", "check the address and the network"
    ),
    r"Failed to find (the )?data source: kafka": of_recipe(
        "this Spark session has no package for Kafka",
        "start it with --packages org.apache.spark:spark-sql-kafka-0-10_2.13 in the version of Spark",
    ),
    r"Failed to find the data source: (?P<provider>\S+)\.\s": of_recipe(
        "this Spark session knows no format {provider}", _JAR, UNKNOWN_FORMAT
    ),
}

_WRONG_EXPRESSIONS = """
    DATATYPE_MISMATCH WRONG_NUM_ARGS MISSING_GROUP_BY MISSING_AGGREGATION GROUP_BY_AGGREGATE
    INVALID_WHERE_CONDITION INVALID_EXTRACT_BASE_FIELD_TYPE INVALID_EXTRACT_FIELD_TYPE
    INVALID_ARRAY_INDEX INVALID_IDENTIFIER NUMERIC_VALUE_OUT_OF_RANGE UNSUPPORTED_GENERATOR
    UNSUPPORTED_EXPR_FOR_WINDOW USER_RAISED_EXCEPTION INVALID_PARAMETER_VALUE"""
BY_CONDITION: Mapping[str, Problem] = {  # by the whole condition or its first part
    "UNRESOLVED_COLUMN.WITH_SUGGESTION": of_recipe(
        "there is no column {objectName}", "the nearest columns are {proposal}"
    ),
    "UNRESOLVED_COLUMN": of_recipe("there is no column {objectName}", "check the name"),
    "UNRESOLVED_FIELD": of_recipe("{columnPath} has no field {fieldName}", "check the name"),
    "UNRESOLVED_ROUTINE": of_recipe(
        "there is no function {routineName}", "see the list of Spark SQL's built-in functions"
    ),
    "PARSE_SYNTAX_ERROR": of_recipe(
        "does not parse at {error}{hint}", "write it as Spark SQL; names with spaces go in backticks"
    ),
    "AMBIGUOUS_REFERENCE": of_data(
        "column {name} could be any of {referenceNames}", "rename so that more than the case differs"
    ),
    "DIVIDE_BY_ZERO": of_recipe("divides by zero{in_sql}", _TRY.format(instead="try_divide(a, b)")),
    "REMAINDER_BY_ZERO": of_recipe("divides by zero{in_sql}", _TRY.format(instead="try_mod(a, b)")),
    "ARITHMETIC_OVERFLOW": of_recipe(
        "a number grows too large{in_sql}", "work in doubles: cast(column as double)"
    ),
    "CAST_OVERFLOW": of_recipe(
        "{value} is too large for {targetType}{in_sql}", _TRY.format(instead="try_cast(x as type)")
    ),
    "CAST_INVALID_INPUT": of_recipe(
        "{expression} is no {targetType}{in_sql}",
        "declare the column under input.types, so that bad rows are quarantined, or use try_cast",
        NO_CAST,
    ),
    "CANNOT_PARSE_TIMESTAMP": of_recipe(
        "{message}{in_sql}", "declare the column's date pattern under input.types, or use try_to_date"
    ),
    "INVALID_DATETIME_PATTERN": _PATTERN,
    "INCONSISTENT_BEHAVIOR_CROSS_VERSION": _PATTERN,
    "PARQUET_TYPE_ILLEGAL": _UNREAD,
    "PARQUET_TYPE_NOT_SUPPORTED": _UNREAD,
    "PARQUET_TYPE_NOT_RECOGNIZED": _UNREAD,
    "PATH_NOT_FOUND": of_data("{path} does not exist", "check the path"),
    "UNABLE_TO_INFER_SCHEMA": of_data("there are no {format} files", "check the path and input.format"),
    "AVRO_DATA_SOURCE_NOT_ENABLED": of_recipe(
        "this Spark session has no jar for Avro", "add org.apache.spark:spark-avro with --packages"
    ),
    "TABLE_OR_VIEW_NOT_FOUND": of_data(
        "the catalog has no table {relationName}", "check the name and the session's catalog"
    ),
    "CANNOT_MERGE_SCHEMAS": of_data("the files' schemas contradict each other", _DRIFT),
    "PATH_ALREADY_EXISTS": of_run("{outputPath} is there already", "choose another output"),
    "COLUMN_ALREADY_EXISTS": of_data("column {columnName} would be there twice", "rename one of the two"),
} | dict.fromkeys(_WRONG_EXPRESSIONS.split(), EXPRESSION)
