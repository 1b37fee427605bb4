"""Numbers as people read them."""

import math

import pytest

from custseg_spark import wording


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.46, "46 %"), (0.004, "0.4 %"), (0.0, "0 %"), (1.0, "100 %"), (None, "–"), (math.nan, "–")],
)
def test_percent(share: float | None, text: str) -> None:
    assert wording.format_percent(share) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234.4, "1,234"), (12.34, "12.3"), (0.5234, "0.52"), (0.0939, "0.094"),
        (2.0, "2"), (0.0, "0"), (-3.25, "−3.25"),
        (0.00001, "1.0e-05"), (None, "–"), (math.inf, "–"),
    ],
)  # fmt: skip
def test_number(value: float | None, text: str) -> None:
    assert wording.format_number(value).replace("−05", "-05") == text


def test_signed_has_no_negative_zero() -> None:
    assert [wording.format_signed(v) for v in (0.84, -0.84, -0.04, 0.04)] == ["+0.8", "−0.8", "0.0", "0.0"]


def test_broken_ends_in_an_ellipsis() -> None:
    assert wording.break_text("Big spenders, quiet, few deals", 14) == "Big spenders,\nquiet, few …"


def test_joined() -> None:
    assert [wording.join_words(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_readable_leaves_expressions_alone() -> None:
    assert wording.humanize("total_spend") == "total spend"
    assert (
        wording.humanize("credible_birth: not Year_Birth >= 1930") == "credible birth: not Year_Birth >= 1930"
    )
