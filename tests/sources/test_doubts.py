"""What is used as it stands and still told: empty amounts, rows that stand there twice, dates of a wrong year."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from small_company import MAPPING, Place

from alignment_lib.sources.findings import share_words

HEADER = "lead_id,created_at,team,source,club,status,deal_value,name,email\n"


def playbook(place: Place, **lists: list[str]) -> None:
    """Let the only playbook list these words, and nothing else."""
    none = dict.fromkeys(("sources", "renamed_sources", "campaigns", "locations", "arrivals", "stages"), ())
    place.playbooks = (SimpleNamespace(reasons=SimpleNamespace(lost=[]), **none | lists),)


def only_leads(place: Place, **more: str) -> None:
    """Map a file of leads, with source and club."""
    columns = {"lead_id": "lead_id", "created_at": "created_at", "source": "source", "location": "club"}
    place.map({**MAPPING, "tables": {"leads": columns | more}})


def told(place: Place, rule: str) -> list[tuple[str, str, tuple[int, ...]]]:
    return [(f.severity, f.table, f.rows) for f in place.load().findings if f.rule == rule]


def test_an_empty_amount_is_told_where_it_would_have_counted(place):
    cells = (("won", ""), ("won", "5"), ("lost", ""))
    rows = "".join(f"L{n},2026-10-03,sales,Web,Leeds,{status},{v},,\n" for n, (status, v) in enumerate(cells))
    place.write("leads.csv", HEADER + rows)
    assert told(place, "missing-value") == [("warn", "deals", (2,))]
    assert len(place.rows("deals")) == 3
    place.settings = {"reading": {"warn_above": "0.4"}}
    assert told(place, "missing-value") == [("info", "deals", (2,))]


def test_payments_without_an_id_that_are_alike_are_counted_and_told(place):
    place.map({"file": "paid.csv", "tables": {"payments": {"client_id": "who", "paid_on": "day", "amount": "paid"}}})
    place.write("paid.csv", "who,day,paid\nA,2026-10-03,5\nB,2026-10-03,5\nA,2026-10-03,5\nA,2026-10-03,\n")
    assert told(place, "duplicate-row") == [("info", "payments", (4,))]
    assert told(place, "missing-value") == [("warn", "payments", (5,))]
    assert place.rows("payments", "sum(amount)") == [(15,)]


def test_a_download_appended_to_itself_is_a_warning(place):
    place.map({"file": "paid.csv", "tables": {"payments": {"client_id": "who", "paid_on": "day", "amount": "paid"}}})
    place.write("paid.csv", "who,day,paid\n" + "A,2026-10-03,5\nB,2026-10-03,5\n" * 2)
    assert told(place, "duplicate-row") == [("warn", "payments", (4, 5))]


@pytest.mark.parametrize(("day", "rows"), [("2027-10-10", ()), ("2027-10-11", (12,)), ("2026-12-31", ())])
def test_a_date_a_year_after_all_others_is_told(place, day, rows):
    days = [*(f"2026-10-{n:02}" for n in range(1, 11)), day]
    body = "".join(f"L{n},{day},sales,Web,Leeds,open,1,,\n" for n, day in enumerate(days))
    place.write("leads.csv", HEADER + body)
    assert told(place, "future-date") == ([("warn", "leads", rows), ("warn", "deals", rows)] if rows else [])


def test_a_deal_closed_before_the_day_it_opened_is_kept_and_told(place):
    days = [("2026-10-05 09:00", "2026-10-04", "won"), ("2026-10-05 09:00", "2026-10-05 08:00", "won"),  # by day
            ("2026-10-05", "2026-10-06", "lost"), ("2026-10-05", "", "won"),
            ("2026-10-05", "2026-10-04", "open")]  # the day on which it was expected to close
    read = {"deal_id": "id", "opened_at": "first", "closed_at": "last", "outcome": "status", "amount": "value"}
    place.map({"file": "deals.csv", "dates": MAPPING["dates"], "tables": {"deals": read}})
    body = "".join(f"D{n},{first},{last},{status},5\n" for n, (first, last, status) in enumerate(days))
    place.write("deals.csv", "id,first,last,status,value\n" + body)
    assert told(place, "closed-before-opened") == [("warn", "deals", (2,))]
    assert place.rows("deals", "count(*), sum(amount)") == [(5, 25)]


@pytest.mark.parametrize(("column", "listed", "words", "said"), [
    ("source", ["Web"], ("web", "Wed", ""), 'list it there under sources: "Wed" Did you mean "Web"?'),
    ("location", ["Leeds"], ("leeds", "Leads", ""), 'list it there under locations: "Leads" Did you mean "Leeds"?'),
    ("arrival", ["Web form"], ("web form", "Fax", ""), 'list it there under arrivals: "Fax"'),
])  # fmt: skip
def test_a_word_that_no_playbook_lists_weighs_alike_in_every_column(place, column, listed, words, said):
    playbook(place, **{f"{column}s": listed})
    only_leads(place, arrival="way")
    body = "".join(f"L{n},2026-10-03,{word},{word},{word}\n" for n, word in enumerate(words))
    place.write("leads.csv", "lead_id,created_at,source,club,way\n" + body)
    found = [f for f in place.load().findings if f.rule.startswith("unlisted-")]
    assert [(f.rule, f.severity, f.rows, f.count) for f in found] == [(f"unlisted-{column}", "warn", (3,), 1)]
    assert found[0].text.endswith(said)


def test_of_many_unlisted_words_the_most_frequent_are_named(place):
    playbook(place, sources=["Referral"])
    only_leads(place)
    body = "".join(f"L{n},2026-10-03,{'abcdefghij'[min(n, 9)] * 3},,\n" for n in range(12))
    place.write("leads.csv", "lead_id,created_at,source,club,way\n" + body)
    found = next(f for f in place.load().findings if f.rule == "unlisted-source")
    assert found.count == 12 and '"jjj", "aaa"' in found.text and found.text.endswith('"ggg" and 2 more')


def test_any_mistake_counts_towards_the_share_that_refuses_a_file_but_no_second_copy(place, refused):
    place.map({**MAPPING, "tables": {"leads": MAPPING["tables"]["leads"]}})
    place.settings = {"reading": {"refuse_above": "0.3"}}
    row = "L1,2026-10-03,sales,Web,Leeds,won,1,,\n"
    place.write("leads.csv", HEADER + row * 4)
    assert len(place.rows("leads")) == 1
    place.write("leads.csv", HEADER + row + row.replace("Web", "Event"))
    assert "[too-many-set-aside]" in refused() and "conflicting duplicate" in refused()
    place.write("leads.csv", HEADER + row + row.replace("L1", ""))
    assert "no lead_id" in refused()


def test_a_column_without_one_cell_is_as_good_as_not_exported(place):
    header, row = HEADER, "L{n},2026-10-03,sales,Web,Leeds,won,{value},,\n"
    place.write("leads.csv", header + row.format(n=1, value="") + row.format(n=2, value="5"))
    assert "amount" in place.load().columns["deals"]
    place.write("leads.csv", header + row.format(n=1, value="") + row.format(n=2, value=""))
    assert {"deal_id", "outcome"} <= place.load().columns["deals"]
    assert "amount" not in place.load().columns["deals"]


def test_a_share_of_rows_is_never_nothing():
    assert [share_words(x) for x in (0.0, 3 / 20_000, 0.0123, 1.0)] == ["0.0%", "under 0.1%", "1.2%", "100.0%"]
