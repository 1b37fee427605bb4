"""Tables as people really bring them, and what `init` and then `train` or `rfm` must do on each.

They are made here. A case has one thing as it is met in the wild; tests/jobs/test_any_table.py runs them all.
"""

from tests.brought_tables import bounds, cutting, naming, orders, values
from tests.brought_tables.trial import Case, Trial, bring

CASES = {case.name: case for part in (values, bounds, orders, naming, cutting) for case in part.CASES}

__all__ = ["CASES", "Case", "Trial", "bring"]
