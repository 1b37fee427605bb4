"""Where the runs of an older version lie, and what they are called."""

from pathlib import Path

KEPT = Path(__file__).parents[1] / "kept" / "run_0_1_0"
FIRST, SECOND, FAILED = "20261128T073606.978Z-8401", "20261128T073630.409Z-0241", "20261128T073641.507Z-e9b9"
"""The live run, a candidate that was held against it, and one that gave up."""
