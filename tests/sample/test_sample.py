"""The files are the same on every run, quick to make, and in step with mappings, plan and playbook."""

from __future__ import annotations

import hashlib
import json
import time

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_times import RIVERSIDE, months

from alignment_lib.playbook.hours import minutes_of
from alignment_lib.sample import make_sample
from alignment_lib.sample.opening import Opening
from alignment_lib.sample.plan import make_plan
from alignment_lib.sample.world import (
    CLUBS,
    COMPANY_HOURS,
    DAY,
    NEVER,
    REASONS,
    SOURCE_MISSING,
    SOURCES,
    VALUE,
    WAITING,
)


def digests(folder) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_sample(tmp_path_factory.mktemp("riverside"))


@pytest.mark.slow
def test_same_seed_same_bytes_and_quick(folder, tmp_path):
    start = time.process_time()  # a busy machine is no fault of the generator
    again = make_sample(tmp_path / "again")
    assert time.process_time() - start < 10
    assert digests(again) == digests(folder)
    other = digests(make_sample(tmp_path / "other", seed=7))
    assert all(other[name] != digest for name, digest in digests(folder).items() if name != "owners.csv")


def test_the_key_beside_the_files_names_what_is_planted(folder, tmp_path):
    assert len(json.loads((folder / "answer_key.json").read_text())["plants"]) == 16
    none = make_sample(tmp_path, plants="none")
    assert json.loads((none / "answer_key.json").read_text())["plants"] == []


def test_every_heading_of_a_mapping_stands_in_its_file(folder):
    for path in (RIVERSIDE / "sources").glob("*.yml"):
        mapping = yaml.safe_load(path.read_text())
        dialect = mapping.get("dialect", {})
        table = pd.read_csv(folder / mapping["file"], sep=dialect.get("delimiter", ","),
                            encoding=dialect.get("encoding", "utf-8"), dtype=str)  # fmt: skip
        for columns in mapping["tables"].values():
            for spec in columns.values():
                heads = spec.get("columns", [spec.get("column")]) if isinstance(spec, dict) else [spec]
                assert set(heads) <= set(table), path.name
                if isinstance(spec, dict) and "values" in spec:
                    assert set(table[heads[0]].dropna()) <= set(spec["values"]), (path.name, heads)
        assert set(mapping.get("personal", [])) <= set(table)


def test_nothing_happens_after_the_files_were_taken(folder):
    for name in ("contacts.csv", "deals.csv", "engagements.csv", "marketing_events.csv"):
        table = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        for column in table.filter(regex="Date$"):
            if column != "Recycle Due Date":
                dates = table[column][~table[column].str.startswith("2204")]
                assert dates.max() < "2026-11-06", (name, column)


def test_the_world_is_the_one_that_the_playbook_describes(riverside):
    for playbook in riverside.playbooks:
        assert {name: team for name, (team, *_) in SOURCES.items()} == {
            name: source.team for name, source in playbook.sources.items()
        }
        ways = {arrival for *_, arrivals in SOURCES.values() for arrival in arrivals}
        assert ways == set(playbook.arrivals)
        assert {way for way in ways if playbook.arrivals[way].waits} == set(WAITING)
        assert set(REASONS) - {""} == set(playbook.reasons.lost)
        assert set(CLUBS) == set(playbook.locations)
        for club, (_, hours) in CLUBS.items():
            assert same_hours(hours, playbook.locations[club].hours), club
        assert same_hours(COMPANY_HOURS, playbook.company_hours)


def same_hours(ours, agreed) -> bool:
    week = [ours[0]] * 5 + [ours[1], ours[2]]
    return week == [tuple((minutes_of(a), minutes_of(b)) for a, b in agreed[day]) for day in range(7)]


OPENING = Opening()


@settings(max_examples=60, deadline=None)
@given(
    club=st.sampled_from([*CLUBS, ""]),
    start=st.integers(0, 800 * DAY).map(lambda m: m + int(np.datetime64("2024-05-02", "m").astype(int))),
    wait=st.integers(0, 3000),
)
def test_business_minutes_are_those_counted_one_by_one(club, start, wait):
    here = np.array([club])
    end = int(OPENING.add(here, np.array([start]), wait)[0])
    minutes = np.arange(start, end)
    open_minutes = OPENING.is_open(np.repeat(club, len(minutes)), minutes).sum()
    assert open_minutes == wait
    assert OPENING.is_open(here, np.array([end]))[0]


@pytest.mark.slow
def test_the_committed_plan_is_the_one_that_the_generator_makes(tmp_path):
    make_plan().to_csv(tmp_path / "plan.csv", index=False, lineterminator="\n")
    assert (tmp_path / "plan.csv").read_text() == (RIVERSIDE / "plan.csv").read_text(), (
        "make it anew: python -m alignment_lib.sample.plan > params/riverside/plan.csv"
    )


def attainment(sample, plan: pd.DataFrame) -> pd.DataFrame:
    """Return each month's quality leads by team and revenue, as shares of the plan, up to September 2026."""
    leads, deals = sample.leads, sample.deals
    recorded = leads["quality"] * (1 - SOURCE_MISSING)
    by_team = recorded.groupby([months(leads["created"]), leads["team"]]).sum().unstack()
    won = deals[(deals["outcome"] == "won") & (deals["type"] == "new")]
    revenue = (12 * won["fee"]).groupby(months(won["closed"])).sum()
    planned = plan.pivot_table(index="month", columns="team", values="leads", aggfunc="sum")
    goal = plan.groupby("month")["revenue"].sum()
    both = {team: by_team[team] / planned[team] for team in ("marketing", "sales")}
    return pd.DataFrame({**both, "revenue": revenue / goal}).loc["2024-05":"2026-09"]


@pytest.mark.parametrize("plants", ["none", "all"])
def test_ordinary_months_scatter_around_the_plan_in_both_worlds(world, riverside, plants):
    series = [attainment(world(plants, seed=seed), riverside.plan) for seed in (1, 2, 3, 4)]
    means = pd.concat(series).mean()
    spread = pd.concat([one.std() for one in series], axis=1).mean(axis=1)
    assert means.to_numpy() == pytest.approx(1, abs=0.03)
    assert spread["marketing"] < 0.06 and spread["sales"] < 0.075 and 0.07 < spread["revenue"] < 0.115
    trend = np.mean([np.polyfit(np.arange(29), one["revenue"], 1)[0] for one in series])
    assert abs(trend) < 0.004


def test_the_plan_agrees_with_the_split_and_multiplies_out(riverside):
    plan = riverside.plan
    teams = plan.groupby(["month", "team"])["leads"].sum().unstack()
    assert (teams["marketing"] / (teams["marketing"] + teams["sales"])).to_numpy() == pytest.approx(
        0.65, abs=0.01
    )
    planned = plan["leads"] * plan["reached_share"] * plan["joins_per_reached"] * VALUE
    year = plan["month"].str.startswith("2025")
    assert planned[year].sum() / plan["revenue"][year].sum() == pytest.approx(0.96, abs=0.03)
    assert riverside.warnings == ()


def test_a_year_has_its_size(world):
    sample = world("all")
    leads = sample.leads[months(sample.leads["created"]).str.startswith("2025")]
    assert len(leads) / 12 == pytest.approx(600, abs=25)
    january = (months(leads["created"]) == "2025-01").sum()
    assert january > 1.4 * len(leads) / 12
    assert leads["quality"].mean() == pytest.approx(0.78, abs=0.02)
    assert sample.spend["amount"].sum() / 30 == pytest.approx(11_000, rel=0.1)
    waits = leads[leads["pace"] != "at once"]
    assert (waits["pace"] == "in time").mean() == pytest.approx(0.72, abs=0.03)
    assert len(sample.touches["lead"].unique()) < 0.75 * len(sample.leads)
    skipped = sample.leads["joins"] & (sample.leads["reached"] == NEVER)
    assert 0.01 < skipped.sum() / sample.leads["joins"].sum() < 0.06
