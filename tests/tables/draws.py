"""How the tests on tables that nobody chose are run."""

from hypothesis import HealthCheck, Phase, settings


def draw_tables(examples: int) -> settings:
    """Others in every run, and shrunk where one fails, for up to five minutes. Each example is a job or five,
    so a table holds many rows; what a failure does not depend on is not looked for: that takes longer yet."""
    return settings(
        max_examples=examples,
        phases=set(Phase) - {Phase.explain},
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
