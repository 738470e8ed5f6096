"""The scorecard: rows, readings, scores and sentences, on months that come as planned unless a test says otherwise."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from made_months import history, leads, months_to, planned, wobble, won

from alignment_lib.period import Month
from alignment_lib.questions.monthly import monthly, week_plans
from alignment_lib.questions.pace import team_pace
from alignment_lib.questions.scorecard_figures import tick
from alignment_lib.questions.scorecard_rows import measures, read_measure, score_rows, team_scores
from alignment_lib.questions.units import LEADS
from alignment_lib.rendering import table_json
from alignment_lib.signals import Reading, Test
from alignment_lib.sources.findings import FileRead
from alignment_lib.stats.usual_range import Range
from alignment_lib.words import Words

question = import_module("alignment_lib.questions.scorecard")

MONTHS = months_to("2026-10", 14)
USUAL = Range(mean=1.0, low=0.8, high=1.2, moving_range=0.075, n=13)
OCTOBER = Month.parse("2026-10")


@pytest.fixture
def words(riverside):
    return Words(riverside.settings)


@pytest.fixture
def ordinary(make_month):
    """Build fourteen months that go up and down by five points around their plan."""

    def make(attained=None, plan=None, **more):
        return make_month(plan=plan or planned(MONTHS), **history(MONTHS, attained or wobble(14)), **more)

    return make


def row_of(month, key):
    return score_rows(month).loc[key]


# Rows


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


def test_what_words_call_on_plan_has_no_good_or_bad_colour(ordinary, words):
    def gap_of(attained):
        table = question.scorecard(ordinary([*wobble(13), attained])).tables_shown[0]
        return table_json(table, words)["rows"][0][3]

    assert (gap_of(1.009)["text"], gap_of(1.009)["tone"]) == ("▲ $90", "")
    assert (gap_of(1.02)["text"], gap_of(1.02)["tone"]) == ("▲ $200", "good")


def test_before_any_amount_there_is_no_zero(make_month, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(company=company, daily=[leads("2026-10")], revenue=[won("2026-10", 0, 3)])
    answer = question.scorecard(month)
    assert answer.finding.startswith("Revenue: none recorded yet.")
    assert answer.tables["scorecard"].loc[["shared_revenue", "quarter"], "actual"].isna().all()


def test_a_score_from_a_draft_says_so(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), **history(months_to("2026-10", 4)))
    text = question.scorecard(month).lists[0].items[0].text
    assert "of its own draft plan" in text and text.endswith("of the draft goal")


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


def test_a_month_in_progress_is_not_read(ordinary):
    month = ordinary(partial=date(2026, 10, 18))
    assert row_of(month, "shared_revenue")["reading"] == "in progress"
    assert row_of(month, "quarter")["reading"] == ""
    title = "Team scores to 18 October, against what was due by then"
    assert question.scorecard(month).lists[0].title == title


# Scores: half own, half shared


def test_a_score_is_its_arithmetic_and_is_not_capped(make_month, words):
    tallies = {
        "daily": [leads("2026-10", count=72), leads("2026-10", "sales", 30)],
        "revenue": [won("2026-10", 9_000)],
    }
    scores = team_scores(month := make_month(plan=planned(["2026-10"]), **tallies), monthly(month))

    assert scores["team"].tolist() == ["marketing", "sales"]
    assert scores["score"].tolist() == pytest.approx([0.5 * 1.2 + 0.5 * 0.9, 0.5 * 0.75 + 0.5 * 0.9])
    assert [item.text for item in question.describe_scores(words, scores, LEADS).items] == [
        "= 50% × 120% of its own plan (72 of 60 leads) + 50% × 90% of the shared goal",
        "= 50% × 75% of its own plan (30 of 40 leads) + 50% × 90% of the shared goal",
    ]


def test_without_a_plan_there_is_no_score(make_month, words, riverside):
    company = replace(riverside, plan=riverside.plan.head(0))
    month = make_month(company=company, daily=[leads("2026-10")], revenue=[won("2026-10")])
    items = question.describe_scores(words, team_scores(month, monthly(month)), LEADS).items
    assert [(item.lead, item.text) for item in items] == [
        ("No score this month.", "A score takes a shared goal and a plan of leads, agreed or drafted.")
    ]


# Sentences


@pytest.mark.parametrize("revenue, goal, draft, until, says", [
    (152_315, 164_300, False, "", "Revenue came to $152.3k against a goal of $164.3k (93%)."),
    (164_300, 164_300, False, "", "Revenue came to $164.3k against a goal of $164.3k (100%)."),
    (400, 300, False, "", "Revenue came to $400 against a goal of $300 (133%)."),
    (152_315, 164_300, True, "", "Revenue came to $152.3k against a draft goal of $164.3k, not agreed yet (93%)."),
    (40_000, 80_000, False, "18 October",
     "To 18 October, revenue came to $40.0k against a goal of $80.0k due by then (50%)."),
    (152_315, float("nan"), False, "", "Revenue came to $152.3k; no goal is recorded for October 2026."),
    (152_315, 0, False, "", "Revenue came to $152.3k; no goal is recorded for October 2026."),
    (float("nan"), 80_000, False, "", "Revenue of October 2026 is not known, because the exports hold no deals."),
])  # fmt: skip
def test_revenue_against_its_goal(words, revenue, goal, draft, until, says):
    assert question.describe_revenue(words, OCTOBER, revenue, goal, draft, until) == says


@pytest.mark.parametrize("kind, months, usual, attained, announced, says", [
    ("little", 0, None, 0.9, False,
     "No earlier month compares, so there is no usual range yet; it takes eight."),
    ("little", 1, None, 0.9, False, "With one earlier month there is no usual range yet; it takes eight."),
    ("little", 4, None, 0.9, False, "With four earlier months there is no usual range yet; it takes eight."),
    ("usual", 13, USUAL, 0.93, False, "That is inside the usual range of 80–120%: short, but ordinary."),
    ("usual", 13, USUAL, 1.0, False, "That is inside the usual range of 80–120%: on plan, and ordinary."),
    ("usual", 13, USUAL, 1.1, False, "That is inside the usual range of 80–120%: over, and ordinary."),
    ("below", 13, USUAL, 0.6, True, "That is below the usual range of 80–120%: not an ordinary month."),
    ("above", 13, USUAL, 1.6, True, "That is above the usual range of 80–120%: not an ordinary month."),
    ("below", 13, USUAL, 0.79, False,
     "That is below the usual range of 80–120%; on a page of many measures chance can do that."),
    ("shifted down", 13, USUAL, 0.9, False,
     "That is inside the usual range of 80–120%, but the last months lie mostly below its middle."),
    ("shifted up", 13, USUAL, 1.1, False,
     "That is inside the usual range of 80–120%, but the last months lie mostly above its middle."),
])  # fmt: skip
def test_only_an_announced_month_is_called_unusual(words, kind, months, usual, attained, announced, says):
    assert question.describe_reading(words, Reading(kind, months), usual, attained, announced) == says


def rows_reading(**kinds):
    """Return rows of a scorecard that read as given: `cost_per_client="above"`."""
    names = {"shared_revenue": "Shared revenue", "answered_in_time": "Answered in time",
             "cost_per_client": "Cost per member"}  # fmt: skip
    return pd.DataFrame(
        [{"key": key, "measure": name, "kind": (kind := kinds.get(key, "usual")), "reading": Reading(kind, 13).label}
         for key, name in names.items()]
    ).set_index("key", drop=False)  # fmt: skip


def test_the_finding_names_the_clearest_other_signal(words):
    replies = Test("answered_in_time", "scorecard", 0.001, "bad", "57% of leads were answered in time.")
    sales = Test("sales_leads", "scorecard", 0.004, "good", "Sales brought more.")

    revenue = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue came to half.")

    def says(*signals, **kinds):
        return question.describe_rows(words, rows_reading(**kinds), list(signals))

    assert says() == "No row sends a signal."
    assert (
        says(replies, answered_in_time="below") == "The one signal here: 57% of leads were answered in time."
    )
    assert says(sales, replies) == "Of two signals the clearest: 57% of leads were answered in time."
    assert says(revenue, replies) == "The other signal: 57% of leads were answered in time."


def test_a_row_that_reads_as_unusual_is_never_called_no_signal(words):
    def says(*signals, **kinds):
        return question.describe_rows(words, rows_reading(**kinds), list(signals))

    no_row = "No row is clear enough to announce"
    assert says(answered_in_time="shifted down") == f"{no_row}, though “Answered in time” reads as shifted."
    assert says(answered_in_time="shifted down", cost_per_client="above") == (
        f"{no_row}, though “Answered in time” and “Cost per member” read as unusual."
    )
    assert says(shared_revenue="below") == ""  # the sentence before has said it
    revenue = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue came to half.")
    assert says(revenue, shared_revenue="below", cost_per_client="above") == (
        "No other row is clear enough to announce, though “Cost per member” reads as above usual."
    )


def test_too_early_for_revenue_names_it_where_another_row_has_a_range(words):
    says = question.describe_reading(words, Reading("little", 1), None, 0.9, False, called="sellers’ orders")
    assert says == "With one earlier month there is no usual range of sellers’ orders yet; it takes eight."


def test_what_one_month_cannot_show_the_quarter_is_read_for(words):
    wide, narrow = Range(1.0, 0.7, 1.3, 0.3 / 2.66, 13), Range(1.0, 0.9, 1.1, 0.1 / 2.66, 13)

    def says(usual, quarter, year):
        rows = pd.DataFrame({"span": [quarter, year], "of_plan": [0.97, 1.01]}, index=["quarter", "year"])
        return question.longer_run(words, rows, usual)

    wide_says = "One month of revenue cannot show changes under 30%; the"
    assert says(wide, 2, 8) == f"{wide_says} quarter to date stands at 97%."
    assert says(wide, 1, 7) == f"{wide_says} year to date stands at 101%."
    assert says(wide, 1, 1) == f"{wide_says} quarter is read when it is over."
    assert says(narrow, 2, 8) == says(None, 2, 8) == says(Range(0.0, 0.0, 0.3, 0.1, 13), 2, 8) == ""


@pytest.mark.parametrize("marketing, sales, asks", [
    (65, 35, None),
    (670, 330, None),
    (342, 185, None),
    (13, 4, None),  # four leads more or less are chance
    (680, 320, "Leads came 68/32 instead of 65/35. Which split do we plan on for November: 65/35 or 70/30?"),
    (580, 420, "Leads came 58/42 instead of 65/35. Which split do we plan on for November: 65/35 or 60/40?"),
    (243, 189, "Leads came 56/44 instead of 65/35. Which split do we plan on for November: 65/35 or 55/45?"),
    (1240, 760, "Leads came 62/38 instead of 65/35. Which split do we plan on for November: 65/35 or 60/40?"),
    (0, 0, None),
    (100, 0, "Leads came 100/0 instead of 65/35. Which split do we plan on for November: 65/35 or 100/0?"),
])  # fmt: skip
def test_the_split_is_asked_about_from_three_points_on(make_month, marketing, sales, asks):
    month = make_month(
        plan=planned(MONTHS), daily=[leads("2026-10", count=marketing), leads("2026-10", "sales", sales)]
    )
    prompt = question.prompt_for(month, monthly(month))
    assert (prompt and prompt.text.replace("Quality leads", "Leads")) == asks
    assert prompt is None or prompt.rank > 2  # a matter of both teams, before one place or field


def test_the_quarter_lands_where_the_usual_range_says(make_month):
    months = months_to("2026-10", 14)
    month = make_month(plan=planned([*months, "2026-11", "2026-12"]), **history(months, wobble(14)))
    # Mean 1.0038 of the months before, moving range 0.1: 10,000 + 1.0038 x 20,000, give or take
    # 2.66 x 0.1 x 20,000 / sqrt(2) = 3,762.
    row = row_of(month, "landing")
    assert row[["plan", "actual"]].tolist() == pytest.approx([30_000, 30_077], abs=1)
    assert pd.isna(row["gap"])  # what is expected is no gap yet
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


# Tests and answer


def test_a_far_month_is_tested_far_and_an_ordinary_one_is_not(ordinary):
    far = {test.name: test for test in question.tests(ordinary([*wobble(14)[:-1], 0.5]))}
    assert far["shared_revenue"].p < 0.001 and far["shared_revenue"].direction == "bad"
    assert far["shared_revenue"].text == (
        "Shared revenue came to 50% of plan, below the usual range of 74–127%; the 13 months before came to 100%."
    )
    assert {test.p for test in question.tests(ordinary())} == {1.0}


def test_what_reads_as_usual_is_never_announced(ordinary):
    month = ordinary([*wobble(14)[:-1], 0.78])  # the usual range is 75 to 125%: near its end, and inside it
    assert {test.name: test.p for test in question.tests(month)}["shared_revenue"] == 1.0


def test_replies_need_their_counts_as_well_as_their_months(make_month):
    # Nine of ten months at 70%, give or take a point; the last one 0 of 3: far for the months, not for three leads.
    tallies = history(MONTHS)
    tallies["relay"] = [
        {"month": m, "covered": 100, "kept": 70 + n % 2, "broken": 30 - n % 2} for n, m in enumerate(MONTHS)
    ]
    tallies["relay"][-1] = {"month": MONTHS[-1], "covered": 3, "kept": 0, "broken": 3}
    found = {test.name: test.p for test in question.tests(make_month(plan=planned(MONTHS), **tallies))}
    assert 0.01 < found["answered_in_time"] < 0.06


def test_a_month_in_progress_is_not_tested(ordinary):
    assert question.tests(ordinary(partial=date(2026, 10, 18))) == []


def test_the_table_says_when_the_plan_is_a_draft(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), **history(MONTHS))
    answer = question.scorecard(month)
    assert "Draft plan" in [column.label for column in answer.tables_shown[0].columns]
    assert "against a draft goal of $10.0k, not agreed yet" in answer.finding
    assert "No goal of the month stands in plan.csv." in [one.why for one in answer.missing]


def test_figures_and_rows_come_from_the_same_series(ordinary):
    answer = question.scorecard(ordinary([*wobble(14)[:-1], 0.93]))
    figure = next(figure for figure in answer.figures if figure.name == "revenue")
    assert (
        figure.table.frame["revenue_attained"].iloc[-1]
        == answer.tables["scorecard"].loc["shared_revenue", "of_plan"]
    )
    line = figure.draw(8.0).axes[0].lines
    assert any(0.93 in list(one.get_ydata()) for one in line)


def test_six_full_weeks_stand_beside_twelve_months(ordinary):
    month = ordinary()
    weeks = import_module("alignment_lib.questions.scorecard_figures").team_weeks(month)
    # The data ends on Saturday, 31 October: the week in which it does is not whole.
    assert weeks["start"].tolist() == [
        *(date(2026, 9, d) for d in (14, 21, 28)),
        *(date(2026, 10, d) for d in (5, 12, 19)),
    ]
    assert weeks["marketing"].tolist() == [0, 0, 60, 0, 0, 0]  # all leads of October came on Thursday the 1st


def test_a_week_has_one_plan_on_the_whole_page(ordinary):
    month = ordinary()
    weeks = import_module("alignment_lib.questions.scorecard_figures").team_weeks(month).set_index("start")
    paced = team_pace(month, "marketing").weeks.set_index("start")
    whole = paced.index.intersection(weeks.index)
    assert len(whole) == 3
    assert weeks.loc[whole, "marketing_plan"].tolist() == paced.loc[whole, "plan"].tolist()
    september = week_plans(month, Month.parse("2026-09"), "marketing")
    across = september[date(2026, 9, 28)] + paced["plan"].iloc[0]
    assert weeks.loc[date(2026, 9, 28), "marketing_plan"] == across


def test_a_week_after_the_month_is_whole_if_leads_are_known_to_its_end(ordinary):
    newest = FileRead("contacts.csv", "leads", 1, 1, newest=date(2026, 11, 2))
    weeks = import_module("alignment_lib.questions.scorecard_figures").team_weeks(ordinary(files=[newest]))
    assert weeks["start"].iloc[-1] == date(2026, 10, 26)


def test_tools_do_not_count_in_the_cost_of_a_client(ordinary, make_month):
    tallies = history(["2026-08", "2026-09", "2026-10"])
    dearer = [*tallies["spend"], *({**row, "kind": "tools", "amount": 9_000.0} for row in tallies["spend"])]
    month = make_month(plan=planned(["2026-10"]), **{**tallies, "spend": dearer})
    row = score_rows(month).loc["cost_per_client"]
    assert (row["actual"], row["under"]) == (25, "three months’ media spend / joins")


def test_the_split_that_came_stands_beside_the_one_agreed(ordinary):
    shown = question.scorecard(ordinary()).tables_shown[0].note
    assert "Split agreed: marketing 65%, sales 35% of quality leads. It came 60% and 40% of 100." in shown


def test_a_month_in_progress_is_left_out_of_the_usual_range_chart(ordinary, make_month):
    figure = question.scorecard(ordinary(partial=date(2026, 10, 18))).figures[1]
    assert figure.table.frame["month"].iloc[-1] == "2026-09"
    assert figure.caption.endswith("12 earlier months. October is in progress and left out.")
    first = make_month(partial=date(2026, 10, 18), plan=planned(["2026-10"]), **history(["2026-10"]))
    assert [one.name for one in question.scorecard(first).figures] == ["teams"]


@pytest.mark.parametrize("value, text", [(0, "$0"), (50_000, "$50k"), (1_250_000, "$1.25m"), (1_500_000, "$1.5m")])
def test_the_axis_of_money_is_short(riverside, value, text):
    assert tick(Words(riverside.settings), True, value) == text and tick(Words(riverside.settings), False, 300) == "300"
