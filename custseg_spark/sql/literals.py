"""Numbers in SQL text."""


def write_literal(number: float) -> str:
    """A double as Spark SQL reads it back to the last bit."""
    return f"{float(number)!r}D" if number >= 0 else f"({float(number)!r}D)"
