"""Every club against its own plan and its own months, luck taken out, and who can show whom."""

from dataclasses import replace
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_months import NO_PLAN, PLAN_COLUMNS, counting, months_to, wobble

from alignment_lib import questions
from alignment_lib.errors import NotebookFailed
from alignment_lib.plan import Plan
from alignment_lib.questions.club_by_club import club_by_club, shown_in_figure
from alignment_lib.questions.club_series import ALL, Clubs, clubs, lasting, locations, pairs, read_clubs
from alignment_lib.stats.usual_range import p_value

question = import_module("alignment_lib.questions.club_by_club")
YEAR = months_to("2026-10", 14)
PLACES = ("Northgate", "Harbour", "Old Mill")
GOAL = 1000.0


def goals(places=PLACES, months=YEAR, goal=GOAL):
    """Return a plan of revenue by location, the same for every month."""
    rows = [{"month": month, "location": place, "team": "shared", "revenue": goal, "clients": 2}
            for month in months for place in places]  # fmt: skip
    return Plan(pd.DataFrame(rows, columns=PLAN_COLUMNS))


def sold(places=PLACES, months=YEAR, attained=None, **now):
    """Return revenue that wobbles around its plan; a keyword sets a place's last month as a share of plan."""
    shares = attained or wobble(len(months))
    rows = []
    for place in places:
        own = [*shares[:-1], now.get(place.replace(" ", "_"), shares[-1])]
        rows += [{"month": month, "location": place, "revenue": GOAL * share, "clients": 2, "deals": 2}
                 for month, share in zip(months, own, strict=True)]  # fmt: skip
    return rows


DAILY = [{"month": month, "day": f"{month}-01", "location": "(none)", "leads": 1} for month in YEAR]


def without_plan(company):
    return replace(company, plan=company.plan.head(0))


def test_each_place_is_a_share_of_its_own_plan_and_the_company_of_the_sum(make_month):
    found = clubs(make_month(plan=goals(), daily=DAILY, revenue=sold(Harbour=0.7)))
    assert list(found.values) == [ALL, *PLACES]  # the playbook's order
    assert found.values.iloc[-1].tolist() == pytest.approx([0.9, 1.0, 0.7, 1.0])


def test_in_a_long_rhythm_a_place_is_held_against_whole_quarters_and_its_year_against_single_months(
    make_month, riverside
):
    months = months_to("2026-12", 30)
    books = [book.model_copy(update={"rhythm_days": 120}) for book in riverside.playbooks]
    for book, old in zip(books, riverside.playbooks, strict=True):
        book._in_force_from = old.in_force_from
    shares = [1.0, 0.8, 1.2] * 10
    month = make_month(
        "2026-12", company=replace(riverside, playbooks=tuple(books)), plan=goals(months=months),
        daily=[{"month": m, "day": f"{m}-01", "location": "(none)", "leads": 1} for m in months],
        revenue=sold(months=months, attained=shares, Harbour=0.6),
    )  # fmt: skip
    found = clubs(month)
    assert found.values.index.tolist() == months[2::3]  # quarters, none of which shares a month with another
    assert found.values["Harbour"].tolist() == pytest.approx([1.0] * 9 + [0.8])
    assert found.single is not None and len(found.single[0]) == 30
    assert (lasting(found)["value"] > 0.9).all()


def test_revenue_by_place_that_is_not_the_companys_stops_the_run(make_month, monkeypatch):
    month = make_month(plan=goals(), daily=DAILY, revenue=sold())
    series = import_module("alignment_lib.questions.club_series")
    right = series.monthly(month)
    monkeypatch.setattr(series, "monthly", lambda _: right.assign(revenue=right["revenue"] + 1))
    with pytest.raises(NotebookFailed, match="by location"):
        clubs(month)


def test_an_ordinary_month_says_how_far_it_ran_and_that_each_is_inside_its_own_range(make_month, printable):
    answer = club_by_club(make_month(plan=goals(), daily=DAILY, revenue=sold(Harbour=0.97)))
    assert answer.finding == (
        "Revenue as a share of plan in October ran from 97% at Harbour to 100% at Northgate. Each is inside its usual "
        "range; over a year, with luck taken out, they lie at 100%, none apart from the others."
    )
    assert answer.prompt is None and answer.reading == "" and not answer.opens
    printable(answer)


def test_a_place_that_leaves_its_own_range_is_tested_once_for_all_places(make_month, printable):
    month = make_month(plan=goals(), daily=DAILY, revenue=sold(Old_Mill=0.2))
    (test,) = question.tests(month)
    assert (test.location, test.direction) == ("Old Mill", "bad")
    assert test.money == pytest.approx(-0.8 * GOAL)  # what ranks it on the first screen
    assert test.text.startswith("Revenue at Old Mill came to 20% of plan, below its usual range of ")
    answer = club_by_club(month)
    assert answer.reading == "signal" and "who can help?" in answer.prompt.text
    (item,) = question.agenda(month)
    assert (item.kind, item.asks) == ("signal", answer.prompt.text)
    printable(answer)

    values = clubs(month).values["Old Mill"].tolist()
    assert test.p == pytest.approx(3 * p_value(values[:-1], values[-1]))


def test_a_place_inside_its_range_and_a_month_in_progress_are_no_news(make_month):
    (test,) = question.tests(make_month(plan=goals(), daily=DAILY, revenue=sold(Harbour=0.98)))
    assert test.p == 1.0
    month = make_month(plan=goals(), daily=DAILY, revenue=sold(Harbour=0.1), partial=date(2026, 10, 18))
    assert question.tests(month) == []


def test_a_month_that_is_not_paid_yet_has_no_reading(make_month, riverside):
    company = counting(riverside, "payments within 90 days")
    table = club_by_club(make_month(plan=goals(), daily=DAILY, revenue=sold(), company=company)).tables["club_months"]
    assert table["now"].isna().all() and table["reading"].eq("").all() and table["usual"].ne("").all()


def test_a_new_place_has_a_line_and_no_range(make_month, printable):
    new = sold(("Newtown",), YEAR[-4:])
    daily = [{"month": month, "location": "Newtown", "leads": 5} for month in YEAR[-4:]]
    month = make_month(plan=goals((*PLACES, "Newtown")), revenue=[*sold(), *new], daily=[*DAILY, *daily])
    found = clubs(month)
    assert found.names[-1] == "Newtown" and found.values["Newtown"].notna().sum() == 4
    answer = club_by_club(month)
    assert "Newtown: 3 earlier months, too few for a usual range." in answer.notes
    assert answer.tables["club_months"].set_index("location").loc["Newtown", "reading"] == "too little history"
    printable(answer)


def test_one_place_is_left_out_and_its_title_in_the_contents_says_so(make_month, printable):
    answer = club_by_club(make_month(plan=goals(PLACES[:1]), daily=DAILY, revenue=sold(PLACES[:1])))
    assert answer.title == "Club by club: only one" and answer.state == "missing"
    assert answer.finding == "There is one club, so there is nothing to compare."
    assert answer.missing == () and question.tests(make_month()) == [] and question.agenda(make_month()) == []
    printable(answer)
    assert "No lead has a club" in club_by_club(make_month(daily=[{"location": "(none)", "leads": 3}])).finding


def relay(months=YEAR, places=PLACES, **joined):
    return [{"month": month, "location": place, "handed_over": 50, "reached": 40, "covered": 50, "kept": 40,
             "broken": 10, "joined": joined.get(place, 10)} for month in months for place in places]  # fmt: skip


def test_without_a_plan_by_place_rates_stand_instead_and_it_is_said(make_month, riverside, printable):
    month = make_month(company=without_plan(riverside), plan=Plan(NO_PLAN), relay=relay(Harbour=20), daily=DAILY,
                       revenue=sold())  # fmt: skip
    found = clubs(month)
    assert found.kind == "joined" and found.values.iloc[-1].tolist() == pytest.approx([40 / 150, 0.2, 0.4, 0.2])
    answer = club_by_club(month)
    assert answer.notes[0] == "No revenue is agreed by club: the share of leads that joined is shown instead."
    assert answer.state == "poor" and question.tests(month) == []
    assert "Harbour above Northgate" in answer.finding
    printable(answer)
    month = make_month(company=without_plan(riverside), plan=Plan(NO_PLAN), relay=relay(), missing=["deals"],
                       daily=[{"location": place} for place in PLACES])  # fmt: skip
    assert clubs(month).kind == "reached"
    printable(club_by_club(month))
    bare = make_month(company=without_plan(riverside), plan=Plan(NO_PLAN), missing=["deals", "activities"],
                      daily=[{"location": place} for place in PLACES])  # fmt: skip
    assert club_by_club(bare).state == "missing" and club_by_club(bare).missing[0].what == "clubs side by side"


def test_of_many_places_the_ends_of_the_year_and_every_signal_have_a_panel(make_month, printable):
    places = tuple(f"Place {n:02d}" for n in range(14))
    rows = [row for n, place in enumerate(places)
            for row in sold((place,), attained=[share * (0.4 + 0.1 * n) for share in wobble(14)])]  # fmt: skip
    rows += [{"month": "2026-10", "location": "Place 07", "revenue": 900.0, "clients": 1}]
    month = make_month(plan=goals(places), daily=DAILY, revenue=rows)
    found = clubs(month)
    assert shown_in_figure(found, read_clubs(month, found)) == [places[n] for n in (0, 1, 2, 3, 4, 7, 11, 12, 13)]
    answer = club_by_club(month)
    assert len(answer.tables["club_months"]) == 15 and "Of 14 clubs" in answer.figures[0].caption
    printable(answer)


# Luck taken out


def made(sizes, months, rng, apart=0.0):
    """Return locations of given sizes (wins a month); the first is `apart` from the others by that share of plan."""
    names = [f"P{n}" for n in range(len(sizes))]
    won = rng.poisson(np.array(sizes) * np.where(np.arange(len(sizes)) == 0, 1 + apart, 1.0), (months, len(sizes)))
    index = months_to("2026-10", months)
    values = pd.DataFrame(won / np.array(sizes, dtype=float), index=index, columns=names)
    bases = pd.DataFrame(np.tile(np.array(sizes, dtype=float), (months, 1)), index=index, columns=names)
    values.insert(0, ALL, won.sum(axis=1) / sum(sizes))
    bases.insert(0, ALL, float(sum(sizes)))
    return Clubs("plan", values, bases)


def test_the_smallest_place_is_not_more_often_first_or_last_than_others():
    """Raw, the smallest of five is best or worst in most years; with luck taken out in about two of five."""
    rng, sizes = np.random.default_rng(3), (4, 30, 40, 50, 60)
    raw, shrunk, draws = 0, 0, 100
    for _ in range(draws):
        found = made(sizes, 12, rng)
        year = (found.values * found.bases).sum() / found.bases.sum()
        raw += "P0" in (year.drop(ALL).idxmax(), year.drop(ALL).idxmin())
        value = lasting(found)["value"].round(6)
        shrunk += value.nunique() > 1 and "P0" in (value.idxmax(), value.idxmin())
    assert raw / draws > 0.7 and shrunk / draws < 0.45


@pytest.mark.slow
def test_when_all_are_alike_hardly_a_year_sets_any_apart_and_a_real_difference_is_found():
    rng = np.random.default_rng(5)

    def apart(size):
        table = lasting(made((25, 25, 25, 25, 25), 12, rng, size))
        return table["low"].max() > table["high"].min()

    assert np.mean([apart(0.0) for _ in range(120)]) <= 0.05
    assert np.mean([apart(0.6) for _ in range(40)]) >= 0.9


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(3, 80), min_size=2, max_size=6), st.integers(0, 10_000))
def test_a_shrunken_place_lies_between_its_own_and_what_all_have_in_common(sizes, seed):
    found = made(sizes, 12, np.random.default_rng(seed))
    table, total = lasting(found), found.bases.drop(columns=ALL)
    raw = (found.values * found.bases).drop(columns=ALL).sum() / total.sum()
    mean = (raw * total.sum()).sum() / total.sum().sum()
    ends = np.sort(np.column_stack([raw.to_numpy(), np.full(len(raw), mean)]), axis=1)
    assert ((table["value"] >= ends[:, 0] - 1e-9) & (table["value"] <= ends[:, 1] + 1e-9)).all()
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
    swapped = Clubs("plan", found.values[[ALL, *found.names[::-1]]], found.bases[[ALL, *found.names[::-1]]])
    pd.testing.assert_frame_equal(lasting(swapped).loc[table.index], table)


# Who can show whom


def known(place, source_known, leads=100):
    return {"location": place, "leads": leads, "source_known": source_known}


def test_a_pair_takes_two_places_that_stay_apart_with_luck_taken_out(make_month):
    apart = [known("Northgate", 196, 200), known("Harbour", 190, 200), known("Old Mill", 120, 200)]
    row = pairs(make_month(tracking=apart)).iloc[0]
    assert (row["practice"], row["strong"], row["weak"]) == ("given a source", "Northgate", "Old Mill")
    assert (row["strong_done"], row["strong_cases"], row["weak_done"]) == (196, 200, 120)
    alike = [known("Northgate", 98), known("Harbour", 95), known("Old Mill", 94)]
    assert pairs(make_month(tracking=alike)).empty


def test_a_place_of_under_twenty_cases_is_neither_model_nor_pupil(make_month):
    rows = [known("Northgate", 980, 1000), known("Harbour", 970, 1000), known("Old Mill", 0, 19)]
    assert pairs(make_month(tracking=rows)).empty


def test_what_one_can_show_another_is_asked_and_brought_to_the_agenda(make_month, printable):
    rows = [known("Northgate", 196, 200), known("Harbour", 190, 200), known("Old Mill", 120, 200)]
    month = make_month(plan=goals(), daily=DAILY, revenue=sold(), tracking=rows)
    answer = club_by_club(month)
    assert answer.finding.endswith("Over six months, leads recorded with a source: 98% at Northgate, 60% at Old Mill.")
    assert answer.prompt.text == "What does Northgate do to have leads recorded with a source that Old Mill could try?"
    (item,) = question.agenda(month)
    assert item.asks == answer.prompt.text and item.what == "Northgate shows Old Mill"
    assert answer.tables["club_pairs"].loc[0, "weak"] == "Old Mill: 60% of 200"
    printable(answer)


def test_replies_are_not_compared_while_the_activities_stop(make_month):
    rows = [{"location": "Northgate", "kept": 90, "broken": 10}, {"location": "Harbour", "kept": 20, "broken": 80}]
    assert pairs(make_month(relay=rows)).loc[0, "practice"] == "answered in time"
    assert pairs(make_month(relay=rows, ends={"activities": date(2026, 10, 9)})).empty


def test_the_order_is_the_playbooks_and_places_of_years_ago_are_gone(make_month):
    daily = [{"location": place} for place in ("Zoo", "Harbour", "(none)", "Northgate")]
    daily.append({"location": "Closed", "month": "2024-06", "day": "2024-06-01"})
    assert locations(make_month(daily=daily)) == ["Northgate", "Harbour", "Zoo"]
    assert "club_by_club" in questions.QUESTIONS
