"""What is proposed for a table that nobody has written a recipe for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Proposal:
    """`text`: the recipe, as YAML. `notices`: what a person must know before it is used, a sentence each, the
    weightiest first; they stand in the recipe as well. `found`: what was found in the table, a few lines."""

    text: str
    notices: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
