"""The second company's files: the same on every run, quick, in step with their mappings, the plants there."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from test_sample import digests

from alignment_lib.sample import alder, make_alder
from alignment_lib.sample.alder.plan import make_plan

PARAMS = Path(__file__).resolve().parents[2] / "params" / "alder"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_alder(tmp_path_factory.mktemp("alder"))


def test_same_seed_same_bytes_and_quick(folder, tmp_path):
    start = time.process_time()
    again = make_alder(tmp_path / "again")
    assert time.process_time() - start < 10
    assert digests(again) == digests(folder)


def test_every_heading_of_a_mapping_stands_in_its_file(folder):
    for path in (PARAMS / "sources").glob("*.yml"):
        mapping = yaml.safe_load(path.read_text())
        table = pd.read_csv(folder / mapping["file"], dtype=str)
        for columns in mapping["tables"].values():
            for spec in columns.values():
                spec = spec if isinstance(spec, dict) else {"column": spec}
                heads = spec.get("columns", [spec["column"]] if "column" in spec else [])
                assert set(heads) <= set(table), path.name
                assert not spec.get("values") or set(table[heads[0]].dropna()) <= set(spec["values"])


@pytest.mark.slow
def test_the_plan_in_the_params_is_the_generator_s():
    pd.testing.assert_frame_equal(make_plan(), pd.read_csv(PARAMS / "plan.csv"), check_dtype=False)


def test_the_cycle_is_that_of_the_playbook_and_the_plants_have_their_size():
    sample = alder.simulate()
    new = sample.deals[sample.deals["type"] == "new"]
    first = sample.leads[sample.leads["first"]].set_index("account")["created"]
    won = new[(new["outcome"] == "won") & (new["account"] >= 0)]
    days = (won["closed"] - won["account"].map(first)) / (24 * 60)
    assert 110 < np.percentile(days, 80) < 130  # four months
    contacts = sample.leads.groupby("account").size()
    assert 0.42 < (contacts > 1).mean() < 0.48
    renewed = sample.deals[(sample.deals["type"] == "renewal") & (sample.deals["outcome"] != "open")]
    assert 0.86 < (renewed["outcome"] == "won").mean() < 0.94
    team = new["account"].map(sample.leads[sample.leads["first"]].set_index("account")["team"])
    month = np.datetime_as_string(new["opened"].to_numpy().view("datetime64[m]"), unit="M")
    size = new[team == "marketing"].groupby(month[team == "marketing"] == "2026-10")["amount"].mean()
    assert 0.5 < size[True] / size[False] < 0.7  # October's marketing-sourced deals are smaller


def test_without_plants_every_account_brings_one_contact():
    assert alder.simulate(plants="none").leads["first"].all()
