"""What a person reads of the choice: in the terminal, and first on the page."""

import dataclasses
from types import SimpleNamespace
from typing import get_args

import pytest

from custseg_spark.evidence import Choice, RunnerUp, Structure
from custseg_spark.evidence.verdict import Kind
from custseg_spark.steps import summarize_run
from custseg_spark.steps.profile_segments import warn_small
from custseg_spark.terminal.answers import tell_choice
from custseg_spark.terminal.console import open_console, tell_verdict
from custseg_spark.wording import VERDICTS

CHOICE = Choice(
    k=5,
    method="evidence",
    why="5 segments have the best silhouette (0.531)",
    passed=True,
    runners_up=(RunnerUp(4, "silhouette 0.529"), RunnerUp(6, "a segment comes back only to [0.65]")),
    ranked_by="silhouette",
    close=False,
)


def printed(choice: Choice, capsys: pytest.CaptureFixture[str]) -> list[str]:
    tell_choice(open_console(), choice, "out/runs/1/sweep.csv")
    return capsys.readouterr().out.strip().splitlines()


def test_the_terminal_says_why_not_another_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(CHOICE, capsys) == [
        "5 segments: 5 segments have the best silhouette (0.531)",
        "  not 4: silhouette 0.529",
        "  not 6: a segment comes back only to [0.65]",
    ]


def test_the_terminal_says_how_often_the_same_comes_out(capsys: pytest.CaptureFixture[str]) -> None:
    found = dataclasses.replace(CHOICE, chosen_again=(5, 5, 6, 5))
    assert printed(found, capsys)[1] == "  5 chosen in 3 of 4 random samples of the customers (6 in 1)"


def test_the_terminal_says_why_not_the_five_nearest_others(capsys: pytest.CaptureFixture[str]) -> None:
    others = tuple(RunnerUp(k, f"silhouette 0.{k}") for k in range(11, 18))
    lines = printed(dataclasses.replace(CHOICE, runners_up=others), capsys)
    assert lines[1:] == [
        *(f"  not {k}: silhouette 0.{k}" for k in range(11, 16)),
        "  and 2 more in out/runs/1/sweep.csv",
    ]
    lines = printed(dataclasses.replace(CHOICE, runners_up=others[:5]), capsys)
    assert lines[-1] == "  not 15: silhouette 0.15"


def test_the_terminal_says_the_verdict_and_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in get_args(Kind):
        tell_verdict(open_console(), Structure(kind, "since", {}))
        assert capsys.readouterr().out == f"\n{kind}: {VERDICTS[kind]}\n"
    tell_verdict(open_console(), None)
    assert capsys.readouterr().out == ""


def test_the_terminal_warns_of_a_close_choice(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(dataclasses.replace(CHOICE, close=True), capsys)
    assert lines[1].startswith(
        "warning: 5 and 4 segments differ in silhouette by less than two standard errors"
    )


def test_doubts_about_the_number_come_first_on_the_page() -> None:
    """The first screen shows three lines."""
    choice = dataclasses.replace(CHOICE, passed=False, close=True)
    fitted = SimpleNamespace(
        jaccards=lambda chosen: (), model=SimpleNamespace(names=()), profile=SimpleNamespace(shown=())
    )
    decision = SimpleNamespace(choice=choice, candidate=None)
    result = SimpleNamespace(segmentation=fitted, decision=decision, warnings=("one", "two", "three"))
    lines = summarize_run._list_cautions(result, ())  # type: ignore[arg-type]
    assert lines[0].startswith("No number of segments passed")
    assert lines[1] == choice.doubt
    assert lines[2:] == ("one", "two", "three")


def test_a_segment_of_all_customers_under_the_floor_is_told() -> None:
    assert warn_small(["big", "small"], [95, 5], 0.05) == ""
    warning = warn_small(["big", "small"], [951, 49], 0.05)
    assert "small (4.90%)" in warning
    assert "big" not in warning
    assert "(5.0%)" in warning
