"""scripts/make_customers: the schema, the planted truth, the dirt, and the same bytes for the same seed."""

import importlib.util
import math
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from sklearn.preprocessing import StandardScaler

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_customers"
MNT = ["MntWines", "MntFruits", "MntMeatProducts", "MntFishProducts", "MntSweetProducts", "MntGoldProds"]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("make_customers", str(SCRIPT))
    spec = importlib.util.spec_from_loader("make_customers", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def made(script: ModuleType, output: Path, *arguments: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table and its truth."""
    given = ["--processes", "1", *map(str, arguments)]
    assert script.main(["--output", str(output), *given]) == 0
    return read(output), read(Path(f"{output}.truth"))


def read(table: Path) -> pd.DataFrame:
    parts = sorted(table.iterdir())
    if parts[0].suffix == ".csv":
        return pd.concat([pd.read_csv(part, sep="\t") for part in parts], ignore_index=True)
    return pd.concat([pd.read_parquet(part) for part in parts], ignore_index=True)


def content(table: Path) -> dict[str, bytes]:
    return {part.name: part.read_bytes() for part in table.iterdir()}


def test_the_schema_and_ranges_are_those_of_the_real_table(
    script: ModuleType, tmp_path: Path, shared_data: Path
) -> None:
    real = pd.read_csv(shared_data / "marketing_campaign.csv", sep="\t")
    table, _ = made(script, tmp_path / "t", "--rows", 20_000, "--dirty", 0)
    assert list(table.columns) == list(real.columns)
    for name in real.columns.drop("ID"):
        if real[name].dtype == object:
            assert table[name].dtype == object, name
        else:
            assert real[name].min() <= table[name].min() <= table[name].max() <= real[name].max(), name
    for name in ("Education", "Marital_Status"):
        assert set(table[name]) <= set(real[name])
    assert table["Dt_Customer"].str.fullmatch(r"\d\d-\d\d-\d{4}").all()
    days = pd.to_datetime(table["Dt_Customer"], format="%d-%m-%Y")
    assert days.min() >= pd.Timestamp("2012-07-30")
    assert days.max() <= pd.Timestamp("2014-06-29")


@pytest.mark.parametrize("segments", [3, 5, 8])
def test_k_means_finds_the_planted_segments(script: ModuleType, tmp_path: Path, segments: int) -> None:
    table, truth = made(script, tmp_path / "t", "--rows", 20_000, "--segments", segments)
    known = table.merge(truth, on="ID")
    deals = known["NumDealsPurchases"]
    spend = np.log1p(known[MNT].sum(axis=1))
    features = np.column_stack([spend, known["Recency"], deals.clip(upper=deals.quantile(0.99))])
    points = StandardScaler().fit_transform(features)
    found = KMeans(segments, n_init=10, random_state=0).fit_predict(points)
    assert adjusted_rand_score(known["planted"], found) >= 0.9
    sizes = known["planted"].value_counts(normalize=True)
    assert len(sizes) == segments
    assert sizes.min() >= 0.05
    assert sizes.max() > 1.5 * sizes.min()


def test_without_separation_the_planted_segments_do_not_differ(script: ModuleType, tmp_path: Path) -> None:
    table, truth = made(script, tmp_path / "t", "--rows", 20_000, "--separation", 0)
    means = table.merge(truth, on="ID").groupby("planted")["Recency"].mean()
    assert means.max() - means.min() < 4 * table["Recency"].std() / math.sqrt(0.1 * len(table))


def test_dirty_rows_stand_in_the_asked_share_and_kinds(script: ModuleType, tmp_path: Path) -> None:
    table, truth = made(script, tmp_path / "t", "--rows", 60_000, "--dirty", 0.06, "--missing", 0.1)
    null, repeated = table["ID"].isna(), table["ID"].notna() & table["ID"].duplicated(keep=False)
    old = table["Year_Birth"] < 1930
    for kind in (null, repeated, old):
        assert kind.mean() == pytest.approx(0.02, abs=0.003)
    assert table["Income"].isna().mean() == pytest.approx(0.1, abs=0.01)
    assert truth["ID"].is_unique
    assert not truth["ID"].isin(table.loc[repeated, "ID"]).any()
    assert len(truth) == pytest.approx((~null & ~repeated).sum(), abs=60)


@pytest.mark.parametrize("kind", ["birth", "duplicate", "null"])
def test_one_kind_of_dirt_alone(script: ModuleType, tmp_path: Path, kind: str) -> None:
    table, _ = made(script, tmp_path / "t", "--rows", 20_000, "--dirty", 0.4, "--dirt", kind)
    ids = table["ID"].dropna()
    shares = {
        "birth": (table["Year_Birth"] < 1930).mean(),
        "duplicate": ids.duplicated(keep=False).mean(),
        "null": table["ID"].isna().mean(),
    }
    assert shares.pop(kind) == pytest.approx(0.4, abs=0.02)
    assert set(shares.values()) == {0.0}


def test_the_same_bytes_whatever_the_processes(tmp_path: Path) -> None:
    for processes in (1, 2):
        output = tmp_path / f"p{processes}"
        given = ["--rows", "20000", "--files", "5", "--output", str(output), "--processes", str(processes)]
        subprocess.run([sys.executable, SCRIPT, *given], check=True, capture_output=True)
    assert len(content(tmp_path / "p1")) == 5
    assert content(tmp_path / "p1") == content(tmp_path / "p2")
    assert content(tmp_path / "p1.truth") == content(tmp_path / "p2.truth")


def test_the_same_rows_whatever_the_files_or_the_format(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = sys.modules["planted_customers"]
    monkeypatch.setattr(planted, "CHUNK", 1_000)  # files that begin and end inside a chunk
    monkeypatch.setattr(script, "CHUNK", 1_000)
    whole, truth = made(script, tmp_path / "whole", "--rows", 4_500)
    for name, given in {"many": ["--files", 7], "text": ["--format", "csv", "--files", 2]}.items():
        table, known = made(script, tmp_path / name, "--rows", 4_500, *given)
        pd.testing.assert_frame_equal(table, whole, check_dtype=False)
        pd.testing.assert_frame_equal(known, truth)


def test_another_seed_makes_another_table(script: ModuleType, tmp_path: Path) -> None:
    tables = [made(script, tmp_path / str(seed), "--rows", 1_000, "--seed", seed)[0] for seed in (1, 2)]
    assert not tables[0]["Recency"].equals(tables[1]["Recency"])


def test_wide_tables_have_extra_columns_and_few_bytes(script: ModuleType, tmp_path: Path) -> None:
    table, _ = made(script, tmp_path / "wide", "--rows", 1_000, "--features", 50)
    assert [name for name in table.columns if name.startswith("Extra_")] == [
        f"Extra_{n:02d}" for n in range(1, 43)
    ]
    made(script, tmp_path / "narrow", "--rows", 250_000)
    assert sum(part.stat().st_size for part in (tmp_path / "narrow").iterdir()) / 250_000 < 25
    schema = pq.read_schema(tmp_path / "narrow" / "part-00000.parquet")
    assert str(schema.field("Education").type) == "string"


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--rows", "0"], "takes a number from 1"),
        (["--rows", "ten"], "takes a number from 1"),
        (["--rows", "10", "--segments", "9"], "from 1 to 8"),
        (["--rows", "10", "--dirty", "nan"], "from 0 to 1"),
    ],
)
def test_wrong_arguments_are_refused(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        script.main(["--output", str(tmp_path / "t"), *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_table_that_is_there_stays(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(script, tmp_path / "t", "--rows", 100)
    before = content(tmp_path / "t")
    assert script.main(["--rows", "200", "--output", str(tmp_path / "t")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert content(tmp_path / "t") == before
    assert script.main(["--rows", "200", "--output", str(tmp_path / "u"), "--dirt", "mud"]) == 2
