"""What the page says of the table as it was read."""

from types import SimpleNamespace
from typing import Any, cast

from custseg_spark.recipe import parse
from custseg_spark.steps import page_parts


def test_a_rule_that_is_named_as_a_feature_has_its_own_count() -> None:
    recipe = parse(
        {
            "input": {"id": "id"},
            "rules": {"spend": "spend  > 0", "age": "age > 17"},
            "segment_by": {"spend": "spend", "visits": "visits"},
        }
    )
    by_reason = {"spend: not spend > 0": 2, "spend: infinite": 40, "age: not a whole number": 7}
    result = cast(Any, SimpleNamespace(recipe=recipe, quality=SimpleNamespace(by_reason=by_reason)))
    assert [(rule.name, rule.broken) for rule in page_parts.list_rules(result)] == [
        ("spend", 2),
        ("age", 0),
    ]
