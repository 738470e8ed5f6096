"""The scorecard's figures: weeks by team and revenue against its usual range."""

from dataclasses import replace
from datetime import date

import pytest
from made_months import history, planned, wobble

from alignment_lib.period import Month
from alignment_lib.questions.monthly import week_plans
from alignment_lib.questions.scorecard import scorecard
from alignment_lib.questions.scorecard_figures import team_weeks, tick
from alignment_lib.questions.team_pace import team_pace
from alignment_lib.sources.findings import FileRead
from alignment_lib.words import Words


def test_figures_and_rows_come_from_the_same_series(ordinary):
    answer = scorecard(ordinary([*wobble(14)[:-1], 0.93]))
    figure = next(figure for figure in answer.figures if figure.name == "revenue")
    assert (
        figure.table.frame["revenue_attained"].iloc[-1]
        == answer.tables["scorecard"].loc["shared_revenue", "of_plan"]
    )
    line = figure.draw(8.0).axes[0].lines
    assert any(0.93 in list(one.get_ydata()) for one in line)


@pytest.mark.parametrize(("number_format", "factor"), [
    ("1,234.5", "2.66"), ("1.234,5", "2,66"), ("1 234,5", "2,66"), ("1'234.5", "2.66"),
])  # fmt: skip
def test_the_caption_of_the_usual_range_follows_the_companys_number_format(ordinary, riverside, number_format, factor):
    settings = riverside.settings.model_copy(update={"number_format": number_format})
    month = ordinary([*wobble(14)[:-1], 0.93], company=replace(riverside, settings=settings))
    figure = next(figure for figure in scorecard(month).figures if figure.name == "revenue")
    assert f": mean ± {factor} × mean moving range of the 13 earlier months." in figure.caption


def test_six_full_weeks_stand_beside_twelve_months(ordinary):
    month = ordinary()
    weeks = team_weeks(month)
    # The data ends on Saturday, 31 October: the week in which it does is not whole.
    assert weeks["start"].tolist() == [
        *(date(2026, 9, d) for d in (14, 21, 28)),
        *(date(2026, 10, d) for d in (5, 12, 19)),
    ]
    assert weeks["marketing"].tolist() == [0, 0, 60, 0, 0, 0]  # all leads of October came on Thursday the 1st


def test_a_week_has_one_plan_on_the_whole_page(ordinary):
    month = ordinary()
    weeks = team_weeks(month).set_index("start")
    paced = team_pace(month, "marketing").weeks.set_index("start")
    whole = paced.index.intersection(weeks.index)
    assert len(whole) == 3
    assert weeks.loc[whole, "marketing_plan"].tolist() == paced.loc[whole, "plan"].tolist()
    september = week_plans(month, Month.parse("2026-09"), "marketing")
    across = september[date(2026, 9, 28)] + paced["plan"].iloc[0]
    assert weeks.loc[date(2026, 9, 28), "marketing_plan"] == across


def test_a_week_after_the_month_is_whole_if_leads_are_known_to_its_end(ordinary):
    newest = FileRead("contacts.csv", "leads", 1, 1, newest=date(2026, 11, 2))
    weeks = team_weeks(ordinary(files=[newest]))
    assert weeks["start"].iloc[-1] == date(2026, 10, 26)


def test_a_month_in_progress_is_left_out_of_the_usual_range_chart(ordinary, make_month):
    figure = scorecard(ordinary(partial=date(2026, 10, 18))).figures[1]
    assert figure.table.frame["month"].iloc[-1] == "2026-09"
    assert figure.caption.endswith("12 earlier months. October is in progress and left out.")
    first = make_month(partial=date(2026, 10, 18), plan=planned(["2026-10"]), **history(["2026-10"]))
    assert [one.name for one in scorecard(first).figures] == ["teams"]


@pytest.mark.parametrize("value, text", [(0, "$0"), (50_000, "$50k"), (1_250_000, "$1.25m"), (1_500_000, "$1.5m")])
def test_the_axis_of_money_is_short(riverside, value, text):
    assert tick(Words(riverside.settings), True, value) == text and tick(Words(riverside.settings), False, 300) == "300"
