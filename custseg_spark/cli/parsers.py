"""What the commands' parsers share."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from custseg_spark.errors import DriftError, RecipeError

if TYPE_CHECKING:
    from custseg_spark.recipe import OrderRecipe, Recipe
    from custseg_spark.segments import Drift

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
EPILOG = """\
exit codes: 0 done; 2 the command or the recipe is wrong; 3 the data breaks the contract; 4 a run or model
can't be used, or the output can't be written; 5 drift, where asked to fail on it; 1 anything unforeseen
"""
ONE_RUN = "a run's id, or how it begins; the live run if not given"


def add_command(
    commands: Commands, name: str, act: Callable[[argparse.Namespace], None], what: str, epilog: str
) -> argparse.ArgumentParser:
    """A command's own parser, with its examples under the help; `act` is what the command does."""
    command = commands.add_parser(
        name, help=what, description=what[0].upper() + what[1:] + ".", epilog=f"{epilog}\n{EPILOG}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.set_defaults(act=act)
    return command


def add_engine(command: argparse.ArgumentParser) -> None:
    """The argument --engine."""
    command.add_argument(
        "--engine", choices=("auto", "spark", "sail"), help="what works on the table: Spark, or Sail, which "
        "needs no Java; as CUSTSEG_ENGINE says, or what is there, if not given",
    )  # fmt: skip


def add_recipe_and_input(command: argparse.ArgumentParser) -> None:
    """The arguments --recipe, --input and --set."""
    command.add_argument("--recipe", required=True, metavar="FILE", help="the YAML file of the segmentation")
    add_input(command, "the customer table, or where custseg rfm made one")
    add_overrides(command)


def add_input(command: argparse.ArgumentParser, what: str) -> None:
    """The argument --input, which takes `what`."""
    command.add_argument("--input", metavar="PATH", help=f"{what}; the recipe's input.path if not given")


def add_overrides(command: argparse.ArgumentParser, example: str = "segments.k=[2,6]") -> None:
    """The argument --set."""
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help=f"change a key of the recipe, such as {example}; may be given several times",
    )


def add_run_input_and_to(command: argparse.ArgumentParser, to: str) -> None:
    """The arguments --output, --run, --input and --to; `to`: what is kept there."""
    command.add_argument("--output", required=True, metavar="PATH", help="where the runs are kept")
    command.add_argument("--run", metavar="RUN", help=ONE_RUN)
    command.add_argument("--input", required=True, metavar="PATH", help="the customer table")
    command.add_argument("--to", required=True, metavar="PATH", help=to)


def add_fail_on_drift(command: argparse.ArgumentParser, so_far: str) -> None:
    """The argument --fail-on-drift; `so_far`: what such drift means."""
    meaning = f"end with exit code 5 where the customers drifted so far that {so_far}"
    command.add_argument("--fail-on-drift", action="store_true", help=meaning)


def fail_on_drift(drift: Drift) -> None:
    """Raises DriftError where the verdict is to make the model anew."""
    if drift.verdict == "retrain":
        raise DriftError(
            f"drift: {'; '.join(drift.reasons)}",
            "what was asked for is published all the same; train and compare",
        )


def read_whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """The type of an argument that takes a whole number from `low` up, to `high` where there is an end."""
    span = f"from {low} up" if high is None else f"from {low} to {high}"

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < low or (high is not None and int(text) > high):
            raise argparse.ArgumentTypeError(f"takes a whole number {span}; found {text!r}")
        return int(text)

    return read


def read_over_zero(text: str) -> float:
    """The type of an argument that takes a number over 0."""
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"takes a number over 0; found {text!r}")
    return found


def read_recipe_and_input(arguments: argparse.Namespace) -> tuple[Recipe, str]:
    """The checked recipe, and the customer table that it is to be used on."""
    from custseg_spark import runs
    from custseg_spark.recipe import load

    recipe = load(arguments.recipe, arguments.overrides)
    return recipe, runs.find_customers(find_input(arguments.input, recipe, "customer table", "it"))


def find_input(given: str | None, recipe: Recipe | OrderRecipe, what: str, pronoun: str) -> str:
    """The path of the input, from --input or from the recipe. Raises RecipeError where neither has one."""
    path = given or recipe.input.path
    if not path:
        raise RecipeError(
            f"no {what}: neither --input nor input.path is given", f"name {pronoun} with --input PATH"
        )
    return path
