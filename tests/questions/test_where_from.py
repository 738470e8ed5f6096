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


def test_leads_differ_by_second_entries_and_by_the_zone_of_the_day(make_month, riverside):
    """The dashboard says 106: our 100, 7 second entries, and one that is November's in UTC."""
    company = believed(riverside, ("2026-10", "leads", 106.0, "CRM dashboard", ""))
    files = [
        FileRead(
            "contacts.csv", "leads", 120, 100, {"merged": 20}, second_entries={"2026-10": 7, "2026-09": 13}
        )
    ]
    utc = [{"way": "UTC", "leads": 99}, {"way": "UTC", "leads": 1, "month": "2026-11"}]
    month = make_month(company=company, daily=[{"leads": 100}], elsewhere=utc, files=files)
    row = reconciliation(month).iloc[0]
    assert row["steps"] == "second entries left out −7; days in America/New_York, not UTC +1"
    assert (row["difference"], row["unexplained"]) == (-6, 0)


def test_revenue_by_the_first_day_of_the_relation_is_a_step_and_its_sign_alone_is_none(make_month, riverside):
    """Finance books by the first day: 14,512. Upgrades of 288 point the same way and explain nothing."""
    company = believed(riverside, ("2026-10", "revenue", 14512.0, "Finance", ""))
    revenue = [{"revenue": 10000.0, "clients": 12}, {"revenue": 288.0, "type": "expansion"}]
    started = [{"way": "first day", "revenue": 14512.0, "clients": 12}]
    row = reconciliation(make_month(company=company, revenue=revenue, elsewhere=started)).iloc[0]
    assert (row["steps"], row["unexplained"]) == ("by closing, not by first day −$4,512", 0)
    row = reconciliation(make_month(company=company, revenue=revenue)).iloc[0]
    assert (row["steps"], row["unexplained"]) == ("", -4512)


def test_rows_after_the_pages_data_are_neither_used_nor_set_aside(make_month):
    days = {"2026-10-31": 90, "2026-11-03": 3, "2026-11-04": 2}
    table = files_read(make_month(files=[FileRead("deals.csv", "deals", 97, 95, {"merged": 2}, by_day=days)]))
    assert table[["rows_in", "rows_used", "set_aside", "after"]].values.tolist() == [[97, 93, 2, 2]]
    month = make_month(files=[FileRead("deals.csv", "deals", 97, 95, {"merged": 2}, by_day=days)])
    assert "2 of them set aside; 2 are after this page’s data; this page sees" in describe_where_from(month)


def test_revenue_differs_by_renewals(make_month, riverside):
    """Finance says 12,000: our 10,000 and the renewals of 2,000."""
    company = believed(riverside, ("2026-10", "revenue", 12000.0, "Finance", "with renewals"))
    revenue = [
        {"revenue": 10000.0, "clients": 12, "created_month": "2026-09"},
        {"revenue": 2000.0, "type": "renewal"},
    ]
    row = reconciliation(make_month(company=company, revenue=revenue)).iloc[0]
    assert (row["ours"], row["difference"], row["unexplained"]) == (10000, -2000, 0)
    assert row["steps"] == "renewals left out −$2,000"
    assert row["difference_text"] == "−$2,000"
    assert row["note"] == "with renewals"


def test_steps_that_point_the_other_way_or_go_too_far_explain_nothing(make_month, riverside):
    company = believed(riverside, ("2026-10", "leads", 103.0, "CRM dashboard", None))
    month = make_month(company=company, daily=[{"leads": 100}], people=[{"leads": 100, "people": 95}])
    row = reconciliation(month).iloc[0]
    assert (row["difference"], row["steps"], row["unexplained"]) == (-3, "", -3)


def test_a_figure_that_we_do_not_count_says_so(make_month, riverside):
    company = believed(riverside, ("2026-10", "happiness", 7.0, "", ""))
    assert reconciliation(make_month(company=company)).iloc[0]["steps"] == "we do not count this"


def test_revenue_that_no_export_holds_is_set_beside_nobodys_figure(make_month, riverside):
    rows = [("2026-10", measure, 12.0, "Finance", None) for measure in ("revenue", "leads")]
    month = make_month(company=believed(riverside, *rows), daily=[{"leads": 12}], missing=["deals.amount"])
    assert reconciliation(month)["measure"].tolist() == ["leads"]


@pytest.mark.parametrize("files", [[], FILES])
@pytest.mark.parametrize("measure", ["leads", "clients", "deals won", "revenue", "spend", "visits"])
def test_every_state_gives_a_page_that_can_be_printed(make_month, printable, riverside, files, measure):
    company = believed(riverside, ("2026-10", measure, 10.0, None, None))
    printable(where_from(make_month(files=files, company=company)))
