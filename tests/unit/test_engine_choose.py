"""Which engine a command gets: as it was asked for, as the surroundings say, as it is installed."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from custseg_spark.engine import choose
from custseg_spark.errors import RecipeError

SURROUNDINGS = {
    "PYSPARK_GATEWAY_PORT": "4711",
    "DATABRICKS_RUNTIME_VERSION": "17.3",
    "SPARK_REMOTE": "sc://cluster:15002",
}
VARIABLES = ("MASTER", "PYSPARK_SUBMIT_ARGS", choose.VARIABLE, *SURROUNDINGS)


@pytest.fixture(autouse=True)
def laptop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine with both engines where nobody has said anything of Spark."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    install(monkeypatch, "py4j", "pysail")


def install(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    monkeypatch.setattr(choose, "find_spec", lambda name: SimpleNamespace() if name in modules else None)


def test_one_machine_gets_sail() -> None:
    assert choose.choose_engine()[0] == "sail"


@pytest.mark.parametrize("variable", SURROUNDINGS)
def test_whoever_is_in_a_spark_keeps_it(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, SURROUNDINGS[variable])
    name, why = choose.choose_engine()
    assert name == "spark"
    assert why in ("spark-submit", "Databricks", "SPARK_REMOTE")
    with pytest.raises(RecipeError, match="a session of its own"):
        choose.choose_engine("sail")


def test_a_master_that_was_named_is_sparks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASTER", "spark://cluster:7077")
    assert choose.choose_engine() == ("spark", "MASTER")
    monkeypatch.delenv("MASTER")
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.master=yarn pyspark-shell")
    assert choose.choose_engine() == ("spark", "PYSPARK_SUBMIT_ARGS")
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS")
    (tmp_path / "spark-defaults.conf").write_text("spark.master  yarn\n")
    assert choose.choose_engine() == ("spark", "spark-defaults.conf")
    assert choose.choose_engine("sail")[0] == "sail", "it was asked for by name"


def test_the_variable_says_what_the_argument_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choose.VARIABLE, "spark")
    assert choose.choose_engine() == ("spark", "asked for")
    assert choose.choose_engine("sail") == ("sail", "asked for")
    monkeypatch.setenv(choose.VARIABLE, "flink")
    with pytest.raises(RecipeError, match="'flink' is no engine"):
        choose.choose_engine()


def test_what_is_installed_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pysail")
    assert choose.choose_engine() == ("sail", "no Spark is installed")
    with pytest.raises(RecipeError, match="no Spark is installed"):
        choose.choose_engine("spark")
    install(monkeypatch, "py4j")
    assert choose.choose_engine()[0] == "spark"
    with pytest.raises(RecipeError, match="takes pysail") as problem:
        choose.choose_engine("sail")
    assert "pip install 'custseg_spark[sail]'" in problem.value.remedy


def test_where_neither_is_installed_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    with pytest.raises(RecipeError) as problem:
        choose.choose_engine()
    assert "custseg_spark[sail]" in problem.value.remedy
    assert "custseg_spark[spark]" in problem.value.remedy
