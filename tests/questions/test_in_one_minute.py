"""The first screen: one sentence for every state, the same words for both teams."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import pandas as pd
import pytest
from made_months import history, leads, months_to, planned, wobble, won

from alignment_lib import questions
from alignment_lib.period import Month
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.units import LEADS as UNIT
from alignment_lib.signals import Reading, Test
from alignment_lib.stats.usual_range import Range

question = import_module("alignment_lib.questions.in_one_minute")
first = import_module("alignment_lib.questions.first_findings")

OCTOBER = Month.parse("2026-10")
MONTHS = months_to("2026-10", 14)
UNKNOWN = float("nan")
NARROW = Range(mean=1.0, low=0.9, high=1.1, moving_range=0.1 / 2.66, n=13)
WIDE = Range(mean=0.98, low=0.71, high=1.25, moving_range=0.27 / 2.66, n=13)
TEAMS = ["marketing", "sales"]


def now(marketing, sales, plans=(411, 221)):
    return pd.Series(
        {"marketing": marketing, "sales": sales, "marketing_plan": plans[0], "sales_plan": plans[1]}
    )


# The headline


@pytest.mark.parametrize("revenue, goal, draft, until, says", [
    (152_300, 164_300, False, "", "We finished $12.0k short of $164.3k (93%)"),
    (176_300, 164_300, False, "", "We finished $12.0k over $164.3k (107%)"),
    (164_300, 164_300, False, "", "We landed on the goal of $164.3k (100%)"),
    (163_000, 164_300, False, "", "We landed on the goal of $164.3k (99%)"),
    (0, 164_300, False, "", "We finished $164.3k short of $164.3k (0%)"),
    (152_300, 164_300, True, "", "We finished $12.0k short of a draft goal of $164.3k, not agreed yet (93%)"),
    (164_300, 164_300, True, "", "We landed on a draft goal of $164.3k, not agreed yet (100%)"),
    (152_300, UNKNOWN, False, "", "Revenue came to $152.3k; no goal is recorded for October 2026"),
    (152_300, 0, False, "", "Revenue came to $152.3k; no goal is recorded for October 2026"),
    (UNKNOWN, 164_300, False, "", "Revenue of October 2026 is not known, because the exports hold no deals"),
    (80_000, 90_000, False, "18 October", "To 18 October we are $10.0k short of $90.0k due by then (89%)"),
    (90_000, 90_000, False, "18 October", "To 18 October we are on the goal of $90.0k due by then (100%)"),
    (90_000, UNKNOWN, False, "18 October",
     "To 18 October, revenue came to $90.0k; no goal is recorded for October 2026"),
])  # fmt: skip
def test_headline_on_revenue(words, revenue, goal, draft, until, says):
    assert question.headline_revenue(words, OCTOBER, revenue, goal, draft, until) == says


@pytest.mark.parametrize("row, teams, says", [
    (now(345, 253), TEAMS, "marketing-sourced leads 66 under plan, sales-sourced 32 over"),
    (now(450, 200), TEAMS, "marketing-sourced leads 39 over plan, sales-sourced 21 under"),
    (now(411, 221), TEAMS, "marketing-sourced leads on plan, sales-sourced on plan"),
    (now(345, 253, (UNKNOWN, 221)), TEAMS, "sales-sourced leads 32 over plan"),
    (now(345, 253, (UNKNOWN, UNKNOWN)), TEAMS, ""),
    (now(0, 1, (1, 1)), TEAMS, "marketing-sourced leads 1 under plan, sales-sourced on plan"),
    (now(345, 0), ["marketing"], "marketing-sourced leads 66 under plan"),
])  # fmt: skip
def test_headline_on_leads(words, row, teams, says):
    assert question.headline_leads(words, row, teams, UNIT) == says


def test_headline_of_a_month_in_progress_speaks_of_the_plan_to_date(words):
    says = "marketing-sourced leads 66 under plan to date, sales-sourced 32 over"
    assert question.headline_leads(words, now(345, 253), TEAMS, UNIT, "plan to date") == says


def test_headline_of_a_whole_month(make_month):
    rows = [leads("2026-10", count=54), leads("2026-10", "sales", 43)]
    month = make_month(daily=rows, revenue=[won("2026-10", 9_300)], plan=planned(["2026-10"]))
    assert question.in_one_minute(month).headline == (
        "We finished $700 short of $10.0k (93%); marketing-sourced quality leads 6 under plan, sales-sourced 3 over."
    )


# The four figures


def test_four_figures_with_their_plans(make_month):
    rows = [leads("2026-10", count=54), leads("2026-10", "sales", 43)]
    relay = [{"covered": 100, "kept": 54, "broken": 46}]
    month = make_month(daily=rows, revenue=[won("2026-10", 9_300)], relay=relay, plan=planned(["2026-10"]))

    figures = question.key_figures(month, monthly(month))

    assert [(f.value, f.label, f.note, f.gap, f.good, f.team) for f in figures] == [
        ("93%", "of shared goal", "$9,300 of $10,000", "", None, "joint"),
        ("54", "marketing-sourced quality leads", "plan 60", "▼ 6", False, "marketing"),
        ("43", "sales-sourced quality leads", "plan 40", "▲ 3", True, "sales"),
        ("54%", "of all leads answered within 2 h", "goal 70%", "▼ 16 pts", False, "joint"),
    ]
    assert all("<svg" in figure.svg for figure in figures)


def test_figures_on_plan_have_no_gap_and_no_colour(make_month):
    relay = [{"covered": 10, "kept": 7, "broken": 3}]
    tallies = {"daily": [leads("2026-10"), leads("2026-10", "sales", 40)], "relay": relay}
    month = make_month(revenue=[won("2026-10")], plan=planned(["2026-10"]), **tallies)
    figures = question.key_figures(month, monthly(month))
    assert [(f.value, f.gap, f.good) for f in figures] == [
        ("100%", "", None), ("60", "", None), ("40", "", None), ("70%", "", None),
    ]  # fmt: skip


def test_figures_without_plan_say_so(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), daily=[leads("2026-10", count=3)],
                       revenue=[won("2026-10", 700)], missing=["activities"])  # fmt: skip
    figures = question.key_figures(month, monthly(month))
    assert [(f.value, f.note, f.svg, f.good) for f in figures] == [
        ("$700", "no goal agreed", "", None), ("3", "no plan", "", None), ("20", "", "", None),
    ]  # fmt: skip


# Findings


def attained(last, count=15):
    return pd.Series([*wobble(count)[:-1], last])


REVENUE = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue.")
LEADS = Test("marketing_leads", "scorecard", 0.001, "bad", "Leads.")
EVENINGS = Test("relay: evenings", "relay", 0.001, "bad", "Evenings.", location="Harbour")
USUAL_SOURCE = Test("sources", "sources_and_campaigns", 0.001, "bad", "Dearer.")
MET = "The goal was met in 7 of the last 15 months; an average of {} would meet it nine times in ten."


@pytest.mark.parametrize("reading, usual, last, signals, lead, says", [
    (Reading("little", 0), None, 0.9, (), "Too early to tell.",
     "No earlier month compares, so there is no usual range yet; it takes eight."),
    (Reading("little", 1), None, 0.9, (), "Too early to tell.",
     "With one earlier month there is no usual range yet; it takes eight."),
    (Reading("usual", 13), NARROW, 0.93, (), "An ordinary month.",
     f"93% of the goal is inside the usual range of 90–110%. {MET.format('104%')}"),
    (Reading("usual", 13), NARROW, 0.93, (USUAL_SOURCE,), "An ordinary month.",
     f"93% of the goal is inside the usual range of 90–110%. {MET.format('104%')}"),
    (Reading("usual", 13), NARROW, 0.93, (EVENINGS,), "Revenue: an ordinary month.",
     f"93% of the goal is inside the usual range of 90–110%. {MET.format('104%')}"),
    (Reading("usual", 13), NARROW, 0.93, (LEADS, EVENINGS), "Revenue: an ordinary month.",
     f"93% of the goal is inside the usual range of 90–110%. {MET.format('104%')}"),
    (Reading("usual", 13), WIDE, 0.93, (), "An ordinary month.",
     f"93% of the goal is inside the usual range of 71–125%. {MET.format('112%')}"),
    (Reading("shifted down", 13), NARROW, 0.93, (), "Inside the range, but shifted.",
     "93% of the goal is inside the usual range of 90–110%, but the last months lie mostly below its middle. "
     + MET.format("104%")),
    (Reading("below", 13), NARROW, 0.7, (REVENUE,), "Not an ordinary month.",
     "70% of the goal is below the usual range of 90–110%."),
    (Reading("above", 13), NARROW, 1.4, (REVENUE, LEADS), "Not an ordinary month.",
     "140% of the goal is above the usual range of 90–110%."),
    (Reading("below", 13), NARROW, 0.89, (), "Outside the usual range, not announced.",
     "89% of the goal is below the usual range of 90–110%; not clear enough to announce by itself."),
])  # fmt: skip
def test_ordinary_month_or_signal(words, reading, usual, last, signals, lead, says):
    assert first.ordinary_or_signal(words, attained(last), reading, usual, signals) == (lead, says)


def test_a_process_that_meets_its_goal_is_not_told_to_do_more(words):
    steady = Range(mean=1.3, low=1.2, high=1.4, moving_range=0.1 / 2.66, n=13)
    _, text = first.ordinary_or_signal(words, attained(1.3), Reading("usual", 13), steady)
    assert "average" not in text


@pytest.mark.parametrize("row, lead, says", [
    (now(345, 253), "The slack was partly picked up.",
     "Sales-sourced leads came 32 over plan, covering 32 of the 66 by which marketing-sourced ones were under."),
    (now(4, 4, (6, 3)), "The slack was partly picked up.",
     "Sales-sourced leads came 1 over plan, covering 1 of the 2 by which marketing-sourced ones were under."),
    (now(450, 200), "The slack was picked up.",
     "Marketing-sourced leads came 39 over plan, covering the 21 by which sales-sourced ones were under."),
    (now(345, 200), "No slack to share.",
     "Leads: marketing-sourced 66 under plan, sales-sourced 21 under plan; 87 together."),
    (now(345, 221), "The slack stayed open.", "Leads: marketing-sourced 66 under plan, sales-sourced on plan."),
    (now(420, 253), "No slack to pick up.", "Leads: marketing-sourced 9 over plan, sales-sourced 32 over plan."),
    (now(411, 221), "No slack to pick up.", "Leads: marketing-sourced on plan, sales-sourced on plan."),
    (now(345, 253, (UNKNOWN, 221)), "Slack cannot be read.", "It takes a plan of leads for both teams."),
])  # fmt: skip
def test_slack_in_the_same_words_for_both(words, row, lead, says):
    item = first.slack(words, row, TEAMS, UNIT)
    assert (item.lead, item.text, item.link) == (lead, says, "pace")


def test_slack_against_a_draft_says_so(words):
    row = pd.concat([now(345, 253), pd.Series({"marketing_draft": True, "sales_draft": True})])
    assert "came 32 over draft plan, covering 32 of the 66" in first.slack(words, row, TEAMS, UNIT).text


def test_what_lasts_is_told_by_money_then_bad_news():
    revenue = Test("shared_revenue", "scorecard", 0.0001, "bad", "Revenue.", money=-9_000)
    dear = Test("sources", "sources_and_campaigns", 0.001, "bad", "Dearer.", money=-500)
    good = Test("tracking", "tracking", 0.0001, "good", "Sources are known.")

    def says(*signals, partial=False):
        item = first.what_lasts(signals, partial)
        return item.lead, item.text, item.link

    nothing = "No other measure is clear once all tests of the page are counted."
    assert says() == ("Nothing else is announced.", nothing, "")
    assert says(revenue) == says()
    assert says(dear, EVENINGS) == says(dear)  # what is of this month alone stands before it
    assert says(good, dear) == ("A difference that lasts.", "Dearer.", "sources_and_campaigns")
    assert says(good) == ("One thing goes unusually well.", "Sources are known.", "tracking")
    over = "The month’s own measures are read when it is over"
    assert says(partial=True) == ("No signals yet.", f"{over}.", "")
    lasting = ("No signals yet.", f"{over}; a difference that lasts stands below.", "sources_and_campaigns")
    assert says(dear, partial=True) == lasting


def test_one_month_of_data_shows_no_difference_that_lasts():
    found = Test("tracking: source", "tracking", 0.001, "bad", "Without a source.")
    leads = [first.what_lasts((found,), months=months).lead for months in (1, 2)]
    assert leads == ["One thing to look at.", "A difference that lasts."]


def replies_fell(make_month, marketing=60):
    """Build a month in which 20 of 50 leads were answered in time after months of 35, and leads as given."""
    tallies = history(MONTHS, wobble(14))
    tallies["relay"] = [{"month": m, "covered": 50, "kept": 34 + n % 3, "broken": 16 - n % 3}
                        for n, m in enumerate(MONTHS[:-1])]  # fmt: skip
    tallies["relay"].append({"month": "2026-10", "covered": 50, "kept": 15, "broken": 35})
    now = [leads("2026-10", count=marketing), leads("2026-10", "sales", 41)]
    tallies["daily"] = [row for row in tallies["daily"] if row["month"] != "2026-10"] + now
    for n, row in enumerate(tallies["daily"][:-2]):
        row["leads"] = row["quality"] = row["leads"] + n // 2 % 3
    return make_month(plan=planned(MONTHS), **tallies)


def test_the_first_screen_leads_with_the_months_own_news_and_its_figures(make_month):
    items = question.in_one_minute(replies_fell(make_month)).lists[0].items
    assert [item.lead for item in items] == [
        "Fewer replies in time than usual.", "Revenue: an ordinary month.", "Nothing else is announced.",
    ]  # fmt: skip
    assert items[0].text == (
        "30% of all leads were answered in time, below the usual range of 63–77%; the 13 months before came to 70%."
    )
    assert items[0].link == "relay"


def test_leads_that_are_news_are_one_finding_with_the_slack(make_month):
    items = question.in_one_minute(replies_fell(make_month, marketing=40)).lists[0].items
    assert [item.link for item in items] == ["pace", "relay", "scorecard"]
    assert items[0].lead == "Fewer marketing-sourced quality leads than usual."
    assert items[0].text.startswith("They came to 67% of plan, below the usual range of ")
    assert items[0].text.count(". ") == 1
    assert items[0].text.endswith("covering 1 of the 20 by which marketing-sourced ones were under.")


def test_news_of_the_month_stands_by_its_money_and_a_step_of_the_bridge_is_money(make_month):
    month = replies_fell(make_month, marketing=40)
    series = monthly(month)
    told = {test.name: test for test in questions.announcements(month)}
    reason = Test("playback: Price", "playback", 0.0001, "bad", "Price rose.", money=-900_000)
    club = replace(reason, name="club_by_club: Harbour", question="club_by_club", text="Harbour.", money=0.0, p=0.0)

    def leads_of(*more):
        return [item.lead for item in first.findings(month, series, (*told.values(), *more))]

    replies, fewer = "Fewer replies in time than usual.", "Fewer marketing-sourced quality leads than usual."
    assert leads_of() == [fewer, replies, "Revenue: an ordinary month."]
    assert leads_of(reason) == ["One thing to look at.", fewer, replies]
    assert leads_of(club) == ["One thing to look at.", fewer, replies]  # without money the clearer one
    assert leads_of(club, reason)[:2] == ["One thing to look at.", "Another thing to look at."]
    assert first.worth(told["marketing_leads"], {"marketing_now": -3_000.0}) == 3_000


def test_a_slack_that_is_no_news_takes_no_announced_differences_place(make_month):
    month = replies_fell(make_month, marketing=58)
    series, told = monthly(month), questions.announcements(month)
    dear = Test("sources: Events", "sources_and_campaigns", 0.0001, "bad", "Dearer.", money=-900.0)

    def links(*more):
        return [item.link for item in first.findings(month, series, (*told, *more))]

    assert [test.name for test in told] == ["answered_in_time"]
    assert links() == ["relay", "scorecard", "pace"]
    assert links(dear) == ["relay", "scorecard", "sources_and_campaigns"]


def test_a_finding_has_three_sentences_at_most(make_month):
    for marketing in (40, 60):
        for item in question.in_one_minute(replies_fell(make_month, marketing)).lists[0].items:
            assert item.text.count(". ") + 1 <= 3


# The trust line, and the answer


def test_trust_line(make_month):
    tracking = [
        {"leads": 50, "source_known": 48},
        {"leads": 50, "source_known": 49, "month": "2026-10", "location": "Harbour"},
    ]

    def says(month):
        return [(item.text, item.link) for item in question.trust(month).items]

    assert says(make_month(tracking=tracking)) == [
        ("97% of leads have a source", "tracking"), ("4 checks passed", "tracking"),
        ("no definition changed", "definitions"),
    ]  # fmt: skip
    assert [text for text, _ in says(make_month("2026-09"))] == ["4 checks passed", "1 definition changed"]


def test_three_findings_each_with_its_link(make_month):
    month = make_month(plan=planned(MONTHS), **history(MONTHS, wobble(14)))
    answer = question.in_one_minute(month)
    assert [item.link for item in answer.lists[0].items] == ["scorecard", ""]  # both on plan: no slack
    assert answer.lists[0].items[0].lead == "An ordinary month."


def test_a_month_in_progress_is_read_when_it_is_over(make_month):
    month = make_month(plan=planned(MONTHS), partial=date(2026, 10, 18), **history(MONTHS))
    leads_of = [item.lead for item in question.in_one_minute(month).lists[0].items]
    assert leads_of[0] == "The month is in progress." and leads_of[-1] == "No signals yet."
    assert question.key_figures(month, monthly(month))[0].label == "of shared goal due by now"


def test_a_draft_is_named_wherever_the_first_screen_uses_it(make_month, riverside):
    month = make_month(company=replace(riverside, plan=riverside.plan.head(0)), **history(MONTHS))
    answer = question.in_one_minute(month)
    assert answer.headline.endswith(
        "marketing-sourced quality leads on draft plan, sales-sourced on draft plan."
    )
    assert answer.lists[0].items[0].text == "Revenue came to 100% of the draft goal, that of October 2025."


def test_a_draft_beside_an_agreed_plan_is_named(words):
    row = pd.concat([now(345, 253), pd.Series({"marketing_draft": False, "sales_draft": True})])
    assert question.headline_leads(words, row, TEAMS, UNIT) == (
        "marketing-sourced leads 66 under plan, sales-sourced 32 over draft plan"
    )
