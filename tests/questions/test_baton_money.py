"""Dropped batons in money: each lead once, never more than its cell supports, and part of a step of the bridge."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_months import months_to

from alignment_lib.questions.baton_money import (
    EARLY,
    LEAST_PROMISED,
    NOT_REACHED,
    Worth,
    baton_worth,
    worth_of,
)
from alignment_lib.questions.baton_words import (
    broken_words,
    describe_spot,
    describe_worth,
    step_parts,
    worth_table,
)
from alignment_lib.questions.relay import relay
from alignment_lib.tallies import BATONS

YEAR = months_to("2026-10", 13)
STEPS = {"reached": "Share of leads reached", "joins": "Joins per lead reached"}


def cell(leads, won=0, handling="in time", baton="", each=100.0, **more):
    """Return one row of `cells`; every win brings the same."""
    place = {"month": "2026-10", "source": "Paid search", "grade": "A", "location": "Northgate",
             "part": "before 16:00"}  # fmt: skip
    value = {"value": each * won, "value_squared": each * each * won}
    return {**place, "handling": handling, "baton": baton, "leads": leads, "won": won, **value, **more}


def valued(before, now, seed=1):
    return baton_worth(pd.DataFrame(before), pd.DataFrame(now), np.random.default_rng(seed))


# 8 of 20 answered in time were won, 1 of 10 never answered
BEFORE = [cell(20, 8), cell(10, 1, "never", "never answered")]


def test_worth_is_leads_times_the_chance_that_was_missed_times_the_value():
    worth = valued(BEFORE, [cell(6, 1), cell(4, 0, "never", "never answered")])
    keeps = 1 / (0.4 * 14)  # 1 won of the 14 never answered, where 40% of them were to be expected
    assert worth.kinds["mid"].to_dict() == {"never answered": pytest.approx(4 * 0.4 * (1 - keeps) * 100)}
    assert worth.total[0] < worth.total[1] < worth.total[2]


def test_a_cell_that_won_enough_without_them_supports_no_more_than_what_it_fell_short_of():
    worth = valued(BEFORE, [cell(6, 3), cell(4, 0, "never", "never answered")])
    assert worth.total[1] == worth.cap[0] == pytest.approx((10 * 0.4 - 3) * 100)
    assert valued(BEFORE, [cell(6, 6), cell(4, 0, "never", "never answered")]).total[1] == 0


def test_one_cell_does_not_pay_for_another():
    other = {"source": "Referral"}
    before = [*BEFORE, *({**row, **other} for row in BEFORE)]
    now = [cell(4, 0, "never", "never answered"), cell(4, 4, **other), cell(4, 0, "never", "never answered", **other)]
    both, first = valued(before, now), valued(before, now[:1])
    assert both.cap[0] == first.cap[0]  # 8 leads x 40% - 4 wins leaves nothing in the other cell
    assert both.total[1] <= both.cap[0]


def test_a_cell_without_ten_leads_handled_as_promised_cannot_say():
    few = [cell(LEAST_PROMISED - 1, 4), cell(40, 4, "late"), *BEFORE[1:]]
    worth = valued(few, [cell(6, 1), cell(4, 0, "never", "never answered")])
    assert worth.kinds[["leads", "unsaid", "mid"]].values.tolist() == [[4, 4, 0]]
    assert valued([cell(LEAST_PROMISED, 4), *BEFORE[1:]], [cell(4, 0, "never", "never answered")]).total[1] > 0


def test_each_place_and_part_of_the_day_has_its_share_of_what_its_cell_lost():
    evening = {"part": "16:00 and later"}
    now = [cell(6, 1), cell(1, 0, "never", "never answered"), cell(3, 0, "never", "never answered", **evening)]
    worth = valued(BEFORE, now)
    spots = worth.spots
    assert spots["mid"].to_dict() == {
        ("Northgate", "16:00 and later"): pytest.approx(0.75 * worth.total[1]),
        ("Northgate", "before 16:00"): pytest.approx(0.25 * worth.total[1]),
    }
    assert spots["reached"].tolist() == spots["mid"].tolist()  # never answered, so never reached
    assert spots.loc[("Northgate", "16:00 and later"), ["low", "high"]].tolist() == pytest.approx(
        [0.75 * worth.total[0], 0.75 * worth.total[2]]
    )


def test_leads_dropped_early_were_not_handled_as_promised_and_those_told_by_the_result_stay_among_them():
    early = [cell(20, 8), cell(20, 0, "in time", "routed late")]
    assert valued(early, [cell(4, 0, "never", "not routed")]).cap[0] == pytest.approx(4 * 0.4 * 100)
    late = [cell(20, 8), cell(20, 0, "in time", "given up early")]
    assert valued(late, [cell(4, 0, "never", "not routed")]).cap[0] == pytest.approx(4 * 0.2 * 100)


def test_kinds_known_by_the_result_may_be_worth_nothing():
    before = [cell(40, 16), cell(10, 0, "in time", "given up early"), cell(100, 2, "never", "never answered")]
    now = [cell(4, 0, "in time", "given up early"), cell(4, 0, "never", "never answered")]
    low = valued(before, now).kinds["low"]
    assert low["given up early"] == 0 < low["never answered"]


def test_leads_that_did_not_wait_are_compared_with_their_like():
    before = [*BEFORE, cell(50, 40, "no promise")]
    worth = valued(before, [cell(5, 0, "no promise", "no-show not rebooked")])
    assert worth.cap[0] == pytest.approx(5 * 0.8 * 100)


row = st.builds(
    cell, st.integers(1, 30), st.just(0), st.sampled_from(["in time", "late", "never", "no promise"]),
    st.sampled_from(["", *BATONS]), source=st.sampled_from(["A", "B"]), location=st.sampled_from(["X", "Y"]),
    part=st.sampled_from(["before 16:00", "16:00 and later"]),
)  # fmt: skip


@st.composite
def rows(draw, least=1):
    found = draw(st.lists(row, min_size=least, max_size=12))
    return [cell(r["leads"], draw(st.integers(0, r["leads"])), r["handling"], r["baton"],
                 source=r["source"], location=r["location"], part=r["part"]) for r in found]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows(), rows())
def test_batons_are_never_worth_more_than_their_cells_support(before, now):
    worth = valued(before, now)
    by_hand = support(pd.DataFrame(before), pd.DataFrame(now))
    assert worth.cap[0] == pytest.approx(by_hand, abs=1e-6)
    low, mid, high = worth.total
    assert -1e-9 <= low <= mid <= high and mid <= worth.cap[0] + 1e-6 and high <= worth.cap[1] + 1e-6
    assert worth.kinds["mid"].sum() == pytest.approx(mid) == pytest.approx(worth.places.sum())
    spots = worth.spots
    assert (spots["low"] <= spots["mid"] + 1e-9).all() and (spots["mid"] <= spots["high"] + 1e-9).all()
    reached = worth.kinds.loc[worth.kinds.index.isin(NOT_REACHED), "mid"].sum()
    assert spots["reached"].sum() == pytest.approx(reached)
    assert (worth.kinds["low"] <= worth.kinds["mid"] + 1e-9).all() and (worth.kinds["mid"] >= 0).all()
    assert worth.kinds["leads"].sum() == sum(r["leads"] for r in now if r["baton"])
    assert sum(step_parts(worth, STEPS).values()) == worth.amounts.sum() == round(worth.kinds["mid"].sum())


def test_kinds_and_clubs_as_printed_add_up_to_the_amount_of_the_sentence(make_month):
    """Rounded one by one 10.4 + 10.4 + 10.4 would be 30 in the table and 31 in the sentence."""
    kinds = pd.DataFrame({"leads": 4, "unsaid": 0, "low": 0.0, "mid": 10.4, "high": 20.0}, index=list(BATONS[:3]))
    worth = Worth(kinds, pd.DataFrame(), (0.0, 31.2, 60.0), (50.0, 90.0))
    table = worth_table(make_month(), worth, {}, STEPS).frame
    assert table["worth"].tolist() == [11, 10, 10, 31]
    assert step_parts(worth, STEPS) == {"reached": 31}
    assert "about $31 in" in describe_worth(make_month(), worth, STEPS)[0]


def support(before, now):
    """Add up max(0, leads x chance as promised - wins) x value over the cells with dropped leads."""
    total = 0.0
    value = before["value"].sum() / before["won"].sum() if before["won"].sum() else 0.0
    for frame in (before, now):
        frame["waits"] = frame["handling"] != "no promise"
    for key, own in now.groupby(["source", "location", "waits"]):
        if not (own["baton"] != "").any():
            continue
        like = before[(before[["source", "location", "waits"]] == list(key)).all(axis=1)]
        like = like[~like["waits"] | ((like["handling"] == "in time") & ~like["baton"].isin(EARLY))]
        if like["leads"].sum() >= 10:
            chance = like["won"].sum() / like["leads"].sum()
            total += max(0.0, own["leads"].sum() * chance - own["won"].sum()) * value
    return total


# A world in which it is known what dropped leads cost


def drawn(rng, keeps):
    """Draw a year and a month of 12 cells; of leads never answered only `keeps` of the chance is left."""
    years, months, missed = [], [], 0.0
    for source in ("Paid search", "Referral"):
        for grade, chance in (("high third", 0.36), ("middle third", 0.16), ("low third", 0.04)):
            for place in ("Northgate", "Harbour"):
                for rows, size in ((years, 400), (months, 34)):
                    for handling, baton, share, kept in (
                        ("in time", "", 0.68, 1.0), ("late", "", 0.20, 1.0), ("never", "never answered", 0.12, keeps),
                    ):  # fmt: skip
                        leads = rng.poisson(size * share)
                        rows.append(cell(leads, rng.binomial(leads, chance * kept), handling, baton,
                                         source=source, grade=grade, location=place))  # fmt: skip
                missed += months[-1]["leads"] * chance * (1 - keeps) * 100
    return years, months, missed


def test_what_was_planted_lies_in_the_range_and_where_waiting_costs_nothing_the_range_begins_at_next_to_nothing():
    rng = np.random.default_rng(11)
    found = []
    for _ in range(30):
        before, now, missed = drawn(rng, keeps=0.3)
        low, mid, high = valued(before, now).total
        found.append((low <= missed <= high, mid / missed, low))
    held, share, low = (np.array(part, dtype=float) for part in zip(*found, strict=True))
    assert held.mean() >= 0.9 and low.mean() > 200
    assert 0.5 <= share.mean() <= 1.0  # the cap takes the good luck of a cell off, never the bad
    nothing = [valued(*drawn(rng, keeps=1.0)[:2]).total[0] for _ in range(30)]
    assert np.mean(np.array(nothing) < 100) >= 0.9  # less than one win


# What the relay says


@pytest.fixture
def october(make_month):
    """A month in which 4 of 10 leads were never answered; the twelve before as `BEFORE`."""

    def make(now=(), **more):
        now = now or [cell(6, 1), cell(4, 0, "never", "never answered")]
        rows = [{**row, "month": month} for month in YEAR[:-1] for row in BEFORE]
        batons = [{"baton": "never answered", "leads": 4}]
        relays = [{"covered": 10, "kept": 6, "broken": 4, "handed_over": 10, "never_answered": 4}]
        return make_month(cells=[*rows, *now], batons=batons, relay=relays, **more)

    return make


def test_the_kinds_say_which_promise_was_broken(october):
    kinds = ["all", "routed late", "given up early"]
    assert broken_words(october(), kinds) == (
        "Routed late = assigned after 1 h; given up early = neither reached nor sent back, under 5 tries in 14 days."
    )
    assert broken_words(october(), ["all", "never answered"]) == ""


def test_the_relay_says_what_they_are_worth_with_the_step_that_it_is_part_of(october):
    month = october()
    said = describe_worth(month, worth_of(month), STEPS)
    assert said == [
        "Dropped batons are worth about $121 in joins that had not come by 3 November, in leads of all teams "
        f"({month.words.span(*worth_of(month).total[::2], 'money_short')}).",
        "That is inside the gap bridge, not beside it: $121 in “Share of leads reached”, before what the plan allows "
        "for.",
    ]
    table = worth_table(month, worth_of(month), {}, STEPS).frame
    assert table["step"].tolist() == [STEPS["reached"], ""] and table["worth"].tolist() == [121, 121]
    assert describe_worth(month, worth_of(month), {"joins": "Joins per lead"})[1].count("“Joins per lead”") == 1


def test_a_spot_names_the_steps_that_its_worth_is_a_part_of(october):
    spot = pd.Series({"low": 0.0, "mid": 900.0, "high": 2_000.0, "reached": 600.0})
    said = "Batons dropped there are worth about $900 in joins (from nothing to $2.0k)"
    month, joins = october(), {"joins": "Joins per lead"}
    assert describe_spot(month, spot, STEPS) == (
        f"{said}, inside “Share of leads reached” and “Joins per lead reached” of the gap bridge."
    )
    assert describe_spot(month, spot.replace(600.0, 900.0), STEPS).endswith(
        "inside “Share of leads reached” of the gap bridge."
    )
    assert describe_spot(month, spot, joins) == f"{said}, inside “Joins per lead” of the gap bridge."
    assert describe_spot(month, spot, {}) == f"{said}."


def test_without_a_bridge_there_is_no_other_amount_to_be_part_of(october, printable):
    answer = relay(october())
    assert answer.notes[0].startswith("Dropped batons are worth about $121")
    assert not any("gap bridge" in note for note in answer.notes)
    assert answer.tables["batons"]["worth"].tolist() == [121]
    printable(answer)


def test_what_nobody_can_say_is_said_so(october, printable):
    rows = [cell(6, 1, source="Events"), cell(4, 0, "never", "never answered", source="Events")]
    answer = relay(october(rows))
    assert answer.notes[0] == (
        "What dropped batons are worth cannot be said: it takes 10 leads like them, handled as promised."
    )
    table = answer.tables["worth"]
    assert table["range"].tolist() == ["cannot say", "cannot say"] and "worth" not in answer.tables["batons"]
    printable(answer)


def test_leads_that_joined_all_the_same_are_worth_nothing(october):
    answer = relay(october([cell(6, 5), cell(4, 0, "never", "never answered")]))
    assert answer.notes[0] == (
        "The leads of dropped batons brought as much by 3 November as leads like them handled as promised."
    )


@pytest.mark.parametrize("state", [{"missing": {"deals"}}, {"missing": {"activities"}}, {"as_of": date(2026, 11, 1)}])
def test_where_wins_or_replies_are_not_judged_no_amount_is_told(october, state):
    month = october(**state)
    assert worth_of(month) is None and not re.search(r"\$", " ".join(relay(month).notes))


@pytest.mark.parametrize(("counts", "missing"), [
    ("amount at close", "deals.amount"), ("margin at close", "deals.margin"),
])  # fmt: skip
def test_where_no_export_holds_what_revenue_counts_batons_are_counted_and_have_no_worth(
    october, riverside, counts, missing
):
    books = [book.model_copy(update={"revenue": book.revenue.model_copy(update={"counts": counts})})
             for book in riverside.playbooks]  # fmt: skip
    company = replace(riverside, playbooks=tuple(books))
    assert worth_of(october(company=company)) is not None
    month = october(company=company, missing={missing})
    answer = relay(month)
    assert worth_of(month) is None and not re.search(r"\$", " ".join(answer.notes))
    assert answer.tables["batons"]["all"].tolist() == [4] and "worth" not in answer.tables


def test_where_wins_take_longer_than_a_month_its_leads_are_not_valued(make_month):
    rows = [{**cell(60, 1), "month": month} for month in YEAR[:-1]] + [cell(4, 0, "never", "never answered")]
    assert worth_of(make_month(cells=rows)) is None


def test_every_kind_belongs_to_one_step():
    assert set(NOT_REACHED) | set(BATONS[5:]) == set(BATONS) and set(EARLY) < set(NOT_REACHED)
