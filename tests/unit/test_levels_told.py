"""What is said of the levels of categories: shares and lifts by hand, sentences, rules and shades."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from custseg_spark.report.exploration import find_groups
from custseg_spark.report.heat import lay_out_heat
from custseg_spark.report.plots.data import FeatureView
from custseg_spark.report.profile_table import ProfileTable
from custseg_spark.report.view import SegmentView, Summary
from custseg_spark.segments import (
    Profile,
    list_columns,
    measure_share_between,
    measure_traits,
    suppress_small_cells,
    tabulate_profile,
    write_fact,
    write_sentence,
)
from custseg_spark.segments.column_stats import ColumnStats
from custseg_spark.segments.levels import measure_level
from custseg_spark.segments.profile import Measurements, build_profile
from custseg_spark.segments.rules import Condition, SegmentRule
from custseg_spark.steps.name_segments import name_segments
from tests.unit.test_names_of_levels import make_recipe, repeat
from tests.unit.test_segments_profile import totals_of

TIERS = ["Gold", "Silver", "Bronze"]
SHARES = [{"Gold": 0.8, "Silver": 0.18, "Bronze": 0.02}, {"Gold": 0.1, "Silver": 0.4, "Bronze": 0.5}]


@pytest.fixture
def rows() -> pd.DataFrame:
    """200 customers of two segments, with their tier as text."""
    table, labels = repeat(*({"spend": {5.0: 0.5, 6.0: 0.5}, "tier": one} for one in SHARES), times=100)
    levels = {f"feature_tier__{level.lower()}": (table["tier"] == level).astype(float) for level in TIERS}
    return table.rename(columns={"spend": "feature_spend"}).assign(segment=labels, **levels)


@pytest.fixture
def found(rows: pd.DataFrame) -> Profile:
    recipe = make_recipe(spend={"sql": "spend"}, tier=TIERS)
    columns = [f"feature_{name}" for name in recipe.features]
    points = rows[columns].to_numpy()
    seen = measure_traits(points, rows["segment"].to_numpy(), 2, points)
    named = name_segments(recipe, seen, range(2), {}, "spend")
    shown = list_columns(recipe.features, {}, {})
    return build_profile(Measurements(totals_of(rows[[*columns, "segment"]]), rows), seen, named, shown)


def test_the_lift_is_the_share_over_that_of_all_and_so_are_the_ends_of_its_interval(found: Profile) -> None:
    row = tabulate_profile(found).set_index("segment").loc[0]
    low, high = stats.binomtest(80, 100).proportion_ci(0.95, "wilson")
    assert row["mean_tier__gold"] == pytest.approx(0.8)
    assert (row["low_tier__gold"], row["high_tier__gold"]) == pytest.approx((low, high))
    lifts = [row[f"{kind}_tier__gold"] for kind in ("lift", "lift_low", "lift_high")]
    assert lifts == pytest.approx([0.8 / 0.45, low / 0.45, high / 0.45])
    assert "lift_spend" not in row


def test_a_level_that_nobody_has_has_no_lift_and_one_that_all_have_is_a_share(found: Profile) -> None:
    none = ColumnStats(10, mean=0.0, std=0.0)
    nobody = measure_level(none, none)
    assert [nobody.share, nobody.low] == pytest.approx([0, 0])
    assert math.isnan(nobody.lift)
    assert {"tier__gold", "tier__silver", "tier__bronze"} <= found.shares


def test_a_category_decides_by_the_variance_of_all_its_levels(found: Profile, rows: pd.DataFrame) -> None:
    between = whole = 0.0
    for level in TIERS:
        has = (rows["tier"] == level).astype(float)
        means = has.groupby(rows["segment"]).transform("mean")
        between += float(((means - has.mean()) ** 2).sum())
        whole += float(((has - has.mean()) ** 2).sum())
    names = [f"tier__{level.lower()}" for level in TIERS]
    assert measure_share_between(found, *names) == pytest.approx(between / whole)
    assert measure_share_between(found, names[0]) != pytest.approx(between / whole)


def test_what_few_have_is_withheld_and_with_it_what_gives_it_away(found: Profile, rows: pd.DataFrame) -> None:
    """Two of the first segment are Bronze: of the others' shares theirs would follow."""
    told = suppress_small_cells(found, 5, rows)
    first, second = (one.columns for one in told.segments)
    assert math.isnan(first["tier__bronze"].mean)
    assert math.isnan(first["tier__silver"].mean)
    assert first["tier__gold"].mean == pytest.approx(0.8)
    assert all(second[f"tier__{level.lower()}"].mean > 0 for level in TIERS)
    table = tabulate_profile(told).set_index("segment")
    assert table[["lift_tier__bronze", "lift_high_tier__bronze"]].isna().all(axis=1).tolist() == [True, False]
    assert "nan" not in str(write_sentence(told.segments[0], told))


def test_sentences_tell_the_level_that_most_have(found: Profile) -> None:
    gold, other = found.segments
    assert [one.name for one in found.segments] == ["Mid spend, Gold", "Mid spend"]
    assert str(write_fact(gold, found)) == "tier Gold 80\u00a0% (all 45\u00a0%)"
    assert str(write_sentence(gold, found)).endswith(
        "On average: spend 5.50 (all customers 5.50), tier Gold 80\u00a0% (45\u00a0%)."
    )
    assert str(write_fact(other, found)) == "tier Gold 10\u00a0% (all 45\u00a0%)"


LEVELS = {"tier__gold": ("tier", "Gold"), "tier__silver": ("tier", "Silver")}


@pytest.mark.parametrize(
    "conditions, told",
    [
        ([Condition("tier__gold", over=0.5)], "tier is Gold"),
        ([Condition("tier__gold", at_most=0.5)], "tier is not Gold"),
        (
            [
                Condition("spend", over=5),
                Condition("tier__gold", at_most=0.5),
                Condition("tier__silver", over=0.5),
            ],
            "spend over 5 and tier is Silver",
        ),
    ],
)
def test_rules_say_what_a_category_is(conditions: list[Condition], told: str) -> None:
    rule = SegmentRule(tuple(conditions), 0, 0.5, 1.0)
    assert rule.text({}, LEVELS) == told


def test_levels_of_one_category_do_not_go_together_but_two_categories_may() -> None:
    web = np.tile([1.0, 0.0, 0.0, 1.0], 50)
    channel = {"channel__web": web, "channel__store": 1 - web}
    kin = dict.fromkeys(channel, "channel")
    assert find_groups(channel, kin) == ()
    (group,) = find_groups({**channel, "online": web * 3}, kin)
    assert group.names == ("channel", "online")
    assert group.weight == pytest.approx(2)
    both = {**channel, "app__yes": web, "app__no": 1 - web}
    (group,) = find_groups(both, {**kin, "app__yes": "app", "app__no": "app"})
    assert group.write({"channel": "channel", "app": "app"}) == (
        "channel and app go together (rank correlation 1.00, either way): what they share counts 2.0 times."
    )


def make_table() -> ProfileTable:
    views = tuple(
        FeatureView(f"tier__{level.lower()}", rate=True, category="tier", level=level) for level in TIERS
    )
    columns: dict[str, Any] = {
        "segment": [0, 1],
        "size": [100, 100],
        "z_spend": [0.4, -0.4],
        "mean_spend": [2.0, 1.0],
    }
    for view, means, z in zip(
        views, ([0.8, 0.1], [0.18, 0.4], [0.02, 0.5]), (0.7, -0.24, -0.56), strict=True
    ):
        every = sum(means) / 2
        columns |= {f"mean_{view.name}": means, f"z_{view.name}": [z, -z], f"std_{view.name}": [0.4, 0.4]}
        columns |= {f"lift_{view.name}": [mean / every for mean in means]}
        columns |= {f"lift_{end}_{view.name}": [mean / every * by for mean in means]
                    for end, by in (("low", 0.9), ("high", 1.1))}  # fmt: skip
    overall = {"spend": 1.5, "tier__gold": 0.45, "tier__silver": 0.29, "tier__bronze": 0.26}
    return ProfileTable(pd.DataFrame(columns), (FeatureView("spend"), *views), (), overall)


def test_a_category_sets_apart_by_its_farthest_levels_one_after_the_other() -> None:
    table = make_table()
    assert [one.column for one in table.list_contrasts(0)] == ["tier__gold", "tier__bronze", "spend"]
    two = ProfileTable(table.table, table.features[:3], (), table.overall)
    assert [one.column for one in two.list_contrasts(0)] == ["tier__gold", "spend"]


def test_the_levels_of_a_category_are_a_group_shaded_by_their_lift() -> None:
    one, other = (SegmentView(segment=i, name="x", size=100, share=0.5) for i in (0, 1))
    groups = lay_out_heat(make_table(), Summary(headline=(), segments=(one, other)))
    assert [group.title for group in groups] == ["Cut the segments", "Cut the segments: tier"]
    gold, silver, _ = groups[1].rows
    assert (gold.level, gold.overall, [cell.text for cell in gold.cells]) == (
        "tier: Gold", "45\u00a0%", ["80\u00a0%", "10\u00a0%"],
    )  # fmt: skip
    assert [cell.way for cell in gold.cells] == ["up", "down"]
    told = "1.78 times the share of all customers (95\u00a0% interval 1.60 to 2.0)"
    assert gold.cells[0].told == told
    assert make_table().list_levels(1)["tier"][0].told.startswith("0.22 times")
    assert silver.cells[0].strength < gold.cells[1].strength


def test_levels_are_in_no_box_and_no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    from custseg_spark.report.plots import titles
    from tests.unit import report_trial

    pictures = report_trial.pictures(report_trial.trial())
    level, number = FeatureView("a", rate=True, category="tier", level="Gold"), FeatureView("b")
    object.__setattr__(pictures, "features", (level, number))
    monkeypatch.setattr(type(pictures), "has", lambda self, name: True)
    assert level not in titles.choose_pair(pictures)
    assert number in titles.choose_pair(pictures)


def test_a_card_has_the_commonest_levels_and_the_heatmap_the_farthest() -> None:
    from custseg_spark.report.plots import rows as plotted
    from tests.unit import report_trial

    levels = [f"l{i}" for i in range(8)]
    views = tuple(FeatureView(name, rate=True, category="tier", level=name) for name in levels)
    shares = [0.05, 0.3, 0.2, 0.1, 0.1, 0.1, 0.08, 0.07]
    columns = {f"mean_{name}": [share] for name, share in zip(levels, shares, strict=True)}
    columns |= {f"z_{name}": [place / 10] for place, name in enumerate(levels)}
    table = pd.DataFrame({"segment": [0], "size": [100], **columns})
    common, more = ProfileTable(table, views, (), {}).list_common_levels(0)["tier"]
    assert [one.view.name for one in common] == levels[1:7]
    assert more
    pictures = report_trial.pictures(report_trial.trial())
    object.__setattr__(pictures, "features", (FeatureView("spend"), *views))
    object.__setattr__(pictures, "profile", table.assign(z_spend=0.1))
    assert plotted._list_cutting(pictures) == ["spend", *levels[3:]]
