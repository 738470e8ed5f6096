"""Seen by both sides: what leads did before hand-over (for sales), what sales did after it (for marketing)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ..agreed import stages_of
from ..answer import Column, Table
from ..month import MonthData
from ..words import sentence
from .cohort import Cohort, cohort_words, judged_cohort
from .parts import FEW, TEAMS, day_words, of_month, share_ranges
from .replies import earlier_months

ATTEMPTS = {"0": "No attempt logged", "1": "1 attempt", "5+": "5 or more attempts"}
HARDER = 0.10  # by how much fewer are reached of the leads tried most often, until these count as harder
RESULTS = {"recycled": "Kept for later", "nurture": "For nurture"}
NO_REASON = ("", "(none)", "(none recorded)")
# What says that a stage was reached, any of it; a stage of which no export says anything has no count.
DATED_BY = {
    "assigned_at": ("leads.assigned_at",),
    "handed_over_at": ("leads.handed_over_at",),
    "accepted_at": ("leads.accepted_at", "leads.disposition"),
    "answered_at": ("activities",),
    "reached_at": ("activities.connected",),
    "visited_at": ("leads.visited_at", "activities.outcome"),
    "won_at": ("deals",),
}


def outcomes(frame: pd.DataFrame, key: str, cohort: Cohort) -> pd.DataFrame:
    """Count marketing-sourced leads by what was done with them, and what became of them.

    Returns
    -------
    pandas.DataFrame
        `key`, `leads`, `reached`, `won`, and as shares of the leads `reached_share`, `won_share`, `low`, `high`
        (95% range of the won share); NaN for under 5 leads, which are too few for a share.

    Notes
    -----
    Date basis: created, in the months of `cohort`, which are old enough for their outcomes.
    """
    rows = frame[(frame["team"] == "marketing") & frame["month"].isin(cohort.months)]
    table = rows.groupby(key, as_index=False)[["leads", "reached", "won"]].sum()
    table = table[table["leads"] > 0].reset_index(drop=True)
    table["reached_share"] = table["reached"] / table["leads"]
    table["won_share"] = table["won"] / table["leads"]
    table["low"], table["high"] = share_ranges(table["won"], table["leads"])
    shares = ["reached_share", "won_share", "low", "high"]
    table[shares] = table[shares].where(table["leads"] >= FEW)
    return table


def sent_back(month: MonthData) -> pd.DataFrame:
    """Count the leads of the month that came back, by what became of them and the reason; sent back first."""
    rows = of_month(month.tallies.returned, month)
    table = rows.groupby(["disposition", "reason"], as_index=False)[["leads"]].sum()
    table["last"] = table["disposition"] != "sent back"
    order = [True, True, False]
    table = table.sort_values(["last", "disposition", "leads"], ascending=order, ignore_index=True)
    return table.drop(columns="last")


def playbook_stages(month: MonthData) -> pd.DataFrame:
    """Count the leads created in the month that reached each stage of the playbook or one beyond, by team.

    Returns
    -------
    pandas.DataFrame
        Indexed by `stage` in the playbook's order, without those that no export dates and those of a table that
        stops: `owner`, `marketing`, `sales`, and `skipped`, the leads of all teams counted here only because they
        were seen at a later stage.
    """
    rows, place = of_month(month.tallies.stages, month), ["position", "stage"]
    owners = {stage.name: stage.owner for stage in month.playbook_at_end.stages}
    table = rows.pivot_table(index=place, columns="team", values="reached", aggfunc="sum", fill_value=0)
    table = table.reindex(columns=list(TEAMS), fill_value=0).astype(int)
    table["skipped"] = rows.groupby(place)["skipped"].sum()
    table = table.reset_index("position", drop=True)
    stopped = {name for name, column in stages_of(month.playbook_at_end)
               if all(one.split(".")[0] in month.ends for one in DATED_BY.get(column, ("leads",)))}  # fmt: skip
    table = table[~table.index.isin([*stopped, *undated_stages(month)])]
    table.insert(0, "owner", [owners.get(stage, "") for stage in table.index])
    return table


def undated_stages(month: MonthData) -> list[str]:
    """Return the stages of the playbook that no export dates."""
    stages = stages_of(month.playbook_at_end)
    return [name for name, column in stages if column in DATED_BY and not any(map(month.has, DATED_BY[column]))]


def describe_sent_back(month: MonthData) -> str:
    """Say how many leads of marketing sales accepted and sent back, why most often, and what became of them."""
    words, relay = month.words, of_month(month.tallies.relay, month)
    sums = relay[relay["team"] == "marketing"][["handed_over", "accepted", "sent_back"]].sum()
    returned = month.tallies.returned
    returned = returned[(returned["team"] == "marketing") & (returned["disposition"] == "sent back")]
    if not sums["accepted"] and not sums["sent_back"]:
        return ""
    of = words.count(sums["handed_over"], "lead")
    accepted, sent_back = (words.number(sums[name]) for name in ("accepted", "sent_back"))
    text = f"Of {of} handed over by marketing, sales accepted {accepted} and sent back {sent_back}"
    given = of_month(returned[~returned["reason"].isin(NO_REASON)], month).groupby("reason")["leads"].sum()
    if given.max() > 1:
        text += f", most often as “{given.idxmax()}” ({words.number(given.max())})"
    span = [one for one in [*earlier_months(month), str(month.period)] if one >= min(month.known_months, default="")]
    became = returned[returned["month"].isin(span)][["leads", "won", "lost"]].sum()
    if not became["leads"] or not month.has("deals"):
        return f"{text}."
    one = became["leads"] == 1
    named = f"{words.months(span)} that {'was' if one else 'were'} sent back within {'its' if one else 'their'} month"
    named = f"one lead of {named}" if one else f"{words.number(became['leads'])} of {named}"
    until = day_words(month, month.ends["deals"]) if "deals" in month.ends else ""
    if not became["won"] and not became["lost"]:
        subject = f"The {named} is not" if one else f"None of the {named} is"
        return f"{text}. {subject} won or lost {f'by {until}' if until else 'yet'}."
    still = became["leads"] - became["won"] - became["lost"]
    won, lost, still_open = (words.number(n) for n in (became["won"], became["lost"], still))
    have = f"{won} {words.won}, {lost} {'was' if became['lost'] == 1 else 'were'} lost"
    have += f" and {still_open} {'is' if still == 1 else 'are'} open by {until or words.day(month.as_of)}"
    if one:
        return f"{text}. The {named} {words.won if became['won'] else 'was lost'}."
    return f"{text}. Of the {named}, {have}."


def describe_disputes(month: MonthData) -> str:
    """Say how many disputed leads are open, and how many were settled in the month."""
    disputes = month.company.disputes
    raised = disputes[pd.to_datetime(disputes["date"]) <= pd.Timestamp(month.as_of)]
    settled = pd.to_datetime(raised["settled_on"])
    still_open = int((settled.isna() | (settled > pd.Timestamp(month.as_of))).sum())
    start, end = pd.Timestamp(month.period.start), pd.Timestamp(month.period.end)
    done = int(((settled >= start) & (settled < end)).sum())
    if not still_open and not done:
        return ""
    opened = month.words.count(still_open, "disputed lead") if still_open else "No disputed lead"
    closed = f"{month.words.number(done)} {'was' if done == 1 else 'were'} settled in {month.period.name}"
    return f"{opened} {'is' if still_open < 2 else 'are'} open; {closed}."


def disputes_waiting(month: MonthData, days: int | None) -> int:
    """Return how many disputed leads have been open for more than the agreed days; 0 where none are agreed."""
    disputes, today = month.company.disputes, pd.Timestamp(month.as_of)
    settled = pd.to_datetime(disputes["settled_on"])
    still_open = settled.isna() | (settled > today)
    waited = (today - pd.to_datetime(disputes["date"])).dt.days
    return 0 if days is None else int((still_open & (waited > days)).sum())


def describe_departed(month: MonthData) -> str:
    """Say how many leads went to somebody who had already left: a matter of routing, not of slow reply."""
    rows = of_month(month.tallies.departed, month)
    rows = rows[rows["leads"] > 0].sort_values("leads", ascending=False)
    if rows.empty:
        return ""
    total = int(rows["leads"].sum())
    places = [place for place in rows["location"] if place != "(none)"]
    where = f" at {month.words.names(places)}" if 0 < len(places) <= 3 else ""
    leads, were = month.words.count(total, "lead"), "was" if total == 1 else "were"
    return f"{leads}{where} {were} assigned to somebody who had left: that is routing, not slow reply."


def describe_skipped(month: MonthData) -> str:
    """Say which stages were counted though they have no date, because a later stage has one."""
    skipped = playbook_stages(month)["skipped"]
    listed = month.words.names([f"{stage} ({month.words.number(count)})" for stage, count in skipped.items() if count])
    return f"Counted as passed because a later stage was reached: {listed}." if skipped.any() else ""


def both_sides_notes(month: MonthData) -> tuple[str, ...]:
    """Return the sentences that have something to say."""
    says = (describe_sent_back, describe_disputes, describe_departed, describe_skipped)
    return tuple(text for describe in says if (text := describe(month)))


def both_sides_tables(month: MonthData) -> tuple[Table, ...]:
    """Return what leads did before hand-over, what sales did after it, the reasons and the playbook's stages."""
    before, after = _before_and_after(month)
    after_too, outcomes_known = month.has("activities"), month.has("activities") or month.has("deals")
    shown = [replace(before, folded=True)] if month.has("touches") and outcomes_known else []
    shown += [replace(after, folded=True)] if after_too else []
    back = sent_back(month)
    back["disposition"] = [RESULTS.get(text, text.capitalize()) for text in back["disposition"]]
    back["reason"] = back["reason"].replace(NO_REASON, "No reason recorded")
    columns: tuple[Column, ...] = (
        Column("disposition", "Came back as"), Column("reason", "Reason"), Column("leads", "Leads", "count"),
    )  # fmt: skip
    note = "Leads by the month in which the reply clock started."
    shown.append(Table("returned", "Leads that came back, by reason", columns, back, note, folded=True))
    columns = (
        Column("stage", "Stage or beyond"), Column("owner", "Moved on by"),
        *(Column(team, f"{team.capitalize()}-sourced", "count") for team in TEAMS),
        Column("skipped", "Without a date of its own", "count", muted=True),
    )  # fmt: skip
    note = (
        f"Leads created in {month.period.label}, as of {month.words.date(month.as_of)}. The figure above counts by "
        "the month in which the reply clock started, and those only assigned as handed over, too."
    )
    stages, undated = playbook_stages(month), undated_stages(month)
    if undated:
        note += f" Left out, as no export dates {'it' if len(undated) == 1 else 'them'}: {month.words.names(undated)}."
    shown.append(Table("playbook_stages", "Stages of the playbook", columns, stages, note, folded=True))
    return tuple(table for table in shown if len(table.frame))


def grows_harder(after: pd.DataFrame) -> bool:
    """Return whether fewer of the leads tried often are reached than of those tried once, by ten points or more.

    `after` has a row per number of attempts, in their order, the first of leads that nobody tried.
    """
    tried = after.loc[after["attempts"] != ATTEMPTS["0"], "reached_share"].dropna()
    return len(tried) > 1 and bool(tried.iloc[0] - tried.iloc[-1] >= HARDER)


def _before_and_after(month: MonthData) -> tuple[Table, Table]:
    """Return the outcomes by what leads did before hand-over, and by how often sales tried after it."""
    words, cohort = month.words, judged_cohort(month)
    basis = f"Marketing-sourced {cohort_words(month, cohort)}; by date created."

    def table(name: str, title: str, heading: str, frame: pd.DataFrame, note: str) -> Table:
        ranges = [words.span(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)]
        columns = (
            Column(str(frame.columns[0]), heading), Column("leads", "Leads", "count"),
            *([Column("reached_share", "Reached", "share")] if month.has("activities") else []),
            *([Column("won_share", words.won.capitalize(), "share"),
               Column("range", "95% range", "range", muted=True)] if month.has("deals") else []),
        )  # fmt: skip
        return Table(name, title, columns, frame.assign(range=ranges), f"{basis} {note}")

    before = outcomes(month.tallies.before_handover, "kind", cohort)
    before["last"] = before["kind"] == "(none recorded)"
    before = before.sort_values(["last", "won_share"], ascending=[True, False], ignore_index=True)
    before["kind"] = [
        "None recorded" if kind == "(none recorded)" else sentence(kind) for kind in before["kind"]
    ]
    after = outcomes(month.tallies.after_handover, "attempts", cohort)
    after["attempts"] = [ATTEMPTS.get(text, f"{text} attempts") for text in after["attempts"]]
    contacts = "; so does each contact of a deal" if month.has("deal_leads") else ""
    easier = "No attempt: they called or came in themselves, or nothing was written down."
    if month.has("activities") and grows_harder(after):
        easier += " Trying stops when a lead is reached, so the rows with more attempts hold the harder leads."
    return (
        table("before", "For sales: what leads did before hand-over", "Done before hand-over",
              before.drop(columns="last"), f"A lead counts once per row{contacts}."),
        table("after", "For marketing: what sales did after hand-over", "Tried", after, easier),
    )  # fmt: skip
