"""Where this came from: rows in and out, what identifies the page, and figures that others believe in."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from alignment_lib.questions.where_from import describe_where_from, files_read, reconciliation, where_from
from alignment_lib.sources.findings import FileRead

FILES = [
    FileRead(
        "contacts.csv", "leads", 100, 95, {"same person, same journey": 4, "merged": 1}, date(2026, 10, 31)
    ),
    FileRead("owners.csv", "owners", 6, 6),
]


def believed(riverside, *rows):
    frame = pd.DataFrame(rows, columns=["month", "measure", "value", "believed_by", "note"])
    return replace(riverside, control_totals=frame)


def test_every_row_is_used_or_set_aside_for_a_reason(make_month):
    table = files_read(make_month(files=FILES))
    assert (table["rows_in"] == table["rows_used"] + table["set_aside"]).all()
    assert table["why"].tolist() == ["same person, same journey 4; merged 1", ""]
    assert describe_where_from(make_month(files=FILES)) == (
        "106 rows of 2 files were read and 5 of them set aside; this page sees them as of 3 November 2026."
    )


def test_clean_files_and_no_files_have_their_own_sentence(make_month):
    assert "none set aside" in describe_where_from(make_month(files=FILES[1:]))
    assert describe_where_from(make_month()) == "The data goes to 3 November 2026."


def test_the_page_names_its_command_and_fingerprints_and_no_time_of_running(make_month):
    month = replace(make_month(files=FILES), fingerprints={"inputs": "9f2c7112aabbccdd", "code": "4d08"})
    facts = where_from(month).facts
    assert facts["Command"] == "make report MONTH=2026-10 PARAMS=params/riverside"
    assert facts["Data to"] == "3 November 2026 (America/New_York)"
    assert facts["Fingerprints"] == "inputs 9f2c7112aabb · code 4d08"
    assert facts["Packages"].startswith("Python 3")
    assert where_from(month).facts == facts
    assert not any(str(date.today()) in text for text in facts.values())


def test_leads_differ_by_people_counted_once(make_month, riverside):
    """The dashboard says 95 people; we count 100 journeys of 95 people."""
    company = believed(
        riverside, ("2026-10", "leads", 95.0, "CRM dashboard", ""), ("2026-09", "leads", 1.0, "x", "")
    )
    month = make_month(company=company, daily=[{"leads": 100}], people=[{"leads": 100, "people": 95}])
    row = reconciliation(month).iloc[0]
    assert (row["ours"], row["difference"], row["steps"], row["unexplained"]) == (
        100,
        5,
        "people counted once +5",
        0,
    )


def test_revenue_differs_by_renewals_and_by_the_date_it_is_counted_on(make_month, riverside):
    """Finance says 12,500: our 10,000 without the renewals of 2,000; 500 stay unexplained."""
    company = believed(riverside, ("2026-10", "revenue", 12500.0, "Finance", "with renewals"))
    revenue = [
        {"revenue": 10000.0, "clients": 12, "created_month": "2026-09"},
        {"revenue": 2000.0, "type": "renewal"},
    ]
    row = reconciliation(make_month(company=company, revenue=revenue)).iloc[0]
    assert (row["ours"], row["difference"], row["unexplained"]) == (10000, -2500, -500)
    assert row["steps"] == "renewals left out −$2,000"
    assert row["difference_text"] == "−$2,500"
    assert row["note"] == "with renewals"


def test_steps_that_point_the_other_way_or_go_too_far_explain_nothing(make_month, riverside):
    company = believed(riverside, ("2026-10", "leads", 103.0, "CRM dashboard", None))
    month = make_month(company=company, daily=[{"leads": 100}], people=[{"leads": 100, "people": 95}])
    row = reconciliation(month).iloc[0]
    assert (row["difference"], row["steps"], row["unexplained"]) == (-3, "", -3)


def test_a_figure_that_we_do_not_count_says_so(make_month, riverside):
    company = believed(riverside, ("2026-10", "happiness", 7.0, "", ""))
    assert reconciliation(make_month(company=company)).iloc[0]["steps"] == "we do not count this"


@pytest.mark.parametrize("files", [[], FILES])
@pytest.mark.parametrize("measure", ["leads", "clients", "deals won", "revenue", "spend", "visits"])
def test_every_state_gives_a_page_that_can_be_printed(make_month, printable, riverside, files, measure):
    company = believed(riverside, ("2026-10", measure, 10.0, None, None))
    printable(where_from(make_month(files=files, company=company)))
