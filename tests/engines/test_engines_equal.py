"""Both engines give the same, of a few drawn expressions; scripts/engines-equal draws thousands."""

from pathlib import Path

import pytest

from tests.engines_equal.hold_equal import hold_equal

pytest.importorskip("pysail")
pytestmark = pytest.mark.spark_only("it has both in processes of their own")


def test_drawn_expressions_give_the_same_on_both_engines(tmp_path: Path) -> None:
    tally = hold_equal(count=80, seed=2026, folder=tmp_path)
    assert tally.translated > 60
    assert not tally.unlike, "\n".join(map(str, tally.unlike))
