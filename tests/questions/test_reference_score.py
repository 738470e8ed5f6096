"""A reference score of ours: what it is given, what it is refused, and against what it is held."""

import sys

import numpy as np
import pandas as pd
import pytest
from made_months import counting, months_to

from alignment_lib import questions
from alignment_lib.month import MonthData
from alignment_lib.questions.reference_score import compare, known_fields, reference_of

MONTHS = months_to("2026-10", 20)
WINS = [{"month": month, "created_month": month, "clients": 30} for month in MONTHS]
N = 4000


def leads(seed=1, sees=0.5, kind=0.35, fades=False, **more):
    """Return a sample of leads over twenty months: by their detail `kind` more or less join, the score knows the rest.

    `sees` is how much of a lead's hidden luck the company's score sees; with `fades` the detail tells older leads only.
    """
    draw = np.random.default_rng(seed)
    at = np.sort(draw.integers(0, len(MONTHS), N))
    warm, luck = draw.random(N) < 0.5, draw.random(N)
    newer = at >= 12
    share = 0.05 + np.where(warm & ~(newer & fades), kind, 0.0) + sees * luck**3
    joined = draw.random(N) < share
    month = pd.Series(MONTHS)[at].reset_index(drop=True)
    frame = pd.DataFrame({
        "month": month, "created_on": pd.to_datetime(month + "-05"), "clock_on": pd.to_datetime(month + "-05"),
        "created_hour": pd.Series(draw.integers(0, 24, N), dtype="Int16"), "team": "marketing",
        "source": draw.choice(["Paid search", "E-mail"], N), "arrival": "web form",
        "location": draw.choice(["Northgate", "Harbour"], N), "campaign": "(none)",
        "source_detail": np.where(warm, "visit request", "price question"),
        "touches_before": draw.integers(0, 5, N), "score": np.round(100 * luck), "grade": None,
        "quality": np.where(warm, "yes", "no"), "outcome": np.where(joined, "won", "lost"),
        "revenue": 700.0 * joined, "margin": 210.0 * joined,
    })  # fmt: skip
    return frame.assign(**{name: make(frame) if callable(make) else make for name, make in more.items()})


@pytest.fixture
def made(make_month):
    """Build a month with a sample of leads."""

    def make(sample=None, **more) -> MonthData:
        month = make_month(**({"revenue": WINS} | more))
        frame = leads() if sample is None else sample
        object.__setattr__(month, "lead_sample", lambda: frame)
        return month

    return make


def test_it_is_fitted_on_older_leads_and_tested_on_newer_ones(made):
    reference, _ = reference_of(made())
    by_part = reference.leads.groupby("part")["month"].agg(["min", "max", "size"])
    assert by_part["min"][0] == MONTHS[0] and by_part["max"][2] == "2026-09"  # October is too young
    assert by_part["max"][0] < by_part["min"][1] <= by_part["max"][1] < by_part["min"][2]
    assert (by_part["size"] / len(reference.leads)).round(1).tolist() == [0.5, 0.2, 0.3]


def test_it_says_shares_that_come_true_on_newer_leads(made):
    newer = reference_of(made())[0].leads.query("part == 2")
    by_kind = newer.groupby("source_detail")[["said", "joined"]].mean()
    assert by_kind["said"].to_numpy() == pytest.approx(by_kind["joined"].to_numpy(), abs=0.07)


def test_the_companys_score_is_no_field_of_it(made):
    month = made()
    reference, _ = reference_of(month)
    assert "source_detail" in reference.fields and not {"score", "grade", "quality"} & set(reference.fields)


def test_three_ways_are_held_against_each_other_on_the_same_leads(made, printable):
    month = made(leads(score=lambda f: f["score"].where(f.index % 10 > 0)))  # every tenth came without a score
    table = compare(reference_of(month)[0], month)
    newer = reference_of(month)[0].leads.query("part == 2")
    assert table.index.tolist() == ["The company’s score", "Reference score", "Quality-lead rule"]
    assert table["leads"].unique().tolist() == [newer["score"].notna().sum()]
    rule = table.loc["Quality-lead rule"]
    assert rule["order"] == pytest.approx(table.loc["Reference score", "order"], abs=0.04)  # both see the detail only
    assert np.isnan(rule["skill"]) and table["skill"].notna().sum() == 2
    printable(questions.reference_score(month))


def test_profit_is_the_margin_of_as_many_leads_as_the_playbook_calls_quality_leads(made):
    month = made()
    newer = reference_of(month)[0].leads.query("part == 2")
    quality = newer[newer["quality"] == "yes"]
    table = compare(reference_of(month)[0], month)
    assert table["picked"].iloc[0] == len(quality)
    assert table.loc["Quality-lead rule", "profit"] == pytest.approx(100 * 210 * quality["joined"].mean())
    by_score = newer.sort_values("score", ascending=False).head(len(quality))["joined"].mean()
    assert table.loc["The company’s score", "profit"] == pytest.approx(100 * 210 * by_score, rel=0.03)  # ties in part


def test_there_is_no_profit_while_payments_may_still_come(made, riverside):
    month = made(company=counting(riverside, "payments within 90 days"))
    assert compare(reference_of(month)[0], month)["profit"].isna().all()
    assert "profit" not in questions.reference_score(month).tables["ways"]


@pytest.mark.parametrize(("sees", "kind", "verdict"), [
    (0.75, 0.05, "the score knows more than they do."),
    (0.0, 0.5, "they could tell more than the score does."),
])  # fmt: skip
def test_the_verdict_follows_what_was_planted(made, sees, kind, verdict):
    answer = questions.reference_score(made(leads(sees=sees, kind=kind)))
    assert answer.finding.endswith(verdict)


def test_equal_ranking_is_called_within_chance(made):
    sample = leads(score=lambda f: 50.0 + 20 * (f["source_detail"] == "visit request"))
    assert questions.reference_score(made(sample)).finding.endswith(": within chance the same.")


def test_without_a_score_the_rule_is_what_it_is_held_against(made):
    month = made(missing={"leads.score", "leads.grade"})
    assert compare(reference_of(month)[0], month).index.tolist() == ["Reference score", "Quality-lead rule"]
    assert "the quality-lead rule in" in questions.reference_score(month).finding


def test_without_a_rule_there_is_no_cut_and_no_profit(made, printable):
    month = made(leads(quality="unknown"))
    answer = questions.reference_score(month)
    printable(answer)
    assert "profit" not in answer.tables["ways"] and len(answer.tables["ways"]) == 2


def test_dated_fields_are_refused_where_they_came_after_hand_over(made):
    dated = {"disposition": lambda f: f["outcome"], "disposition_late": True}
    after = leads(**dated, accepted_at="dated", accepted_at_late=False)
    fields, refused = known_fields(after, made(after))
    assert refused == {"disposition": "dated after hand-over in 100% of the leads that have it"}
    assert "accepted_at" in fields


def test_an_undated_field_that_knows_the_end_is_refused_and_named(made, printable):
    knowing = leads(status=lambda f: np.where(f["outcome"] == "won", "client", "contacted"))
    month = made(knowing)
    answer = questions.reference_score(month)
    printable(answer)
    assert "status" in reference_of(month)[0].refused and "status" not in reference_of(month)[0].fields
    assert answer.notes[-1].endswith("because filled after hand-over: “status”.")
    row = answer.tables["fields"].set_index("field").loc["Status", "why"]
    assert row == "what stands in it alone puts the right lead first in 100% of cases: it was known afterwards"


def test_a_field_that_is_asked_later_is_refused_for_its_age(made):
    draw = np.random.default_rng(3)
    filled = draw.random(N)
    asked = leads(profile_goal=lambda f: np.where(filled < np.where(f["month"] == "2026-10", 0.3, 0.9), "x", None))
    assert "of older leads" in reference_of(made(asked))[0].refused["profile_goal"]


def test_drift_is_said_and_called_so_only_beyond_chance(made):
    samples = (leads(sees=0.1, kind=0.5, fades=fades) for fades in (False, True))
    steady, faded = (questions.reference_score(made(sample)).notes[1] for sample in samples)
    assert steady.startswith("From older to newer: it holds as well on newer leads (")
    assert faded.startswith("From older to newer: it holds less well on newer leads (")


@pytest.mark.parametrize(("sample", "why"), [
    (leads().head(150), "Too few decided leads to fit a reference score: it takes 200 older and 200 newer ones."),
    (leads(outcome="lost"), "Too few decided leads to fit a reference score: it takes 200 older and 200 newer ones."),
])  # fmt: skip
def test_too_little_to_fit_on_is_said(made, printable, sample, why):
    answer = questions.reference_score(made(sample))
    printable(answer)
    assert (answer.finding, answer.state, answer.tables) == (why, "poor", {})


def test_a_month_without_rows_or_wins_is_said(make_month, made):
    assert questions.reference_score(make_month()).finding == "Too few joins yet to fit a reference score on."
    assert questions.reference_score(made(revenue=[])).state == "poor"


def test_nothing_is_fitted_where_the_score_check_does_not_signal(made, monkeypatch):
    monkeypatch.setattr(sys.modules["alignment_lib.questions.score_check"], "comparison", lambda month: 1 / 0)
    band = {"band": "0-15", "leads": 100, "score": 1000.0, "won": 10}
    assert not questions.score_check(made(scores=[band | {"month": "2026-09"}])).shown


@pytest.mark.parametrize(("period", "shown"), [("2026-09", True), ("2026-10", False)])
def test_a_company_without_a_score_sees_it_against_the_rule_at_the_end_of_a_quarter(made, printable, period, shown):
    month = made(period=period, missing={"leads.score", "leads.grade"})
    answer = questions.score_check(month)
    printable(answer)
    assert (answer.shown, answer.finding.startswith("Leads carry no score.")) == (shown, True)
    assert [table.name for table in answer.tables_shown] == (["ways"] if shown else [])
    if shown:
        ways = answer.tables_shown[0].frame["way"].tolist()
        assert ways == ["Reference score", "Quality-lead rule"]
        assert "put the right lead first in " in answer.finding and answer.notes[-1].startswith("It decides nothing.")
