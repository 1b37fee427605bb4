"""What is proposed for a table that nobody has written a recipe for."""

from __future__ import annotations

import functools
import textwrap
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from custseg_spark.recipe import plain_yaml
from custseg_spark.wording import format_figure


@dataclass(frozen=True)
class Proposal:
    """`text`: the recipe, as YAML. `notices`: what a person must know before it is used, a sentence each, the
    weightiest first; they stand in the recipe as well. `beside`: further recipes, each with the word that its
    file's name has before the ending; where there is one, `text` is an orders recipe and that one is for the
    customers that `custseg rfm` makes by it. `found`: what was found in the table, a few lines."""

    text: str
    notices: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    found: tuple[str, ...] = ()

    def name_files(self, target: Path) -> dict[Path, str]:
        """Every file that is written where the recipe goes to `target`: shop.yaml, shop.customers.yaml."""
        others = {target.with_suffix(f".{word}{target.suffix}"): text for word, text in self.beside}
        return {target: self.text, **others}

    def list_next(self, target: Path) -> list[str]:
        """What a person does next, a line each."""
        files = [*self.name_files(target)]
        if not self.beside:
            return [
                f"{target} is written; look through it, then: custseg train --recipe {target} --output out"
            ]
        return [
            f"{' and '.join(map(str, files))} are written; look through them, then:",
            f"  custseg rfm --recipe {target} --to customers",
            f"  custseg train --recipe {files[1]} --output out",
        ]


def render(template: str, **values: Any) -> str:
    """One of this package's templates with these values."""
    return _open_template(template).render(**values)


@functools.cache
def _open_template(name: str) -> Template:
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters |= {
        "yaml": plain_yaml.inline,
        "fold": plain_yaml.fold,
        "figure": lambda number: format_figure(number, 6),
        "comment": lambda why: f"  # {why}" if why else "",
        "wrap": lambda text: textwrap.fill(text, 106, break_long_words=False, break_on_hyphens=False),
    }
    text = resources.files("custseg_spark.propose").joinpath(name).read_text(encoding="utf-8")
    return environment.from_string(text)
