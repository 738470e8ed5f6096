"""Parts must add up to their wholes, and rows in to rows out: a sum that fails stops the run.

The other half of this file is kinder: what counting found in the data, said once and shown, never stopping
anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from .engine import Engine, literal
from .errors import NotebookFailed, Problem
from .playbook.strict import nearest
from .sources.findings import Finding
from .sources.tables import TABLES
from .tallies import Tallies

if TYPE_CHECKING:
    from .agreed import View

_SUM = "CAST(SUM(CAST({} AS DECIMAL(18, 4))) AS DOUBLE)"  # the same on any number of threads


def check_identities(engine: Engine, view: View, tallies: Tallies, values: Mapping[str, Any]) -> None:
    """Compare tallies with the rows that they were counted from, and with each other.

    Raises
    ------
    NotebookFailed
        Naming each sum that does not hold; it is a mistake of ours, and a page built on it would be wrong.
    """
    wholes = {name: f"SELECT {sql}" for name, sql in _wholes(view, values).items()}
    rows = engine.run("SELECT " + ", ".join(f"({sql}) AS {name}" for name, sql in wholes.items())).iloc[0]
    relay, waits = tallies.relay, tallies.waits
    sent_back = tallies.returned.loc[tallies.returned["disposition"] == "sent back", "leads"]
    pairs = {
        "journeys against leads read": (rows["journeys"], rows["leads"]),
        "journeys against their lead ids": (rows["journeys"], rows["lead_ids"]),
        **{
            f"leads in the tally {name}": (tallies[name]["leads"].sum(), rows["journeys"])
            for name in ("daily", "sources", "after_handover", "tracking", "arrivals", "people", "scores", "profile")
        },
        "covered = kept + broken + running": (
            relay["covered"].sum(), relay[["kept", "broken", "running"]].sum().sum()
        ),
        "covered leads by hour": (tallies.relay_hours["covered"].sum(), relay["covered"].sum()),
        "leads by cell": (tallies.cells["leads"].sum(), rows["cells"]),
        "leads sent back by reason": (sent_back.sum(), relay["sent_back"].sum()),
        "replies by minute": (
            waits.loc[waits["step"] == "reply", ["answered", "running"]].sum().sum(), rows["waits"]
        ),
        "won deals with a closing date": (tallies.revenue["deals"].sum(), rows["deals"]),
        "new deals by day and by outcome": (tallies.pipeline["deals"].sum(), rows["new_deals"]),
        "pipeline by day and by outcome": (tallies.pipeline["pipeline"].sum(), tallies.deals["pipeline"].sum()),
        "pipeline by day and by source": (tallies.pipeline["pipeline"].sum(), tallies.opened["pipeline"].sum()),
        "value won by source": (tallies.sources["revenue"].sum(), rows["won_value"]),
        **{
            f"won value by {rule.removeprefix('by_')}": (tallies.channel_credit[rule].sum(), rows["new_value"])
            for rule in ("by_first", "by_last", "by_linear", "by_position", "by_decay", "by_crm")
        },
        "leads by outcome": (tallies.outcomes[["won", "lost", "running"]].sum().sum(), rows["journeys"]),
        "clients by profile": (tallies.loyalty["clients"].sum(), rows["clients"]),
        "spend": (tallies.spend["amount"].sum(), rows["spend"]),
    }  # fmt: skip
    broken = [
        Problem(name, f"{left:,.10g} against {right:,.10g}")
        for name, (left, right) in pairs.items()
        if not equal(_number(left), _number(right))
    ]
    if broken:
        raise NotebookFailed("Parts do not add up to their whole; nothing is published:", broken)


def _wholes(view: View, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the sums over rows that tallies must give again."""
    as_of, waits_from = literal(view.as_of), literal(values["waits_from"])
    deals_to = literal(view.ends.get("deals", view.as_of))
    return {
        "leads": f"COUNT(*) FROM leads WHERE created_on <= {as_of}",
        "journeys": "COUNT(*) FROM journeys",
        "lead_ids": "COUNT(DISTINCT lead_id) FROM journeys",
        "clients": "COUNT(*) FROM journeys WHERE own_wins > 0 AND won_on IS NOT NULL",
        "waits": f"COUNT(*) FROM journeys WHERE is_covered AND clock_month >= {waits_from}",
        "cells": f"COUNT(*) FROM journeys WHERE clock_month >= {literal(values['cells_from'])} "
                 f"AND clock_month <= {literal(values['cells_to'])}",
        "deals": f"COUNT(*) FROM deals WHERE outcome = 'won' AND opened_on <= {as_of} AND closed_on <= {deals_to}",
        "new_deals": f"COUNT(*) FROM deals WHERE COALESCE(type, 'new') = 'new' AND opened_on <= {as_of}",
        "won_value": f"{_SUM.format('revenue')} FROM journeys",
        "new_value": f"{_SUM.format('revenue')} FROM deals_as_known "
        "WHERE type = 'new' AND outcome = 'won' AND closed_on IS NOT NULL",
        "spend": f"{_SUM.format('amount')} FROM spend WHERE spent_on <= {as_of}",
    }


def equal(left: float, right: float) -> bool:
    """Return whether two sums agree to 1e-9 relative."""
    return abs(left - right) <= 1e-9 * max(abs(left), abs(right), 1.0)


def _number(value: Any) -> float:
    return 0.0 if pd.isna(value) else float(value)


# What is counted over all journeys: a name, a SQL condition, the canonical column, and the sentence after the
# number, with [what one is said to do|what several are].
_ODDITIES = (
    ("attempt-before-clock", "answered_at < clock_at", "activities.occurred_at",
     "[was|were] called or written to before [its|their] reply clock started; [it|they] waited 0 minutes"),
    ("undated-win", "undated_wins > 0", "deals.closed_at",
     "[was|were] won without a closing date; [it counts in its|they count in their] month of creation and in no "
     "month of closing"),
    ("unlisted-location", "is_covered AND location NOT IN (SELECT location FROM locations)", "leads.location",
     "that [waits has|wait have] a location which the playbook does not list; [its|their] clock runs in the "
     "company's hours"),
    ("no-location", "is_covered AND location = '(none)'", "leads.location",
     "that [waits has|wait have] no location; [its|their] clock runs in the company's hours"),
    ("unlisted-source", "team = 'unassigned' AND source <> '(missing)'", "leads.source",
     "[comes|come] from a source that the playbook does not list and [belongs|belong] to no team"),
    ("unlisted-arrival", "arrival IS NOT NULL AND waits IS NULL", "leads.arrival",
     "arrived in a way that the playbook does not list; whether [it|they] waited is not known"),
    ("owner-had-left", "owner_had_left", "leads.owner",
     "belonged to somebody who had left before [its|their] clock started; a matter of routing, not of slow reply"),
)  # fmt: skip

# A state that carries no date is used as exported, whatever the page's as_of.
_UNDATED = (
    ("score", "scored_at", "Scores carry no date: today's stands where the one at hand-over was meant."),
    (
        "disposition",
        "disposed_at",
        "Dispositions carry no date: today's stands where the one of the day was meant.",
    ),
)


def counting_findings(engine: Engine, view: View, columns: Mapping[str, Iterable[str]]) -> list[Finding]:
    """Return what counting found: leads that a rule had to decide about, with their number and share."""
    counts = ", ".join(
        f"COUNT(*) FILTER (WHERE {where}) AS n{n}" for n, (_, where, _, _) in enumerate(_ODDITIES)
    )
    row = engine.run(f"SELECT COUNT(*) AS leads, {counts} FROM journeys").iloc[0]
    found = []
    for n, (rule, _, column, text) in enumerate(_ODDITIES):
        if count := int(row[f"n{n}"]):
            table, name = column.split(".")
            of_number = re.sub(r"\[(.+?)\|(.+?)\]", r"\1" if count == 1 else r"\2", f"[lead|leads] {text}")
            sentence = f"{count:,} {of_number}."
            found.append(Finding(rule, "info", "", sentence, table=table, column=name, count=count,
                                 share=count / int(row["leads"])))  # fmt: skip
    leads = set(columns.get("leads", ()))
    for column, date_column, text in _UNDATED:
        if column in leads and date_column not in leads:
            found.append(Finding(f"undated-{column}", "info", "", text, table="leads", column=column))
    return found + _absent_fields(view, leads)


def _absent_fields(view: View, leads: set[str]) -> list[Finding]:
    """Return what a rule in force asks for that no export holds: a mistyped name looks like this, too."""
    from .agreed import profile_rule, quality_rule

    said = "The rule of {} asks for {}, which no export holds: where it decides, a lead cannot be judged. {}"
    found = []
    for of, rule in (
        ("a quality lead", quality_rule(view.playbook_at_end)),
        ("the client profile", profile_rule(view.playbook_at_end)),
    ):
        if names := sorted(rule.fields() - leads - {"team"}) if rule else []:
            mistyped = [name for name in names if name not in TABLES["leads"].columns]
            guesses = " ".join(filter(None, (nearest(name, leads) for name in mistyped)))
            text = said.format(of, " and ".join(names), guesses).strip()
            found.append(Finding("rule-without-column", "warn", "", text, table="leads", column=names[0]))
    return found
