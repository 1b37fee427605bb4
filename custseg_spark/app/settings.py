"""What the person who starts the server decides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Settings:
    """`output`: where published runs are, and where candidates are saved; None: neither.
    `most_megabytes`: the largest file that is taken. `grace`: seconds that a visit outlives its connection:
    a network that fails for a moment costs nobody their work. `engine`: auto, spark or sail; as the
    environment says if None."""

    output: str | None = None
    most_megabytes: int = 200
    grace: int = 120
    engine: str | None = None


SETTINGS = Settings()
"""Those of this process: set once by `server.serve`, before the first page."""
