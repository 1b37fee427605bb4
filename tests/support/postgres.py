"""A PostgreSQL of the tests' own: a cluster in a directory, reached by a socket in it, gone at the end."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

TYPES = {"string": "text", "double": "double precision"}
"""Of those named otherwise than in Spark."""
_DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Postgres:
    """A running cluster. `programs`: the directory of psql and its like; `place`: its data and its socket."""

    programs: Path
    place: Path

    def ask(self, sql: str) -> pd.DataFrame:
        """The rows of a query, every value as text, null as None."""
        found = self._call("--csv", "--pset", "null=\\N", "--command", sql)
        return pd.read_csv(io.StringIO(found), dtype=str, keep_default_na=False, na_values=["\\N"])

    def load(self, table: str, rows: pd.DataFrame, types: Mapping[str, str]) -> None:
        """Make a table of the columns in `types` (Spark's names)."""
        columns = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind in types.items())
        file = self.place / "rows.csv"
        rows[list(types)].to_csv(file, index=False, na_rep="\\N")
        file.chmod(0o644)
        self._call("--command", f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({columns})")
        self._call("--command", f"COPY {table} FROM '{file}' (FORMAT csv, HEADER, NULL '\\N')")

    def _call(self, *arguments: str) -> str:
        command = [str(self.programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "tests"]
        asked = [*command, "-h", str(self.place), "-d", "postgres", *arguments]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


def find_programs() -> Path | None:
    """The directory of initdb and its like; null where there is no server."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max((file.parent for file in _DEBIAN.glob("*/bin/initdb")), default=None)


@contextmanager
def run_postgres(programs: Path) -> Iterator[Postgres]:
    """A fresh cluster while the block runs; of the user postgres where we are root, whom a server refuses."""
    with tempfile.TemporaryDirectory(prefix="custseg-pg-") as name:
        place = Path(name)
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(place, user, user)
            place.chmod(0o755)

        def call(program: str, *arguments: str) -> None:
            asked = [str(programs / program), "-D", str(place / "data"), *arguments]
            with (place / "told.txt").open("a") as told:
                subprocess.run(asked, stdout=told, stderr=told, check=True, user=user, cwd=place)

        call("initdb", "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        call("pg_ctl", "-w", "-o", f"-F -k {place} -c listen_addresses=''", "start")
        try:
            yield Postgres(programs, place)
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
