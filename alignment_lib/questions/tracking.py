"""Tracking quality: how far can we trust these numbers?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..answer import Answer, Column, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test, read_series
from ..stats.tests import two_shares_p
from ..words import sentence
from .checks import checks, what_reading_found
from .monthly import TEAMS, must_add_up, planned_leads, unit_of
from .replies import FEW, FIELDS_OF_A_LEAD, named_places, of_month

ASKS = "How far can we trust these numbers?"
ENOUGH = 20  # leads of a location to test it, and to take it as an example
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


@dataclass(frozen=True)
class Bound:
    """How far the leads without a source could move one team's count, and whether that decides its verdict."""

    team: str
    most: int
    could_change: bool
    unit: str = "leads"


def fields_held(month: MonthData) -> list[str]:
    """Return the fields that the exports can show at all."""
    held = [name for name, field in FIELDS.items() if all(month.has(need) for need in field.needs)]
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
    typical = shares[counts["leads"] >= ENOUGH]
    best = typical.max() if len(typical) > 1 else pd.Series(1.0, index=fields)
    behind = (best - shares).mul(counts["leads"], axis=0)[[name for name in TO_MEND if name in fields]]
    result = counts[["leads"]].join(shares)
    result["behind"] = behind.max(axis=1).round().clip(lower=0).fillna(0).astype(int)
    result["mend"] = behind.idxmax(axis=1).where(result["behind"] > 0, "") if len(behind.columns) else ""
    few = result["leads"] < FEW
    result.loc[few, fields] = float("nan")
    result.loc[few, ["behind", "mend"]] = 0, ""
    return result


def source_bound(month: MonthData) -> Bound | None:
    """Return what the leads without a source could do to a team's count, for the team whose verdict is closest.

    Answers: could the month's verdict (over or under plan) be an artefact of poor tracking?
    None if every lead has a source. Counted in the unit of the split, as the team's count is.
    A lead without a source may belong to any team: a count could rise by those
    counted elsewhere, and fall by those counted here (the team column says who, where the source does not).
    """
    rows = of_month(month.tallies.tracking, month)
    if rows["leads"].sum() == rows["source_known"].sum():
        return None
    unit, called = unit_of(month)
    unsourced = rows["quality_unsourced"] if unit == "quality" else rows["leads"] - rows["source_known"]
    lacking = unsourced.groupby(rows["team"]).sum()
    total = int(lacking.sum())
    bounds = []
    for team in TEAMS:
        own = int(lacking.get(team, 0))
        count = of_month(month.tallies.daily, month).query("team == @team")[unit].sum()
        planned = planned_leads(month, str(month.period), team)
        could = planned is not None and bool((count - own >= planned) != (count + total - own >= planned))
        bounds.append(Bound(team, max(own, total - own), could, called))
    return next((bound for bound in bounds if bound.could_change), bounds[0])


def describe_tracking(month: MonthData) -> str:
    """Say how many leads have a source, and what the others could do to the verdict."""
    words, rows = month.words, of_month(month.tallies.tracking, month)
    leads, known = int(rows["leads"].sum()), int(rows["source_known"].sum())
    if not leads:
        return f"No leads are recorded for {month.period.name}, so there is nothing to trust or doubt yet."
    bound = source_bound(month)
    if bound is None:
        return (
            f"All {words.count(leads, 'lead')} of {month.period.name} have a recorded source."
            if leads > 1
            else (f"The one lead of {month.period.name} has a recorded source.")
        )
    have = (
        f"{words.share(known / leads)} of leads have"
        if leads >= ENOUGH
        else f"{known:,} of {leads:,} leads have"
    )
    lacking = leads - known
    text = f"{have} a recorded source. The {'one' if lacking == 1 else f'{lacking:,}'} without one "
    if not bound.most:
        return f"{text}{'counts' if lacking == 1 else 'count'} for no team and cannot change the verdict."
    unit = "" if bound.unit == "leads" else f" of {bound.unit}"
    text += f"could move the {bound.team} count{unit} by at most {bound.most:,}"
    if planned_leads(month, str(month.period), bound.team) is None:
        return f"{text}; there is no plan whose verdict it could change."
    return f"{text} and {'could' if bound.could_change else 'cannot'} change the verdict."


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
            found.append((two_shares_p(known, leads, rest_known, rest), place, name, leads - known, leads))
    if not found:
        return None
    p, place, name, lacking, leads = min(found)
    since = month.words.months(months)
    return Test(
        name=f"tracking: {name} at {place}",
        question="tracking",
        p=min(1.0, len(looks) * p),
        direction="bad",
        text=f"Leads at {place}: {lacking:,} of {leads:,} came without {FIELDS[name].without} in {since}.",
        location=str(place),
    )


def tests(month: MonthData) -> list[Test]:
    """Return one test: the location and field that fall behind most, corrected for looking at all of them."""
    found = weakest(month)
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
        said.append(
            f"How they came is not recorded for {words.count(unasked, 'lead')}: unknown, and nobody's by default."
        )
    people = of_month(month.tallies.people, month)
    if len(people) and people["returning"].sum():
        back = words.count(people["returning"].sum(), "lead")
        said.append(f"{back} of the month came from people who had been leads before; each is a new journey.")
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


def table(month: MonthData) -> Table:
    """Return the meters by location, with the one field to mend at each."""
    words, frame = month.words, recorded(month)
    frame["mend"] = [
        f"{sentence(FIELDS[name].without.split(' ', 1)[1])}: {words.count(behind, 'lead')}" if name else "–"
        for name, behind in zip(frame["mend"], frame["behind"], strict=True)
    ]
    meters = [Column(name, FIELDS[name].label, "meter") for name in SETTLED if name in frame]
    place = words.place()
    return Table(
        "tracking",
        f"Share of {month.period.name} leads with a usable value",
        (
            Column("location", place.capitalize()),
            Column("leads", "Leads", "count"),
            *meters,
            Column("mend", "Mend first"),
        ),
        named_places(frame, month),
        f"Leads created in {month.period.label}, as they stood {words.date(month.as_of)}. Mend first: the field with "
        f"the most leads behind the best {place}; outcomes are left out, for many are still to come.",
    )


def all_fields(month: MonthData) -> Table:
    """Return how many leads of the month have each field, for all locations together."""
    rows = of_month(month.tallies.tracking, month)
    leads = int(rows["leads"].sum())
    names = fields_held(month)
    frame = pd.DataFrame(
        {"field": [FIELDS[name].label for name in names], "known": [int(rows[name].sum()) for name in names]}
    )
    frame["lacking"], frame["share"] = (
        leads - frame["known"],
        frame["known"] / leads if leads >= FEW else float("nan"),
    )
    columns = (Column("field", "Field"), Column("known", "Leads with it", "count"),
               Column("lacking", "Without", "count", "less"), Column("share", "Share", "share"))  # fmt: skip
    return Table(
        "fields", "Every field", columns, frame, f"Leads created in {month.period.label}.", folded=True
    )


def _profile_fields(month: MonthData) -> set[str]:
    profile = month.playbook_at_end.client_profile
    return profile.rule.fields() if profile is not None and profile.rule is not None else set()


def _reading(month: MonthData) -> str:
    rows = month.tallies.tracking
    sums = rows[rows["month"] <= str(month.period)].groupby("month")[["source_known", "leads"]].sum()
    shares = (sums["source_known"] / sums["leads"].where(sums["leads"] > 0)).to_dict()
    current = shares.pop(str(month.period), None)
    return read_series(list(shares.values()), current, most=1)[0].label


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return the fields that the exports do not hold at all, and lost deals where every deal is a won one."""
    held = fields_held(month)
    absent = [field for name, field in FIELDS.items() if name not in held]
    why, todo = "The exports hold no such columns.", "Record them and map them in sources/."
    found = [
        Missing(_without_article(field.without), why, todo, 1, FIELDS_OF_A_LEAD)
        for field in absent
        if field.needs and field.needs[0].startswith("leads.")
    ]
    if month.has("deals") and nothing_lost(month):
        why = "Every deal in the exports is won; what is not won stays open."
        todo = "Export lost deals too, with their day and reason."
        found.append(
            Missing("share won of the leads decided, reasons for losses", why, todo, 3, "Lost deals")
        )
    return tuple(found)


def nothing_lost(month: MonthData) -> bool:
    """Say whether no lead of any month has an outcome but won: then a lead that is not won may still be lost."""
    decided = int(month.tallies.tracking["outcome_fed_back"].sum())
    return 0 < decided == int(month.tallies.sources["won_at_cut"].sum())


def _without_article(words: str) -> str:
    return words.split(" ", 1)[1]


def tracking(month: MonthData) -> Answer:
    """Answer "How far can we trust these numbers?"."""
    from . import announcements

    rows, daily = of_month(month.tallies.tracking, month), of_month(month.tallies.daily, month)
    if len(rows) and len(daily):
        must_add_up(float(rows["leads"].sum()), float(daily["leads"].sum()), "leads by location")
    news = next((test for test in announcements(month) if test.question == "tracking"), None)
    checked = checks(month)
    finding = describe_tracking(month)
    shown = [*((table(month), all_fields(month)) if len(rows) else ()), what_reading_found(month)]
    return Answer(
        name="tracking",
        title="Tracking quality",
        asks=ASKS,
        finding=f"{finding} {news.text}" if news else finding,
        basis="leads by date created, at the month's own cut",
        state="complete" if len(rows) else "poor",
        reading="signal" if news else _reading(month),
        opens=news is not None or any(not check.passed for check in checked),
        tables_shown=tuple(one for one in shown if one is not None),
        prompt=prompt_for(news),
        notes=notes(month),
        missing=missing(month),
        checks=checked,
    )
