"""Which of Spark's functions can raise, and which can't stand in an expression over one row.

The groups are those of Spark's own function registry (`SHOW FUNCTIONS`, 4.0 to 4.3).
"""

from sqlglot import exp


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATE = _names("""
    any any_value approx_count_distinct approx_percentile array_agg avg bit_and bit_or bit_xor bool_and
    bool_or collect_list collect_set collect_union corr count count_if count_min_sketch covar_pop covar_samp
    every first first_value grouping grouping_id histogram_numeric kurtosis last last_value listagg max
    max_by mean measure median min min_by mode percentile percentile_approx percentile_cont percentile_disc
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness
    some std stddev stddev_pop stddev_samp string_agg sum try_avg try_sum var_pop var_samp variance""")
WINDOW = _names(
    "cume_dist dense_rank lag lead nth_value ntile percent_rank rank row_number session_window window"
)
GENERATOR = _names("explode explode_outer inline inline_outer posexplode posexplode_outer stack")
UNSTABLE = _names("""
    rand randn random randstr uniform uuid shuffle monotonically_increasing_id spark_partition_id
    input_file_name input_file_block_start input_file_block_length current_timestamp current_time now
    localtimestamp localtime""")
FOREIGN = _names("reflect java_method try_reflect raise_error assert_true")

TRY_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "try_add",
    exp.Sub: "try_subtract",
    exp.Mul: "try_multiply",
    exp.Div: "try_divide",
    exp.Mod: "try_mod",
}
TRY_FUNCTIONS = {
    "mod": "try_mod",
    "element_at": "try_element_at",
    "make_interval": "try_make_interval",
    "make_timestamp": "try_make_timestamp",
    "parse_json": "try_parse_json",
    "parse_url": "try_parse_url",
    "to_binary": "try_to_binary",
    "to_number": "try_to_number",
    "to_timestamp": "try_to_timestamp",
    "url_decode": "try_url_decode",
}
"""Functions that raise on a bad value -> their twins that give null."""

CASTS = _names("bigint binary boolean date decimal double float int smallint string timestamp tinyint")
"""Types that Spark also takes as a function: `int(x)` is a cast."""
