"""The scorecard's rows: what stands in them and how they read."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from made_months import MONTHS, history, leads, months_to, planned, wobble, won

from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.scorecard import scorecard
from alignment_lib.questions.scorecard_rows import measures, read_measure, score_rows


def row_of(month, key):
    return score_rows(month).loc[key]


def test_the_shared_goal_is_the_first_row_and_marketing_stands_before_sales(ordinary):
    month = ordinary()
    assert score_rows(month)["measure"].tolist() == [
        "Shared revenue", "Quarter to date", "Year to date", "Members joined", "Net members: joined less left",
        "Marketing-sourced quality leads", "Sales-sourced quality leads", "Answered in time", "Cost per member",
    ]  # fmt: skip


def test_quarter_and_year_are_sums_up_to_the_month(make_month):
    months = months_to("2026-11", 11)
    month = make_month("2026-11", plan=planned(months), **history(months, [1.0] * 9 + [0.9, 0.8]))
    rows = score_rows(month)
    assert rows.loc["quarter", ["plan", "actual", "gap"]].tolist() == [20_000, 17_000, -3_000]
    assert rows.loc["year", ["plan", "actual"]].tolist() == [110_000, 107_000]


def test_a_quarter_that_is_the_year_so_far_is_one_row(make_month):
    months = months_to("2026-02", 10)
    month = make_month("2026-02", plan=planned([*months, "2026-03"]), **history(months, wobble(10)))
    rows = score_rows(month)
    assert rows.loc["quarter", ["measure", "span"]].tolist() == ["Quarter and year to date", 2]
    assert rows.index.tolist()[:4] == ["shared_revenue", "quarter", "landing", "clients_won"]


def test_to_date_says_where_the_data_begins(make_month):
    months = months_to("2026-11", 2)
    rows = score_rows(make_month("2026-11", **history(months)))
    assert rows.loc["year", "measure"] == "Year to date, from October 2026"
    assert rows.loc["quarter", "measure"] == "Quarter to date"


def test_expansion_has_its_own_row_where_there_is_any(make_month):
    tallies = history(MONTHS)
    tallies["revenue"] += [won("2026-10", 90, 0, type="expansion")]
    month = make_month(plan=planned(MONTHS), **tallies)
    assert row_of(month, "expansion")["actual"] == 90
    assert row_of(month, "shared_revenue")["actual"] == 10_000


def test_cost_has_no_plan_and_less_is_better(ordinary):
    row = row_of(ordinary(), "cost_per_client")
    assert (row["actual"], row["better"], row["bullet"]) == (25, "less", "")
    assert row["under"] == "three months’ media spend / joins"
    assert pd.isna(row["gap"]) and pd.isna(row["of_plan"])


def test_a_reading_needs_eight_earlier_months(make_month):
    for count, label in ((8, "too little history"), (9, "usual range")):
        months = months_to("2026-10", count)
        month = make_month(plan=planned(months), **history(months, wobble(count)))
        assert row_of(month, "shared_revenue")["reading"] == label


@pytest.mark.parametrize("last, label", [(1.0, "usual range"), (0.5, "below usual"), (1.6, "above usual")])
def test_revenue_reads_against_its_own_months(ordinary, last, label):
    assert row_of(ordinary([*wobble(14)[:-1], last]), "shared_revenue")["reading"] == label


def test_a_range_that_starts_anew_forgets_the_months_before(ordinary, riverside):
    anew = [{"measure": "shared_revenue", "on": date(2026, 5, 1), "because": "a sixth club opened"}]
    settings = riverside.settings.model_validate(
        riverside.settings.model_dump(exclude_none=True) | {"rebased": anew}
    )
    month = ordinary(company=replace(riverside, settings=settings))
    reading, usual = read_measure(month, monthly(month), measures(month, monthly(month))[0])
    assert (reading.label, reading.months, usual) == ("too little history", 5, None)


def test_the_quarter_lands_where_the_usual_range_says(make_month):
    months = months_to("2026-10", 14)
    month = make_month(plan=planned([*months, "2026-11", "2026-12"]), **history(months, wobble(14)))
    # Mean 1.0038 of the months before, moving range 0.1: 10,000 + 1.0038 x 20,000, give or take
    # 2.66 x 0.1 x 20,000 / sqrt(2) = 3,762.
    row = row_of(month, "landing")
    assert row[["plan", "actual"]].tolist() == pytest.approx([30_000, 30_077], abs=1)
    assert pd.isna(row["gap"])  # what is expected is no gap yet
    assert row["actual_label"] == "Expected"  # and nothing actual
    assert (row["measure"], row["under"], row["sub"]) == (
        "Quarter, expected",
        "not come yet; if the rest is usual: 88–113%",
        True,
    )


def test_a_quarter_at_its_end_or_without_a_usual_range_has_no_landing(make_month):
    for period, count in (("2026-09", 14), ("2026-10", 5)):
        months = months_to(period, count)
        plan = planned([*months, "2026-11", "2026-12"])
        month = make_month(period, plan=plan, **history(months, wobble(count)))
        assert "landing" not in score_rows(month).index


def test_raw_leads_stand_small_under_the_teams_share(make_month):
    daily = [leads("2026-10", count=54) | {"leads": 71}, leads("2026-10", "sales", 1)]
    month = make_month(plan=planned(["2026-10"]), daily=daily)
    assert row_of(month, "marketing_leads")["under"] == "71 leads in all"
    assert row_of(month, "sales_leads")["under"] == "1 lead in all"


def test_tools_do_not_count_in_the_cost_of_a_client(ordinary, make_month):
    tallies = history(["2026-08", "2026-09", "2026-10"])
    dearer = [*tallies["spend"], *({**row, "kind": "tools", "amount": 9_000.0} for row in tallies["spend"])]
    month = make_month(plan=planned(["2026-10"]), **{**tallies, "spend": dearer})
    row = score_rows(month).loc["cost_per_client"]
    assert (row["actual"], row["under"]) == (25, "three months’ media spend / joins")


def test_a_month_in_progress_is_not_read(ordinary):
    month = ordinary(partial=date(2026, 10, 18))
    assert row_of(month, "shared_revenue")["reading"] == "in progress"
    assert row_of(month, "quarter")["reading"] == ""
    title = "Team scores to 18 October, against what was due by then"
    assert scorecard(month).lists[0].title == title
