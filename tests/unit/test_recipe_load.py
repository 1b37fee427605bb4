"""Recipes read, overridden and refused."""

import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custseg_spark.errors import RecipeError
from custseg_spark.recipe import change, load, parse, plain_yaml

SMALL = """\
input: {id: customer}
segment_by:
  spend: {sql: wine + fruit, words: [small, null, big]}
  recency: days
"""


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def refused(document: dict[str, Any]) -> str:
    with pytest.raises(RecipeError) as caught:
        parse(document)
    return caught.value.what


def document(**sections: Any) -> dict[str, Any]:
    return {
        "input": {"id": "customer"},
        "segment_by": {"spend": "wine + fruit", "recency": "days"},
        **sections,
    }


def test_a_short_recipe_gets_its_defaults(recipe_file: Path) -> None:
    recipe = load(str(recipe_file))
    assert recipe.segment_by["recency"].sql == "days"
    assert recipe.segment_by["recency"].impute == "median"
    assert recipe.segments.range == (2, 10)
    assert recipe.order_by == "spend"


@pytest.mark.parametrize(("old", "new", "default"), [("driver", "driver", 30), ("spark", "spark_ml", 3)])
@pytest.mark.parametrize("overridden", [False, True])
def test_the_old_name_of_sweep_by_is_read_and_told(
    old: str, new: str, default: int, overridden: bool, recipe_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if not overridden:
        recipe_file.write_text(f"{SMALL}sweep: {{start: {old}, restarts: 7}}\n", encoding="utf-8")
    recipe = load(str(recipe_file), [f"sweep.start={old}"] if overridden else [])
    assert (recipe.sweep.by, recipe.sweep.restarts) == (new, default if overridden else 7)
    assert "start" not in recipe.model_dump()["sweep"]
    assert caplog.messages == [f"{recipe_file}: sweep.start is called sweep.by now: write by: {new}"]


def test_the_record_of_an_older_run_is_read_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    """run.json of then has every key, `start` too."""
    written = parse(document(sweep={"restarts": 7})).model_dump(mode="json")
    written["sweep"]["start"] = {"driver": "driver", "spark_ml": "spark"}[written["sweep"].pop("by")]
    recipe = parse(written)
    assert (recipe.sweep.by, recipe.sweep.restarts) == ("driver", 7)
    assert change(recipe, {"sweep.by": "spark_ml"}).sweep.by == "spark_ml"
    assert caplog.messages == []


@pytest.mark.parametrize("sweep", [{"start": "sparks"}, {"start": None}, {"start": "spark", "by": "driver"}])
def test_the_old_name_of_sweep_by_takes_what_it_took(sweep: dict[str, Any]) -> None:
    assert refused(document(sweep=sweep)) == (
        "sweep: start is the old name of by, which takes driver or spark_ml: leave it out"
    )


def test_a_recipe_is_read_from_any_uri(recipe_file: Path) -> None:
    assert load(recipe_file.as_uri()) == load(str(recipe_file))


def test_a_byte_order_mark_is_no_problem(recipe_file: Path) -> None:
    recipe_file.write_text(SMALL, encoding="utf-8-sig")
    assert load(str(recipe_file)).input.id == "customer"


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("segments.k=[3, 6]", lambda r: r.segments.k == (3, 6)),
        ("segments.k=5", lambda r: r.segments.range == (5, 5)),
        ("segment_by.spend.clip=[null, p99.5]", lambda r: r.segment_by["spend"].clip == (None, "p99.5")),
        ("segment_by.recency.clip=iqr", lambda r: r.segment_by["recency"].clip == "iqr"),
        ("segment_by.visits=web", lambda r: list(r.segment_by) == ["spend", "recency", "visits"]),
        ("segment_by.recency=null", lambda r: list(r.segment_by) == ["spend"]),
        ('input.options.sep="\\t"', lambda r: r.input.options["sep"] == "\t"),
        ("input.types.`a.b`=int", lambda r: r.input.types == {"a.b": "int"}),
        ("input.types.day.date=dd-MM-yyyy", lambda r: r.input.types["day"].patterns == ("dd-MM-yyyy",)),
        ("rules.adult.sql=age >= 18", lambda r: r.rules.named["adult"].sql == "age >= 18"),
        ("rules.max_quarantined=1e-3", lambda r: r.rules.max_quarantined == 0.001),
        ("segments.names.0=VIP", lambda r: r.segments.names == {0: "VIP"}),
        ("segment_by.spend.words.2=huge", lambda r: r.segment_by["spend"].words == ("small", None, "huge")),
    ],
)
def test_overrides_lie_over_the_file(recipe_file: Path, override: str, read: Any) -> None:
    assert read(load(str(recipe_file), [override]))


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("segments.k", "is not key.path=value"),
        ("=5", "is not key.path=value"),
        ("segments.k=[2, 3", "line 1, column"),
        ("segment_by.spend.words.7=x", "'7' is not a position in a list of 3"),
        ("input.id.name=x", "id is 'customer', which has no keys inside"),
        ("segment_by.spend.words.0.short=x", "0 is 'small', which has no keys inside"),
        ("segments.kk=3", "segments.kk: unknown key; did you mean 'k'?"),
    ],
)
def test_a_wrong_override_is_told(recipe_file: Path, override: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        load(str(recipe_file), [override])
    assert told in caught.value.what


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("input: {id: a\nsegment_by", "line 2, column"),
        ("input:\n\tid: a", "line 2, column 1: a tab stands where blanks should"),
        ("input: {id: a}\ninput: {id: b}", "line 2, column 1: key 'input' stands twice"),
        ("input: !!python/object/apply:os.system [ls]", "asks for an object"),
        ("? [a, b]\n: c", "can't be a key"),
        ("? !!set {a}\n: c", "line 1, column 3: a list or mapping can't be a key"),
        ("just text", "a recipe is a mapping of keys, found text"),
        ("", "found nothing"),
        ("- a\n- b", "found a list"),
        ("a: 1\n---\nb: 2", "line 2, column 1"),
        ("[" * 1000, "is not YAML"),
    ],
)
def test_what_is_no_recipe_is_told_with_its_place(recipe_file: Path, text: str, told: str) -> None:
    recipe_file.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError) as caught:
        load(str(recipe_file))
    assert told in caught.value.what
    assert str(recipe_file) in caught.value.what
    assert caught.value.remedy


def test_a_missing_recipe_is_told_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"nowhere\.yaml: there is no such recipe"):
        load(str(tmp_path / "nowhere.yaml"))


def test_text_that_is_not_utf8_is_told(recipe_file: Path) -> None:
    recipe_file.write_bytes("input:\n  {id: kündnr}".encode("latin-1"))
    with pytest.raises(RecipeError, match="is not UTF-8 text at line 2"):
        load(str(recipe_file))


def test_a_protocol_that_is_not_known_is_told() -> None:
    with pytest.raises(RecipeError, match="can't be read"):
        load("nosuch://bucket/recipe.yaml")


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"segments": {"smalest_share": 0.1}},
         "segments.smalest_share: unknown key; did you mean 'smallest_share'?"),
        ({"k": 5}, "k: unknown key; did you mean 'segments.k'?"),
        ({"segments": {"restarts": 5}}, "segments.restarts: unknown key; did you mean 'sweep.restarts'?"),
        ({5: "x"}, "5: unknown key; here stand input, customers, rules"),
        ({"segments": {"k": [6, 2]}}, "k is upside down: 6 is over 2"),
        ({"segments": {"k": [1, 2]}}, "k lies between 2 and 100; found 1..2"),
        ({"segments": {"k": "x"}},
         "segments.k: found 'x'; it takes a list of 2 (each a whole number) or a whole"),
        ({"segments": {"choose": "fixed"}}, "choose: fixed takes one k, such as k: 5; found 2..10"),
        ({"segments": {"smallest_share": 7}},
         "segments.smallest_share: found 7; it takes a number from 0 to 1"),
        ({"segments": {"smallest_share": 0.6}}, "smallest_share 0.6 leaves no room for 2 segments"),
        ({"segments": {"order_by": "spnd"}}, "segments.order_by: 'spnd' is not under segment_by"),
        ({"segments": {"names": {-1: "x"}}}, "segments.names.-1: there is no such segment"),
        ({"segments": {"names": {"a": "x"}}}, "found 'a' as a key, which is a whole number"),
        ({"input": {"types": {}}}, "input.id: is missing; it takes text"),
        ({"input": {"id": "a", "types": {"b": "integer"}}},
         "input.types.b: found 'integer'; it takes int, double"),
        ({"input": {"id": "a", "types": {5: "int"}}},
         "input.types.5: found 5 as a key, which is text; put it in quotes"),
        ({"segment_by": {}}, "segment_by: found {}"),
        ({"segment_by": {"in come": "x"}}, "segment_by.in come: is no name that can be used"),
        ({"segment_by": {"a": {"sql": "x", "clip": [1, "p99x"]}}},
         "segment_by.a: clip takes numbers, quantiles"),
        ({"segment_by": {"a": {"sql": "x", "clip": [5, 2]}}}, "clip is upside down: 5.0 is not under 2.0"),
        ({"segment_by": {"a": {"sql": "x", "clip": ["p99", "p1"]}}},
         "clip is upside down: p99 is not under p1"),
        ({"segment_by": {"a": {"sql": "x", "words": ["few", "many"]}}},
         "segment_by.a.words: found ['few', 'many']"),
        ({"segment_by": {"a": {"sql": "x", "impute": ".inf"}}}, "segment_by.a.impute: found '.inf'"),
        ({"describe": {"a": {"rate": ["x", "y"], "sql": "x"}}}, "describe.a: give either sql or rate"),
        ({"describe": {"a": {"rate": ["x", "b"]}, "b": {"rate": ["x", "y"]}}},
         "describe.a.rate: b is itself a rate"),
        ({"check": {"Spend": "x"}}, "check.Spend: the name stands already under segment_by"),
        ({"rules": {"a": {"sql": "x", "on_fail": "drop"}}},
         "rules.a.on_fail: found 'drop'; it takes quarantine, warn or"),
        ({"rules": {"max_quarantine": 0.1}},
         "rules.max_quarantine: found 0.1; it takes an expression or a mapping"),
        ({"actions": [{"when": ["big"]}]}, "actions.0.do: is missing"),
        ({"publish": {"pth": "x"}}, "publish.pth: unknown key; did you mean 'path'?"),
        ({"publish": {"path": "x", "date": "soon"}}, "publish.date: a day is written like 2026-11-24; found"),
        ({"publish": 5}, "publish: found 5; it takes a mapping with path, table, format, date or null"),
        ({"output": {"columns": ["a", 5]}}, "output.columns.1: found 5; it takes text"),
        ({"segment_by": {"spend": "x"}, "sweep": {"sample": True}},
         "sweep.sample: found true; it takes a whole number"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_told_by_path_found_and_nearest(sections: dict[Any, Any], told: str) -> None:
    assert told in refused(document(**{}) | sections)


def test_every_problem_is_told_at_once_one_line_each() -> None:
    told = refused(document(segments={"k": "x", "chose": 1}, sweep={"restarts": 0}, rules={"a": 5}))
    first, *others = told.splitlines()
    assert first == "4 problems"
    assert [line.split(":")[0].strip() for line in others] == [
        "rules.a",
        "segments.k",
        "segments.chose",
        "sweep.restarts",
    ]


def test_the_nearest_name_of_the_bound_is_offered() -> None:
    with pytest.raises(RecipeError) as caught:
        parse(document(rules={"max_quarantine": 0.1}))
    assert caught.value.remedy == "did you mean rules.max_quarantined?"


def test_a_section_left_empty_is_a_section_left_out() -> None:
    assert parse(document(describe=None, rules=None)) == parse(document())


def test_actions_over_words_that_no_feature_has_are_refused() -> None:
    words = {"spend": {"sql": "x", "words": ["small", None, "big"]}}
    told = refused({"input": {"id": "a"}, "segment_by": words, "actions": [{"when": ["bigg"], "do": "it"}]})
    assert told == "actions.0.when: no feature has the word 'bigg'; did you mean 'big'?"
    parse({"input": {"id": "a"}, "segment_by": words, "actions": [{"when": ["Big"], "do": "it"}]})


def test_a_word_of_two_features_is_refused() -> None:
    words = {"sql": "x", "words": ["few", None, "many"]}
    told = refused({"input": {"id": "a"}, "segment_by": {"orders": words, "visits": words}})
    assert "segment_by.visits.words: 'few' is a word of orders already" in told


@pytest.mark.parametrize("spelled", ["year_of_birth", "YEAR_OF_BIRTH", "`Year_of_birth`"])
def test_a_protected_column_cuts_only_if_the_recipe_says_so_twice(spelled: str) -> None:
    age = {"sql": f"2025 - {spelled}"}
    sections = {"input": {"id": "a"}, "protected": ["Year_of_birth"]}
    assert "segment_by.age: cuts on" in refused({**sections, "segment_by": {"age": age}})
    once = {**age, "allow_protected": True}
    assert "which is protected" in refused({**sections, "segment_by": {"age": once}})
    assert "which is protected" in refused(
        {**sections, "segment_by": {"age": age}, "allow_protected": ["Year_of_birth"]}
    )
    twice = {**sections, "segment_by": {"age": once}, "allow_protected": ["year_of_birth"]}
    assert parse(twice).allow_protected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("true", True), ("null", None), ("~", None), ("", None),
        ("1e-3", 0.001), ("010", 10), ("1_000", "1_000"), ("12:30", "12:30"), ("2024-01-31", "2024-01-31"),
        ("0x1F", "0x1F"), (".5", 0.5), ("5.", 5.0), ("-7", -7), ("p99.5", "p99.5"), ("{a: 1}", {"a": 1}),
        ("[a, [b]]", ["a", ["b"]]), ('"\\t"', "\t"), ("=", "="),
    ],
)  # fmt: skip
def test_yaml_is_read_as_people_mean_it(text: str, value: Any) -> None:
    assert plain_yaml.read(text, "test") == value


def test_an_anchor_and_a_merge_key_are_understood() -> None:
    text = "base: &b {a: 1, b: 2}\nmore: {<<: *b, b: 3}"
    assert plain_yaml.read(text, "test")["more"] == {"a": 1, "b": 3}


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(plain)
def test_what_is_written_reads_back_equal(value: Any) -> None:
    assert plain_yaml.read(plain_yaml.write({"a": value}), "test") == {"a": value}
    assert plain_yaml.read(plain_yaml.inline(value), "test") == value
    assert "\n" not in plain_yaml.inline(value)


@given(st.text())
def test_any_text_is_yaml_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(RecipeError):
        plain_yaml.read(text, "test")
