"""Everything on `s3://`, over HTTP against moto's server, with credentials from the environment: on Sail. On
Spark it takes the jars of S3A, which this project does not carry."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from custseg_spark import cli
from tests.jobs.conftest import RECIPE, Say, planted

BUCKET = "segments-bucket"
TODAY, TOMORROW = "2026-11-24", "2026-11-25"


SERVER = """
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
input()
"""
"""In a process of its own: delta-rs holds Python's lock while it asks."""


@pytest.fixture(scope="module")
def store(engine: str) -> Iterator[Any]:
    """The file system of a bucket of its own."""
    if engine == "spark":
        pytest.skip("the jars of S3A are not carried")
    pytest.importorskip("moto.server")
    s3fs = pytest.importorskip("s3fs")
    command = [sys.executable, "-c", SERVER]
    server = subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdout is not None
    port = int(server.stdout.readline())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", "who")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        patch.setenv("AWS_REGION", "us-east-1")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        files = s3fs.S3FileSystem()
        files.mkdir(BUCKET)
        yield files
    server.terminate()
    server.wait()


@pytest.fixture
def place(store: Any, request: pytest.FixtureRequest) -> str:
    """A directory in the bucket with a customer table in it, under a name with a bracket and a blank."""
    root = f"s3://{BUCKET}/{request.node.name.partition('[')[0]} [1]"
    with store.open(f"{root}/in/customers.parquet", "wb") as file:
        planted().to_parquet(file)
    return root


def put_recipe(tmp_path: Path, **more: Any) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({**RECIPE, **more}))
    return path


def read_json(store: Any, path: str) -> Any:
    store.invalidate_cache()
    return json.loads(store.cat_file(path))


def labels(store: Any, path: str) -> pd.Series:
    store.invalidate_cache()
    table = pd.read_parquet(path.removeprefix("s3://"), filesystem=store)
    return table.set_index("id")["segment"].astype(int).sort_index()


def test_a_night_on_s3(spark: Any, store: Any, place: str, say: Say, tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    lake = f"s3://{BUCKET}/lake/segments"
    recipe = put_recipe(tmp_path, publish={"path": lake, "format": "delta", "date": TODAY})
    asked = ["--recipe", recipe, "--input", f"{place}/in/customers.parquet"]
    code, _, err = say("train", *asked, "--output", f"{place}/out")
    assert code == 0, err
    run = read_json(store, f"{place}/out/latest.json")["run_id"]
    assert read_json(store, f"{place}/out/live.json")["run_id"] == run
    at = f"{place}/out/runs/{run}"
    assert read_json(store, f"{at}/run.json")["status"] == "done"
    assert store.exists(f"{at}/customers/_SUCCESS")
    assert store.exists(f"{at}/model/metadata/part-00000")

    planted().to_parquet(tmp_path / "customers.parquet")
    local = put_recipe(tmp_path)
    to = tmp_path / "out"
    code, _, err = say("train", "--recipe", local, "--input", tmp_path / "customers.parquet", "--output", to)
    assert code == 0, err
    beside = to / "runs" / json.loads((to / "latest.json").read_text())["run_id"]
    expected = pd.read_parquet(beside / "customers").set_index("id")["segment"].astype(int).sort_index()
    assert labels(store, f"{at}/customers").equals(expected)

    for table in (f"{place}/in", f"{place}/in/customers.parquet"):
        code, _, err = say(
            "score", "--output", f"{place}/out", "--input", table, "--to", f"{place}/out",
            "--run-date", TOMORROW,
        )  # fmt: skip
        assert code == 0, err
    score = read_json(store, f"{place}/out/scores/latest.json")["run_id"]
    assert labels(store, f"{place}/out/scores/{score}/customers").equals(expected)

    published = deltalake.DeltaTable(lake)
    assert published.version() == 2, "a day by train, the next by score, and that again"
    by_day = published.to_pyarrow_table().group_by("run_date").aggregate([("id", "count")]).to_pydict()
    assert dict(zip(map(str, by_day["run_date"]), by_day["id_count"], strict=True)) == {
        TODAY: 300,
        TOMORROW: 300,
    }
    by_sail = spark.read.format("delta").load(lake).groupBy("run_date").count().collect()
    assert {str(row[0]): row[1] for row in by_sail} == {TODAY: 300, TOMORROW: 300}


def test_a_day_of_parquet_is_refused_on_s3(store: Any, place: str, say: Say, tmp_path: Path) -> None:
    recipe = put_recipe(tmp_path, publish={"path": f"{place}/lake", "date": TODAY})
    asked = ["--recipe", recipe, "--input", f"{place}/in", "--output", f"{place}/out"]
    code, _, err = say("train", *asked)
    assert code == 2, err
    assert "a day can't be replaced at once on s3" in err
    assert "set publish.format: delta" in err
    assert not store.exists(f"{place}/out/latest.json")


def test_a_missing_table_on_s3_is_told(place: str, say: Say, tmp_path: Path) -> None:
    recipe = put_recipe(tmp_path)
    code, _, err = say(
        "train", "--recipe", recipe, "--input", f"{place}/in/custmers.parquet", "--output", f"{place}/out"
    )
    assert code == 3, err
    assert "does not exist" in err
    assert "customers.parquet" in err


def test_a_kill_leaves_the_pointers_of_s3_whole(spark: Any, store: Any, place: str, tmp_path: Path) -> None:
    """SIGKILL as the rejected rows are written, and as the customers are; then prune."""
    asked = ["--input", f"{place}/in", "--output", f"{place}/out", "--recipe", str(put_recipe(tmp_path))]
    assert cli.main(["train", *asked]) == 0
    before = read_json(store, f"{place}/out/latest.json")
    command = [sys.executable, "-m", "custseg_spark.cli", "train", "--engine", "sail", *asked]
    for stage in ("check", "refine"):
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            for line in process.stderr:
                if line.startswith(f"INFO {stage} "):
                    process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL, f"it ended before {stage}"
        assert read_json(store, f"{place}/out/latest.json") == before
    assert len(store.ls(f"{place}/out/runs", refresh=True)) == 3
    assert cli.main(["train", *asked]) == 0
    assert read_json(store, f"{place}/out/latest.json") != before
    assert cli.main(["runs", "prune", "--output", f"{place}/out", "--keep", "1", "--older-than", "0"]) == 0
    store.invalidate_cache()
    left = {name.rpartition("/")[2] for name in store.ls(f"{place}/out/runs")}
    assert left == {read_json(store, f"{place}/out/{name}.json")["run_id"] for name in ("latest", "live")}
