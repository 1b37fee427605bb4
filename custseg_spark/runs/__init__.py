"""Run directories and pointers: write, publish, list, promote."""

from custseg_spark.runs.directories import (
    Run,
    RunListing,
    begin_run,
    find_latest,
    find_live,
    find_run,
    list_runs,
    prune_runs,
    read_history,
    read_run_record,
)
from custseg_spark.runs.files import (
    find_day,
    list_below,
    make_absolute,
    read_file,
    to_json,
    write_file,
)
from custseg_spark.runs.orders import CUSTOMERS, DAYS, KEPT, find_customers, find_kept_days
from custseg_spark.runs.parts import (
    ChoiceRecord,
    CutsRecord,
    DriftRecord,
    EngineRecord,
    EventRecord,
    LineCounts,
    LiveRecord,
    MovedRecord,
    RowCounts,
    RunRows,
    SampleRecord,
    SegmentMembers,
    SegmentShare,
    SegmentSize,
    SparkMlRecord,
    StructureRecord,
)
from custseg_spark.runs.promotion import promote_run, publish_run, roll_back
from custseg_spark.runs.record import (
    AudienceRecord,
    BatchRecord,
    FailedRecord,
    Kind,
    Record,
    RfmRecord,
    RunningRecord,
    RunRecord,
    ScoreRecord,
)
