import math
from datetime import date

import pandas as pd
import pytest

PLAN = "month,location,team,leads,reached_share,joins_per_reached,value,revenue,clients\n"

PROMISE = """\
- id: evenings
  agreed_on: 2026-01-05
  team: sales
  owner_role: Manager North
  what: A second person after four.
  measure: never reached
  expected: {low: -3, mid: -2, high: -1}
  due_on: 2026-02-01
"""


def test_a_plan_is_read_with_its_types(folder):
    folder.write(
        "plan.csv", PLAN + "2026-01,North,marketing,60,0.8,0.3,700,,\n2026-01,,shared,,,,,18500,25\n"
    )
    plan = folder.read().plan
    assert plan["month"].tolist() == ["2026-01", "2026-01"]
    assert plan["location"].tolist() == ["North", "all"]  # an empty location is the whole company
    assert plan["leads"].tolist()[0] == 60.0
    assert math.isnan(plan["leads"].tolist()[1])
    assert plan["clients"].dtype == "float64"


@pytest.mark.parametrize(
    "content",
    [
        "month,team,leads\n2026-01,sales,1200.5\n",
        "\ufeffmonth,team,leads\r\n2026-01,sales,1200.5\r\n",
        "month;team;leads\n2026-01;sales;1200,5\n",
        "Month , Team,LEADS\n\n2026-01, sales ,1200.5\n,,\n",
        "month;team;leads\r2026-01;sales;1200,5\r",
        'leads,team,month\n"1200.5","sales","2026-01"\n',
    ],
)
def test_what_spreadsheets_write_reads_the_same(folder, content):
    folder.write("plan.csv", content)
    (row,) = folder.read().plan.to_dict("records")
    assert (row["month"], row["team"], row["leads"]) == ("2026-01", "sales", 1200.5)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "plan.csv, row 1: is empty; allowed: the headings month, location"),
        ("month,team,lead\n", 'plan.csv, row 1: "lead" is not a known heading'),
        ("month,team,lead\n", 'Did you mean "leads"?'),
        ("month,team,team\n", "heading team stands twice"),
        ("month,leads\n", "heading team is missing"),
        ("month,team,leads\n2026-01,sales\n", "row 2: has 2 cells, the heading row has 3"),
        ("month,team,leads\n2026-01,sales,1,200\n", "row 2: has 4 cells"),
        ('month,team,leads\n2026-01,sales,"1,200"\n', 'row 2: leads: found "1,200"'),
        ("month;team;leads\n2026-01;sales;1.200\n", 'leads: found "1.200"; allowed: numbers without'),
        ("month,team,reached_share\n2026-01,sales,80%\n", "For 80% write 0.8."),
        ("month,team,leads\n2026-13,sales,1\n", 'row 2: month: found "2026-13"; allowed: a month'),
        ("month,team,leads\n2026-01-01,sales,1\n", "A month has no day."),
        ("month,team,leads\nSep-26,sales,1\n", "turned it into a date: format the column as text."),
        ("month,team,leads\n2026-01,sails,1\n", 'Did you mean "sales"?'),
        ("month,team,leads\n,sales,1\n", "row 2: month is empty"),
        ("month,team,leads\n2026-01,sales,-1\n", "row 2: leads is below 0"),
        ("month,team,location\n2026-01,sales,Nort\n", 'row 2: location "Nort" is not in the playbook'),
        ("month,team,leads\n2026-01,sales,1\n\n2026-01,sales,2\n", "row 4: repeats row 2 (2026-01, all"),
        ("month,team,location\n2026-01,sales,North\n2026-01,sales,all\n", "planned for all and by location"),
        ("month,team,revenue\n2026-01,sales,1\n", "row 2: revenue stands on a row of sales"),
        ("month,team,leads\n2026-01,shared,1\n", "row 2: leads stands on a row of shared"),
        ('month,team,leads\n2026-01,sales,"1\n', "row 2: a quote is not closed"),
        (b"month,team,location\n2026-01,sales,Caf\xe9\n", "plan.csv, line 2: is not UTF-8 text"),
    ],
)  # fmt: skip
def test_one_wrong_cell_of_the_plan(folder, content, said):
    folder.write("plan.csv", content)
    assert any(said in problem for problem in folder.problems()), folder.problems()


def test_all_rows_are_reported_at_once(folder):
    folder.write("plan.csv", "month,team,leads\n2026-1,sales,1\n2026-01,x,y\n")
    assert [problem.split(":")[0] for problem in folder.problems()] == [
        "plan.csv, row 2",
        "plan.csv, row 3",
        "plan.csv, row 3",
    ]


def test_a_plan_more_than_a_point_off_the_split_is_a_warning(folder):
    planned = {"2026-01": (60, 40), "2026-02": (61, 39), "2026-03": (62, 38)}
    rows = [f"{month},marketing,{ours}\n{month},sales,{theirs}" for month, (ours, theirs) in planned.items()]
    folder.write("plan.csv", "\n".join(["month,team,leads", *rows, "2026-04,marketing,99"]))
    assert folder.read().warnings == (
        "plan.csv, 2026-03: marketing has 62.0% of the planned quality leads, the playbook says 60.0%.",
    )


def test_the_other_small_files_are_read_with_their_types(folder):
    folder.playbook(add="communication: [{meeting: Monthly, every: month}]\n")
    folder.write(
        "actions.csv",
        "Month,Team,Source,Expected leads,Done\n2026-02,sales,Referral,12,true\n2026-02,sales,Referral,,\n",
    )
    folder.write("feedback.csv", 'date,about,text\n2026-02-01,offer,"Too dear, they say"\n')
    folder.write("disputes.csv", "date,lead_id,raised_by,settled_on\n2026-02-01,00123,sales,\n")
    folder.write("meetings.csv", "date,meeting,present\n2026-02-03,Monthly,Head of revenue; Sales lead\n")
    folder.write("control_totals.csv", "month,measure,value,believed_by\n2026-01,leads,120,CRM dashboard\n")
    folder.write("fx.csv", "month,currency,rate\n2026-01,USD,0.92\n")
    company = folder.read()
    assert company.actions["expected_leads"].tolist()[0] == 12.0
    assert company.actions["done"].tolist() == [True, False]
    assert company.feedback["text"].tolist() == ["Too dear, they say"]
    assert company.feedback["date"].tolist() == [pd.Timestamp("2026-02-01")]
    assert company.disputes["lead_id"].tolist() == ["00123"]  # text keeps its zeros
    assert company.disputes["settled_on"].isna().all()
    assert company.meetings["present"].tolist() == ["Head of revenue; Sales lead"]
    assert company.control_totals["value"].tolist() == [120.0]
    assert company.fx["rate"].tolist() == [0.92]


@pytest.mark.parametrize(("written", "meant"), [("TRUE", True), ("True", True), ("FALSE", False), ("", False)])
def test_true_is_true_in_any_case(folder, written, meant):
    folder.write("actions.csv", f"month,team,source,done\n2026-02,sales,Referral,{written}\n")
    folder.write("thanks.yml", f"- {{on: 2026-01-31, to: The desk, because: They called., consent: {meant}}}\n")
    company = folder.read()
    assert company.actions["done"].tolist() == [meant]
    assert [one.consent for one in company.thanks] == [meant]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "actions.csv",
            "month,team,source\n2026-02,sales,Referal\n",
            'source "Referal" is not in the playbook',
        ),
        (
            "actions.csv",
            "month,team,source,done\n2026-02,sales,Referral,yes\n",
            'done: found "yes"; allowed: true or false',
        ),
        (
            "feedback.csv",
            "date,text\n01/02/2026,x\n",
            'date: found "01/02/2026"; allowed: a date like 2026-03-31',
        ),
        ("feedback.csv", "date,text\n2026-02-30,x\n", "not in the calendar"),
        ("fx.csv", "month,currency,rate\n2026-01,USD,0\n", "rate is not above 0"),
        ("fx.csv", "month,currency,rate\n2026-01,dollar,1\n", "three capitals"),
        ("actions.csv", "month,team,source,expected_leads\n2026-02,sales,Referral,-5\n",
         "expected_leads: found -5; allowed: 0 or more"),
        ("actions.csv", "month,team,source,expected_pipeline\n2026-02,sales,Referral,-5\n",
         "expected_pipeline: found -5; allowed: 0 or more"),
        ("actions.csv", "month,team,source,expected_pipeline\n2026-02,sales,Referral,\n2026-02,sales,Referral,900\n",
         "row 3: expected_pipeline is filled, but the split of 2026-02 is of quality leads; allowed: expected_leads. "
         "Write the leads that are expected, or change lead_split in the playbook."),
        ("actions.csv", "month,team,source,budget\n2026-02,sales,Referral,-1.5\n",
         "budget: found -1.5; allowed: 0 or more"),
        ("feedback.csv", "date,text,answer,answered_on\n2026-02-05,x,y,2026-02-04\n",
         "answered_on 2026-02-04 is before date 2026-02-05"),
        ("feedback.csv", "date,text,answer,answered_on\n2026-02-05,x,y,\n",
         "answer is filled, answered_on is empty"),
        ("feedback.csv", "date,text,answer,answered_on\n2026-02-05,x,,2026-02-06\n",
         "answered_on is filled, answer is empty"),
        ("disputes.csv", "date,lead_id,raised_by,settled_on,settled_for\n2026-02-05,1,sales,2026-02-04,sales\n",
         "settled_on 2026-02-04 is before date 2026-02-05; allowed: that day"),
        ("disputes.csv", "date,lead_id,raised_by,settled_on,settled_for\n2026-02-05,1,sales,2026-02-06,\n",
         "settled_on is filled, settled_for is empty"),
        ("disputes.csv", "date,lead_id,raised_by,settled_on,settled_for\n2026-02-05,1,sales,,sales\n",
         "settled_for is filled, settled_on is empty"),
        ("disputes.csv", "date,lead_id,raised_by,settled_on,settled_for\n2026-02-05,1,sales,6.2.26,sales\n",
         "settled_on: found"),
        ("fx.csv", "month,currency,rate\n2026-01,EUR,0.9\n",
         "rate of EUR is 0.9; allowed: 1"),
        ("fx.csv", "month,currency,rate\n2026-01,USD,1\n2026-01,USD,2\n", "repeats row 2 (2026-01, USD)"),
    ],
)
def test_one_wrong_cell_elsewhere(folder, name, content, said):
    folder.write(name, content)
    (problem,) = folder.problems()
    assert problem.startswith(f"{name}, row ")
    assert said in problem


def test_an_action_expects_pipeline_from_the_month_on_in_which_the_split_is_of_it(folder):
    of_pipeline = folder.PLAYBOOK.replace("{marketing: 0.6,", "{unit: pipeline, marketing: 0.6,")
    folder.write("playbook/2026-03-01.yml", of_pipeline)
    rows = "2026-02,sales,Referral,12,\n2026-03,sales,Referral,,90000\n2026-04,sales,Referral,12,\n"
    folder.write("actions.csv", f"month,team,source,expected_leads,expected_pipeline\n{rows}")
    assert folder.read().actions["expected_pipeline"].tolist()[1] == 90_000.0  # and a file of leads stays valid
    folder.write("actions.csv", "month,team,source,expected_pipeline\n2026-02,sales,Referral,90000\n")
    assert folder.problems()[0].startswith("actions.csv, row 2: expected_pipeline is filled, but the split of 2026-02")


def test_a_meeting_that_nobody_agreed_is_named_with_the_nearest(folder):
    folder.playbook(add="communication: [{meeting: Monthly alignment, every: month}]\n")
    folder.write("meetings.csv", "date,meeting\n2026-02-03,Monthly aligment\n")
    assert 'Did you mean "Monthly alignment"?' in folder.problems()[0]


def test_feedback_is_never_quoted_in_a_message(folder):
    folder.write("feedback.csv", "date,text\n2026-02-01,CANARY wrote,this\nx,CANARY\n")
    assert "CANARY" not in "\n".join(folder.problems())


def test_promises_and_thanks(folder):
    folder.write("promises.yml", PROMISE)
    folder.write(
        "thanks.yml", "- {on: 2026-01-31, to: The desk, because: They called everybody., consent: true}\n"
    )
    company = folder.read()
    (promise,) = company.promises
    assert (promise.where, promise.status, promise.done_on, promise.due_on) == (
        "all",
        "open",
        None,
        date(2026, 2, 1),
    )
    assert promise.expected.mid == -2
    assert company.thanks[0].consent


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("low: -3", "low: 3", "low <= mid <= high"),
        ("due_on: 2026-02-01", "due_on: 2025-02-01", "is before agreed_on"),
        ("team: sales", "team: sales\n  status: done", "done_on exactly when done"),
        ("team: sales", "team: sales\n  status: done\n  done_on: 2026-01-04", "done_on 2026-01-04 is before agreed_on"),
        ("team: sales", "team: sale", 'Did you mean "sales"?'),
        ("owner_role", "owner", 'Did you mean "owner_role"?'),
        (PROMISE, PROMISE + PROMISE, 'promises.yml, line 9: [2].id: id "evenings" stands twice'),
        (PROMISE, "id: evenings\n", "allowed: a list"),
    ],
)
def test_one_wrong_word_in_a_promise(folder, old, new, said):
    folder.write("promises.yml", PROMISE.replace(old, new))
    assert any(said in problem for problem in folder.problems()), folder.problems()


def test_a_promise_names_a_place_that_exists(folder):
    folder.write("promises.yml", PROMISE.replace("measure:", "where: Nort\n  measure:"))
    assert (
        'location "Nort" is not in the playbook; allowed: North, South, all. Did you mean "North"?'
        in folder.problems()[0]
    )


def test_a_row_of_a_misspelt_team_is_told_once(folder):
    folder.write("plan.csv", "month,team,revenue\n2026-01,shraed,1\n2026-01,shraed,2\n")
    assert not [said for said in folder.problems() if "stands on a row" in said or "row of " in said]
