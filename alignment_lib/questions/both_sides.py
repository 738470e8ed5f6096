"""Seen by both sides: what leads did before hand-over (for sales), what sales did after it (for marketing)."""

from __future__ import annotations

import pandas as pd

from ..answer import Column, Table
from ..month import MonthData
from ..stats.intervals import wilson
from ..words import Words, sentence
from .cohort import Cohort, cohort_words, judged_cohort
from .replies import FEW

ATTEMPTS = {"0": "No attempt", "1": "1 attempt", "5+": "5 or more attempts"}
RESULTS = {
    "accepted": "accepted",
    "sent back": "sent back",
    "recycled": "kept for later",
    "nurture": "for nurture",
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
    ends = [wilson(won, leads) for won, leads in zip(table["won"], table["leads"], strict=True)]
    table["low"], table["high"] = [low for low, _ in ends], [high for _, high in ends]
    shares = ["reached_share", "won_share", "low", "high"]
    table[shares] = table[shares].where(table["leads"] >= FEW)
    return table


def sent_back(month: MonthData) -> pd.DataFrame:
    """Count the leads of the month that came back, by what became of them and the reason; sent back first."""
    rows = month.tallies.returned
    rows = rows[rows["month"] == str(month.period)]
    table = rows.groupby(["disposition", "reason"], as_index=False)[["leads"]].sum()
    table["last"] = table["disposition"] != "sent back"
    table = table.sort_values(
        ["last", "disposition", "leads"], ascending=[True, True, False], ignore_index=True
    )
    return table.drop(columns="last")


def playbook_stages(month: MonthData) -> pd.DataFrame:
    """Count the leads created in the month that reached each stage of the playbook or one beyond, by team.

    Returns
    -------
    pandas.DataFrame
        Indexed by `stage` in the playbook's order: `owner`, `marketing`, `sales`, and `skipped`, the leads of all
        teams counted here only because they were seen at a later stage.
    """
    rows = month.tallies.stages
    rows = rows[rows["month"] == str(month.period)]
    owners = {stage.name: stage.owner for stage in month.playbook_at_end.stages}
    reached = rows.pivot_table(
        index=["position", "stage"], columns="team", values="reached", aggfunc="sum", fill_value=0
    )
    table = reached.reindex(columns=["marketing", "sales"], fill_value=0).astype(int)
    table["skipped"] = rows.groupby(["position", "stage"])["skipped"].sum()
    table = table.reset_index().drop(columns="position").set_index("stage")
    table.insert(0, "owner", [owners.get(stage, "") for stage in table.index])
    return table


def describe_sent_back(month: MonthData) -> str:
    """Say how many leads sales accepted and sent back, and the reason given most often."""
    relay = month.tallies.relay
    sums = relay[relay["month"] == str(month.period)][["accepted", "sent_back"]].sum()
    if not sums.sum():
        return ""
    back = sent_back(month)
    given = back[
        (back["disposition"] == "sent back") & ~back["reason"].isin(["(none)", "(none recorded)", ""])
    ]
    text = f"Sales accepted {month.words.count(sums['accepted'], 'lead')} and sent back {sums['sent_back']:,}"
    if given.empty:
        return f"{text}."
    top = given.sort_values("leads", ascending=False, kind="stable").iloc[0]
    return f"{text}; the reason given most often was “{top['reason']}” ({int(top['leads']):,})."


def describe_disputes(month: MonthData) -> str:
    """Say how many disputed leads are open, and how many were settled in the month."""
    disputes = month.company.disputes
    raised = disputes[pd.to_datetime(disputes["date"]) <= pd.Timestamp(month.as_of)]
    settled = pd.to_datetime(raised["settled_on"])
    still_open = int((settled.isna() | (settled > pd.Timestamp(month.as_of))).sum())
    done = int(
        ((settled >= pd.Timestamp(month.period.start)) & (settled < pd.Timestamp(month.period.end))).sum()
    )
    if not still_open and not done:
        return ""
    words = month.words
    return (
        f"{sentence(words.count(still_open, 'disputed lead'))} {'is' if still_open == 1 else 'are'} open; "
        + (f"{done:,} {'was' if done == 1 else 'were'} settled in {month.period.name}.")
    )


def describe_departed(month: MonthData) -> str:
    """Say how many leads went to somebody who had already left: a matter of routing, not of slow reply."""
    rows = month.tallies.departed
    rows = rows[(rows["month"] == str(month.period)) & (rows["leads"] > 0)]
    if rows.empty:
        return ""
    total = int(rows["leads"].sum())
    places = [place for place in rows.sort_values("leads", ascending=False)["location"] if place != "(none)"]
    where = f" at {month.words.names(places)}" if 0 < len(places) <= 3 else ""
    leads = month.words.count(total, "lead")
    were = "was" if total == 1 else "were"
    return f"{leads}{where} {were} assigned to somebody who had left: that is routing, not slow reply."


def describe_skipped(month: MonthData) -> str:
    """Say which stages were counted though they have no date, because a later stage has one."""
    skipped = playbook_stages(month)["skipped"]
    skipped = skipped[skipped > 0]
    if skipped.empty:
        return ""
    listed = month.words.names([f"{stage} ({count:,})" for stage, count in skipped.items()])
    return f"Counted as passed because a later stage was reached: {listed}."


def both_sides_notes(month: MonthData) -> tuple[str, ...]:
    """Return the sentences that have something to say."""
    says = (describe_sent_back, describe_disputes, describe_departed, describe_skipped)
    return tuple(text for describe in says if (text := describe(month)))


def both_sides_tables(month: MonthData) -> tuple[Table, ...]:
    """Return what leads did before hand-over, what sales did after it, the reasons and the playbook's stages."""
    words, cohort = month.words, judged_cohort(month)
    note = f"Marketing-sourced {cohort_words(month, cohort)}; by date created."
    tables = []
    before = outcomes(month.tallies.before_handover, "kind", cohort)
    if month.has("touches") and len(before):
        tables.append(
            _outcome_table(
                "before",
                "For sales: what leads did before hand-over",
                "kind",
                "Done before hand-over",
                _touches(before),
                note + " A lead counts once per row.",
                words,
            )
        )
    after = outcomes(month.tallies.after_handover, "attempts", cohort)
    if month.has("activities") and len(after):
        after["attempts"] = [ATTEMPTS.get(text, f"{text} attempts") for text in after["attempts"]]
        tables.append(
            _outcome_table(
                "after",
                "For marketing: what sales did after hand-over",
                "attempts",
                "Tried",
                after,
                note + " Leads that need fewer attempts are often the easier ones.",
                words,
            )
        )
    back = sent_back(month)
    if len(back):
        back["disposition"] = [RESULTS.get(text, text).capitalize() for text in back["disposition"]]
        back["reason"] = [
            ("No reason recorded" if text in ("", "(none)", "(none recorded)") else text)
            for text in back["reason"]
        ]
        columns: tuple[Column, ...] = (
            Column("disposition", "Came back as"),
            Column("reason", "Reason"),
            Column("leads", "Leads", "count"),
        )
        tables.append(
            Table(
                "returned",
                "Leads that came back, by reason",
                columns,
                back,
                "Leads by the month in which the reply clock started.",
                folded=True,
            )
        )
    stages = playbook_stages(month)
    if len(stages):
        columns = (
            Column("stage", "Stage or beyond"),
            Column("owner", "Moved on by"),
            Column("marketing", "Marketing-sourced", "count"),
            Column("sales", "Sales-sourced", "count"),
            Column("skipped", "Without a date of its own", "count", muted=True),
        )
        tables.append(
            Table(
                "playbook_stages",
                "Stages of the playbook",
                columns,
                stages,
                f"Leads created in {month.period.label}, as of {words.date(month.as_of)}. The figure above counts by "
                "the month in which the reply clock started, and as handed over also who was only assigned.",
                folded=True,
            )
        )
    return tuple(tables)


def _touches(before: pd.DataFrame) -> pd.DataFrame:
    before = before.assign(last=before["kind"] == "(none recorded)")
    before = before.sort_values(["last", "won_share"], ascending=[True, False], ignore_index=True)
    before["kind"] = [
        ("None recorded" if kind == "(none recorded)" else sentence(kind)) for kind in before["kind"]
    ]
    return before.drop(columns="last")


def _outcome_table(
    name: str, title: str, key: str, heading: str, table: pd.DataFrame, note: str, words: Words
) -> Table:
    table = table.assign(
        range=[words.span(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    )
    columns = (
        Column(key, heading),
        Column("leads", "Leads", "count"),
        Column("reached_share", "Reached", "share"),
        Column("won_share", words.won.capitalize(), "share"),
        Column("range", "95% range", "range", muted=True),
    )
    return Table(name, title, columns, table, note)
