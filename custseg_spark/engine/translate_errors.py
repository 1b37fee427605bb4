"""The engines' errors as one line of what and where, and one line of what to do.

Spark names most errors by a condition (UNRESOLVED_COLUMN.WITH_SUGGESTION) with parameters; those a task
meets in Java or in a file system come as text only, deep in a chain of causes. Sail's are texts alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pyspark.errors import PySparkException

from custseg_spark.engine.sail_problems import OF_SAIL
from custseg_spark.engine.spark_problems import BY_CONDITION, BY_TEXT, EXPRESSION, NO_CAST, Problem
from custseg_spark.errors import CustsegError


@contextmanager
def translate_engine_errors(where: str) -> Iterator[None]:
    """Inside, an error of the engine's that a user can mend is raised as one line of what and where."""
    try:
        yield
    except Exception as problem:
        known = explain_error(problem, where)
        if known is None or known is problem:
            raise
        raise known from problem


def explain_error(error: Exception, where: str) -> CustsegError | None:
    """The error as one of ours, `where` (a recipe key, the input) in front; null if not foreseen.

    Understands what Spark raises at analysis and in tasks, in classic sessions and over Spark Connect. Of
    Sail every error is known: what is not foreseen is told in its own words.
    """
    if isinstance(error, CustsegError):
        return error
    if not isinstance(error, PySparkException) and not type(error).__module__.startswith("py4j."):
        return None
    text = str(error)
    condition = _find_condition(error, text)
    is_sails = not condition and ".connect" in type(error).__module__
    for pattern, problem in {**BY_TEXT, **(OF_SAIL if is_sails else {})}.items():
        if found := re.search(pattern, text):
            return _write_error(problem, where, text, found.groupdict())
    family = condition.split(".")[0]
    known = BY_CONDITION.get(condition) or BY_CONDITION.get(family)
    if known is None and family.startswith("PARSE_"):
        known = EXPRESSION
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
    problem: Problem, where: str, text: str, parameters: Mapping[str, str | None]
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
