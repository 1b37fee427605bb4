"""Which of Spark's functions can raise, and which can't stand in an expression over one row.

The groups are those of Spark's own function registry (`SHOW FUNCTIONS`, 4.0 to 4.3).
"""

from sqlglot import exp


def _split_names(text: str) -> frozenset[str]:
    return frozenset(text.split())


AGGREGATE = _split_names("""
    any any_value approx_count_distinct approx_percentile array_agg avg bit_and bit_or bit_xor bool_and
    bool_or collect_list collect_set collect_union corr count count_if count_min_sketch covar_pop covar_samp
    every first first_value grouping grouping_id histogram_numeric kurtosis last last_value listagg max
    max_by mean measure median min min_by mode percentile percentile_approx percentile_cont percentile_disc
    approx_top_k approx_top_k_accumulate approx_top_k_combine bitmap_and_agg bitmap_construct_agg
    bitmap_or_agg hll_sketch_agg hll_union_agg kll_merge_agg_bigint kll_merge_agg_double kll_merge_agg_float
    kll_sketch_agg_bigint kll_sketch_agg_double kll_sketch_agg_float schema_of_variant_agg
    theta_intersection_agg theta_sketch_agg theta_union_agg tuple_intersection_agg_double
    tuple_intersection_agg_integer tuple_sketch_agg_double tuple_sketch_agg_integer tuple_union_agg_double
    tuple_union_agg_integer vector_avg vector_sum
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness
    some std stddev stddev_pop stddev_samp string_agg sum try_avg try_sum var_pop var_samp variance""")
WINDOW = _split_names("""
    counter_diff cume_dist dense_rank lag lead nth_value ntile percent_rank rank row_number session_window
    window window_time""")
GENERATOR = _split_names("""
    explode explode_outer inline inline_outer json_tuple posexplode posexplode_outer stack unnest
    variant_explode variant_explode_outer
    collations python_worker_logs range sql_keywords""")
UNSTABLE = _split_names("""
    rand randn random randstr uniform uuid shuffle monotonically_increasing_id spark_partition_id
    input_file_name input_file_block_start input_file_block_length current_timestamp current_time now
    localtimestamp localtime current_datetime""")
NOW_WITHOUT_ARGUMENT = _split_names("unix_timestamp")
"""They tell the time where they are given nothing."""
OF_THE_SESSION = _split_names("""
    current_user session_user user current_catalog current_database current_schema current_path current_role
    current_timezone current_recipient current_metastore current_version version getvariable session_context
    is_member is_account_group_member""")
FOREIGN = _split_names("""
    reflect java_method try_reflect raise_error assert_true
    secret try_secret http_request read_files read_kafka remote_query cloud_files_state event_log
    table_changes vector_search""")
FOREIGN_PREFIX = "ai_"
"""Of Databricks' functions that ask a model behind an address."""

TRY_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Add: "try_add",
    exp.Sub: "try_subtract",
    exp.Mul: "try_multiply",
    exp.Div: "try_divide",
    exp.Mod: "try_mod",
}
TRY_FUNCTIONS = _split_names("""
    element_at make_interval make_timestamp mod parse_json parse_url to_binary to_number to_timestamp
    url_decode""")
"""Functions that raise on a bad value; `try_` before the name makes the twin that gives null."""

CASTS = _split_names("bigint binary boolean date decimal double float int smallint string timestamp tinyint")
"""Types that Spark also takes as a function: `int(x)` is a cast."""
