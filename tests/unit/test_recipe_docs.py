"""docs/recipe.md says every key; the shipped recipes are what they say."""

import re
from pathlib import Path

import pandas as pd
import pytest
from pydantic import BaseModel

from custseg_spark.recipe import find_columns_used, load, models, parse, plain_yaml, sections
from custseg_spark.recipe.features import FeatureSection
from custseg_spark.recipe.sections import Section

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8")
CONF = sorted(path for path in (ROOT / "conf").glob("*.yaml") if not path.stem.endswith("_orders"))
CAMPAIGN = [
    path
    for path in CONF
    if path.stem
    in (
        "marketing_campaign",
        "education",
        "spark_ml",
        *("published_" + s for s in ("value_engagement", "elbow_six", "six")),
    )
]
SECTIONS: dict[str, type[BaseModel]] = {
    "input": models.Input,
    "customers": sections.Customers,
    "rules": models.Rule,
    "segment_by": FeatureSection,
    "describe": models.Description,
    "check": models.Outcome,
    "segments": models.Segments,
    "sweep": sections.Sweep,
    "evidence": sections.Evidence,
    "privacy": sections.Privacy,
    "output": sections.Output,
    "publish": sections.Publish,
    "audience": sections.Audience,
    "actions": models.Action,
}


def section(name: str) -> str:
    return re.split(r"^## ", DOCS, flags=re.M)[[*re.findall(r"^## (.+)$", DOCS, flags=re.M)].index(name) + 1]


def table(text: str) -> dict[str, list[str]]:
    """key -> its other cells"""
    rows = [
        re.split(r"(?<!\\)\|", line.strip().strip("|"))
        for line in text.splitlines()
        if line.startswith("| `")
    ]
    return {cells[0].strip().strip("`"): [cell.strip() for cell in cells[1:]] for cells in rows}


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_section_stands_in_its_table(name: str) -> None:
    told = table(section(name))
    keys = set(SECTIONS[name].model_fields)
    expected = {
        "input": keys | {"date", "number", "decimal", "group", "percent", "missing"},
        "rules": keys | {"max_quarantined", "reasons"},
    }.get(name, keys)
    assert set(told) == expected
    assert all(len(cells) == 4 and cells[2] and cells[3] for cells in told.values())


def test_every_section_has_a_chapter() -> None:
    chapters = set(re.findall(r"^## (.+)$", DOCS, flags=re.M))
    assert set(models.Recipe.model_fields) - chapters == {
        "scale",
        "allow_protected",
    }  # beside their neighbours
    assert "`scale` (`standard`, `population` or `robust`, default `standard`)" in DOCS
    assert set(table(section("protected"))) == {"protected", "allow_protected"}


def test_every_model_has_its_chapter() -> None:
    kinds = {kind for kind in vars(models).values() if isinstance(kind, type) and issubclass(kind, BaseModel)}
    beside = {
        Section,
        models.Source,
        models.Recipe,
        models.Rules,
        models.Bound,
        models.RowNumberId,
    }
    assert kinds - beside == set(SECTIONS.values())


@pytest.mark.parametrize("name", ["input", "segments", "sweep", "evidence", "output", "audience"])
def test_the_defaults_told_are_the_defaults(name: str) -> None:
    told = table(section(name))
    for key, field in SECTIONS[name].model_fields.items():
        if field.is_required():
            assert told[key][1] == "required"
        elif isinstance(field.default, int | float | str | tuple) and field.default is not None:
            said = plain_yaml.read(told[key][1].strip("`").replace(",0", "0"), "docs")
            assert said == (list(field.default) if isinstance(field.default, tuple) else field.default)


@pytest.mark.parametrize("example", re.findall(r"```yaml\n(.*?)```", DOCS, flags=re.S))
def test_the_examples_are_recipes(example: str) -> None:
    assert isinstance(parse(plain_yaml.read(example, "docs/recipe.md")), models.Recipe)


@pytest.mark.parametrize("path", CONF, ids=lambda path: path.stem)
def test_a_shipped_recipe_has_words_for_every_feature(path: Path) -> None:
    recipe = load(str(path))
    numbers = [feature for feature in recipe.segment_by.values() if feature.category is None]
    assert numbers
    assert all(feature.words and feature.unit for feature in numbers)
    noun = recipe.segment_by[recipe.order_by].words
    assert noun
    assert all(noun)


@pytest.mark.parametrize("path", CAMPAIGN, ids=lambda path: path.stem)
def test_a_shipped_recipe_names_columns_that_the_real_table_has(path: Path, shared_data: Path) -> None:
    header = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t", nrows=0)
    recipe = load(str(path))
    assert set(find_columns_used(recipe)) | set(recipe.input.types) <= set(header.columns)


@pytest.mark.parametrize("name", ["published_value_engagement", "published_elbow_six"])
def test_a_published_recipe_takes_the_replication_its_comment_gives(name: str) -> None:
    path = ROOT / "conf" / f"{name}.yaml"
    given = re.findall(r"--set (\S+)", path.read_text(encoding="utf-8").partition("All figures")[0])
    recipe = load(str(path), given)
    assert (recipe.scale, recipe.sweep.restarts, recipe.sweep.seed) == ("population", 1, 42)
    assert (recipe.sweep.order, recipe.sweep.refine) == ("file", 0)


def test_the_recipe_of_six_is_the_other_with_the_income_clipped() -> None:
    six = load(str(ROOT / "conf" / "published_six.yaml"))
    given = ["segment_by.income.clip=[null, p99.5]", "segments.k=6", "segments.choose=fixed"]
    assert six == load(str(ROOT / "conf" / "published_elbow_six.yaml"), given)
