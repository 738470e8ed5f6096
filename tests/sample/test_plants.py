"""Each plant alone has its stated size; without plants there is nothing to find."""

from __future__ import annotations

import numpy as np
import pytest
from sample_times import hour, months

from alignment_lib.period import Month
from alignment_lib.sample import PLANTS, answer_key
from alignment_lib.sample.exports import contacts, owner_rows
from alignment_lib.sample.faults import add_bad_rows, add_duplicates
from alignment_lib.sample.leads import stored_score
from alignment_lib.sample.world import NEVER, World, days_between, expected_leads


def rate(flags, where) -> tuple[float, float]:
    """Return the share and its standard error."""
    p, n = flags[where].mean(), where.sum()
    return p, max(1e-3, np.sqrt(p * (1 - p) / n))


def test_harbour_evenings_are_late_or_never_answered_since_march_2026(world):
    leads, size = world("harbour-evenings").leads, PLANTS["harbour-evenings"].size
    month = months(leads["created"])
    evening = (leads["club"] == "Harbour") & (hour(leads["created"]) >= 16) & (leads["pace"] != "at once")
    never = leads["pace"] == "never"

    share, error = rate(never, evening & (month >= "2026-03"))
    assert abs(share - size["never"]) < 3 * error
    assert rate(never, evening & (month < "2026-03"))[0] < 0.12
    assert rate(never, (leads["club"] == "Station") & (leads["pace"] != "at once"))[0] < 0.12


def test_paid_social_is_cheap_per_lead_and_dear_per_member(world):
    sample = world("paid-social")
    leads = sample.leads
    cost = sample.spend.groupby("source")["amount"].sum()
    count = leads.groupby("source")["joins"].agg(["size", "sum"])
    per_lead, per_join = cost / count["size"], cost / count["sum"]

    assert per_lead["Paid social"] == pytest.approx(PLANTS["paid-social"].size["cost_per_lead"], rel=0.05)
    assert per_lead["Paid social"] < 0.7 * per_lead["Paid search"]
    assert per_join["Paid social"] > 1.6 * per_join["Paid search"]


def test_october_lacks_marketing_leads_and_sales_covers_part():
    days = days_between(Month(2026, 10), Month(2026, 10))
    change = {
        team: expected_leads(team, days, World.of(1, {"october-leads"})).sum()
        / expected_leads(team, days).sum()
        - 1
        for team in ("marketing", "sales")
    }
    assert change == {"marketing": pytest.approx(-0.21, abs=0.02), "sales": pytest.approx(0.13, abs=0.02)}


def test_october_replies_are_slower_for_marketing_only(world):
    leads = world("october-replies").leads
    waits = (leads["pace"] != "at once") & (months(leads["created"]) == "2026-10")
    in_time = leads["pace"] == "in time"
    marketing, error = rate(in_time, waits & (leads["team"] == "marketing"))
    assert abs(marketing - (0.72 - PLANTS["october-replies"].size["from_in_time_to_late"])) < 3 * error
    assert rate(in_time, waits & (leads["team"] == "sales"))[0] > 0.62


def test_the_score_is_the_chance_until_it_is_planted_too_high(world):
    for name, fits in (("none", True), ("score-too-high", False)):
        sample = world(name)
        score = stored_score(sample.world, sample.leads)
        for low, high in ((0, 15), (15, 30), (30, 45), (45, 60), (60, 75), (75, 100)):
            band = (score >= low) & (score < high)
            joined, error = rate(sample.leads["joins"], band)
            off = abs(joined - score[band].mean() / 100)
            assert (off < 3.3 * error) == (fits or high <= 45) or (not fits and low == 45), (name, low)
            assert band.sum() > 200


def test_members_outside_the_profile_leave_early_only_where_planted(world):
    for name, much in (("none", False), ("outside-profile", True)):
        sample = world(name)
        members = sample.members[sample.members["deal"] >= 0]
        lead = sample.deals["lead"].to_numpy()[members["deal"]]
        inside = ((sample.leads["catchment"] == "inside") & (sample.leads["visits"] >= 2)).to_numpy()[lead]
        left = ((members["end"] != NEVER) & (members["end"] - members["start"] <= 90)).to_numpy()
        known = lead >= 0
        gap = left[known & ~inside].mean() - left[known & inside].mean()
        assert (gap > 0.10) if much else abs(gap) < 0.03


def test_chose_another_club_grew_in_august_2026(world):
    deals = world("chose-another-club").deals
    lost = deals[deals["outcome"] == "lost"]
    other, month = lost["reason"] == "Chose another club", months(lost["closed"])
    since, error = rate(other, month >= "2026-08")
    assert abs(since - PLANTS["chose-another-club"].size["share_of_losses"]) < 3 * error
    assert rate(other, month < "2026-08")[0] == pytest.approx(0.14, abs=0.015)


def test_adverts_on_paid_social_are_met_in_may_2026_and_move_no_other_touch(world):
    sample, without = world("social-adverts"), world("none")
    month = months(sample.leads["created"])
    met = np.isin(np.arange(len(month)), sample.touches.query("channel == 'Paid social'")["lead"])
    share, error = rate(met, month == "2026-05")
    before, _ = rate(met, month == "2026-04")
    assert abs(share - (before + (1 - before) * PLANTS["social-adverts"].size["share"])) < 4 * error
    kept = sample.touches.merge(without.touches, on=["lead", "at", "channel", "kind"])
    assert len(kept) >= len(without.touches) and len(sample.touches) > len(without.touches) + 300


def test_old_mill_lacks_sources(world):
    for name, share in (("none", 0.02), ("old-mill-tracking", 0.09)):
        sample = world(name)
        rows = contacts(sample.world, sample.leads, sample.deals)
        missing = rows["Original Source"] == ""
        assert missing[rows["Club"] == "Old Mill"].mean() == pytest.approx(share, abs=0.02)
        assert missing[rows["Club"] == "Harbour"].mean() == pytest.approx(0.02, abs=0.01)


def test_facebook_ads_is_the_old_name_until_august_2025(world):
    sample = world("renamed-source")
    rows = contacts(sample.world, sample.leads, sample.deals)
    month = months(sample.leads["created"])
    assert set(month[rows["Original Source"] == "FACEBOOK_ADS"]) == set(PLANTS["renamed-source"].months)
    assert month[rows["Original Source"] == "PAID_SOCIAL"].min() == "2025-09"


def test_trial_requests_make_three_per_cent_more_quality_leads(world):
    leads = world("definition-change").leads
    trial = (leads["detail"] == "trial request") & (leads["catchment"] == "inside") & ~leads["quality"]
    assert 0.02 < trial.sum() / leads["quality"].sum() < 0.045
    assert not (world("none").leads["detail"] == "trial request").any()


def test_walk_ins_are_entered_at_the_sale(world):
    for name, share in (("none", 0.0), ("entered-at-sale", 0.40)):
        joined = world(name).leads.query("joins and source == 'Walk-in' and closed > 0")
        at_sale = joined["created"] >= joined["closed"] - 30
        assert at_sale.mean() == pytest.approx(share, abs=0.05)


def test_leads_of_the_person_who_left_stay_unrouted(world):
    sample = world("owner-left")
    leads = sample.leads
    left = owner_rows(sample.world).query("To != ''")
    assert left[["Club", "To"]].to_numpy().tolist() == [["Lakeside", "2026-06-12"]]
    later = leads["created"].to_numpy().view("datetime64[m]") >= np.datetime64("2026-06-13")
    hanging = later & (leads["owner"] == left["Owner"].item())
    assert set(months(leads["created"][hanging])) == {"2026-06", "2026-07"}
    never, error = rate(leads["assigned"] == NEVER, hanging)
    assert abs(never - PLANTS["owner-left"].size["never_routed"]) < 3 * error
    assert owner_rows(World.of(1, "none"))["To"].eq("").all()


def test_faults_add_rows_only_where_planted(world):
    sample = world("duplicates", "bad-rows")
    rows = contacts(sample.world, sample.leads, sample.deals)
    twice = add_duplicates(sample.world, rows, sample.leads, sample.deals)
    assert (len(twice) - len(rows)) / len(rows) == pytest.approx(0.014, abs=0.004)

    calls = rows[["Contact ID"]].head(10_000)
    bad, moved = add_bad_rows(sample.world, rows, calls)
    size = PLANTS["bad-rows"].size
    assert len(bad) - len(rows) == sum(size.values())
    assert (
        (calls["Contact ID"] != moved["Contact ID"]).sum()
        == size["merged"]
        == (bad["Merged Into"] != "").sum()
    )

    none = World.of(1, "none")
    assert len(add_duplicates(none, rows, sample.leads, sample.deals)) == len(rows)
    assert len(add_bad_rows(none, rows, calls)[0]) == len(rows)


def test_answered_in_time_helps_moderately_only_where_planted(world):
    for name, reached_more, joined_more in (("none", (-0.02, 0.02), (-0.02, 0.02)),
                                            ("speed", (0.04, 0.12), (0.01, 0.08))):  # fmt: skip
        leads = world(name).leads
        ready = leads[leads["quality"] & leads["pace"].isin(["in time", "late"])]
        shares = ready.assign(reach=ready["reached"] != NEVER).groupby("pace")[["reach", "joins"]].mean()
        gap = shares.loc["in time"] - shares.loc["late"]
        assert reached_more[0] < gap["reach"] < reached_more[1], name
        assert joined_more[0] < gap["joins"] < joined_more[1], name


def test_without_plants_sources_clubs_and_hours_are_exchangeable(world):
    leads = world("none").leads
    overall, n = leads["joins"].mean(), len(leads)
    for by in ("source", "club", "campaign", "arrival", "team"):
        groups = leads.groupby(by)["joins"].agg(["mean", "size"])
        z = (groups["mean"] - overall) / np.sqrt(overall * (1 - overall) * (1 / groups["size"] - 1 / n))
        assert z.abs().max() < 3.5, by
    waits = leads[leads["pace"] != "at once"]
    late = waits.assign(evening=hour(waits["created"]) >= 16, broken=waits["pace"] != "in time")
    shares = late.groupby(["club", "evening"])["broken"].mean()
    assert shares.max() - shares.min() < 0.07


def test_every_plant_is_named_once_and_has_a_question(riverside):
    names = [plant.name for plant in answer_key()]
    assert len(names) == len(set(names)) == len(PLANTS)
    assert all(plant.question and plant.says.endswith(".") for plant in answer_key())


def test_a_plant_of_half_strength_lies_half_way_from_the_ordinary():
    half = World.of(1, {"paid-social"}, strength=0.5)

    assert half.size("paid-social", "join_factor", 1.0) == pytest.approx((0.33 + 1.0) / 2)
    assert World.of(1, {"paid-social"}).size("paid-social", "join_factor", 1.0) == 0.33
    assert half.size("speed", "join_late", 1.0) == 1.0, "it is not switched on"


def test_an_unknown_plant_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="harbour.*october-leads"):
        World.of(1, {"harbour"})
