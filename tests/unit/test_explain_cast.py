"""The key whose expression a text does not fit, where the engine tells the expression in part alone."""

from types import SimpleNamespace
from typing import Any

from custseg_spark.engine.spark_problems import NO_CAST
from custseg_spark.errors import RecipeError
from custseg_spark.steps.explain_cast import Expressions, explain_cast


def test_an_expression_is_told_whole_where_the_engine_cuts_its_expression_short() -> None:
    sql = "CAST(web AS INT) + CAST(shop AS INT)"
    frame: Any = SimpleNamespace(select=lambda *names: SimpleNamespace(dtypes=[(n, "string") for n in names]))
    expressions = Expressions(frame, "id", {}, {"describe.web": sql})
    facts = {"value": "x", "type": "INT", "sql": "CAST(web AS INT) + CAST(sh..."}
    problem = RecipeError("reading: no number", "mend it", code=NO_CAST, facts=facts)
    assert explain_cast(problem, expressions).what == f"describe.web: 'x' is no INT in {sql}"
