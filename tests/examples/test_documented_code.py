"""The Python in the README and in the docstrings of the public names does what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import SparkSession

from custseg_spark import api

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
MODULES = [f"{api.__name__}.{module.name}" for module in pkgutil.iter_modules(api.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name), report=True).failed == 0


def test_segmenter_and_feature_have_an_example() -> None:
    found = doctest.DocTestFinder().find(importlib.import_module("custseg_spark.api.segmenter"))
    assert {test.name.rpartition(".")[2] for test in found if test.examples} >= {
        "Category", "Feature", "Segmenter",
    }  # fmt: skip


def test_the_python_of_the_readme(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a table with the columns that it names, in a directory of its own."""
    (block,) = re.findall(
        r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    rng = np.random.default_rng(0)
    place = np.arange(600) % 3
    customers = {
        "customer_id": np.arange(600),
        "spend_2y": np.exp(np.array([2, 4, 6])[place] + rng.normal(0, 0.2, 600)),
        "recency_days": np.array([10.0, 50.0, 90.0])[place] + rng.normal(0, 4, 600),
    }
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(customers).to_csv("customers.csv", index=False)
    names: dict[str, object] = {}
    exec(compile(block, str(README), "exec"), names)
    assert capsys.readouterr().out.startswith("3 ")
    labelled = names["labelled"]
    assert isinstance(labelled, pd.DataFrame)
    assert labelled.groupby(place)["segment"].nunique().tolist() == [1, 1, 1]
    assert (tmp_path / "page.html").is_file()


def test_where_to_look_is_there() -> None:
    table = re.search(
        r"^\| to change \|.*?\n\n", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert table
    found = re.findall(r"`(custseg_spark/\S*)`", table[0])
    assert len(found) > 20
    assert [path for one in found for path in expand(one) if not (ROOT / path).exists()] == []


def expand(path: str) -> list[str]:
    """`a/{b,c}.py` -> `a/b.py` and `a/c.py`."""
    before, brace, rest = path.partition("{")
    choices, _, after = rest.partition("}")
    return [before + choice + after for choice in choices.split(",")] if brace else [path]
