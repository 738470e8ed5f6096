"""Leads without a source: what they leave open in each team's and each source's result, all here and none here."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_months import planned

from alignment_lib.questions.first_findings import slack_of
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.scorecard import scorecard
from alignment_lib.questions.unknown_sources import (
    bounds_of_sources,
    bounds_table,
    describe_pair_so_far,
    describe_teams,
    describe_verdict,
    team_bounds,
)


def economics_of(**rows):
    """Return (leads, won, spend) by source as `economics` lays them."""
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["leads", "won", "spend"]).astype(float)
    return frame.assign(hollow=False, won_share=frame["won"] / frame["leads"]).rename(index={"none": "(missing)"})


def teams(make_month, marketing, sales, nobody, owed=(100, 50)):
    counts = {"marketing": marketing, "sales": sales, "unassigned": nobody}
    daily = [{"team": team, "leads": n, "quality": n} for team, n in counts.items()]
    tracking = [{"team": t, "leads": n, "source_known": n} for t, n in counts.items() if t != "unassigned"]
    tracking.append({"team": "unassigned", "leads": nobody, "quality_unsourced": nobody})
    return make_month(daily=daily, tracking=tracking, plan=planned(["2026-10"], *owed))


def test_each_team_lies_between_none_and_all_of_the_leads_without_a_source(make_month):
    marketing, sales = team_bounds(teams(make_month, 90, 30, 12))
    assert (marketing.counted, marketing.bounds[:2], marketing.could_change) == (90, (90, 102), True)
    assert (sales.counted, sales.bounds[:2], sales.could_change) == (30, (30, 42), False)


def test_only_a_verdict_that_hangs_on_them_is_said_in_the_scorecard(make_month):
    month = teams(make_month, 90, 30, 12)
    said = "Marketing-sourced quality leads: 90 to 102, wherever those without a source belong."
    assert describe_teams(month) == [f"{said} Over or under the plan is not sure."]
    assert describe_teams(month)[0] in scorecard(month).notes
    assert describe_teams(teams(make_month, 87, 30, 12)) == []
    assert describe_teams(teams(make_month, 90, 30, 0)) == []


def test_the_result_of_a_source_by_hand():
    table = economics_of(Search=(50, 10, 1200), Walk_in=(30, 10, float("nan")), none=(20, 6, float("nan")))
    found = bounds_of_sources(table)
    assert found.index.tolist() == ["Search", "Walk_in"]
    assert found.loc["Search"].tolist() == pytest.approx([50, 70, 10, 16, 10 / 64, 16 / 56, 75, 120])
    assert found.loc["Walk_in", ["cost_low", "cost_high"]].isna().all()


def test_unknown_and_missing_are_one_and_written_both_ways():
    table = economics_of(Search=(50, 10, 0), none=(20, 6, 0)).T.assign(Unknown=[5.0, 1, 0, False, 0.2]).T
    assert bounds_of_sources(table).loc["Search", ["leads_high", "won_high"]].tolist() == [75, 17]


def test_a_slack_that_leads_without_a_source_could_undo_is_told_with_that(make_month):
    hangs, sure = (teams(make_month, marketing, 60, 12) for marketing in (90, 80))
    assert slack_of(hangs, monthly(hangs)).text.endswith("ones were under, as far as sources are known.")
    assert slack_of(sure, monthly(sure)).text.endswith("of the 20 by which marketing-sourced ones were under.")


few = st.integers(0, 30)


@settings(deadline=None)
@given(st.lists(st.tuples(few, few), min_size=1, max_size=4), few, few)
def test_all_counts_stay_within_and_without_unknown_leads_nothing_is_open(sources, unknown_won, unknown_rest):
    rows = {f"S{n}": (won + rest, won, 100) for n, (won, rest) in enumerate(sources)}
    table = economics_of(**rows, none=(unknown_won + unknown_rest, unknown_won, 0))
    found = bounds_of_sources(table)
    known = table.drop(index="(missing)")
    for what in ("leads", "won"):
        assert (found[f"{what}_low"] == known[what]).all()
        spare = table.loc["(missing)", what]
        assert (found[f"{what}_high"] - found[f"{what}_low"] == spare).all()
    inside = known["won_share"].between(found["share_low"] - 1e-9, found["share_high"] + 1e-9)
    assert inside[known["leads"] > 0].all()


def test_the_table_shows_ranges_and_no_share_of_few_leads(make_month):
    table = economics_of(Search=(50, 10, 1200), New=(4, 0, float("nan")), none=(20, 6, float("nan")))
    shown = bounds_table(table, make_month())
    assert shown.frame.set_index("name").T.to_dict() == {
        "Search": {"leads": "50–70", "won": "10–16", "share": "16–29%", "cost": "$75–$120"},
        "New": {"leads": "4–24", "won": "0–6", "share": "–", "cost": "–"},
    }
    assert "all of the 20 leads without a source, 6 of them joined" in shown.note
    assert bounds_table(table.drop(index="(missing)"), make_month()) is None
    assert bounds_table(table, make_month(missing={"deals"})) is None


def test_a_dear_source_is_said_to_stay_dear_or_not(words):
    table = economics_of(Search=(200, 60, 6000), Social=(200, 20, 4000), none=(20, 6, float("nan")))
    assert describe_verdict(table, "Social", True, words) == (
        "With all 20 leads without a source counted for Social, a join from it would cost $154, from the others $100: "
        "the finding holds."
    )
    table.loc["(missing)", ["leads", "won"]] = 40, 20
    text = describe_verdict(table, "Social", True, words)
    assert text.endswith("cost $100, from the others $100: the finding would not hold.")
    assert describe_verdict(table, "Search", False, words).startswith(
        "With all 40 leads without a source counted for the others, a join from them would cost $100, from Search $100"
    )
    assert describe_verdict(table.drop(index="(missing)"), "Social", True, words) == ""
    assert describe_verdict(table, "Gone", True, words) == ""


@pytest.mark.parametrize(("unknown", "verb"), [((10, 2), "cannot"), ((300, 100), "could")])
def test_shares_without_spend_and_so_far_are_held_the_same_way(words, unknown, verb):
    nothing = float("nan")
    table = economics_of(Search=(200, 60, nothing), Social=(200, 20, nothing), none=(*unknown, nothing))
    text = f"The {unknown[0]} leads without a known source {verb} undo the difference between these sources."
    assert describe_verdict(table, "Social", True, words) == describe_verdict(table, "Search", False, words) == text
    assert describe_pair_so_far(table, words) == text


def test_sources_that_chance_may_have_parted_need_no_bound(words):
    assert describe_pair_so_far(economics_of(Search=(20, 6, 0), Social=(20, 5, 0), none=(9, 1, 0)), words) == ""
