"""scripts/mutants: the same seed draws the same, and it knows a test that notices from one that does not."""

import random
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("mutants", str(ROOT / "scripts" / "mutants"))
    spec = spec_from_loader("mutants", loader)
    assert spec
    module = module_from_spec(spec)
    sys.modules["mutants"] = module  # where its dataclasses look for their annotations
    loader.exec_module(module)
    return module


def make_mutants(script: ModuleType) -> list[Any]:
    """Thirty places of a module: one mutant in the first, two in the second, and so on."""
    return [
        script.Mutant("a.py", (place, 4), (place, 5), f"operator {number}", place)
        for place in range(30)
        for number in range(place + 1)
    ]


def test_the_same_seed_draws_the_same_in_any_order_and_another_seed_others(script: ModuleType) -> None:
    mutants = make_mutants(script)
    drawn = script.draw(mutants, 10, seed=3)
    assert script.draw(random.Random(0).sample(mutants, len(mutants)), 10, seed=3) == drawn
    assert script.draw(mutants, 10, seed=4) != drawn
    assert len({mutant.start for mutant in drawn}) == 10, "each has a place of its own"


def test_a_place_is_as_likely_as_any_other_however_many_mutants_it_has(script: ModuleType) -> None:
    times = [mutant.start[0] for seed in range(600) for mutant in script.draw(make_mutants(script), 3, seed)]
    first, last = times.count(0), times.count(29)
    assert 30 < first < 90  # 60 are expected of each; by mutants alone 4 and 116
    assert 30 < last < 90
    assert len(script.draw(make_mutants(script), 99, 0)) == 30


MODULE = "def larger(a, b):\n    return a if a > b else b\n"
TESTS = "from toy import larger\n\ndef test_larger():\n    assert larger(1, 2) == 2\n"


@pytest.mark.parametrize(
    "old, new, passes",
    [
        ("a > b", "a < b", False),
        ("a > b", "a >= b", True),  # it survives: of two that are equal either will do
        ("    return", "  return(", False),  # not even Python
        ("    return", "    while True: pass\n    return", False),
    ],
)
def test_a_mutant_is_killed_where_its_tests_fail_or_take_too_long(
    script: ModuleType, tmp_path: Path, old: str, new: str, passes: bool
) -> None:
    module = tmp_path / "toy.py"
    module.write_text(MODULE)
    (tmp_path / "test_toy.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    limit = 2 if "while" in new else 120
    assert script.passes(tmp_path, module, MODULE.replace(old, new), ["test_toy.py"], limit) is passes
    assert module.read_text() == MODULE, "put back"


def test_tests_that_are_not_there_are_no_verdict(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "toy.py").write_text(MODULE)
    with pytest.raises(RuntimeError, match="pytest ended with 4"):
        script.passes(tmp_path, tmp_path / "toy.py", MODULE, ["test_absent.py"], 120)


def test_annotations_are_left_out_and_nothing_else(script: ModuleType) -> None:
    code = "def f(a: int | None = 1 | 2) -> int | str:\n    b: int | None = a | 4\n    return b\n"
    places = [(line, text.index("|", start)) for line, text, start in (
        (1, code.splitlines()[0], 0), (1, code.splitlines()[0], 20), (1, code.splitlines()[0], 32),
        (2, code.splitlines()[1], 0), (2, code.splitlines()[1], 18),
    )]  # fmt: skip
    assert [script.unreached(code, place) for place in places] == [True, False, True, True, False]


def test_the_share_is_of_those_that_can_be_told_apart(script: ModuleType) -> None:
    mutants = make_mutants(script)[:5]
    verdicts = [
        script.Verdict(mutant, killed, ("-a", "+b"), why)
        for mutant, killed, why in zip(
            mutants, (True, True, True, False, False), ("", "", "", "", "the same"), strict=True
        )
    ]
    assert script.share(verdicts) == 0.75
    told = script.report(verdicts)
    assert "| all | 5 | 3 | 1 | 1 |" in told
    assert told.count("is alive\n-a\n+b") == 1


def test_what_is_called_equivalent_is_still_there(script: ModuleType) -> None:
    for module, before, after in sys.modules[script.equivalent.__module__].EQUIVALENT:
        text = (ROOT / "custseg_spark" / module).read_text(encoding="utf-8")
        line = next((line for line in text.splitlines() if before in line), None)
        assert line is not None, f"{before} is no longer in {module}: take it off the list"
        told = (f"-{line}", f"+{line.replace(before, after, 1)}")
        assert script.equivalent(module, told)
        assert not script.equivalent(module, (told[0], told[1] + " "))
    assert not script.equivalent("segments/drift.py", ("-a", "+b"))


def test_every_module_has_its_tests(script: ModuleType) -> None:
    for module, tests in script.TESTS.items():
        assert (ROOT / "custseg_spark" / module).exists()
        assert all((ROOT / "tests" / "unit" / name).exists() for name in tests)


def test_cosmic_ray_makes_the_mutants(script: ModuleType, tmp_path: Path) -> None:
    """Skipped where scripts/mutants has not been run yet: it installs Cosmic Ray."""
    if not find_spec("cosmic_ray") and not (ROOT / ".venv-mutants" / "cosmic_ray").exists():
        pytest.skip("Cosmic Ray is not installed")
    (tmp_path / "custseg_spark").mkdir()
    (tmp_path / "custseg_spark" / "toy.py").write_text("def f(a: int | None) -> bool:\n    return a > 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path])
        script.find_tool()
        mutants = script.mutants_of(["toy.py"], tmp_path)
        code = (tmp_path / "custseg_spark" / "toy.py").read_text()
        changed = {script.mutated(code, mutant).splitlines()[1].replace(" ", "") for mutant in mutants}
    assert {"returna>2", "returna>0", "returna<1", "returna>=1", "returna==1"} <= changed
    assert all(mutant.start[0] == 2 for mutant in mutants), "the annotation is left out"
