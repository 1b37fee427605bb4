"""Spark's errors in the project's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from custseg_spark.engine.explain_errors import explain_error
from custseg_spark.errors import CustsegError


@contextmanager
def translate_engine_errors(where: str) -> Iterator[None]:
    """Inside, an error of Spark's that a user can mend is raised as one line of what and where."""
    try:
        yield
    except CustsegError:
        raise
    except Exception as problem:
        known = explain_error(problem, where)
        if known is None:
            raise
        raise known from problem
