"""How far leads have come where nothing is final: by month at one age, and by source to one day."""

import pandas as pd
import pytest

from alignment_lib.questions import relay, so_far, sources_and_campaigns


def month(name, leads, at_cut, won, **more):
    return {"month": name, "leads": leads, "won_at_cut": at_cut, "won": won, **more}


@pytest.fixture
def young(make_month):
    """Leads since August; the first win of anybody is recorded in September."""
    rows = [month("2026-08", 100, 0, 9), month("2026-09", 100, 6, 12), month("2026-10", 200, 16, 16)]
    return make_month(
        daily=[{"month": row["month"], "leads": row["leads"]} for row in rows],
        sources=rows,
        revenue=[{"month": m, "created_month": m, "clients": 6} for m in ("2026-09", "2026-10")],
        missing=["activities", "spend", "leads.handed_over_at", "leads.assigned_at"],
    )


def test_months_are_compared_at_one_age_from_the_first_whole_month_with_wins(young):
    table = so_far.won_at_one_age(young)
    assert table["month"].tolist() == ["2026-10"]  # in September wins may be recorded in part only
    assert table[["leads", "at_cut", "share"]].iloc[0].tolist() == [200, 16, 0.08]


def test_the_months_before_stand_beside_it(make_month):
    rows = [month("2026-08", 100, 5, 9), month("2026-09", 50, 3, 6), month("2026-10", 200, 16, 16)]
    given = make_month(sources=rows, revenue=[{"month": "2026-08", "clients": 5}])
    table = so_far.won_at_one_age(given)
    assert so_far.describe_months(given, table) == (
        "8% of the 200 leads created in October joined by 3 November; of those of August and September it was "
        "5% and 6% at the same age."
    )


def test_few_leads_are_counted_and_not_a_share(make_month):
    given = make_month(sources=[month("2026-10", 19, 2, 2)], revenue=[{"month": "2026-10", "clients": 2}])
    table = so_far.won_at_one_age(given)
    assert so_far.describe_months(given, table) == "Of 19 leads created in October, 2 joined by 3 November."


def test_a_relay_without_hand_over_and_replies_still_says_what_leads_came_to(young, printable):
    answer = relay(young)
    assert answer.state == "poor"
    assert answer.finding.startswith("8% of the 200 leads created in October joined by 3 November.")
    printable(answer)


def table(**sources):
    frame = pd.DataFrame(
        [{"name": name, "leads": n, "won": k} for name, (k, n) in sources.items()]
    ).set_index("name")
    return frame.assign(won_share=frame["won"] / frame["leads"])


def test_sources_are_called_apart_only_beyond_chance(words):
    apart = table(Search=(30, 200), Social=(8, 200), E_mail=(3, 40))
    assert so_far.describe_so_far(apart, "May", words) == (
        "9% of the 440 leads of May joined so far: 15% of those from Search and 4% of those from Social."
    )
    chance = table(Search=(20, 200), Social=(12, 200))
    assert so_far.describe_so_far(chance, "May", words).endswith("; no source is clearly apart from the others.")


def test_unknown_and_missing_sources_are_shown_but_never_ranked(words, make_month):
    some = table(**{"Search": (8, 200), "Unknown": (60, 200), "(missing)": (60, 200)})
    assert so_far.describe_so_far(some, "May", words) == "21% of the 600 leads of May joined so far."
    rows = [month("2026-10", 200, 30, 30, source=name) for name in ("Search", "Unknown", "(missing)")]
    shown = sources_and_campaigns(make_month(sources=rows, daily=[{"leads": 600}], missing=["spend"]))
    assert shown.tables["sources"]["why"].to_dict() == {
        "Search": "", "Unknown": "recorded as unknown", "Not recorded": "not recorded",
    }  # fmt: skip
    assert "Revenue a lead" not in [column.label for column in shown.figures[0].table.columns]


def test_a_source_takes_twenty_leads_to_be_ranked_by_its_share(make_month):
    rows = [month("2026-10", n, 2, 2, source=name) for name, n in (("Search", 20), ("Social", 19))]
    shown = sources_and_campaigns(make_month(sources=rows, daily=[{"leads": 39}], missing=["spend"]))
    assert shown.tables["sources"]["hollow"].to_dict() == {"Search": False, "Social": True}


def test_nothing_won_yet_is_said_and_not_drawn(make_month):
    given = make_month(sources=[month("2026-10", 30, 0, 0)], daily=[{"leads": 30}], missing=["spend"])
    shown = sources_and_campaigns(given)
    assert shown.finding == "No join is recorded yet of the 30 leads of October 2026." and not shown.figures
