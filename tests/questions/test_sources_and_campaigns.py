"""Sources and campaigns: costs like with like, ranges, rankings that disagree, and months too thin to judge."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from made_months import planned

from alignment_lib.period import Month
from alignment_lib.questions.cohort import Cohort, cohort_words, judged_cohort, may_judge
from alignment_lib.questions.disagreeing import describe_pair
from alignment_lib.questions.economics import cost_differences, economics, proposals, spend_of
from alignment_lib.questions.sources_and_campaigns import sources_and_campaigns
from alignment_lib.questions.sources_tables import panels, printed
from alignment_lib.questions.sources_words import notes

SUMMER = Cohort(("2026-05", "2026-06", "2026-07"), ripe=True)
ALL_MONTHS = [str(m) for m in Month.parse("2026-10").back(18)]
# Every win closes in the month after its lead's: September is the latest month that is judged.
WINS = [
    {"created_month": a, "month": b, "clients": 30} for a, b in zip(ALL_MONTHS, ALL_MONTHS[1:], strict=False)
]

question = import_module("alignment_lib.questions.sources_and_campaigns")


def source(name="Paid search", month="2026-07", team="marketing", **counts):
    return {"source": name, "month": month, "team": team, **counts}


def spent(name, amount, month="2026-07", kind="media"):
    return {"source": name, "month": month, "amount": amount, "kind": kind}


def many_months(wins, spend, leads=100):
    """Return 18 months in which each source had these wins and this spend, and a day with leads for each month."""
    sources = [
        source(name, m, leads=leads, won=w, revenue=750.0 * w) for m in ALL_MONTHS for name, w in wins.items()
    ]
    return {
        "sources": sources,
        "spend": [spent(name, amount, m) for m in ALL_MONTHS for name, amount in spend.items()],
        "daily": [{"month": m, "day": f"{m}-01", "leads": leads * len(wins)} for m in ALL_MONTHS],
        "revenue": WINS,
    }


def test_costs_profit_and_their_ranges(make_month):
    month = make_month(
        sources=[source(leads=200, won=40, revenue=30000.0, kept_judged=20, kept=17)],
        spend=[spent("Paid search", 4000)],
    )
    row = economics(month, SUMMER).loc["Paid search"]
    assert (row["cost_lead"], row["cost_client"]) == (20, 100)
    assert row["profit_lead"] == (0.30 * 30000 - 4000) / 200
    assert row["cost_low"] < 100 < row["cost_high"]
    assert (row["won_share"], row["kept_share"], row["why"]) == (0.2, 0.85, "")


def test_a_cost_without_a_range_in_the_table_has_none_in_the_drawing(make_month):
    rows = [source("Webinars", leads=50, won=1), source(leads=200, won=40)]
    month = make_month(sources=rows, spend=[spent("Webinars", 4000), spent("Paid search", 4000)])
    table = economics(month, SUMMER)
    (cost,) = [one for one in panels(table, month) if one.title == "Cost per join"]
    drawn = {str(name): low is not None for name, low in zip(table.index, cost.low, strict=True)}
    assert drawn == {"Webinars": False, "Paid search": True}
    assert (printed(table, month)["cost_range"] != "").to_dict() == drawn


def test_kept_pools_six_months_whose_joins_can_be_ninety_days_old_and_needs_twenty(make_month):
    rows = [source(month=m, leads=50, won=9, kept_judged=5, kept=4) for m in ALL_MONTHS]
    rows += [source("Events", month="2026-07", leads=50, won=19, kept_judged=19, kept=19)]
    table = economics(make_month(sources=rows), SUMMER)  # as of 3 November: leads of July and before
    assert table.loc["Paid search", ["kept", "kept_judged"]].tolist() == [24, 30]
    assert np.isnan(table.loc["Events", "kept_share"])
    shown = printed(table, make_month(sources=rows))
    assert shown["kept_of"].to_dict() == {"Paid search": "24 of 30 (80%)", "Events": "–"}


def test_spend_of_a_company_without_a_spend_table_counts_for_nothing(make_month):
    world = many_months({"Paid search": 30}, {"Paid search": 900})
    month = make_month(**world, missing={"spend"})
    assert spend_of(month).empty
    assert "not recorded" in sources_and_campaigns(month).finding


def test_a_lead_is_priced_in_whole_money_and_a_loss_is_said_so(make_month):
    cheap = pd.Series({"cost_lead": 19.4, "cost_client": 220.0, "profit_lead": -3.2}, name="Paid social")
    dear = pd.Series({"cost_lead": 33.2, "cost_client": 110.0, "profit_lead": 0.55}, name="Paid search")
    text = describe_pair(cheap, dear, make_month().words)
    assert "Paid search earns $1 a lead and Paid social loses $3." in text


def test_spend_and_leads_outside_the_cohort_are_left_out(make_month):
    rows = [source(leads=200, won=40), source(month="2026-10", leads=999)]
    month = make_month(
        sources=rows, spend=[spent("Paid search", 4000), spent("Paid search", 9999, "2026-10")]
    )
    assert economics(month, SUMMER).loc["Paid search", ["leads", "spend"]].tolist() == [200, 4000]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (source(leads=200, won=11), "too few to rank"),
        (source(leads=200, won=12), ""),
        (source(leads=200, won=40, entered_won=10), "entered at the sale"),
        (source("Events", leads=200, won=40), "no spend recorded"),
        (source("Organic search", leads=200, won=40), "tools only; not in the cost"),
        (source("Referral", team="sales", leads=200, won=40), "sales time unknown"),
        (source("(missing)", team="unassigned", leads=200, won=40), "not recorded"),
    ],
)
def test_what_is_not_like_the_others_is_hollow_and_says_why(make_month, row, why):
    tools = spent("Organic search", 90, kind="tools")
    month = make_month(sources=[row], spend=[spent("Paid search", 4000), tools])
    found = economics(month, SUMMER).iloc[0]
    assert (found["why"], bool(found["hollow"])) == (why, why != "")


def test_a_source_entered_at_the_sale_is_called_an_upper_bound(make_month):
    world = many_months({"Walk-in": 30}, {})
    for row in world["sources"]:
        row["entered_won"] = 12
    figure = sources_and_campaigns(make_month(**world)).figures[0]
    assert figure.caption.endswith("Where leads are entered only at the sale, the share is an upper bound.")
    assert figure.table.frame.loc["Walk-in", "hollow"]


def test_with_the_time_of_both_teams_all_costs_count_and_all_sources_are_ranked(make_month):
    spend = [
        spent("Paid search", 4000),
        spent("Paid search", 500, kind="people"),
        spent("Referral", 900, kind="people"),
    ]
    rows = [source(leads=200, won=40), source("Referral", team="sales", leads=90, won=30)]
    both = economics(make_month(sources=rows, spend=spend), SUMMER)
    assert both["spend"].to_dict() == {"Paid search": 4500, "Referral": 900}
    assert not both["hollow"].any()
    one_side = economics(make_month(sources=rows, spend=spend[:2]), SUMMER)
    assert one_side.loc["Paid search", "spend"] == 4000


def test_cohort_is_the_latest_months_with_four_fifths_of_their_wins_in(make_month):
    month = make_month(**many_months({"Paid search": 30}, {"Paid search": 900}))
    assert judged_cohort(month) == Cohort(("2026-07", "2026-08", "2026-09"), ripe=True)
    assert (
        cohort_words(month, SUMMER) == "leads of May–July 2026, with at least 80% of their expected joins in"
    )


def test_without_history_the_months_stand_so_far_and_nothing_is_ranked(make_month):
    month = make_month(daily=[{"leads": 50}], sources=[source(month="2026-10", leads=50, won=20)])
    assert judged_cohort(month) == Cohort(("2026-10",), ripe=False)
    answer = sources_and_campaigns(month)
    assert answer.finding == "40% of the 50 leads of October 2026 joined so far."
    assert answer.tables["sources"]["why"].tolist() == ["too early"]
    assert question.tests(month) == []


DEAR = {"Paid search": 30, "Paid social": 8, "Events": 30, "E-mail": 31}
SPEND = {"Paid search": 3000, "Paid social": 1500, "Events": 2800, "E-mail": 2900}


def test_a_source_that_is_cheap_per_lead_and_dear_per_client_is_announced(make_month):
    wiggle = many_months(DEAR, SPEND)
    for i, row in enumerate(wiggle["sources"]):
        row["won"] += (-1, 0, 1, 1, -1)[i % 5]
    for row in wiggle["sources"]:
        row["leads"] = {"Paid social": 150, "Paid search": 90}.get(row["source"], 100)
    wiggle["daily"] = [{"month": m, "day": f"{m}-01", "leads": 440} for m in ALL_MONTHS]
    month = make_month(**wiggle)
    answer = sources_and_campaigns(month)
    assert answer.opens
    assert answer.finding == (
        "Paid social costs $10 a lead and Paid search $33, yet a join from Paid social costs 1.8 times as much. "
        "Paid search earns $42 a lead against $2. Judged by cost per lead alone we would fund the wrong one."
    )
    assert answer.prompt.text.startswith("What would half of the $1.5k a month for Paid social bring")
    shown = answer.figures[0].table
    assert shown.frame.loc["Paid social", "proposal"] == "change"
    assert [column.label for column in shown.columns][:3] == ["Source", "Leads", "Joins"]


def test_a_stop_after_the_cohort_silences_nothing_and_one_within_it_does(make_month):
    for day, judged in ((date(2026, 10, 11), True), (date(2026, 7, 31), True), (date(2026, 7, 30), False)):
        assert may_judge(make_month(ends={"spend": day}), SUMMER) is judged
    assert not may_judge(make_month(missing={"deals"}), SUMMER)


def test_a_cost_of_few_wins_has_no_range(make_month):
    for won, has_range in ((4, False), (5, True)):
        month = make_month(sources=[source(leads=50, won=won)], spend=[spent("Paid search", 500)])
        shown = printed(economics(month, SUMMER), month)
        assert bool(shown["cost_range"].iloc[0]) is has_range


def test_sources_that_cost_the_same_are_not_told_apart(make_month):
    even = many_months(
        {"Paid search": 30, "Events": 15, "E-mail": 45}, {"Paid search": 1000, "Events": 500, "E-mail": 1500}
    )
    month = make_month(**even)
    assert [test.p for test in question.tests(month)] == [1.0]
    assert sources_and_campaigns(month).finding == (
        "A join cost $33 over July–September 2026, in sources with a cost. "
        "No source is clearly dearer or cheaper than the others."
    )


@pytest.mark.slow
def test_spend_that_scatters_by_itself_is_not_a_difference(make_month):
    """The null world: a client costs the same everywhere, but a month's spend scatters by a quarter."""
    rng = np.random.default_rng(7)
    fired = 0
    for _ in range(20):
        world = many_months({"Paid search": 0, "Events": 0, "E-mail": 0, "Paid social": 0}, {})
        for row in world["sources"]:
            row["won"] = int(rng.poisson(25))
            row["revenue"] = 750.0 * row["won"]
        world["spend"] = [
            spent(r["source"], 1000 * rng.lognormal(0, 0.25), r["month"]) for r in world["sources"]
        ]
        fired += question.tests(make_month(**world))[0].p <= 0.10
    assert fired <= 2 + 2 * (20 * 0.1 * 0.9) ** 0.5


def test_pair_with_the_same_cost_per_client_says_so(make_month):
    month = make_month(
        sources=[source(leads=425, won=125, revenue=72000.0),
                 source("Paid social", leads=411, won=45, revenue=20000.0)],
        spend=[spent("Paid search", 15250), spent("Paid social", 5400)],
    )  # fmt: skip
    table = economics(month, SUMMER)
    assert describe_pair(table.loc["Paid social"], table.loc["Paid search"], month.words) == (
        "Paid social costs $13 a lead and Paid search $36, yet both cost about $122 a join. "
        "Paid search earns $15 a lead against $1. Judged by cost per lead alone we would fund the wrong one."
    )


def test_options_follow_the_range_of_the_profit_and_grow_needs_spend_that_varied(make_month):
    world = many_months(
        {"Paid search": 30, "Paid social": 8, "E-mail": 60}, {n: 1500 for n in SPEND if n != "Events"}
    )
    month = make_month(**world)
    table = economics(month, SUMMER)
    assert dict(zip(table.index, proposals(table, month), strict=True)) == {
        "E-mail": "try", "Paid search": "keep", "Paid social": "change",
    }  # fmt: skip
    for row in world["spend"]:
        if row["source"] == "E-mail" and row["month"] in ("2026-02", "2026-03"):
            row["amount"] = 2600
    month = make_month(plan=planned([f"2026-{n:02d}" for n in range(1, 13)]), **world)
    assert proposals(economics(month, SUMMER), month)[0] == "grow"
    unplanned = make_month(plan=planned([]), **world)
    assert proposals(economics(unplanned, SUMMER), unplanned)[0] == "try"  # nothing takes the season out


def test_where_revenue_is_unknown_no_option_is_read_from_costs_alone(make_month):
    world = many_months({"Paid search": 30, "Paid social": 8}, {"Paid search": 3000, "Paid social": 1500})
    world["sources"] = [row | {"revenue": 0.0} for row in world["sources"]]
    month = make_month(missing=["deals.amount"], **world)
    table = economics(month, SUMMER)
    assert proposals(table, month) == ["", ""] and table["profit_lead"].isna().all()
    shown = sources_and_campaigns(month).tables["sources"]
    assert "profit_lead" not in shown and (shown["proposal"] == "").all()
    assert not any("Profit =" in figure.caption for figure in sources_and_campaigns(month).figures)


def test_new_renamed_and_unrecorded_sources_stand_apart(make_month, riverside):
    rows = [source("Street team", leads=14), source("(missing)", leads=5), source("unknown", leads=7)]
    month = make_month(sources=rows, spend=[spent("Billboard", 300)])
    said = notes(economics(month, SUMMER), SUMMER, month)
    assert said == (
        "Not in the list: Street team (14 leads) and unknown (7 leads). They are counted, and belong to a team once "
        "the playbook names them.",
        "5 leads have no source at all; that is not the same as a source recorded as unknown.",
        "$300 went to sources without a lead in these months.",
    )
    renamed = make_month(sources=[source("Paid social", leads=14)])
    assert notes(economics(renamed, SUMMER), SUMMER, renamed) == (
        "Facebook Ads is called Paid social since 1 September 2025; it is one row throughout.",
    )


def test_without_spend_sources_are_compared_by_the_share_won(make_month):
    world = many_months({"Paid search": 30, "Events": 12, "E-mail": 30}, {})
    month = make_month(missing={"spend"}, **world)
    answer = sources_and_campaigns(month)
    assert answer.finding == (
        "24% of the leads of July–September 2026 joined; what they cost is not recorded. "
        "Of the leads from Events 12% joined, of the others 30%."
    )
    assert answer.state == "poor"
    assert "cost_client" not in answer.figures[0].table.columns
    assert [one.what for one in answer.missing] == ["cost per lead", "cost per member", "profit per lead"]
    assert {one.cause for one in answer.missing} == {"Spend"}


def test_without_a_margin_revenue_stands_for_profit(make_month, riverside):
    books = tuple(book.model_copy(update={"margin_share": None}) for book in riverside.playbooks)
    month = make_month(
        company=replace(riverside, playbooks=books), **many_months({"Paid search": 30}, {"Paid search": 900})
    )
    answer = sources_and_campaigns(month)
    labels = [column.label for column in answer.figures[0].table.columns]
    assert "Revenue a lead" in labels and "Profit a lead" not in labels
    assert answer.tables["sources"].loc["Paid search", "profit_lead"] == 0.30 * 750


def test_few_months_do_not_make_a_difference_of_costs(make_month):
    world = many_months({"Paid search": 30, "Paid social": 8}, {"Paid search": 900, "Paid social": 900})
    world["sources"] = [row for row in world["sources"] if row["month"] in SUMMER.months[-2:]]
    month = make_month(**world)
    found = cost_differences(month, SUMMER, economics(month, SUMMER))
    assert found["p"].tolist() == [1.0, 1.0]


NO_SOURCES = many_months({}, {})
STATES = {
    "no leads": {},
    "one lead": {"daily": [{"leads": 1}], "sources": [source(month="2026-10", leads=1)]},
    "one source": many_months({"Paid search": 30}, {"Paid search": 900}),
    "no wins": many_months({"Paid search": 0, "E-mail": 0}, {"Paid search": 900}),
    "sales only": {**NO_SOURCES, "sources": [source("Referral", m, "sales", leads=50, won=12) for m in ALL_MONTHS]},
    "unknown only": {**NO_SOURCES, "sources": [source("(missing)", m, "unassigned", leads=5) for m in ALL_MONTHS]},
    "twenty sources": many_months({f"Source {n}": 15 + n for n in range(20)}, {f"Source {n}": 100 for n in range(20)}),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("missing", [(), ("spend",)])
def test_every_state_gives_a_page_that_can_be_printed(make_month, printable, state, missing):
    tallies = {name: rows for name, rows in STATES[state].items() if name not in missing}
    partial = date(2026, 10, 18) if missing else None
    printable(sources_and_campaigns(make_month(missing=missing, partial=partial, **tallies)))
