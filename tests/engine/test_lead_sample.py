"""The sample of leads: which ones, what stood at hand-over, and what came after it."""

import hashlib

import pandas as pd
import pytest
from small_exports import MONDAY, WON, created, draw_exports

from alignment_lib import lead_sample


def sampled(count, *rows, **tables):
    leads = [{"lead_id": f"L{n}", **row} for n, row in enumerate(rows)]
    order = sorted(leads, key=lambda lead: hashlib.md5(lead["lead_id"].encode()).hexdigest())
    frame = count(leads=leads, **tables).lead_sample()
    frame.index = [lead["lead_id"] for lead in order][: len(frame)]
    return frame


def test_the_sample_is_the_first_leads_by_the_md5_of_their_id_and_holds_no_id(count, monkeypatch):
    monkeypatch.setattr(lead_sample, "MOST", 5)
    leads = [{**row, "campaign": row["lead_id"]} for row in draw_exports(40, 1)["leads"]]
    frame = count(leads=leads).lead_sample()

    ids = sorted((row["lead_id"] for row in leads), key=lambda name: hashlib.md5(name.encode()).hexdigest())
    assert frame["campaign"].tolist() == ids[:5]
    assert not set(frame) & {"lead_id", "person_key", "owner", "account_key"}


def test_a_field_filled_after_hand_over_is_late_and_one_without_a_date_too(count):
    there = {"disposition": "nurture"}
    frame = sampled(
        count,
        created(handed_over_at=f"{MONDAY} 12:00", disposed_at=f"{MONDAY} 11:00", **there),
        created(handed_over_at=f"{MONDAY} 12:00", disposed_at=f"{MONDAY} 13:00", **there),
        created(handed_over_at=f"{MONDAY} 12:00", disposed_at=MONDAY, **there),  # which came first is not known
        created(handed_over_at=f"{MONDAY} 12:00", disposed_at=None, **there),
    )
    assert frame["disposition"].notna().all()
    assert frame["disposition_late"].sort_index().tolist() == [False, True, True, True]


def test_what_happened_after_the_pages_day_is_not_in_it(count):
    seen, newest = created(visited_at="2026-10-06"), {"created_at": "2026-11-03 10:00"}
    frame = sampled(count, created(visited_at="2026-11-04"), seen, newest)
    assert frame["visited_at"].sort_index().isna().tolist() == [True, False, True]


def test_touches_count_up_to_the_hand_over(count):
    touches = [
        {"lead_id": "L0", "touched_at": at, "channel": "web"}
        for at in ("2026-10-01", f"{MONDAY} 11:59", f"{MONDAY} 12:01", MONDAY, "2026-10-09")
    ]
    frame = sampled(count, created(handed_over_at=f"{MONDAY} 12:00"), created(), touches=touches)
    assert frame["touches_before"].sort_index().tolist() == [2, 0]


def test_a_lead_that_was_entered_at_its_sale_is_left_out(count):
    deals = [WON | {"lead_id": "L0", "opened_at": MONDAY, "closed_at": f"{MONDAY} 10:10"}]
    frame = count(leads=[created(lead_id="L0"), created(lead_id="L1")], deals=deals).lead_sample()
    assert frame["outcome"].tolist() == ["open"]


def test_a_profile_column_that_no_rule_asks_for_is_in_it(count):
    frame = sampled(count, created(profile_age="40"), created())
    assert frame["profile_age"].sort_index().tolist()[0] == "40"
    assert "profile_catchment" not in frame  # a rule asks for it, the exports do not hold it


@pytest.mark.parametrize("seed", [1, 2])
def test_the_score_in_the_sample_is_the_one_at_hand_over(count, seed):
    data = count(**draw_exports(120, seed))
    ours, theirs = data.lead_sample()["score"], data.journeys.frame(where="NOT entered_at_sale")["score"]
    pd.testing.assert_series_equal(ours.sort_values(ignore_index=True), theirs.sort_values(ignore_index=True))
