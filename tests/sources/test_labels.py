"""Labels are translated, folded to one spelling and masked where they are personal."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest
from small_company import MAPPING, Place

from alignment_lib.errors import InputRejected
from alignment_lib.sources import reading


def sources(place: Place, cells: list[str], spec: object = "source", **more: object) -> list[str | None]:
    """Load leads with these sources and return them in the order of their ids."""
    mapping = copy.deepcopy(MAPPING)
    del mapping["tables"]["deals"]
    mapping["tables"]["leads"] = {"lead_id": "id", "created_at": "day", "source": spec, **more}
    place.map(mapping)
    place.write(
        "leads.csv", "id,day,source\n" + "".join(f'{n},2026-10-03,"{cell}"\n' for n, cell in enumerate(cells))
    )
    return [label for _, label in place.rows("leads", "lead_id, source")]


def rules(place: Place) -> dict[str, str]:
    return {finding.rule: finding.text for finding in place.load().findings}


def test_the_most_frequent_spelling_wins_and_the_mapping_is_listed(place):
    assert sources(place, ["Web", "web ", "WEB\u00a0", "Web", "Event"]) == [
        "Web",
        "Web",
        "Web",
        "Web",
        "Event",
    ]
    assert '"web" as "Web"' in rules(place)["spelling"].replace('"web "', '"web"')


def test_a_tie_is_decided_by_the_alphabet_and_not_by_the_order_of_rows(place):
    assert sources(place, ["web", "Web"]) == sources(place, ["Web", "web"]) == ["Web", "Web"]


def test_the_playbooks_spelling_wins_over_a_more_frequent_one(place):
    place.playbooks = (SimpleNamespace(
        sources={"Paid search": None}, renamed_sources=(), campaigns={}, locations={}, arrivals={},
        reasons=SimpleNamespace(lost=()), stages=(),
    ),)  # fmt: skip
    assert sources(place, ["PAID SEARCH", "PAID SEARCH", "Events"]) == [
        "Paid search",
        "Paid search",
        "Events",
    ]


def test_one_word_has_one_spelling_in_all_tables(place):
    place.map(
        {
            "file": "leads.csv",
            "tables": {"leads": {"lead_id": "id", "created_at": "day", "source": "source"}},
        },
        {
            "file": "spend.csv",
            "tables": {"spend": {"spent_on": "day", "source": "channel", "amount": "cost"}},
        },
    )
    place.write("leads.csv", "id,day,source\n1,2026-10-03,Web\n2,2026-10-03,Web\n")
    place.write("spend.csv", "day,channel,cost\n2026-10-03,WEB,5\n")
    assert place.rows("spend", "source, amount") == [("Web", 5.0)]


def test_words_are_translated_whatever_their_capitals(place):
    spec = {"column": "source", "values": {"PAID_SEARCH": "Paid search", "": "Not asked"}}
    assert sources(place, ["paid_search ", "", "Other"], spec) == ["Paid search", "Not asked", "Other"]


def test_words_that_are_not_listed_are_kept_told_or_refused(place):
    spec = {"column": "source", "values": {"PPC": "Paid search"}}
    assert sources(place, ["PPC", "New"], spec) == ["Paid search", "New"]
    assert "kept as they are" in rules(place)["unlisted-value"]
    assert sources(place, ["PPC", "New"], {**spec, "unlisted": "set aside"}) == ["Paid search"]
    assert place.load().files[0].set_aside == {"unlisted source": 1}
    with pytest.raises(InputRejected, match="unlisted-value"):
        sources(place, ["PPC", "New"], {**spec, "unlisted": "refuse"})


def test_a_team_outside_the_agreed_list_is_read_as_empty_and_told(place):
    place.map(MAPPING)
    place.write("leads.csv", "lead_id,created_at,team,source,club,status,deal_value,name,email\n"
                "L1,2026-10-03,Marketing,Web,Leeds,won,1,,\nL2,2026-10-03,both,Web,Leeds,won,1,,\n")  # fmt: skip
    assert place.rows("leads", "lead_id, team") == [("L1", "marketing"), ("L2", None)]
    assert '"both"' in rules(place)["unlisted-value"]


def test_an_outcome_outside_its_list_refuses_the_file_unless_the_mapping_says_otherwise(place, refused):
    mapping = copy.deepcopy(MAPPING)
    mapping["tables"]["deals"]["outcome"] = "status"
    place.map(mapping)
    place.write("leads.csv", "lead_id,created_at,team,source,club,status,deal_value,name,email\n"
                "L1,2026-10-03,sales,Web,Leeds,Closed Won,1,,\nL2,2026-10-03,sales,Web,Leeds,,1,,\n")  # fmt: skip
    text = refused()
    assert '"Closed Won"' in text and "an empty cell" in text and "expected won, lost, open" in text
    mapping["tables"]["deals"]["outcome"] = {"column": "status", "values": {"Closed Won": "won", "": "open"}}
    place.map(mapping)
    assert place.rows("deals", "deal_id, outcome") == [("L1", "won"), ("L2", "open")]


def test_a_value_shaped_like_an_address_or_a_phone_number_is_masked(place):
    assert sources(place, ["bob@example.com", "call +44 7700 900777", "Web"]) == [
        "(masked)",
        "(masked)",
        "Web",
    ]
    found = place.load().findings
    assert "personal-label" in {finding.rule for finding in found}
    assert "bob" not in repr(found) and "7700" not in repr(found)


def test_only_the_rows_chosen_feed_a_table(place):
    assert sources(place, ["Web", "Event"], only={"column": "source", "is_one_of": ["web"]}) == ["Web"]
    [file] = place.load().files
    assert (file.rows_in, file.rows_used, file.set_aside) == (2, 1, {"not for this table": 1})


@pytest.mark.parametrize("few", [0, 1, 2, 500])
@pytest.mark.parametrize("first", [1, 3, 10_000])
def test_a_word_may_come_after_the_first_records(place, monkeypatch, first, few):
    monkeypatch.setattr(reading, "FIRST", first)
    monkeypatch.setattr(reading, "FEW", few)
    assert sources(place, ["Web", "Web", "", "It's", "web", "Ev\u00e9nt", "x" * 200]) == [
        "Web", "Web", None, "It's", "Web", "Ev\u00e9nt", "x" * 200,
    ]  # fmt: skip
    assert "spelling" in rules(place)
