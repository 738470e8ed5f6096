"""Open leads: what is won so far beside what should be in the end, and where the quarter lands with them."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_months import history, leads, months_to, planned, wobble, won

from alignment_lib.questions.cohort import Cohort
from alignment_lib.questions.landing import from_open_leads, landing
from alignment_lib.questions.monthly import monthly
from alignment_lib.questions.sources_and_campaigns import sources_and_campaigns
from alignment_lib.questions.still_open import describe_newest, expected_table, expected_won, newest_months
from alignment_lib.stats.usual_range import usual_range

YEAR = months_to("2026-10", 13)
SUMMER = Cohort(("2026-07", "2026-08", "2026-09"), ripe=True)


def created(month, size, until=99, **more):
    """Return leads of which one in ten is won at 5 days, one in ten at 35, and the others lost at 60."""
    ends = ((5, "won", 0.1), (35, "won", 0.1), (60, "lost", 0.8))
    rows = [{"month": month, "age": a, kind: round(size * part), **more} for a, kind, part in ends if a <= until]
    done = sum(part for a, _, part in ends if a <= until)
    return [*rows, {"month": month, "age": min(until, 60), "running": round(size * (1 - done)), **more}]


def a_year(*last, **more):
    """Return twelve months of 1,000 leads each, decided, and then those given."""
    rows = [row for m in YEAR[: len(YEAR) - len(last)] for row in created(m, 1000, **more)]
    return [*rows, *(row for at, (size, until) in enumerate(last, start=len(YEAR) - len(last))
                     for row in created(YEAR[at], size, until, **more))]  # fmt: skip


def closing(rows_of, **more):
    return [won(m, created_month=m, clients=c, revenue=100.0 * c, **more) for m, c in rows_of]


@pytest.mark.parametrize(("sizes", "ratio"), [((100, 120, 144), 0.1833), ((144, 120, 100), 0.22)])
def test_a_growing_programme_is_not_punished(make_month, sizes, ratio):
    # One in ten is won in the month, one in ten in the next, so the true share is 20%.
    wins_of_the_month = 0.1 * sizes[2] + 0.1 * sizes[1]
    assert wins_of_the_month / sizes[2] == pytest.approx(ratio, abs=5e-5)
    sizes = [10 * size for size in sizes]
    rows = a_year((sizes[0], 89), (sizes[1], 58), (sizes[2], 28))
    tally = make_month(outcomes=rows).tallies.outcomes

    found = expected_won(tally, ("2026-10",), np.random.default_rng(1))

    assert found.so_far == pytest.approx(0.10)
    assert found.final.value == pytest.approx(0.20, abs=0.001)
    assert found.final.low < 0.20 < found.final.high


def test_lost_leads_are_not_still_to_be_won(make_month):
    rows = a_year((1000, 10))
    rows += [{"month": "2026-10", "age": 7, "lost": 1000}]
    tally = make_month(outcomes=rows).tallies.outcomes
    found = expected_won(tally, ("2026-10",), np.random.default_rng(1))
    # 900 run, of which one in nine will be won; the 1,000 that are lost stay in the whole.
    assert found.final.value == pytest.approx(200 / 2000, abs=0.006)


def test_within_a_month_only_what_comes_in_it_is_expected(make_month):
    tally = make_month(outcomes=a_year((1000, 10))).tallies.outcomes
    soon = expected_won(tally, ("2026-10",), np.random.default_rng(1), within=20)
    later = expected_won(tally, ("2026-10",), np.random.default_rng(1), within=30)
    assert soon.final.value == pytest.approx(0.1) and later.final.value == pytest.approx(0.2, abs=0.001)


def test_nothing_is_expected_of_no_leads_or_from_fewer_than_twenty_wins(make_month):
    tally = make_month(outcomes=created("2026-09", 90) + created("2026-10", 50, 4)).tallies.outcomes
    rng = np.random.default_rng(1)
    assert expected_won(tally, (), rng) is None
    assert expected_won(tally, ("2026-11",), rng) is None
    assert expected_won(tally, ("2026-10",), rng) is None  # 18 wins
    assert expected_won(pd.concat([tally] * 2), ("2026-10",), rng) is not None


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), *[st.integers(0, 30)] * 3), min_size=1, max_size=12))
def test_what_is_expected_lies_between_what_is_won_and_what_may_be(rows):
    frame = pd.DataFrame(rows, columns=["age", "won", "lost", "running"]).assign(month="2026-10")
    before = pd.DataFrame([{"month": "2026-01", "age": a, "won": 9, "lost": 9, "running": 9} for a in range(10)])
    found = expected_won(pd.concat([before, frame]), ("2026-10",), np.random.default_rng(1))
    total = frame[["won", "lost", "running"]].to_numpy().sum()
    if not total:
        assert found is None
        return
    most = (frame["won"].sum() + frame["running"].sum()) / total
    assert found.so_far - 1e-9 <= found.final.low <= found.final.value <= found.final.high <= most + 1e-9


@pytest.fixture
def october(make_month):
    """A year of Search (20% won) and one of Events with two wins a month; October's leads are days old."""
    rows = a_year((1000, 28), source="Search") + a_year((10, 28), source="Events")[-2:]
    rows += [{"month": m, "age": 3, "won": 1, "source": "Events"} for m in YEAR[:-1]]
    # Half of the wins close a month late: by 3 November three quarters of September's are in... and October is young.
    sold = [(m, m, 50) for m in YEAR] + [(str(a), str(b), 50) for a, b in zip(YEAR, YEAR[1:], strict=False)]
    revenue = [won(b, created_month=a, clients=n) for a, b, n in sold]
    return make_month(outcomes=rows, revenue=revenue, daily=[leads(m) for m in YEAR])


def test_the_newest_leads_stand_beside_those_that_are_judged(october):
    assert newest_months(october, SUMMER) == ("2026-10",)
    table = expected_table(october, SUMMER, ["Search", "Events"])
    assert [column.label for column in table.columns] == [
        "Source", "July–September 2026: so far", "In the end", "October 2026: so far", "In the end",
    ]  # fmt: skip
    search = table.frame.set_index("name").loc["Search"]
    assert search["newest_so_far"] == "100 of 1,000 (10%)"
    assert search["newest_expected"].startswith("20% (")
    assert table.frame.set_index("name").loc["Events"].eq("–").all()  # 13 wins in a year say too little


def test_the_newest_leads_in_a_sentence(october):
    text = describe_newest(october, SUMMER)
    assert text.startswith("Of 1,010 leads of October 2026 10% joined so far; in the end it should be 20% (1")
    assert text.endswith("), against 20% of those of July–September 2026.")


@pytest.mark.parametrize(("wins", "part"), [(4, "under 1%"), (0, "none")])
def test_so_few_that_they_are_no_whole_percent_are_still_said_as_a_share(make_month, wins, part):
    months = YEAR[-14:]
    rows = [row for m in months[:-1] for row in created(m, 1000)]
    rows += [{"month": "2026-10", "age": 3, "running": 1000 - wins, "source": "Search"},
             {"month": "2026-10", "age": 3, "won": wins, "source": "Search"}]  # fmt: skip
    sold = [won(str(b), created_month=str(a), clients=50) for a, b in zip(YEAR, YEAR[1:], strict=False)]
    text = describe_newest(make_month(outcomes=rows, revenue=sold, daily=[leads(m) for m in YEAR]), SUMMER)
    assert text.startswith(f"Of 1,000 leads of October 2026 {part} joined so far; in the end it should be ")


def test_nothing_is_expected_without_a_judged_cohort_or_where_deals_stop(october, make_month):
    assert newest_months(october, Cohort(("2026-10",), ripe=False)) == ()
    assert newest_months(make_month(), SUMMER) == ()
    stopped = make_month(ends={"deals": date(2026, 10, 9)}, daily=[leads("2026-10")])
    assert newest_months(stopped, SUMMER) == ()
    assert describe_newest(make_month(), SUMMER) == ""


def test_open_leads_stand_in_the_section_on_sources(october, printable):
    answer = sources_and_campaigns(october)
    printable(answer)
    assert "still_open" not in answer.tables  # no source has leads in the tally of sources
    assert expected_table(october, SUMMER, []) is None


# The quarter


@pytest.fixture
def quarter(make_month):
    """14 months as planned: 100 leads, one in ten won in the month, one in ten in the next, 100 each."""
    months = months_to("2026-10", 14)
    plan = planned([*months, "2026-11", "2026-12"], revenue=2000)

    def make(last=100):
        rows = [row for m in months[:-2] for row in created(m, 100)]
        rows += created("2026-09", 100, 58) + created("2026-10", last, 28)
        sold = [(m, m, 10) for m in months[:-1]] + [(a, b, 10) for a, b in zip(months, months[1:], strict=False)]
        revenue = [won(b, 100.0 * n, n, created_month=a) for a, b, n in [*sold, (months[-1], months[-1], last // 10)]]
        made = history(months, wobble(14))
        return make_month(plan=plan, **{**made, "outcomes": rows, "revenue": revenue})

    return make


def test_open_leads_bring_what_leads_of_their_age_do_and_not_what_the_plan_says(quarter):
    goal = pd.Series({"2026-11": 2000.0, "2026-12": 2000.0})
    # Due from leads already here: half of November's goal. 100 leads bring 10 wins of 100; half as many, half of it.
    assert from_open_leads(quarter(100), goal) == pytest.approx((1000, 1000), rel=0.02)
    assert from_open_leads(quarter(50), goal) == pytest.approx((1000, 500), rel=0.05)


def test_a_month_short_of_leads_lowers_the_quarter_by_what_they_would_have_brought(quarter):
    usual = usual_range([0.98, 1.02] * 5)
    full, short = (landing(month, monthly(month), usual) for month in (quarter(100), quarter(50)))
    assert full.goal == short.goal == 6000
    assert full.expected == pytest.approx(6000, rel=0.01)
    assert full.expected - short.expected == pytest.approx(500 + 500, rel=0.05)  # October's own wins, and November's
    assert full.by_open_leads and full.high - full.low == pytest.approx(short.high - short.low)


def test_without_a_plan_of_leads_the_rest_of_the_quarter_is_usual(make_month):
    months = months_to("2026-10", 14)
    plan = planned([*months, "2026-11", "2026-12"], marketing=None, sales=None)
    month = make_month(plan=plan, **history(months, wobble(14)))
    lands = landing(month, monthly(month), usual_range([0.98, 1.02] * 5))
    assert lands.expected == pytest.approx(30_000) and not lands.by_open_leads
