"""What the steps hand on: frozen, whole when made."""

from custseg_spark.results.live import PREFIX, LiveComparison, LiveRun, SampleInLiveRun
from custseg_spark.results.table import CountedTable, CustomerTable, EvenSample, Sample, TreatedSample
from custseg_spark.results.training_result import (
    AlgorithmComparison,
    Decision,
    RunFigures,
    Segmentation,
    SparkMlCheck,
    TrainingResult,
)
