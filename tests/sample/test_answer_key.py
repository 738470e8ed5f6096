"""The answer key's sizes, measured where a reader would meet them: on the files read, on journeys and tallies."""

from __future__ import annotations

import dataclasses
import re

import pytest

from alignment_lib import questions
from alignment_lib.engine import DuckDB
from alignment_lib.month import month_of
from alignment_lib.period import Month
from alignment_lib.questions.baton_money import worth_of
from alignment_lib.questions.bridge_words import label_of
from alignment_lib.questions.cohort import judged_cohort
from alignment_lib.questions.economics import economics
from alignment_lib.questions.gap_bridge import bridge_of
from alignment_lib.questions.owed import owed_next
from alignment_lib.questions.profile_shares import kept_shares
from alignment_lib.questions.reference_score import compare, reference_of
from alignment_lib.questions.score_bands import score_bands
from alignment_lib.questions.score_so_far import newest_scored
from alignment_lib.questions.still_open import draws_for, expected_won
from alignment_lib.rendering import to_json
from alignment_lib.report.shared_words import tables_of
from alignment_lib.sample import PLANTS, make_sample
from alignment_lib.sources import load_exports


def read(riverside, folder, plants):
    """Make the sample in a folder, read it through the mappings, and return the company and its exports."""
    make_sample(folder / "exports", plants=plants)
    settings = riverside.settings.model_copy(update={"exports": str(folder / "exports")})
    company = dataclasses.replace(riverside, settings=settings)
    return company, load_exports(company, cache=folder / "cache")


@pytest.fixture(scope="module")
def page_of(riverside, tmp_path_factory):
    """Return what the page of a month sees of the one sample."""
    company, exports = read(riverside, tmp_path_factory.mktemp("all"), "all")
    return lambda month: month_of(company, Month.parse(month), DuckDB(), exports)


@pytest.fixture(scope="module")
def october(page_of):
    return page_of("2026-10")


def test_every_row_is_used_or_set_aside_for_the_planted_reason(october, world):
    for file in october.files:
        assert file.rows_in == file.rows_used + sum(file.set_aside.values())
    leads = next(file for file in october.files if file.table == "leads")
    size = PLANTS["bad-rows"].size
    assert leads.rows_used == len(world("all").leads)
    assert leads.set_aside["date outside 2000 to 2100"] == size["impossible_dates"]
    assert leads.set_aside["exact duplicate"] == size["repeated_rows"]
    assert leads.set_aside["merged into another lead"] == size["merged"]
    assert leads.set_aside["same person, same journey"] / leads.rows_in == pytest.approx(0.014, abs=0.004)
    assert sum(sum(file.set_aside.values()) for file in october.files if file.table != "leads") == 0


def test_without_plants_no_row_is_set_aside(riverside, tmp_path):
    _, exports = read(riverside, tmp_path, "none")
    assert all(not file.set_aside for file in exports.files)
    assert {finding.severity for finding in exports.findings} <= {"info"}


def test_personal_columns_stay_in_the_reader(october):
    held = {column for columns in october.columns.values() for column in columns}
    assert not held & {"First Name", "Last Name", "Email", "Phone Number", "Name", "E-mail", "Deal Name"}


def test_october_is_short_of_marketing_leads_and_sales_covers_part(october):
    leads = october.tallies.daily.query("month == '2026-10'").groupby("team")["quality"].sum()
    assert 0.78 < leads["marketing"] / october.plan.leads("2026-10", "marketing") < 0.86
    assert 1.12 < leads["sales"] / october.plan.leads("2026-10", "sales") < 1.22


def test_half_of_harbours_evening_enquiries_are_never_reached(october):
    hours = october.tallies.relay_hours.query("month in ['2026-08', '2026-09', '2026-10']")
    sums = hours.groupby(["location", "part"])[["covered", "never_reached", "kept"]].sum()
    share = sums["never_reached"] / sums["covered"]
    assert share["Harbour", "16:00 and later"] > 0.45
    assert share.drop([("Harbour", "16:00 and later")]).filter(like="16:00").max() < 0.30


def test_paid_social_costs_twice_as_much_per_member(october):
    cohort = ["2026-06", "2026-07", "2026-08"]
    sources, spend = october.tallies.sources, october.tallies.spend
    won = sources[sources["month"].isin(cohort)].groupby("source")[["leads", "won"]].sum()
    cost = spend[spend["month"].isin(cohort)].groupby("source")["amount"].sum()
    assert cost["Paid social"] / won["leads"]["Paid social"] < 0.75 * cost["E-mail"] / won["leads"]["E-mail"]
    assert cost["Paid social"] / won["won"]["Paid social"] > 1.6 * cost["E-mail"] / won["won"]["E-mail"]


def test_what_else_was_planted_is_in_the_tallies(october):
    tallies = october.tallies
    walk_ins = tallies.sources[tallies.sources["source"] == "Walk-in"]
    assert walk_ins["entered_won"].sum() / walk_ins["won"].sum() == pytest.approx(0.40, abs=0.05)
    tracking = tallies.tracking.groupby("location")[["leads", "source_known"]].sum()
    missing = 1 - tracking["source_known"] / tracking["leads"]
    assert missing["Old Mill"] == pytest.approx(0.09, abs=0.02)
    assert missing.drop(["Old Mill", "(none)"]).max() < 0.03
    assert set(tallies.departed["location"]) - {"(none)"} == {"Lakeside"}
    hanging = tallies.departed.groupby("month")["leads"].sum()
    assert hanging[["2026-06", "2026-07"]].min() > 15 and hanging.drop(["2026-06", "2026-07"]).sum() <= 2
    effect = tallies.definitions_effect.query("definition == 'quality_lead' and month < '2026-09'")
    assert 0.02 < effect["yes_now"].sum() / effect["yes_then"].sum() - 1 < 0.045
    assert not tallies.sources["source"].eq("Facebook Ads").any()


def test_what_was_expected_of_junes_leads_is_what_came_of_them(page_of, october):
    then = page_of("2026-06")
    found = expected_won(then.tallies.outcomes, ("2026-06",), draws_for(then, "newest"))
    now = october.tallies.outcomes.query("month == '2026-06'")[["won", "lost", "running"]].sum()
    assert found.so_far < 0.9 * found.final.value
    assert found.final.low < now["won"] / now.sum() < found.final.high


@pytest.mark.parametrize("band", ["0-15", "15-30", "30-45", "45-60", "60-75", "75-100"])
def test_what_was_expected_of_a_bands_newest_leads_is_what_came_of_them(band, page_of, october):
    then = page_of("2026-06")
    newest = newest_scored(then)
    rows, now = (one.tallies.outcomes[one.tallies.outcomes["band"] == band] for one in (then, october))
    found = expected_won(rows, newest, draws_for(then, f"score {band}"))
    came = now[now["month"].isin(newest)][["won", "lost", "running"]].sum()
    assert newest == ("2026-05", "2026-06")
    assert found.so_far < found.final.value and found.final.low <= came["won"] / came.sum() <= found.final.high


def test_the_score_is_off_from_sixty_on_and_nowhere_below(october):
    bands = score_bands(october)
    assert bands.index[bands["off"] == "too much"].tolist() == ["60-75", "75-100"]
    assert (bands["off"] == "too little").sum() == 0
    assert (bands["said"] - bands["happened"])["75-100"] > 0.15


def test_members_outside_the_profile_leave_about_three_times_as_often(october):
    left = 1 - kept_shares(october).query("kind == 'match'")["share"]
    size = PLANTS["outside-profile"].size["left_within_90_days"]
    assert left["no"] == pytest.approx(size, abs=0.05) and 2 < left["no"] / left["yes"] < 4.5


def test_the_reference_score_is_refused_what_was_filled_after_hand_over(october):
    reference, _ = reference_of(october)
    assert set(reference.refused) == {
        "status", "disposition", "disposition_reason", "accepted_at", "sent_back_at", "visited_at"
    }  # fmt: skip
    assert {"source", "profile_catchment", "source_detail"} <= set(reference.fields)
    ways = compare(reference, october)  # the sample's score knows what no field does; the fields know the source
    assert 0.6 < ways.loc["Reference score", "low"] < ways.loc["The company’s score", "low"]


def test_the_credit_of_paid_social_rose_in_may(page_of):
    (news,) = [test for test in questions.announcements(page_of("2026-05")) if test.question == "attribution"]
    assert news.name == "attribution: Paid social" and news.p < 0.001


def test_october_announces_what_is_in_the_key_and_nothing_else(october):
    said = {(test.question, test.location) for test in questions.announcements(october)}
    assert said == {
        ("scorecard", ""),
        ("relay", "Harbour"),
        ("sources_and_campaigns", ""),
        ("playback", ""),
        ("tracking", "Old Mill"),
        ("score_check", ""),
        ("client_profile", ""),
    }
    names = {test.name for test in questions.announcements(october)}
    assert {"marketing_leads", "answered_in_time", "playback: Chose another club"} <= names


def test_other_peoples_figures_differ_for_known_reasons(october):
    totals = october.company.control_totals
    theirs = totals[totals["month"] == "2026-10"].set_index("measure")["value"]
    daily, revenue = october.tallies.daily, october.tallies.revenue
    ours = daily.loc[daily["month"] == "2026-10", "leads"].sum()
    assert 0 < theirs["leads"] - ours < 25  # the dashboard counts second entries, and days in UTC
    signed = revenue.loc[(revenue["month"] == "2026-10") & (revenue["type"] == "new"), "revenue"].sum()
    assert 0.01 < abs(theirs["revenue"] / signed - 1) < 0.10  # finance books by the first day of membership


# One loss, one amount: a walk of all money on October's page

MONEY = re.compile(r"[−+]?\$\d[\d.,]*\d(?:k|m|bn)?|[−+]?\$\d(?:k|m|bn)?")
PRICES = {"levers", "campaigns", "sources", "source_bounds", "ways", "next_actions"}  # of one lead or join, and budgets


def amount(text):
    """Return a printed amount: "−$8.1k" is -8100."""
    figure = float(re.sub(r"[^\d.]", "", text)) * {"k": 1e3, "m": 1e6}.get(text[-1], 1)
    return -figure if text.startswith("−") else figure


def money_cells(table):
    """Yield (row, column, amount) of every cell of a printed table that is one amount of money."""
    for row in table["rows"]:
        for cell, column in zip(row, table["columns"], strict=True):
            unit = cell.get("unit", column["unit"])
            if "money" in unit and cell["value"] is not None:
                yield row[0]["text"], column["key"], float(cell["value"])


@pytest.fixture(scope="module")
def walked(october):
    """Return October's bridge, what its dropped batons are worth, and its page: answers as printed, tables by name."""
    page = [to_json(one, october.words) for one in questions.answers(october) if one.shown]
    tables = {table["name"]: table for one in page for table in tables_of(one)}
    return bridge_of(october)[0], worth_of(october), page, tables


def sentences(answer):
    """Return every text of an answer in which an amount may stand, those of tables and figures, too."""
    texts = [answer["headline"], answer["finding"], *answer["notes"], (answer["prompt"] or {"text": ""})["text"]]
    texts += [item[part] for one in answer["lists"] for item in one["items"] for part in ("lead", "text")]
    texts += [f"{one['value']} {one['note']} {one['gap']}" for one in answer["key_figures"]]
    texts += [table[part] for table in tables_of(answer) for part in ("title", "note")]
    texts += [one[part] for one in answer["figures"] for part in ("title", "subtitle", "alt", "caption")]
    return texts + [cell.get("under", "") for table in tables_of(answer) for row in table["rows"] for cell in row]


@pytest.mark.slow
def test_dropped_batons_add_up_and_lie_inside_their_steps(october, walked):
    bridge, worth, page, tables = walked
    steps = {key: label_of(october, bridge, key) for key in ("reached", "joins")}
    rows = {row[0]["text"]: [cell["text"] for cell in row] for row in tables["worth"]["rows"]}
    paid = {name: value for name, key, value in money_cells(tables["worth"]) if key == "worth"}
    whole = paid.pop("All")
    assert whole == pytest.approx(sum(paid.values())) == pytest.approx(worth.total[1], abs=len(paid))
    assert sum(value for *_, value in money_cells(tables["batons"])) == pytest.approx(whole, abs=10)
    inside = {key: sum(value for name, value in paid.items() if rows[name][-1] == steps[key]) for key in steps}
    assert sum(inside.values()) == pytest.approx(whole) and min(inside.values()) > 0
    (relay,) = [one for one in page if one["name"] == "relay"]
    (told,) = [note for note in relay["notes"] if "inside the gap bridge" in note]
    for key, part in inside.items():
        assert f"{october.words.money_short(part)} in “{steps[key]}”" in told
    # No more than the leads not reached would have brought, and those reached that did not join; of all that came.
    sums = october.tallies.relay.query("month == '2026-10'")[["handed_over", "reached", "joined"]].sum()
    value = bridge.actual / sums["joined"]
    assert inside["reached"] <= (sums["handed_over"] - sums["reached"]) * sums["joined"] / sums["reached"] * value
    assert inside["joins"] <= (sums["reached"] - sums["joined"]) * value
    assert worth.total[1] <= worth.cap[0] and worth.total[2] <= worth.cap[1]


@pytest.mark.slow
def test_prices_stand_in_their_tables_and_the_goal_of_november_multiplies_out(october, walked):
    _, _, page, tables = walked
    answers = {one["name"]: one for one in page}
    prices = {abs(value) for name in PRICES & set(tables) for *_, value in money_cells(tables[name])}
    prices |= {amount(text) for name in PRICES & set(tables) for row in tables[name]["rows"] for cell in row
               for text in MONEY.findall(cell["text"])}  # fmt: skip
    spent = economics(october, judged_cohort(october))["spend"] / 3
    for text in sentences(answers["sources_and_campaigns"]):
        for said in MONEY.findall(text):
            known = spent if f"{said} a month" in text else prices
            assert any(abs(round(one) - amount(said)) <= (50 if "k" in said else 0) for one in known), text
    owed = owed_next(october)[0]
    assert owed.goal == october.plan.revenue(october.period + 1)
    from_leads = sum(round(owed.leads[team]) * worth for team, worth in owed.worth.items())
    assert from_leads == pytest.approx(owed.goal - owed.earlier - owed.rest, abs=max(owed.worth.values()))
    told = {text for whole in sentences(answers["next_month"]) for text in MONEY.findall(whole)}
    known = (owed.goal, owed.earlier, owed.rest, *owed.worth.values())
    assert told == {october.words.money_short(one) for one in known}
