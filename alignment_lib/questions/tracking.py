"""Tracking quality: how far can we trust these numbers?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..answer import Answer, Column, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Reading, Test, read_series
from ..stats.tests import two_shares_p
from ..words import sentence
from . import agenda_items
from .checks import checks, what_reading_found
from .monthly import planned, planned_leads
from .parts import (
    ENOUGH,
    FEW,
    FIELDS_OF_A_LEAD,
    NO_COLUMNS,
    RECORD_THEM,
    TEAMS,
    lacking,
    must_add_up,
    named_places,
    news,
    of_month,
)
from .units import PIPELINE, unit_of
from .unknown_sources import source_bound

ASKS = "How far can we trust these numbers?"
TESTED_MONTHS = 3
SETTLED = ("source_known", "reply_logged", "outcome_fed_back", "profile_known")  # shown as meters, and tested
# Outcomes of the page's own month are still to come: where there are few of them says nothing about writing down.
TO_MEND = tuple(name for name in SETTLED if name != "outcome_fed_back")


@dataclass(frozen=True)
class Field:
    """One thing that should be written down: its heading, what a lead without it lacks, and the columns it needs."""

    label: str
    without: str
    needs: tuple[str, ...]


FIELDS = {
    "source_known": Field("Source known", "a source", ("leads.source",)),
    "arrival_known": Field("Asked how they came", "a way of arriving", ("leads.arrival",)),
    "campaign_known": Field("Campaign known", "a campaign", ("leads.campaign",)),
    "score_known": Field("Score known", "a score", ("leads.score",)),
    "profile_known": Field("Profile known", "a profile", ()),
    "handover_logged": Field("Hand-over logged", "a hand-over time", ("leads.handed_over_at",)),
    "reply_logged": Field("Reply time logged", "a reply time", ("activities",)),
    "outcome_fed_back": Field("Outcome fed back", "an outcome", ("deals",)),
}
SINCE_WHEN = {
    "score": "scored_at", "grade": "scored_at", "disposition": "disposed_at", "status": "modified_at",
}  # fmt: skip


def fields_held(month: MonthData) -> list[str]:
    """Return the fields that the exports can show at all; what a table that stops would show is not known."""
    held = [name for name, field in FIELDS.items() if all(month.has(n) and n not in month.ends for n in field.needs)]
    profile = any(month.has(f"leads.{name}") for name in _profile_fields(month))
    return [name for name in held if name != "profile_known" or profile]


def recorded(month: MonthData) -> pd.DataFrame:
    """Count per location how many of the month's leads have each field written down.

    Answers: where are our numbers thin, and which one field would help most?

    Returns
    -------
    pandas.DataFrame
        Indexed by `location`, most leads first, with `leads`, each field of `fields_held` as a share (0 to 1), and
        `mend` and `behind`: the field whose gap to the best location, times the leads, is largest, and that many
        leads ("" and 0 if none is behind).

    Notes
    -----
    Date basis: created, at the month's own cut. A location with under 5 leads has its count and no share.
    """
    fields = fields_held(month)
    rows = of_month(month.tallies.tracking, month)
    counts = rows.groupby("location")[["leads", *FIELDS]].sum()
    counts = counts[counts["leads"] > 0].sort_values("leads", ascending=False)
    shares = counts[fields].div(counts["leads"], axis=0)
    named = (counts.index != "(none)") | (len(counts) == 1)  # nobody can mend a place that is not recorded
    typical = shares[named & (counts["leads"] >= ENOUGH)]
    best = typical.max() if len(typical) > 1 else pd.Series(1.0, index=fields)
    behind = (best - shares).mul(counts["leads"], axis=0)[[name for name in TO_MEND if name in fields]]
    result = counts[["leads"]].join(shares)
    result["behind"] = behind.max(axis=1).round().clip(lower=0).fillna(0).astype(int)
    result["mend"] = behind.idxmax(axis=1).where(result["behind"] > 1, "") if len(behind.columns) else ""
    few = result["leads"] < FEW
    result.loc[few, fields] = float("nan")
    result.loc[few | ~named | ("leads" in month.ends), ["behind", "mend"]] = 0, ""
    return result


def describe_tracking(month: MonthData) -> str:
    """Say how many leads have a source, and what the others could do to the verdict."""
    words, rows = month.words, of_month(month.tallies.tracking, month)
    leads, known = int(rows["leads"].sum()), int(rows["source_known"].sum())
    if not leads:
        return f"No leads are recorded for {month.period.name}, so there is nothing to trust or doubt yet."
    bound, lacking = source_bound(month), leads - known
    if bound is None:
        all_of = f"All {words.count(leads, 'lead')} of" if leads > 1 else "The 1 lead of"
        return f"{all_of} {month.period.name} {'have' if leads > 1 else 'has'} a recorded source."
    if unit_of(month).is_money:
        return describe_pipeline(month, leads, known)
    have = words.share(known / leads) if leads >= ENOUGH else f"{words.number(known)} of {words.number(leads)}"
    one, planned = lacking == 1, planned_leads(month, str(month.period), bound.team)
    text = f"{sentence(have)} {'of ' if leads >= ENOUGH else ''}leads have a recorded source. "
    text += f"The {words.number(lacking)} without one "
    if not bound.most:
        return f"{text}{'counts' if one else 'count'} for no team and cannot change the verdict."
    if (
        month.playbook.goals.lead_split.marketing in (0, 1)
        and rows.loc[rows["leads"] > 0, "team"].nunique() == 1
    ):
        return f"{text}{'counts' if one else 'count'} for {bound.team} like all others."
    unit = "" if bound.unit == "leads" else f" of {bound.unit}"
    text += f"could move the {bound.team} count{unit} by at most {words.number(bound.most)}"
    if planned is None:
        return f"{text}; there is no plan whose verdict it could change."
    draft = " against the draft plan" if month.plan.is_draft(month.period, bound.team) else ""
    return f"{text} and {'could' if bound.could_change else 'cannot'} change the verdict{draft}."


def describe_pipeline(month: MonthData, leads: int, known: int) -> str:
    """Say how many leads have a source, and what pipeline of no known team could do to a verdict on pipeline."""
    words, deals = month.words, of_month(month.tallies.pipeline, month)
    by_team = deals.groupby("team")["pipeline"].sum()
    unclear = float(by_team.reindex(["no lead", "unassigned"]).sum())
    text = f"{sentence(words.share(known / leads))} of leads have a recorded source."
    if not unclear:
        return f"{text} All {PIPELINE} of {month.period.name} belongs to a team."
    plans = {team: planned(month, str(month.period), team) for team in TEAMS}
    turned = [
        team for team, plan in plans.items()
        if plan is not None and by_team.get(team, 0.0) < plan <= by_team.get(team, 0.0) + unclear
    ]  # fmt: skip
    what = f"{words.money_short(unclear)} of {PIPELINE} comes from deals without a lead or a source"
    if all(plan is None for plan in plans.values()):
        return f"{text} {what}."
    verdict = f"could lift {words.names([f'{team}-sourced' for team in turned])} pipeline over its plan"
    return f"{text} {what} and {verdict if turned else 'cannot change the verdict'}."


def weakest(month: MonthData) -> Test | None:
    """Test where a field is written down less often than at the other locations, over the last three months.

    Returns
    -------
    Test or None
        The clearest case; its p (Fisher's exact test against all other locations) is corrected for the number of
        locations and fields looked at.
    """
    months = month.known_months[-TESTED_MONTHS:]
    rows = month.tallies.tracking
    rows = rows[rows["month"].isin(months) & (rows["location"] != "(none)")]
    counts = rows.groupby("location")[["leads", *FIELDS]].sum()
    fields = [name for name in SETTLED if name in fields_held(month)]
    looks = [(place, name) for place in counts.index[counts["leads"] >= ENOUGH] for name in fields]
    if len(counts) < 2 or not looks:
        return None
    total = counts.sum()
    found = []
    for place, name in looks:
        known, leads = int(counts.loc[place, name]), int(counts.loc[place, "leads"])
        rest_known, rest = int(total[name]) - known, int(total["leads"]) - leads
        if rest and known * rest < rest_known * leads:
            p = two_shares_p(known, leads, rest_known, rest)
            found.append((p, place, name, leads - known, leads, 1 - rest_known / rest))
    if not found:
        return None
    p, place, name, lacking, leads, elsewhere = min(found)
    since = month.words.months(months)
    came = f"{month.words.number(lacking)} of {month.words.number(leads)}"
    text = f"Leads at {place}: {came} came without {FIELDS[name].without} in {since}"
    text += f", elsewhere {month.words.share(elsewhere)}."
    return Test(f"tracking: {name} at {place}", "tracking", min(1.0, len(looks) * p), "bad", text, str(place))


def tests(month: MonthData) -> list[Test]:
    """Return one test: the location and field that fall behind most, corrected for looking at all of them."""
    found = None if "leads" in month.ends else weakest(month)
    return [found] if found else []


def notes(month: MonthData) -> tuple[str, ...]:
    """Say what was set aside as double, who was not asked, who came back, and what has no time stamp."""
    words, said = month.words, []
    double = sum(
        count for file in month.files if file.table == "leads" for reason, count in file.set_aside.items()
        if "same person" in reason or "duplicate" in reason
    )  # fmt: skip
    if double:
        row, are = words.count(double, "row"), "is a double" if double == 1 else "are doubles"
        said.append(f"{row} of the lead files, over all months, {are} and set aside.")
    rows = of_month(month.tallies.tracking, month)
    unasked = int((rows["leads"] - rows["arrival_known"]).sum())
    if unasked and month.has("leads.arrival"):
        asked = words.count(unasked, "lead")
        said.append(f"How they came is not recorded for {asked}: unknown, and nobody's by default.")
    people = of_month(month.tallies.people, month)
    if len(people) and people["returning"].sum():
        back = words.count(people["returning"].sum(), "lead")
        said.append(f"{back} of the month came from people who had been leads before; each is a new journey.")
    twice = any("same person" in reason for file in month.files for reason in file.set_aside)
    if not (twice or month.tallies.people["returning"].sum() or month.has("stage_history.lead_id")):
        known = "nobody is in the lead files twice" if month.has("leads.person_key") else "no column says who it is"
        said.append(f"Who came back cannot be seen: {known}, and there is no stage history.")
    undated = [c for c, at in SINCE_WHEN.items() if month.has(f"leads.{c}") and not month.has(f"leads.{at}")]
    if undated:
        said.append(f"Used as exported, because no time stamp says since when: {words.names(undated)}.")
    return tuple(said)


def prompt_for(news: Test | None) -> Prompt | None:
    """Ask about the location and field that fall behind, if that is more than chance."""
    if news is None:
        return None
    field = FIELDS[news.name.removeprefix("tracking: ").rsplit(" at ", 1)[0]]
    return Prompt(
        f"What would make writing down {field.without} a ten-second job at {news.location}?", rank=0.8
    )


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the location and field that signal."""
    signal = next(iter(news(month, "tracking")), None)
    asked = prompt_for(signal)
    if signal is None or asked is None:
        return []
    field = FIELDS[signal.name.removeprefix("tracking: ").rsplit(" at ", 1)[0]]
    what = f"Leads without {field.without} at {signal.location}"
    moves = f"leads with {field.without}, {signal.location}"
    return [agenda_items.Item(what, "tracking", "signal", "both", moves, asked.rank, asked.text)]


def table(month: MonthData) -> Table:
    """Return the meters by location, with the one field to mend at each."""
    words, frame, place = month.words, recorded(month), month.words.place()
    frame["mend"] = [
        f"{sentence(_without_article(FIELDS[name].without))}: {words.count(behind, 'lead')}" if name else "–"
        for name, behind in zip(frame["mend"], frame["behind"], strict=True)
    ]
    columns = (
        Column("location", place.capitalize()), Column("leads", "Leads", "count"),
        *(Column(name, FIELDS[name].label, "meter") for name in SETTLED if name in frame),
        Column("mend", "Mend first"),
    )  # fmt: skip
    title, shown = f"Share of {month.period.name} leads with a usable value", named_places(frame, month)
    note = (
        f"Leads created in {month.period.label}, as they stood {words.date(month.as_of)}. Mend first: the field with "
        f"the most leads behind the best {place}; outcomes are left out, for many are still to come."
    )
    return Table("tracking", title, columns, shown, note)


def all_fields(month: MonthData) -> Table:
    """Return how many leads of the month have each field, for all locations together."""
    rows, names = of_month(month.tallies.tracking, month), fields_held(month)
    leads, known = int(rows["leads"].sum()), rows[names].sum().astype(int).to_numpy()
    frame = pd.DataFrame(
        {"field": [FIELDS[name].label for name in names], "known": known, "lacking": leads - known}
    )
    frame["share"] = frame["known"] / leads if leads >= FEW else float("nan")
    columns = (Column("field", "Field"), Column("known", "Leads with it", "count"),
               Column("lacking", "Without", "count", "less"), Column("share", "Share", "share"))  # fmt: skip
    note = f"Leads created in {month.period.label}."
    return Table("fields", "Every field", columns, frame, note, folded=True)


def _profile_fields(month: MonthData) -> set[str]:
    profile = month.playbook_at_end.client_profile
    return profile.rule.fields() if profile is not None and profile.rule is not None else set()


def _reading(month: MonthData) -> Reading:
    rows = month.tallies.tracking
    sums = rows[rows["month"] <= str(month.period)].groupby("month")[["source_known", "leads"]].sum()
    shares = (sums["source_known"] / sums["leads"].where(sums["leads"] > 0)).to_dict()
    current = shares.pop(str(month.period), None)
    return read_series(list(shares.values()), current, most=1)[0]


def describe_reading(reading: Reading) -> str:
    """Say in words what the reading beside the finding says: how the share with a source came against before."""
    if reading.kind in ("above", "below"):
        return f"The share with a source is {reading.kind} its usual range."
    side = "above" if reading.went == "up" else "below"
    text = f"The share with a source has shifted: the last months lie mostly {side} the middle of its usual range."
    return text if reading.is_signal else ""


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return the fields that the exports do not hold at all, and lost deals where every deal is a won one."""
    held = fields_held(month)
    fields = [one for name, one in FIELDS.items() if name not in held and one.needs]
    absent = [_without_article(one.without) for one in fields if one.needs[0].startswith("leads.")]
    return lacking(
        *((True, what, NO_COLUMNS, RECORD_THEM, 1, FIELDS_OF_A_LEAD) for what in absent),
        (month.has("deals") and nothing_lost(month), "share won of the leads decided, reasons for losses",
         "Every deal in the exports is won; what is not won stays open.",
         "Export lost deals too, with their day and reason.", 3, "Lost deals"),
    )  # fmt: skip


def nothing_lost(month: MonthData) -> bool:
    """Say whether no lead of any month has an outcome but won: then a lead that is not won may still be lost."""
    decided = int(month.tallies.tracking["outcome_fed_back"].sum())
    return 0 < decided == int(month.tallies.sources["won_at_cut"].sum())


def _without_article(words: str) -> str:
    return words.split(" ", 1)[1]


def tracking(month: MonthData) -> Answer:
    """Answer "How far can we trust these numbers?"."""
    rows, daily = of_month(month.tallies.tracking, month), of_month(month.tallies.daily, month)
    if len(rows) and len(daily):
        must_add_up(float(rows["leads"].sum()), float(daily["leads"].sum()), "leads by location")
    signal, checked = next(iter(news(month, "tracking")), None), checks(month)
    reading, found = None if "leads" in month.ends else _reading(month), what_reading_found(month)
    said = [describe_tracking(month), signal.text if signal else describe_reading(reading) if reading else ""]
    return Answer(
        name="tracking",
        title="Tracking quality",
        asks=ASKS,
        finding=" ".join(filter(None, said)),
        basis="leads by date created, at the month's own cut",
        state="complete" if len(rows) else "poor",
        reading="signal" if signal else reading.label if reading else "",
        opens=signal is not None or bool(said[1]) or any(not check.passed for check in checked),
        tables_shown=(
            *((table(month), all_fields(month)) if len(rows) else ()),
            *((found,) if found else ()),
        ),
        prompt=prompt_for(signal),
        notes=notes(month),
        missing=missing(month),
        checks=checked,
        words=month.words,
    )
