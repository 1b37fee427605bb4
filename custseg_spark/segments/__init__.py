"""What a marketing team reads and acts on: names, profiles, sentences, actions and plain rules."""

from custseg_spark.segments.actions import Suggestion, suggest
from custseg_spark.segments.aggregate import aggregates, totals
from custseg_spark.segments.association import Association
from custseg_spark.segments.baseline import Baseline, baseline
from custseg_spark.segments.drift import RULE as DRIFT_RULE
from custseg_spark.segments.drift import Drift, drift
from custseg_spark.segments.figures import Figures
from custseg_spark.segments.identity import Event, Identity, contingency, matched
from custseg_spark.segments.identity import told as told_event
from custseg_spark.segments.movement import NOBODY, Movement, largest, movement, summary
from custseg_spark.segments.names import Named, Word, label, name_segments
from custseg_spark.segments.outcomes import Estimate
from custseg_spark.segments.profile import Group, Profile, SegmentProfile, profile, profile_csv
from custseg_spark.segments.rules import Rule, Rules, find_rules
from custseg_spark.segments.sentences import fact, headline, outcome, sentence, value_column
from custseg_spark.segments.shown import Shown, shown_columns
from custseg_spark.segments.traits import Traits, traits
from custseg_spark.segments.withheld import blunted, small, withheld

__all__ = [
    "DRIFT_RULE",
    "NOBODY",
    "Association",
    "Baseline",
    "Drift",
    "Estimate",
    "Event",
    "Figures",
    "Group",
    "Identity",
    "Movement",
    "Named",
    "Profile",
    "Rule",
    "Rules",
    "SegmentProfile",
    "Shown",
    "Suggestion",
    "Traits",
    "Word",
    "aggregates",
    "baseline",
    "blunted",
    "contingency",
    "drift",
    "fact",
    "find_rules",
    "headline",
    "label",
    "largest",
    "matched",
    "movement",
    "name_segments",
    "outcome",
    "profile",
    "profile_csv",
    "sentence",
    "shown_columns",
    "small",
    "suggest",
    "summary",
    "told_event",
    "totals",
    "traits",
    "value_column",
    "withheld",
]
