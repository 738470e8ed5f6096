"""A month without a goal: what came, beside the month before, and no share of nothing."""

import re
from dataclasses import replace

import pytest
from made_months import leads, months_to, planned, won

from alignment_lib import questions
from alignment_lib.questions import in_one_minute, scorecard, without_goal
from alignment_lib.questions.monthly import has_no_goal, monthly

YIELDS = [{"month": month, "leads": 30, "quality": 30} for month in months_to("2026-10", 3)]


@pytest.fixture
def no_plan(make_month, riverside):
    """Three months of one team's leads, too unlike for a draft; the first month of wins is September."""
    def make(**more):
        given = {
            "company": replace(riverside, plan=riverside.plan.head(0)),
            "daily": [leads("2026-08", count=9), leads("2026-09", count=30), leads("2026-10", count=50)],
            "revenue": [won("2026-08", 10, 1), won("2026-09", 700, 2), won("2026-10", 6_100, 12)],
            "missing": ["activities", "spend"],
        }  # fmt: skip
        return make_month(**(given | more))

    return make


def test_the_headline_says_what_came_beside_the_month_before(no_plan):
    answer = in_one_minute(no_plan())
    assert answer.headline == (
        "October 2026 brought 50 leads, 12 joins and $6.1k of revenue; September brought 30, 2 and $700."
    )
    assert "%" not in answer.headline


def test_a_month_before_that_is_known_in_part_only_is_not_compared_with(no_plan):
    partly = no_plan(revenue=[won("2026-09", 700, 2), won("2026-10", 6_100, 12)])
    assert without_goal.came_headline(partly, monthly(partly)) == (
        "October 2026 brought 50 leads, 12 joins and $6.1k of revenue."
    )


def test_before_any_win_the_headline_speaks_of_leads(no_plan):
    month = no_plan(revenue=[])
    assert in_one_minute(month).headline == "October 2026 brought 50 leads; no join is recorded yet."


def test_wins_without_any_amount_yet_are_told_without_one(no_plan):
    answer = in_one_minute(no_plan(revenue=[won("2026-10", 0, 3)]))
    assert answer.headline == "October 2026 brought 50 leads and 3 joins."
    assert (answer.key_figures[0].value, answer.key_figures[0].note) == ("–", "none recorded yet · no goal agreed")


def test_an_agreed_plan_of_leads_is_still_spoken_of(no_plan):
    month = no_plan(plan=planned(months_to("2026-10", 3), revenue=None))
    assert not has_no_goal(monthly(month))
    assert "no goal is recorded" in in_one_minute(month).headline


def test_figures_stand_beside_the_month_before_and_clients_in_place_of_replies(no_plan):
    figures = in_one_minute(no_plan()).key_figures
    assert [(f.value, f.label, f.note) for f in figures] == [
        ("$6.1k", "shared revenue", "September $700 · no goal agreed"),
        ("50", "marketing-sourced quality leads", "September 30"),
        ("12", "members joined", "September 2"),
    ]


def test_the_table_has_the_month_before_and_no_empty_plan(no_plan):
    answer = scorecard(no_plan())
    table = answer.tables_shown[0]
    assert [c.label for c in table.columns] == ["Measure", "Actual", "September", "3 months", "Reading"]
    assert table.frame.loc[["shared_revenue", "clients_won", "marketing_leads"], "before"].tolist() == [700, 2, 30]
    assert not answer.lists  # no score without a goal


LACKING = re.compile(r"\b[Nn]o (goal|plan)|takes a shared|its plan")


def test_that_there_is_no_goal_is_said_on_the_first_screen_and_in_the_list_only(no_plan, riverside):
    company = replace(riverside, plan=riverside.plan.head(0), actions=riverside.actions.head(0))
    answers = {one.name: one for one in questions.answers(no_plan(yields=YIELDS, company=company)) if one.shown}
    assert not {"gap_bridge", "quality_or_follow_up"} & set(answers)  # named in the list
    said = [text for one in answers.values() for text in (one.finding, one.headline, *one.notes)]
    said += [f"{item.lead} {item.text}" for one in answers.values() for part in one.lists for item in part.items]
    said += [figure.note for one in answers.values() for figure in one.key_figures]
    assert list(filter(LACKING.search, said)) == ["September $700 · no goal agreed"]
    tables = [*answers["pace"].tables_shown, *(figure.table for figure in answers["scorecard"].figures)]
    assert {column.label for table in tables for column in table.columns} == {
        "Week", "Marketing", "Month or week", "Marketing-sourced",
    }  # fmt: skip
    assert answers["next_month"].finding == (
        "No actions are planned for November yet; the sources usually bring 30."
    )


def test_without_a_plan_a_series_is_the_raw_figure(no_plan):
    months = months_to("2026-10", 10)
    month = no_plan(
        daily=[leads(m, count=50 + 10 * (n % 2)) for n, m in enumerate(months)],
        revenue=[won(m, 10_000 + 1_000 * (n % 3)) for n, m in enumerate(months)],
    )
    rows = scorecard(month).tables["scorecard"]
    assert rows.loc["marketing_leads", "low"] < 50 < 60 < rows.loc["marketing_leads", "high"] < 100
    assert rows.loc["shared_revenue", "high"] > 12_000


def test_revenue_is_called_what_the_playbook_calls_it(no_plan, riverside):
    book = riverside.playbooks[-1]
    named = book.model_copy(update={"revenue": book.revenue.model_copy(update={"called": "sellers’ orders"})})
    named._in_force_from = book.in_force_from
    company = replace(riverside, plan=riverside.plan.head(0), playbooks=(named,))
    answer = scorecard(no_plan(company=company))
    assert answer.finding.startswith("Sellers’ orders came to $6.1k.")
    assert answer.tables["scorecard"].loc["shared_revenue", "measure"] == "Sellers’ orders"
    assert "$6.1k of sellers’ orders" in in_one_minute(no_plan(company=company)).headline


def test_a_fourth_figure_is_the_share_won_beside_the_month_before_at_the_same_age(no_plan):
    rows = [{"month": "2026-09", "leads": 30, "won": 9, "won_at_cut": 3},
            {"month": "2026-10", "leads": 50, "won": 6, "won_at_cut": 6}]  # fmt: skip
    month = no_plan(sources=rows, revenue=[won("2026-09", 700, 2), won("2026-10", 6_100, 12)])
    figure = in_one_minute(month).key_figures[3]
    assert (figure.value, figure.label) == ("12%", "of October’s leads joined by 3 November")
    assert len(in_one_minute(no_plan()).key_figures) == 3  # no lead's outcome is known


@pytest.mark.parametrize("unknown, ends", [(0, "10% of those from Phone-in."),
                                           (40, "known source cannot undo the difference between these sources."),
                                           (200, "known source could undo the difference between these sources."),
                                           ])  # fmt: skip
def test_where_clients_come_from_is_told_with_what_leads_without_a_source_could_change(no_plan, unknown, ends):
    rows = [{"month": "2026-10", "source": source, "leads": n, "won": k, "won_at_cut": k}
            for source, n, k in (("Events", 60, 30), ("Phone-in", 60, 6), ("(missing)", unknown, unknown // 2))
            if n]  # fmt: skip
    told = without_goal.findings(no_plan(sources=rows))
    assert told[-1].lead == "Where they come from." and told[-1].text.endswith(ends)
