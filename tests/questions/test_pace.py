"""Pace: days, weeks, bands and sentences, counted by eye."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_months import history, leads, months_to, planned

from alignment_lib import questions
from alignment_lib.questions.monthly import whole_numbers
from alignment_lib.questions.pace_words import describe_pace, describe_team, needed_per_day, prompt_for
from alignment_lib.questions.team_pace import TeamPace, team_pace

question = import_module("alignment_lib.questions.pace")

OCTOBER = ["2026-10"]
WEEKS = [date(2026, 10, day) for day in (1, 5, 12, 19, 26)]


def way(team="marketing", plans=(20, 20, 20), actuals=(20, 20, 20), planned=None):
    """Return a team's pace by weeks only, which is what sentences read."""
    starts = WEEKS[: len(actuals)]
    ends = [*WEEKS[1:], date(2026, 11, 1)][: len(actuals)]
    weeks = pd.DataFrame({"start": starts, "end": ends, "actual": actuals, "plan": plans or float("nan")})
    weeks["gap"] = weeks["actual"] - weeks["plan"]
    planned = sum(plans) if plans and planned is None else planned
    return TeamPace(team, planned, sum(actuals), pd.DataFrame(), weeks, pd.DataFrame())


# Measures


def test_days_beside_the_month_are_left_out(make_month):
    rows = [leads("2026-09", day=30), leads("2026-10", count=7, day=31), leads("2026-11", count=9)]
    assert team_pace(make_month(daily=rows, plan=planned(OCTOBER)), "marketing").actual == 7


def test_weeks_are_cut_at_the_month_and_add_up_to_it(make_month):
    rows = [leads("2026-10", count=n, day=day) for day, n in ((1, 3), (4, 2), (5, 10), (31, 1))]

    pace = team_pace(make_month(daily=rows, plan=planned(OCTOBER)), "marketing")

    assert pace.weeks["start"].tolist() == WEEKS
    assert pace.weeks["actual"].tolist() == [5, 10, 0, 0, 1]
    assert pace.weeks["plan"].sum() == pace.planned == 60
    assert (pace.due, pace.gap) == (60, -44)


def test_plan_follows_the_days_on_which_clubs_are_open(make_month):
    plan = team_pace(make_month(plan=planned(OCTOBER, marketing=300)), "marketing").days["plan"].diff()
    monday, sunday, holiday = (plan[date(2026, 10, day)] for day in (5, 4, 12))
    assert monday / sunday == pytest.approx(5 / 3)  # two of five clubs are closed on Sundays
    assert holiday == 0


def test_band_is_the_lowest_and_highest_share_of_plan_by_the_same_part_of_the_month(make_month):
    months = months_to("2026-10", 3)
    rows = [
        leads("2026-08", count=30),
        leads("2026-08", count=30, day=31),
        leads("2026-09", count=60, day=30),
    ]
    band = team_pace(make_month(daily=rows, plan=planned(months)), "marketing").band
    assert band.loc[date(2026, 10, 15)].tolist() == [0.0, 0.5]
    assert band.loc[date(2026, 10, 31)].tolist() == [1.0, 1.0]


@given(st.lists(st.floats(0, 500), min_size=1, max_size=6))
def test_rounded_parts_add_up_to_the_rounded_whole(parts):
    rounded = whole_numbers(parts)
    assert sum(rounded) == round(sum(parts))
    assert all(abs(a - b) <= 1 for a, b in zip(rounded, parts, strict=True))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("(missing)", "3 quality leads have no source and count for no team."),
        ("TikTok", "3 quality leads have no source that belongs to a team and count for no team."),
    ],
)
def test_leads_of_no_team_are_said_beside_the_sum_of_both(make_month, source, says):
    rows = [leads("2026-10"), leads("2026-10", "unassigned", 3)]
    lost = [{"month": "2026-10", "source": source, "team": "unassigned", "leads": 3}]
    month = make_month(daily=rows, sources=lost, plan=planned(OCTOBER))
    assert says in question.pace(month).notes
    assert says in import_module("alignment_lib.questions.scorecard").scorecard(month).notes
    without = make_month(daily=rows[:1], plan=planned(OCTOBER))
    assert not any("no team" in note for note in question.pace(without).notes)


def test_a_month_in_progress_is_held_against_what_was_due(make_month):
    rows = [leads("2026-10", count=20, day=2)]
    month = make_month(daily=rows, plan=planned(OCTOBER), partial=date(2026, 10, 18))

    pace = team_pace(month, "marketing")

    assert pace.days["actual"].notna().sum() == 18
    assert pace.due == round(pace.days.loc[date(2026, 10, 18), "plan"]) < 60
    assert needed_per_day(pace, month) == 4  # 40 leads in the 13 days from the 19th to the 31st
    assert (
        needed_per_day(team_pace(make_month(daily=rows, plan=planned(OCTOBER)), "marketing"), month) is None
    )


# Sentences


@pytest.mark.parametrize("pace, says", [
    (way(actuals=(20, 9, 18)), "Marketing-sourced leads finished 13 under plan, 11 of them in the week of 5 October."),
    (way(actuals=(25, 9, 20)),
     "Marketing-sourced leads finished 6 under plan; the week of 5 October alone was 11 under."),
    (way("sales", actuals=(25, 19, 30)), "Sales-sourced leads were ahead in 2 of 3 weeks and finished 14 over plan."),
    (way(), "Marketing-sourced leads finished on plan, at 60."),
    (way(plans=None, actuals=(3, 4, 5)), "Marketing-sourced leads came to 12; no plan is recorded for them."),
    (way(plans=(1, 0, 0), actuals=(0, 0, 0)),
     "Marketing-sourced leads finished 1 under plan, 1 of them up to 4 October."),
    (way(plans=(9, 9, 9), actuals=(2, 9, 14)),
     "Marketing-sourced leads finished 2 under plan; the days up to 4 October alone were 7 under."),
    (way(plans=(9, 9, 9, 9, 9), actuals=(9, 9, 9, 9, 2)),
     "Marketing-sourced leads finished 7 under plan, 7 of them from 26 October on."),
])  # fmt: skip
def test_where_a_teams_leads_finished(words, pace, says):
    assert describe_team(pace, words) == says


@pytest.mark.parametrize("marketing, sales, says", [
    ((20, 9, 18), (25, 19, 17), "Together we finished 12 short of the 120 planned."),
    ((20, 20, 20), (25, 25, 25), "Together we finished 15 over the 120 planned."),
    ((20, 20, 15), (20, 20, 25), "Together we finished on plan, at 120 of 120."),
])  # fmt: skip
def test_together(make_month, marketing, sales, says):
    paces = [way(actuals=marketing), way("sales", actuals=sales)]
    assert describe_pace(paces, make_month()).endswith(says)


def test_an_empty_month_has_its_own_sentence(make_month):
    said = describe_pace([way(actuals=(0, 0, 0))], make_month())
    assert said == "No leads are recorded for this month, so there is nothing to compare yet."


def test_a_month_in_progress_speaks_of_pace_and_of_what_is_needed(make_month):
    rows = [leads("2026-10", count=20, day=2), leads("2026-10", "sales", 30, day=3)]
    month = make_month(daily=rows, plan=planned(OCTOBER), partial=date(2026, 10, 18))
    assert question.pace(month).finding == (
        "To 18 October, marketing-sourced quality leads are 13 behind pace and sales-sourced ones are 8 ahead of "
        "pace. To land on plan takes 4 a day from marketing and 1 a day from sales."
    )


def test_the_prompt_asks_about_the_week_that_fell_behind_most_together(make_month):
    short = [way(actuals=(20, 5, 20)), way("sales", actuals=(20, 25, 10))]
    month = make_month()
    assert prompt_for(short, month).rank > 1  # before what concerns one place or one field
    assert prompt_for(short, month).text == (
        "The week of 5 October fell 10 leads behind its plan. "
        "What could each of us have moved forward to that week?"
    )
    assert prompt_for([way(actuals=(5, 20, 20))], month).text == (  # a week that the month cuts is called by its days
        "The days up to 4 October fell 15 leads behind their plan. What could each of us have moved forward to them?")
    assert prompt_for([way(), way("sales", actuals=(25, 20, 20))], month) is None
    assert prompt_for([way(plans=(5, 5, 5), actuals=(3, 5, 5))], month) is None  # two leads are chance
    assert prompt_for([way(plans=(12, 12, 12), actuals=(3, 12, 12))], month)  # nine of twelve are not
    assert prompt_for([way(plans=None)], month) is None
    assert prompt_for([way(actuals=(0, 0, 0))], month) is None  # nothing came: nothing to compare


# The answer


def test_tables_add_up_from_weeks_to_the_month_and_from_teams_to_both(make_month):
    rows = [leads("2026-10", count=50, day=8), leads("2026-10", "sales", 44, day=20)]
    weeks = question.pace(make_month(daily=rows, plan=planned(OCTOBER))).tables["weeks"]
    numbers = weeks.drop(columns="week")
    assert weeks["week"].tolist() == ["1–4 Oct", "5–11 Oct", "12–18 Oct", "19–25 Oct", "26–31 Oct", "Month"]
    assert numbers.iloc[:-1].sum().tolist() == numbers.iloc[-1].tolist() == [60, 50, -10, 40, 44, 4, -6]


def test_a_draft_plan_says_so(make_month, riverside):
    month = make_month(
        company=replace(riverside, plan=riverside.plan.head(0)), **history(months_to("2026-10", 4))
    )
    answer = question.pace(month)
    assert "The plan of marketing and sales is a draft from earlier months, not agreed." in answer.notes
    assert answer.finding == (
        "Marketing-sourced quality leads finished on the draft plan, at 60. Sales-sourced ones finished on the draft "
        "plan, at 40. Together we finished on the draft plan, at 100 of 100."
    )
    assert answer.figures[0].subtitle.startswith("Dashed = draft plan")


@pytest.mark.parametrize(
    "drafts, of", [((True, True), "of the draft plan"), ((True, False), "planned, in part a draft")]
)
def test_a_sum_with_a_draft_in_it_says_so(make_month, drafts, of):
    teams = zip(("marketing", "sales"), drafts, strict=True)
    paces = [replace(way(team, actuals=(5, 5, 5)), draft=draft) for team, draft in teams]
    said = describe_pace(paces, make_month())
    assert said.startswith("Marketing-sourced leads finished 45 under the draft plan, 15 of them up to 4 October")
    assert said.endswith(f"Together we finished 90 short of the 120 {of}.")


def test_without_any_plan_there_is_a_table_and_no_empty_figure(make_month, riverside):
    month = make_month(
        company=replace(riverside, plan=riverside.plan.head(0)), daily=[leads("2026-10", count=3)]
    )
    answer = question.pace(month)
    assert answer.state == "poor" and answer.figures == () and len(answer.tables["weeks"]) == 6
    assert (answer.missing[0].cause, answer.missing[0].what) == ("Plan", "pace against it")


def test_figure_lines_are_shares_of_the_plan(make_month):
    rows = [leads("2026-10", count=30, day=1), leads("2026-10", "sales", 44, day=1)]
    figure = question.pace(make_month(daily=rows, plan=planned(OCTOBER))).figures[0].draw(8.0)
    ends = [max(float(y) for y in line.get_ydata()) for ax in figure.axes for line in ax.lines]
    assert pytest.approx(0.5) in ends and pytest.approx(1.1) in ends


def test_leads_that_nobody_could_judge_are_unknown_and_not_zero(make_month):
    daily = [leads("2026-10", team) | {"quality": 2, "quality_unknown": 40} for team in ("marketing", "sales")]
    month = make_month(plan=planned(["2026-10"]), daily=daily, missing=["leads.profile_catchment"])
    said = (
        "Most leads of October cannot be judged by the definition of a quality lead: it asks for “catchment”, "
        "which no export holds."
    )
    answer = questions.pace(month)
    assert (answer.finding, answer.state) == (said, "missing")
    assert not answer.tables_shown and not answer.figures and not answer.prompt
    card = questions.scorecard(month)
    assert card.lists[0].items[0].text == said and said in [one.why for one in card.missing]
    assert card.figures[0].table.frame["marketing"].isna().all()
