"""Which ids a new run's segments get where there is no live run to follow."""

from pathlib import Path

import numpy as np

from custseg_spark import runs
from custseg_spark.steps.segment_ids import assign_ids, read_ids_used
from tests.support.records import make_run_record


def test_ids_start_after_every_one_that_was_ever_given(tmp_path: Path) -> None:
    labels, output = np.array([0, 1, 2]), str(tmp_path)
    assert assign_ids(labels, 3, None, read_ids_used(output)).ids == (0, 1, 2)
    run = runs.begin_run(output)
    run.write_record(make_run_record(run.run_id, 0, 1, ids_used=(0, 1, 7)))
    assert assign_ids(labels, 3, None, read_ids_used(output)).ids == (8, 9, 10)
    assert read_ids_used(output) == {0, 1, 7}
