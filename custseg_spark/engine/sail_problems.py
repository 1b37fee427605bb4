"""What Sail's errors mean to a user. They are texts alone, of Sail itself, DataFusion, Arrow or a store."""

from __future__ import annotations

from collections.abc import Mapping

from custseg_spark.engine.spark_problems import (
    EXPRESSION,
    NO_CAST,
    UNKNOWN_FORMAT,
    Problem,
    of_data,
    of_recipe,
    of_run,
)

OF_SAIL: Mapping[str, Problem] = {  # the first that is found; the last is found always
    r"Resources exhausted|memory pool|[Oo]ut of memory": of_run(
        "Sail ran out of memory",
        "give the process more, or let it have more of it: SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE (bytes)",
    ),
    r"StatusCode\.UNAVAILABLE|Connection reset|Socket closed|failed to connect to all addresses": of_run(
        "Sail has ended", "run again; where it ends again, with more memory or on Spark: --engine spark"
    ),
    r"IO error for operation on (?P<path>.+?): (Not a directory|File exists)": of_run(
        "the output can't be written: {path}", "check that it is a directory one may write to"
    ),
    r"listing table path already exists: (?P<path>\S+)": of_run(
        "{path} is there already", "choose another output"
    ),
    r"attribute ObjectName\(\[Identifier\(\"(?P<name>.*?)\"\)\]\) is missing": of_recipe(
        "there is no column {name}", "check the name"
    ),
    r"unknown function: (?P<name>\w+)": of_recipe(
        "there is no function {name}", "see the list of Spark SQL's built-in functions"
    ),
    r"ambiguous attribute: .*Identifier\(\"(?P<name>.*?)\"\)": of_data(
        "column {name} could be any of several", "rename so that more than the case differs"
    ),
    r"duplicate unqualified field name (?P<name>\S+)": of_data(
        "column {name} would be there twice", "rename one of the two"
    ),
    r"Cannot cast string '(?P<expression>.*)' to value of (?P<targetType>\w+?)(32|64)? type": of_recipe(
        "'{expression}' is no {targetType}",
        "declare the column under input.types, so that bad rows are quarantined, or use try_cast",
        NO_CAST,
    ),
    r"merge schema field '(?P<name>.*?)' because the from data_type = (?P<found>\S+) does not equal "
    r"(?P<wanted>\S+)": of_data(
        "column {name} is {found}, in other files {wanted}", "write the table anew with one schema"
    ),
    r"Invalid Parquet file|Parquet error: (EOF|.*[Cc]orrupt)": of_data(
        "a file is not Parquet, or cut off", "write the file again, or take it out of the table"
    ),
    r"Object at location (?P<path>.*?) not found|(?P<other>No such file or directory)": of_data(
        "a file went away during the run{at_path}", "run again once the table is still"
    ),
    r"No data source found for: (?P<provider>\S+)": of_recipe(
        "this session knows no format {provider}",
        "check input.format, or run it on Spark: --engine spark",
        UNKNOWN_FORMAT,
    ),
    r"Unable to recognise URL|scheme .* not supported": of_data(
        "Sail does not read such paths", "run it on Spark: --engine spark"
    ),
    r"failed to lookup address|[Cc]onnection refused|error sending request|dns error": of_data(
        "the storage can't be reached", "check the address and the network"
    ),
    r"by zero": of_recipe("divides by zero", "say what such a row should give: try_divide(a, b)"),
    r"invalid argument: found|Cannot infer common argument type|user-defined coercion failed": EXPRESSION,
    r"(?s).*": of_run("", "run it on Spark: --engine spark; and tell us, with the recipe"),
}
