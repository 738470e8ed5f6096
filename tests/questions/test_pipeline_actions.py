"""Actions where the split is of pipeline: expected, usual and got in money, and what is owed covered in it.

A month brings $100,000 of pipeline in deals of $10,000: 6 of marketing's leads, 4 of sales'.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module

import pandas as pd
import pytest
from test_next_month import MONTHS, NOVEMBER, OCTOBER, agreed, tallies, with_actions

from alignment_lib.period import Month
from alignment_lib.plan import Plan
from alignment_lib.questions import wins
from alignment_lib.questions.next_month_tables import plan_rows
from alignment_lib.questions.open_deals import OpenDeals, describe_open
from alignment_lib.questions.outlook import outlook
from alignment_lib.questions.owed import owed_next
from alignment_lib.questions.pace_deals import deals_note, deals_opened, describe_deals
from alignment_lib.questions.team_pace import team_pace

question = import_module("alignment_lib.questions.next_month")
looking_ahead = import_module("alignment_lib.questions.outlook")

AMOUNT = 10_000.0
OPENED = {"Paid search": ("marketing", 4), "E-mail": ("marketing", 2), "Referral": ("sales", 4)}


@pytest.fixture
def in_pipeline(make_month, riverside):
    """Return a month of October whose split is of pipeline; actions expect money."""

    def build(*rows, actions=None, **more):
        goals = riverside.playbooks[-1].goals
        goals = goals.model_copy(update={"lead_split": goals.lead_split.model_copy(update={"unit": "pipeline"})})
        books = tuple(book.model_copy(update={"goals": goals}) for book in riverside.playbooks)
        company = replace(with_actions(riverside, *rows, in_money=True), playbooks=books)
        company = company if actions is None else replace(company, actions=actions)
        plan = agreed()
        plan.agreed["leads"] = plan.agreed["team"].map({"marketing": 60_000.0, "sales": 40_000.0})
        by_day, by_end, opened = [], [], []
        for month in MONTHS:
            for source, (team, count) in OPENED.items():
                own = {"team": team, "location": "Northgate", "deals": count, "pipeline": AMOUNT * count}
                by_day.append({**own, "month": month, "day": pd.Timestamp(f"{month}-02")})
                by_end.append({**own, "opened_month": month, "closed_month": month, "outcome": "won",
                               "squared": count * AMOUNT**2, "revenue": AMOUNT * count / 10})  # fmt: skip
                opened.append({**own, "month": month, "source": source, "campaign": "(none)"})
        given = tallies() | {"pipeline": by_day, "deals": by_end, "opened": opened}
        return make_month(OCTOBER, plan=Plan(plan.agreed), company=company, **(given | more))

    return build


def test_with_a_split_of_pipeline_actions_are_expected_usual_and_got_in_pipeline(in_pipeline, printable):
    month = in_pipeline(
        (OCTOBER, "marketing", "Paid search", "", "all", 50_000, 900, True),
        (NOVEMBER, "marketing", "Paid search", "", "all", 45_000, 900, False),
        (NOVEMBER, "sales", "Referral", "", "Northgate", 38_000, 0, False),
    )
    answer = question.next_month(month)
    printable(answer)
    done, planned = answer.tables["done_actions"], answer.tables["next_actions"]
    assert done[["expected", "got", "gap", "usual"]].to_numpy().tolist() == [[50_000, 40_000, -10_000, 40_000]]
    assert planned[["action", "expected", "usually"]].fillna(0).to_numpy().tolist() == [
        ["Paid search", 45_000, "$40.0k ($40.0k–$40.0k)"], ["E-mail", 0, "$20.0k ($20.0k–$20.0k)"],
        ["Referral, Northgate", 38_000, "$40.0k ($40.0k–$40.0k)"],
    ]  # fmt: skip
    assert {one.name: one.title for one in answer.tables_shown}["next_actions"] == (
        "Where the qualified pipeline of November should come from")  # fmt: skip


def test_with_a_split_of_pipeline_what_is_owed_is_covered_in_pipeline(in_pipeline, printable):
    month = in_pipeline(
        (NOVEMBER, "marketing", "Paid search", "", "all", 45_000, 900, False),
        (NOVEMBER, "sales", "Referral", "", "all", 38_000, 0, False),
    )
    answer = question.next_month(month)
    printable(answer)
    table = answer.tables["owed"]
    owes = table["owes"].tolist()
    assert table["expected"].tolist() == [45_000, 38_000, 83_000] and table["usually"].tolist() == [20_000, 0, 20_000]
    assert table["uncovered"].tolist() == [max(0, owes[0] - 45_000), max(0, owes[1] - 38_000), sum(
        (max(0, owes[0] - 45_000), max(0, owes[1] - 38_000)))]  # fmt: skip
    cells = {column.key: column.unit for column in answer.tables_shown[0].columns}
    assert cells["expected"] == cells["uncovered"] == cells["usually"] == "money"


def test_in_pipeline_the_sentences_say_what_is_planned_uncovered_and_asked(in_pipeline, monkeypatch):
    month = in_pipeline((NOVEMBER, "marketing", "Paid search", "", "all", 45_000, 900, False))
    table = outlook(month).table.copy()
    table["owes"], table["uncovered"] = [64_000.0, 36_000.0, 100_000.0], [19_000.0, 36_000.0, 55_000.0]
    table["usually"] = [20_000.0, 40_000.0, 60_000.0]
    takes = "The goals ahead take $64.0k of qualified pipeline from marketing in November and $36.0k from sales."
    assert question.describe_next(month, table, "", True) == (
        f"{takes} The actions planned so far should bring $45.0k and $0. "
        "$55.0k is uncovered; sources without an action usually bring $60.0k."
    )
    assert question.describe_next(month, table, "", False) == (
        f"{takes} No actions are planned for November yet; the sources usually bring $60.0k.")  # fmt: skip
    table["uncovered"], table["usually"] = [0.0, 30_000.0, 30_000.0], 0.0
    assert question.describe_next(month, table, "", True).endswith(" $30.0k is uncovered.")
    replaced = outlook(month)._replace(table=table)
    monkeypatch.setattr(question, "outlook", lambda month: replaced)
    assert question.prompt_for(month).text == (
        "Which action covers the $30.0k of pipeline that November still lacks, and who takes it on?")  # fmt: skip
    table.loc["together", "uncovered"] = 9_900.0  # under one deal of $10,000 nothing is asked
    assert question.prompt_for(month) is None


LACKS = OpenDeals(989_500.0, 745_200.0, Month(2027, 3), 244_300.0, 1_000_000.0, Month(2027, 1), 200_000.0, 160_000.0)


@pytest.mark.parametrize(("found", "says"), [
    (LACKS, ["Deals open now should bring $745.2k of the $989.5k due from them by March 2027. "
             "The $244.3k missing takes $1.0m of pipeline.",
             "Of the $244.3k, $200.0k is due by January 2027, when the quarter ends; opened next month, that pipeline "
             "brings $160.0k by then, the rest later."]),
    (LACKS._replace(by_quarter=0.0), ["Deals open now should bring $745.2k of the $989.5k due from them by March 2027. "
                                      "The $244.3k missing takes $1.0m of pipeline."]),
    (OpenDeals(989_500.0, 985_000.0, Month(2027, 3)), [
        "Deals open now should bring the $989.5k due from them by March 2027."]),
    (OpenDeals(989_500.0, 1_100_000.0, Month(2027, 3)), [
        "Deals open now should bring $1.1m by March 2027, $110.5k more than is due from them."]),
])  # fmt: skip
def test_open_deals_are_set_against_what_the_goals_ahead_need_of_them(make_month, found, says):
    assert list(describe_open(make_month().words, found)) == says


@pytest.mark.parametrize(("missing", "ends", "asks", "planned"), [
    (15_000.0, "What open deals lack takes $15.0k more.", "who takes it on", 95_000),
    (150_000.0, "What open deals lack takes $150.0k more: in all $230.0k, beyond any month yet.",
     "what is left to later months", 80_000),
])  # fmt: skip
def test_what_open_deals_lack_is_a_row_uncovered_and_asked_for_and_planned_where_a_month_can_bring_it(
        in_pipeline, monkeypatch, missing, ends, asks, planned):
    lacks = LACKS._replace(pipeline=missing)
    monkeypatch.setattr(looking_ahead, "open_for_goals", lambda month, owed: lacks)
    month = in_pipeline((NOVEMBER, "marketing", "Paid search", "", "all", 20_000, 900, False))
    owed = replace(owed_next(month)[0], leads={"marketing": 48_000.0, "sales": 32_000.0})
    monkeypatch.setattr(looking_ahead, "owed_next", lambda month: (owed, ""))
    answer = question.next_month(month)
    table = answer.tables["owed"]
    assert table.index.tolist() == ["Marketing-sourced", "Sales-sourced", "Missing from open deals", "Together"]
    assert table["owes"].tolist() == [48_000, 32_000, missing, 80_000 + missing]
    assert table["uncovered"].tolist() == [28_000, 32_000, missing, 60_000 + missing]
    assert table["plan"].tolist()[-1] == 100_000  # what open deals lack has no plan, and takes none from the others
    assert ends in answer.finding and asks in answer.prompt.text
    lines = {one.name: one for one in answer.tables_shown}["plan_rows"]
    rows = plan_rows(month, owed, 0.0 if missing > 100_000 else missing)
    assert rows["leads"].replace("", "0").astype(int).sum() == planned
    assert lines.frame["line"].tolist() == rows.to_csv(index=False, lineterminator="\n").splitlines()[1:]
    assert ("is in it, split as agreed" in lines.note) == (missing < 100_000)


def test_an_action_that_expects_leads_only_counts_as_no_pipeline(in_pipeline, riverside, printable):
    row = (NOVEMBER, "sales", "Referral", "", "all", 30, 0, False)
    answer = question.next_month(in_pipeline(actions=with_actions(riverside, row).actions))
    printable(answer)
    (table,) = (one for one in answer.tables_shown if one.name == "next_actions")
    assert answer.tables["owed"].loc["Sales-sourced", "expected"] == 0
    assert table.note.endswith(" 1 action has no expected_pipeline in actions.csv and counts as none.")


def test_in_pipeline_a_source_that_usually_opens_less_than_one_deal_has_no_row(in_pipeline):
    rows = outlook(in_pipeline()).others
    assert rows["action"].tolist() == ["Paid search", "E-mail", "Referral"]
    rare = [{"month": month, "team": "sales", "source": "Walk-in", "location": "Station", "campaign": "(none)",
             "deals": 1, "pipeline": 9_000.0} for month in MONTHS]  # fmt: skip
    assert outlook(in_pipeline(opened=rare)).others.empty


def test_an_action_wins_in_pipeline_from_five_deals_of_the_usual_size_on(in_pipeline):
    def told(got):
        opened = [{"month": OCTOBER, "team": "sales", "source": "Referral", "location": "Northgate", "deals": 5,
                   "campaign": "(none)", "pipeline": got}]  # fmt: skip
        action = (OCTOBER, "sales", "Referral", "", "all", 40_000, 0, True)
        return list(wins.source_wins(in_pipeline(action, opened=opened)))

    assert told(49_000.0) == []
    ((_, item),) = told(50_000.0)
    assert item.lead == "Referral brought $50.0k of qualified pipeline where $40.0k was expected."


def test_without_a_file_the_page_names_the_column_of_its_unit(in_pipeline, make_month, riverside):
    (asked,) = (one for one in question.next_month(in_pipeline()).missing if one.cause == "Actions")
    assert asked.todo == "Write actions.csv: month, team, source, expected_pipeline."
    month = make_month(OCTOBER, plan=agreed(), company=with_actions(riverside), **tallies())
    (asked,) = (one for one in question.next_month(month).missing if one.cause == "Actions")
    assert asked.todo == "Write actions.csv: month, team, source, expected_leads."


@pytest.mark.parametrize(("deals", "amount", "by", "says"), [
    (3, 5_000, (-22_500, -22_500), "Of the $45.0k under, $22.5k goes with fewer deals and $22.5k with smaller ones."),
    (3, 15_000, (-37_500, 22_500), "Fewer deals make −$37.5k of the $15.0k under, larger ones +$22.5k."),
    (9, 11_000, (31_500, 7_500), "Of the $39.0k over, $31.5k goes with more deals and $7.5k with larger ones."),
    (0, 0, (-60_000, 0), "All of the $60.0k under goes with fewer deals."),
])  # fmt: skip
def test_a_gap_in_pipeline_is_split_over_the_number_of_deals_and_their_amount(in_pipeline, deals, amount, by, says):
    own = {"team": "marketing", "location": "Northgate"}
    rows = [{**own, "month": month, "day": pd.Timestamp(f"{month}-02"), "deals": 6, "pipeline": 60_000.0, "unpriced": 0}
            for month in MONTHS[:-1]]  # fmt: skip
    rows.append({**own, "month": OCTOBER, "day": pd.Timestamp(f"{OCTOBER}-02"), "deals": deals + 2, "unpriced": 2,
                 "pipeline": float(deals * amount)})  # fmt: skip
    month = in_pipeline(pipeline=rows)
    found = deals_opened(month, team_pace(month, "marketing"))
    assert (found.by_deals, found.by_amount) == pytest.approx(by)
    assert found.gap == pytest.approx(team_pace(month, "marketing").gap)
    told = describe_deals(month, found)
    assert re.sub(" by which marketing-sourced pipeline was (under|over) plan", r" \1", told) == says
    assert (found.deals, found.usual_deals) == (deals, pytest.approx(6))  # deals without an amount make no mean
    assert "where the plan at the usual amount makes 6 of $10.0k" in deals_note(month, found)
