"""The series that several questions share: every cell counted by eye."""

from dataclasses import replace
from datetime import date

import pytest
from made_months import counting, history, leads, months_to, planned, won

from alignment_lib import questions
from alignment_lib.errors import NotebookFailed
from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions.monthly import (
    due_share,
    monthly,
    open_locations,
    opening_weights,
)
from alignment_lib.questions.parts import must_add_up
from alignment_lib.questions.units import unit_note, unit_of

MONTHS = months_to("2026-10", 3)


def test_revenue_leaves_renewals_out_and_keeps_expansion_apart(make_month):
    rows = [
        won("2026-10", 700, 2),
        won("2026-10", 90, 0, type="expansion"),
        won("2026-10", 500, 0, type="renewal"),
    ]

    now = monthly(make_month(revenue=rows, daily=[leads("2026-10")])).loc["2026-10"]

    assert (now["revenue"], now["expansion"], now["clients"]) == (700, 90, 2)


def test_leads_are_counted_in_the_unit_of_the_split_with_raw_leads_beside(make_month):
    month = make_month(
        daily=[leads("2026-10", count=8, leads=12), leads("2026-10", "sales", 5)], plan=planned(MONTHS)
    )

    now = monthly(month).loc["2026-10"]

    assert unit_of(month)[:2] == ("quality", "quality leads") and unit_note(month) == ""
    assert (now["marketing"], now["marketing_leads"], now["marketing_plan"]) == (8, 12, 60)
    assert now["sales_attained"] == 5 / 40


def split_in(company, unit):
    book = company.playbooks[-1]
    split = book.goals.lead_split.model_copy(update={"unit": unit})
    other = book.model_copy(update={"goals": book.goals.model_copy(update={"lead_split": split})})
    other._in_force_from = book.in_force_from
    return replace(company, playbooks=(other,))


def test_a_plan_of_money_is_not_held_against_leads(make_month, riverside):
    month = make_month(company=split_in(riverside, "pipeline"), daily=[leads("2026-10")],
                       plan=planned(MONTHS, 300_000, 200_000), missing={"deals.amount"})  # fmt: skip
    assert monthly(month)["marketing_plan"].isna().all() and monthly(month).loc["2026-10", "marketing"] == 60
    assert unit_note(month) == (
        "The split is agreed in pipeline; quality leads are shown instead, without a plan, which is one of money."
    )
    scorecard = questions.scorecard(month)
    assert scorecard.prompt is None and "It came" not in scorecard.tables_shown[0].note


def test_a_split_of_revenue_is_read_in_revenue(make_month, riverside):
    sold = [
        won("2026-10", 4_000, team="marketing"),
        won("2026-10", 6_000, team="sales"),
        won("2026-10", 90, type="renewal"),
    ]
    month = make_month(company=split_in(riverside, "revenue"), revenue=sold, plan=planned(MONTHS),
                       daily=[leads("2026-10"), leads("2026-10", "sales")])  # fmt: skip
    assert "It came 40% and 60%." in questions.scorecard(month).tables_shown[0].note
    assert questions.scorecard(month).prompt.text.startswith("Revenue came 40/60 instead of 65/35.")


def test_a_month_that_could_not_be_judged_is_a_gap_not_a_zero(make_month):
    row = leads("2026-09", count=10) | {"quality": 0, "quality_unknown": 6}
    series = monthly(make_month(daily=[row, leads("2026-10")]))
    assert series["marketing"].isna().tolist() == [True, False]


def test_a_clock_still_running_is_neither_kept_nor_broken(make_month):
    relay = [{"covered": 10, "kept": 4, "broken": 4, "running": 2}]
    now = monthly(make_month(relay=relay, daily=[leads("2026-10")])).loc["2026-10"]
    assert (now["judged"], now["in_time"]) == (8, 0.5)


def test_cost_is_three_months_of_spend_over_the_clients_won_in_them(make_month):
    series = monthly(make_month(**history(MONTHS)))
    assert series["cost"].isna().tolist() == [True, True, False]
    assert series.loc["2026-10", "cost"] == 3 * 500 / 60


@pytest.mark.parametrize("absent, columns", [
    ("deals", ["revenue", "clients", "cost"]), ("activities", ["in_time"]), ("spend", ["spend", "cost"]),
])  # fmt: skip
def test_what_the_exports_do_not_hold_is_unknown_not_zero(make_month, absent, columns):
    series = monthly(make_month(missing=[absent], **history(MONTHS)))
    assert series[columns].isna().all(axis=None)


def test_a_goal_of_zero_gives_no_attainment(make_month):
    series = monthly(make_month(plan=planned(MONTHS, marketing=0, revenue=0), **history(MONTHS)))
    assert series[["revenue_attained", "marketing_attained"]].isna().all(axis=None)


def test_months_without_leads_stand_between_others_as_zero(make_month):
    series = monthly(make_month(daily=[leads("2026-07"), leads("2026-10")]))
    assert series.index.tolist() == ["2026-07", "2026-08", "2026-09", "2026-10"]
    assert series["marketing"].tolist() == [60, 0, 0, 60]


def test_plan_of_a_month_in_progress_is_what_was_due_by_then(make_month):
    month = make_month(partial=date(2026, 10, 15), plan=planned(MONTHS), **history(MONTHS))
    due = due_share(month)
    assert 0.4 < due < 0.6
    assert monthly(month).loc["2026-10", "goal"] == pytest.approx(10_000 * due)
    assert monthly(month).loc["2026-09", "goal"] == 10_000


def test_opening_days_follow_hours_and_holidays(make_month):
    opened = open_locations(make_month(), Month.parse("2026-12"))
    # All five clubs on Tuesday 1st, four on Saturday-Sunday hours: Old Mill and Station are closed on Sundays.
    assert opened[date(2026, 12, 1)] == 5 and opened[date(2026, 12, 6)] == 3
    assert opened[date(2026, 12, 25)] == 0
    assert opening_weights(make_month(), Month.parse("2026-12")).sum() == pytest.approx(1)


def test_no_plan_and_no_earlier_month_is_no_plan(make_month, riverside):
    month = make_month(daily=[leads("2026-10")], plan=Plan(riverside.plan.head(0)))
    assert monthly(month)[["goal", "marketing_plan", "clients_plan"]].isna().all(axis=None)


def test_parts_that_do_not_make_the_whole_stop_the_run():
    must_add_up(1e9 + 0.1, 1e9, "leads")
    with pytest.raises(NotebookFailed, match="leads: the parts add up to 9, the whole is 10"):
        must_add_up(9, 10, "leads")


@pytest.mark.parametrize(("counts", "missing", "lacks"), [
    ("amount at close", "deals.amount", "amounts of deals"), ("margin at close", "deals.margin", "margins of deals"),
    ("payments received", "payments", "payments"), ("payments within 90 days", "payments", "payments"),
])  # fmt: skip
def test_revenue_that_no_export_holds_is_unknown_and_not_zero(make_month, riverside, counts, missing, lacks):
    sold = history(MONTHS)
    sold["revenue"] = [row | {"revenue": 0.0} for row in sold["revenue"]]
    month = make_month(company=counting(riverside, counts), plan=planned(MONTHS), missing=[missing], **sold)
    now = monthly(month).iloc[-1]
    assert now[["revenue", "revenue_attained", "month_revenue"]].isna().all() and now["clients"] == 20
    because = f"Revenue of October 2026 is not known, because the exports hold no {lacks}"
    assert questions.in_one_minute(month).headline.startswith(because)
    assert questions.scorecard(month).finding.startswith(because)
    assert questions.gap_bridge(month).finding == f"There is no bridge without revenue: the exports hold no {lacks}."


def test_revenue_whose_payments_may_still_come_is_unknown_and_no_low_month(make_month, riverside):
    five, company = months_to("2026-10", 5), counting(riverside, "payments within 90 days")
    month = make_month(company=company, plan=planned(five), **history(five))
    series = monthly(month)["revenue"]
    assert series["2026-07"] > 0 and series["2026-08":].isna().all()  # as of 3 November: July ended 95 days ago
    because = "Revenue of October 2026 is not known, because payments count until 90 days after each close"
    assert questions.in_one_minute(month).headline.startswith(because)
    rows = questions.scorecard(month).tables["scorecard"].set_index("key")
    assert rows.loc[["shared_revenue", "quarter", "year"], "actual"].isna().all() and "landing" not in rows.index
