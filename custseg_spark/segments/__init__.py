"""What a marketing team reads and acts on: names, profiles, sentences, actions and plain rules."""

from custseg_spark.made_words import Title
from custseg_spark.segments.actions import Suggestion, suggest_action
from custseg_spark.segments.aggregate import MeasuredColumn, build_aggregates, tabulate_totals
from custseg_spark.segments.baseline import Baseline, build_baseline
from custseg_spark.segments.column_stats import estimate_mean
from custseg_spark.segments.compare_rivals import tells_figure
from custseg_spark.segments.drift import RULE as DRIFT_RULE
from custseg_spark.segments.drift import Drift, measure_drift
from custseg_spark.segments.headline import write_headline
from custseg_spark.segments.identity import Event, Identity, cross_tabulate, match_segments, tell_event
from custseg_spark.segments.movement import (
    NOBODY,
    Movement,
    TwoNights,
    measure_movement,
    tell_largest,
    tell_movement,
)
from custseg_spark.segments.name_facts import SegmentName
from custseg_spark.segments.names import Vocabulary, name_segments
from custseg_spark.segments.profile import (
    Group,
    Measurements,
    Profile,
    build_profile,
    measure_share_between,
    tabulate_profile,
)
from custseg_spark.segments.purchase_gap import find_days
from custseg_spark.segments.report_columns import list_columns
from custseg_spark.segments.rules import find_rules
from custseg_spark.segments.sentences import find_value_column, write_fact, write_sentence
from custseg_spark.segments.stake import Stake, measure_stake
from custseg_spark.segments.suppress import clip_extremes, find_small, suppress_small_cells
from custseg_spark.segments.traits import Traits, measure_traits
from custseg_spark.topics import Topic, find_topic
