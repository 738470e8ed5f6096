"""`make check` says what reading found, and what counting a month found beyond it."""

from __future__ import annotations

import pandas as pd
from rich.console import Console

from alignment_lib.period import Month
from alignment_lib.report import check
from alignment_lib.sources import Finding, Summary

READ = Finding("unlisted-source", "warn", "leads.csv", "no playbook lists it", table="leads", column="source", count=4)
COUNTED = Finding("unlisted-source", "info", "", "belongs to no team", table="leads", column="source", count=3)
UNDATED = Finding("undated-win", "info", "", "2 leads were won without a date.", table="deals", column="closed_at")


def summary_of(*findings):
    return Summary(pd.DataFrame(), pd.DataFrame(), pd.DataFrame(), findings)


def test_what_counting_found_stands_there_too_and_is_told_once(make_month, monkeypatch, capsys, riverside):
    month = make_month(findings=[READ, COUNTED, UNDATED])
    monkeypatch.setattr(check, "open_month", lambda period, folder: month)
    monkeypatch.setattr("alignment_lib.questions.answers", lambda month: ())
    check.print_answers(Console(soft_wrap=True), riverside, Month.parse("2026-10"), summary_of(READ))
    said = capsys.readouterr().out
    assert "Findings on counting for October 2026: 1\n  · undated-win: deals, column closed_at: 2 leads were" in said
    assert "unlisted-source" not in said


def test_a_month_that_knows_no_more_says_nothing_further():
    assert check.further_findings(summary_of(READ), (READ, COUNTED)) == ()
