"""What a command needs of a session it sets for as long as it runs, and finds the session as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from custseg_spark.engine.session_settings import keep_settings, session_settings

PLANNING = "spark.sql.constraintPropagation.enabled"
LIMIT = "spark.sql.codegen.hugeMethodLimit"
ARROW = "spark.sql.execution.arrow.pyspark.enabled"
ZONE = "spark.sql.session.timeZone"


@pytest.fixture
def users(spark: SparkSession) -> Iterator[SparkSession]:
    """The session as a user may have it: some keys set to what we do not want, others not at all."""
    before = dict(spark.conf.getAll)
    spark.conf.set(PLANNING, "true")
    spark.conf.set(ARROW, "false")
    spark.conf.set(ZONE, "Asia/Tokyo")
    spark.conf.unset(LIMIT)
    spark.conf.unset("spark.sql.variable.substitute")
    yield spark
    for key in (PLANNING, ARROW, ZONE, LIMIT, "spark.sql.variable.substitute"):
        if key in before:
            spark.conf.set(key, before[key])
        else:
            spark.conf.unset(key)


def test_inside_the_session_has_what_planning_needs_and_afterwards_what_it_had(users: SparkSession) -> None:
    before = dict(users.conf.getAll)
    with session_settings(users):
        assert users.conf.get(PLANNING) == "false"
        assert users.conf.get("spark.sql.variable.substitute") == "false"
        assert users.conf.get(LIMIT) == "8000"
        assert users.conf.get("spark.sql.codegen.maxFields") == "2000"
    assert dict(users.conf.getAll) == before


def test_what_the_user_set_wins_over_a_default_and_the_zone_is_never_touched(users: SparkSession) -> None:
    users.conf.set(LIMIT, "30000")
    with session_settings(users):
        assert users.conf.get(LIMIT) == "30000"
        assert users.conf.get(ARROW) == "false"
        assert users.conf.get(ZONE) == "Asia/Tokyo"
    assert users.conf.get(LIMIT) == "30000"


def test_an_error_puts_them_back_too(users: SparkSession) -> None:
    before = dict(users.conf.getAll)

    @keep_settings
    def broken(spark: SparkSession, number: int) -> int:
        assert spark.conf.get(PLANNING) == "false"
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        broken(users, 0)
    assert dict(users.conf.getAll) == before


def test_of_two_commands_the_last_to_end_puts_them_back_whichever_began_first(users: SparkSession) -> None:
    before = dict(users.conf.getAll)
    first, second = session_settings(users), session_settings(users)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert users.conf.get(PLANNING) == "false", "the second command still needs it"
    second.__exit__(None, None, None)
    assert dict(users.conf.getAll) == before


def test_a_session_that_was_cloned_inside_is_another_one(users: SparkSession) -> None:
    """Spark clones a session for a stream, with all it has set."""
    with session_settings(users):
        copy = dict(users.conf.getAll)
    for key, value in copy.items():
        if key.startswith("spark.custseg"):
            users.conf.set(key, value)
    with session_settings(users):
        assert users.conf.get(PLANNING) == "false"
    assert users.conf.get(PLANNING) == "true"
