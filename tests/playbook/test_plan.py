import pandas as pd
import pytest

from alignment_lib.period import Month
from alignment_lib.plan import Plan, Rates, draft_plan, plan_for, whole_from
from alignment_lib.tallies import TALLIES, Tallies

COLUMNS = [
    "month",
    "location",
    "team",
    "leads",
    "reached_share",
    "joins_per_reached",
    "value",
    "revenue",
    "clients",
]


def agreed(*rows):
    return pd.DataFrame([dict(zip(COLUMNS, row, strict=False)) for row in rows], columns=COLUMNS)


def tallied(**rows):
    frames = {}
    for name, given in rows.items():
        empty = {
            column: "new" if column == "type" else "" if dtype == "str" else 0
            for column, dtype in TALLIES[name].items()
        }
        frames[name] = pd.DataFrame([empty | row for row in given])
        if name == "daily":
            frames[name]["day"] = pd.to_datetime(frames[name]["month"] + "-01")
    return Tallies(frames)


def daily(month, team, leads, quality=0, unknown=0, location="North"):
    return {
        "month": month,
        "team": team,
        "location": location,
        "leads": leads,
        "quality": quality,
        "quality_unknown": unknown,
    }


def closed(month, revenue, clients, kind="new", location="North"):
    return {"month": month, "location": location, "revenue": revenue, "clients": clients, "type": kind}


def drafted(tallies, period="2026-03", plan=None, *, by_quality=False):
    return Plan(
        plan if plan is not None else agreed(),
        draft_plan(tallies, Month.parse(period), by_quality=by_quality),
    )


# The agreed plan.


def test_a_plan_for_the_whole_company_has_no_plan_by_location():
    plan = Plan(agreed(("2026-01", "all", "sales", 40.0)), locations=["North"])
    assert plan.leads("2026-01", "sales") == 40
    assert plan.leads(Month.parse("2026-01"), "sales") == 40
    assert plan.leads("2026-01", "sales", "North") is None
    assert plan.leads("2026-01", "marketing") is None
    assert plan.locations == ("North",)
    assert not plan.is_draft("2026-01")


def test_locations_add_up_to_the_company():
    plan = Plan(agreed(("2026-01", "North", "sales", 40.0), ("2026-01", "South", "sales", 25.0)))
    assert plan.leads("2026-01", "sales") == 65
    assert plan.leads("2026-01", "sales", "South") == 25
    assert plan.locations == ("North", "South")


def test_shared_rows_carry_revenue_and_clients():
    plan = Plan(agreed(("2026-01", "all", "shared", None, None, None, None, 18500.0, 25.0)))
    assert (plan.revenue("2026-01"), plan.clients("2026-01")) == (18500, 25)
    assert plan.revenue("2026-02") is None


def test_rates_by_location_are_weighted_so_that_joins_and_money_multiply_out():
    plan = Plan(
        agreed(
            ("2026-01", "North", "sales", 30.0, 0.9, 0.5, 100.0),
            ("2026-01", "South", "sales", 10.0, 0.5, 0.1, 900.0),
        )
    )
    rates = plan.rates("2026-01", "sales")
    joins = 30 * 0.9 * 0.5 + 10 * 0.5 * 0.1
    money = 30 * 0.9 * 0.5 * 100 + 10 * 0.5 * 0.1 * 900
    assert rates.reached_share == pytest.approx((27 + 5) / 40)
    assert 40 * rates.reached_share * rates.joins_per_reached == pytest.approx(joins)
    assert joins * rates.value == pytest.approx(money)
    assert not rates.draft
    assert plan.rates("2026-01", "sales", "South") == Rates(0.5, 0.1, 900.0)
    assert plan.rates("2026-01", "marketing") is None


# The draft.


def test_without_a_plan_last_years_month_is_the_draft():
    tallies = tallied(
        daily=[daily("2025-03", "sales", 7), daily("2025-04", "sales", 99), daily("2026-02", "sales", 50)]
    )
    plan = drafted(tallies)
    assert plan.leads("2026-03", "sales") == 7
    assert plan.is_draft("2026-03")
    assert plan.is_draft("2026-03", "sales")
    assert not plan.is_draft("2026-03", "revenue")  # nothing known, nothing drafted


def three(row, *given):
    """Return the same row in the three months before March 2026: December, January and February."""
    return [row(month, *given) for month in ("2025-12", "2026-01", "2026-02")]


def test_without_last_year_the_draft_is_the_mean_of_the_three_months_before():
    months = {"2025-11": 99, "2025-12": 12, "2026-01": 10, "2026-02": 20, "2026-03": 900}
    plan = drafted(tallied(daily=[daily(month, "sales", n) for month, n in months.items()]))
    assert plan.leads("2026-03", "sales") == 14  # neither the month itself nor a later one
    assert plan.leads("2026-02", "sales") is None  # 99, 12 and 10 are not on one level
    assert plan.leads("2026-05", "sales") == 14  # months ahead: what is known before the page's month


@pytest.mark.parametrize(
    ("leads", "mean"),
    [((10, 20), None), ((10, 20, 15), 15), ((10, 21, 15), None), ((0, 0, 0), None), ((90, 10, 10, 10), 10)],
    ids=["two months", "three within twofold", "more than twofold apart", "nothing came", "the latest three"],
)
def test_a_draft_takes_three_months_on_one_level(leads, mean):
    months = ["2025-11", "2025-12", "2026-01", "2026-02"][-len(leads) :]
    plan = drafted(
        tallied(daily=[daily(month, "sales", n) for month, n in zip(months, leads, strict=True)])
    )
    assert plan.leads("2026-03", "sales") == mean


def test_a_first_month_that_begins_in_its_middle_is_no_part_of_a_draft():
    tallies = tallied(daily=three(daily, "sales", 10))
    tallies["daily"].loc[0, "day"] = pd.Timestamp("2025-12-08")
    assert whole_from(tallies) == {"leads": "2026-01"}
    assert drafted(tallies).leads("2026-03", "sales") is None
    tallies["daily"].loc[0, "day"] = pd.Timestamp("2025-12-07")
    assert drafted(tallies).leads("2026-03", "sales") == 10


def test_revenue_that_begins_after_the_leads_is_whole_from_its_second_month():
    money = [closed("2026-01", 0.0, 1), *(closed(month, 5.0, 1) for month in ("2026-02", "2026-03"))]
    tallies = tallied(daily=three(daily, "sales", 10), revenue=money)
    assert whole_from(tallies) == {"leads": "2025-12", "revenue": "2026-03", "clients": "2026-02"}
    assert drafted(tallies).clients("2026-03") is None


def test_drafts_of_locations_add_up_to_the_company():
    rows = [*three(daily, "sales", 15), daily("2026-02", "sales", 12, location="South")]
    plan = drafted(tallied(daily=rows))
    assert plan.leads("2026-03", "sales", "North") == 15
    assert plan.leads("2026-03", "sales", "South") == 4  # nothing came in December and January
    assert plan.leads("2026-03", "sales") == 19


@pytest.mark.parametrize(
    ("planned", "hole", "filled"),
    [
        ("all", ("2026-03", "marketing", "all"), 10),
        ("all", ("2026-04", "sales", "all"), 16),
        ("North", ("2026-03", "sales", "South"), 4),
    ],
    ids=["a team", "a month", "a location"],
)
def test_a_single_hole_is_filled_and_marked(planned, hole, filled):
    rows = [
        *three(daily, "marketing", 10),
        *three(daily, "sales", 12),
        *(row | {"location": "South"} for row in three(daily, "sales", 4)),
    ]
    plan = drafted(tallied(daily=rows), plan=agreed(("2026-03", planned, "sales", 5.0)))
    assert plan.leads(*hole) == filled
    assert plan.leads("2026-03", "sales", planned) == 5
    assert plan.is_draft(hole[0])


def test_a_location_left_out_is_part_of_the_companys_draft():
    rows = [*three(daily, "sales", 12), *(row | {"location": "South"} for row in three(daily, "sales", 4))]
    plan = drafted(tallied(daily=rows), plan=agreed(("2026-03", "North", "sales", 5.0)))
    assert plan.leads("2026-03", "sales") == 9
    assert plan.is_draft("2026-03", "sales")


def test_a_full_plan_is_no_draft():
    rows = [("2026-03", "all", team, 5.0) for team in ("marketing", "sales")]
    shared = ("2026-03", "all", "shared", None, None, None, None, 100.0, 2.0)
    tallies = tallied(daily=three(daily, "sales", 12), revenue=three(closed, 70.0, 1))
    plan = drafted(tallies, plan=agreed(*rows, shared))
    assert not plan.is_draft("2026-03")
    assert plan.is_draft("2026-04")


def test_drafted_revenue_leaves_renewals_and_expansion_out():
    rows = [
        *three(closed, 700.0, 2),
        closed("2026-02", 50.0, 0, "expansion"),
        closed("2026-02", 900.0, 1, "renewal"),
    ]
    plan = drafted(tallied(daily=three(daily, "sales", 1), revenue=rows))
    assert (plan.revenue("2026-03"), plan.clients("2026-03")) == (700, 2)


def test_quality_leads_are_drafted_where_most_leads_could_be_judged():
    rows = [daily(f"2025-{month}", "sales", 10, 6, 2) for month in (10, 11, 12)]
    rows.append(daily("2026-02", "sales", 10, 1, 9))
    assert drafted(tallied(daily=rows), by_quality=True).leads("2026-03", "sales") == 6
    assert drafted(tallied(daily=rows), by_quality=False).leads("2026-03", "sales") == 10


def test_a_drafted_reached_share_is_reached_over_handed_over():
    relay = [
        {"month": month, "team": "sales", "location": "North", "handed_over": 8, "reached": 6}
        for month in ("2025-12", "2026-01", "2026-02")
    ]
    plan = drafted(tallied(daily=three(daily, "sales", 9), relay=relay))
    assert plan.rates("2026-03", "sales") == Rates(0.75, None, None, draft=True)
    assert plan.rates("2026-03", "marketing") is None


def test_nothing_known_is_none_everywhere(riverside):
    plan = Plan(agreed(), draft_plan(Tallies(), Month.parse("2026-03"), by_quality=True))
    assert plan.leads("2026-03", "sales") is plan.revenue("2026-03") is plan.rates("2026-03", "sales") is None
    assert not plan.is_draft("2026-03")
    assert plan_for(riverside, Tallies(), Month.parse("2026-10")).locations[0] == "Harbour"
