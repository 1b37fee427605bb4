"""Whether every number of a page is what the Parquet beside it says."""

from __future__ import annotations

import math
from pathlib import Path

from pyspark.sql import SparkSession

from tests.recomputed_page.compute import compute, find_column
from tests.recomputed_page.judge_statements import fits, judge_statement
from tests.recomputed_page.read_page import Number, read_page
from tests.recomputed_page.truth import Truth

OF_SAMPLE = (
    "median",
    "lowest",
    "highest",
    "outliers",
    "missing",
    "eta",
    "Cramér's V",
    "share of the",
    "share of those",
    "sweep",
)
"""How measures of the sample begin."""


def is_of_sample(number: Number, truth: Truth) -> bool:
    """Whether it is of a sample of the customers."""
    in_profile = number.measure.startswith("profile")
    if number.measure == "z" or (in_profile and number.of == "Deviations from all"):
        name = find_column(number, truth) if in_profile else number.of
        return name in [one["name"] for one in truth.model["features"]]  # on the scale that cuts
    quartile = in_profile and ("quartile" in number.of or number.of == "Median")
    return quartile or (number.measure.startswith(OF_SAMPLE) and number.measure != "eta squared")


def has_digits(text: str, names: list[str]) -> bool:
    """Whether a text has digits beside those of names."""
    for name in names:
        text = text.casefold().replace(name.casefold(), "")
    return any(char.isdigit() for char in text)


def find_differences(session: SparkSession, run: Path) -> tuple[int, list[str]]:
    """How many numbers the page of a run tells, and those that differ from what is computed anew."""
    page, truth = read_page((run / "report.html").read_text(encoding="utf-8")), Truth(session, run)
    loose = [text for text in page.loose if has_digits(text, truth.list_given_names())]
    wrong = [f"says nothing of where it comes from: {text}" for text in loose]
    whole = truth.record["sample"]["whole"]  # a part is not kept by the run, and not computed anew
    for number in page.numbers:
        sampled = is_of_sample(number, truth)
        expected = (
            compute(number, truth.sample if sampled else truth) if whole or not sampled else number.value
        )
        if expected is None:
            wrong.append(f"nobody knows what this is: {number}")
        elif not math.isclose(number.value, expected, rel_tol=1e-6, abs_tol=1e-9):
            wrong.append(f"{number} should be {expected}")
        elif not fits(number.text, expected):
            wrong.append(f"{number} is not written as {expected}")
    wrong += [told for statement in page.statements for told in judge_statement(statement, truth)]
    return len(page.numbers), wrong
