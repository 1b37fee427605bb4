"""Order lines to customers: which lines count, sums that add up, RFM scores, what groups are worth later."""

from custseg_spark.transactions.customers import (
    GROUP_NAMES,
    WEEK,
    add_scores,
    describe_customers,
    find_cuts,
    select_measures,
)
from custseg_spark.transactions.days import Day, Plan, plan_days
from custseg_spark.transactions.lines import (
    AFTER,
    CUSTOMER,
    DAY,
    LEFT_OUT,
    RETURNED,
    UNIT,
    LineExpressions,
    classify_lines,
)
from custseg_spark.transactions.sums import (
    Aggregates,
    Counts,
    count_left_out,
    count_lines,
    sum_per_customer,
    sum_per_day,
    sum_per_order,
)
from custseg_spark.transactions.worth import Grouping, Interval, compare_groupings, cut_rfm_sum
