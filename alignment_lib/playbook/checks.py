"""Checks between the parts of a playbook, and between the small files and the playbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, get_args

from ..errors import Problem
from ..period import Month
from .model import Playbook
from .parts import Definition, Stage, Team
from .small_files import Promise
from .strict import nearest, shown
from .strict_yaml import Where, YamlFile

if TYPE_CHECKING:
    import pandas as pd

# The terms that the page itself asks for; a company may add its own.
TERMS = ("quality_lead", "hand_over", "on_receipt", "reached", "credit", "shared_revenue", "goals", "client_profile",
         "communication")  # fmt: skip
RESERVED = ("all", "(none)", "(missing)")  # what the tallies call "every location" and "no location"


def check_playbook(playbook: Playbook, file: YamlFile) -> None:
    """Report what does not fit together; parts that are wrong in themselves are None and are passed over."""
    if playbook.sources is not None:
        _check_renamed(playbook, file)
    if playbook.reply:
        arrivals = playbook.arrivals
        if arrivals is not None and not any(arrival.waits for arrival in arrivals.values()):
            file.report(("reply",), "covers no arrival", "at least one of arrivals with waits: true")
        if playbook.company_hours is None:
            fix = "The reply promise counts in business hours."
            file.report(("company_hours",), "is missing", "the hours of leads without a location", fix)
    if playbook.company_hours and not any(playbook.company_hours.days):
        file.report(("company_hours",), "is closed on every day", "a day with hours", "No wait would ever be counted.")
    _check_definitions(playbook, file)
    for location in playbook.locations or {}:
        if location in RESERVED:
            file.report(("locations", location), "is a reserved name", "any other name")
    _check_stages(playbook.stages or (), file)
    if playbook.agreed_on and playbook.review_on and playbook.review_on <= playbook.agreed_on:
        file.report(("review_on",), f"is not after agreed_on ({playbook.agreed_on})", "a later day")


def _check_renamed(playbook: Playbook, file: YamlFile) -> None:
    names = [renamed.was for renamed in playbook.renamed_sources or ()]
    for n, renamed in enumerate(playbook.renamed_sources or ()):
        was, present = ("renamed_sources", n, "was"), renamed.is_
        if present not in playbook.sources:
            guess, allowed = nearest(present, playbook.sources), ", ".join(playbook.sources)
            file.report((*was[:2], "is"), f"{shown(present)} is not a source", allowed, guess)
        if renamed.was in playbook.sources:
            fix = "Remove it from sources."
            file.report(was, f"{shown(renamed.was)} still is a source", "present names there", fix)
        if renamed.was in names[:n]:
            file.report(was, f"{shown(renamed.was)} is renamed twice", "one entry")


def _check_definitions(playbook: Playbook, file: YamlFile) -> None:
    """Report terms that are nearly one of ours, and words in a rule that no list of the playbook holds."""
    known = _listed(playbook)
    for name, definition in (playbook.definitions or {}).items():
        plain = re.sub(r"[\s-]+", "_", name.strip().lower())
        if name not in TERMS and (near := get_close_matches(plain, TERMS, 1, 0.88)):
            own = "a name of your own that is not nearly one of these"
            guess = f'Did you mean "{near[0]}"?'
            file.report(("definitions", name), "is not a known term", f"{', '.join(TERMS)}, or {own}", guess)
        elif name == "client_profile":
            allowed, fix = "a key of its own, beside definitions", "Move it there: only there is it counted with."
            file.report(("definitions", name), "stands among the definitions", allowed, fix)
        _check_rule(definition, ("definitions", name, "rule"), known, file)
    if playbook.client_profile:
        _check_rule(playbook.client_profile, ("client_profile", "rule"), known, file)


def _listed(playbook: Playbook) -> dict[str, list[str]]:
    """Return what each field of a lead may be, where the playbook says so; an empty list says nothing."""
    earlier = [renamed.was for renamed in playbook.renamed_sources or ()]
    listed = {
        "source": [*playbook.sources, *earlier, "unknown", "(missing)"] if playbook.sources else [],
        "team": [*get_args(Team), "unassigned"],
        "location": [*(playbook.locations or ())],
        "arrival": [*(playbook.arrivals or ())],
        "campaign": [*(playbook.campaigns or ())],
        "grade": [*playbook.score.labels] if playbook.score and playbook.score.means == "grade" else [],
    }
    return {field: names for field, names in listed.items() if names}


def _check_rule(definition: Definition, path: Where, known: dict[str, list[str]], file: YamlFile) -> None:
    for here, rule in definition.rule.leaves(path) if definition.rule else ():
        names = known.get(rule.field or "", [])
        words = [((*here, "is"), rule.is_)] if rule.is_ is not None else []
        words += [((*here, "is_one_of", n), word) for n, word in enumerate(rule.is_one_of or ())]
        for where, word in words if names else ():
            if word not in names:
                found = f"{shown(word)} is no {rule.field} of the playbook"
                file.report(where, found, ", ".join(names), nearest(word, names))


def _check_stages(stages: Sequence[Stage], file: YamlFile) -> None:
    for n, stage in enumerate(stages):
        here = ("stages", n, "reached_when")
        if n == 0 and stage.reached_when != "created_at":
            file.report(here, f"the first stage is reached when {stage.reached_when}", "created_at")
        if stage.reached_when in [other.reached_when for other in stages[:n]]:
            file.report(here, f"{stage.reached_when} stands twice", "one stage per column")
        if stage.reached_when == "won_at" and n != len(stages) - 1:
            file.report(here, "won_at is not the last stage", "won_at at the end")
        if stage.name in [other.name for other in stages[:n]]:
            file.report(("stages", n, "name"), f"{shown(stage.name)} stands twice", "one stage per name")


def check_names(
    tables: dict[str, pd.DataFrame], promises: Sequence[Promise], playbooks: Sequence[Playbook]
) -> Iterator[Problem]:
    """Yield every location, source and meeting of the small files that no version of the playbook knows."""
    known: dict[str, set[str]] = {"location": {"all"}, "source": set(), "meeting": set()}
    for book in playbooks:
        known["location"] |= set(book.locations or ())
        known["source"] |= {*(book.sources or ()), *(renamed.was for renamed in book.renamed_sources or ())}
        known["meeting"] |= {meeting.meeting for meeting in book.communication or ()}
    # A company may list none, and a part with mistakes is None: then nothing can be held against it.
    for column, part in (("location", "locations"), ("source", "sources"), ("meeting", "communication")):
        if not playbooks or not all(getattr(book, part) for book in playbooks):
            del known[column]
    named = [
        (f"{name}.csv, row {row}", column, value)
        for name, table in tables.items()
        for column in known
        if column in table
        for row, value in zip(table["row"], table[column], strict=True)
    ]
    named += [(f"promises.yml: {promise.id}", "location", promise.where) for promise in promises]
    for where, column, value in named:
        if value and column in known and value not in known[column]:
            allowed = sorted(known[column])
            found = f"{column} {shown(value)} is not in the playbook"
            yield Problem(where, found, ", ".join(allowed), nearest(value, allowed))


def check_plan(plan: pd.DataFrame) -> Iterator[Problem]:
    """Yield what counts twice in the plan or stands in the wrong row."""
    plan = plan[plan["team"] != ""]  # a team that is none is told where it is read
    team_only, shared_only = ("leads", "reached_share", "joins_per_reached"), ("revenue", "clients")
    for record in plan.to_dict("records"):
        where, team = f"plan.csv, row {record['row']}", record["team"]
        rows = "rows of marketing and sales" if team == "shared" else "rows of team shared"
        for column in team_only if team == "shared" else shared_only:
            if record[column] == record[column]:  # not NaN
                yield Problem(where, f"{column} stands on a row of {team}", rows)
        for column in ("leads", "value", "revenue", "clients"):
            if record[column] < 0:
                yield Problem(where, f"{column} is below 0", "0 or more")
    for (month, team), named in plan.groupby(["month", "team"]):
        if len(named) > 1 and "all" in set(named["location"]):
            row = named.loc[named["location"] == "all", "row"].iloc[0]
            found = f"{month} {team} is planned for all and by location"
            yield Problem(f"plan.csv, row {row}", found, "one of the two", "It would count twice.")


def check_rates(fx: pd.DataFrame, own: str) -> Iterator[Problem]:
    """Yield rates of exchange that are none; one of the company's `own` currency is 1."""
    for row, currency, rate in zip(fx["row"], fx["currency"], fx["rate"], strict=True):
        if not re.fullmatch(r"[A-Z]{3}", currency, re.ASCII):
            yield Problem(f"fx.csv, row {row}", "currency is not a code", "three capitals, like USD")
        if not rate > 0:
            yield Problem(f"fx.csv, row {row}", "rate is not above 0", "a positive number")
        elif currency == own and rate != 1:
            fix = "It is the currency of report.yml, in which the page is."
            yield Problem(f"fx.csv, row {row}", f"rate of {own} is {rate:g}", "1", fix)


def check_actions(actions: pd.DataFrame, playbooks: Sequence[Playbook]) -> Iterator[Problem]:
    """Yield actions that expect pipeline in a month whose split is of something else: nothing would be held to it."""
    for row, month in actions.loc[actions["expected_pipeline"] >= 0, ["row", "month"]].itertuples(index=False):
        goals = _in_force(playbooks, month).goals if playbooks and month else None
        if goals and goals.lead_split.unit != "pipeline":
            found = f"expected_pipeline is filled, but the split of {month} is of {goals.lead_split.unit}"
            fix = "Write the leads that are expected, or change lead_split in the playbook."
            yield Problem(f"actions.csv, row {row}", found, "expected_leads", fix)


def _in_force(playbooks: Sequence[Playbook], month: str) -> Playbook:
    start = Month.parse(month).start
    return ([book for book in playbooks if book.in_force_from <= start] or playbooks[:1])[-1]


def split_warnings(plan: pd.DataFrame, playbooks: Sequence[Playbook]) -> list[str]:
    """Say where the planned leads are more than one point off the split of the playbook in force."""
    found = []
    totals = plan[plan["team"] != "shared"].groupby(["month", "team"])["leads"].sum(min_count=1).unstack()
    for month, row in totals.reindex(columns=["marketing", "sales"]).dropna().iterrows():
        split = _in_force(playbooks, str(month)).goals.lead_split
        planned = row["marketing"] / row.sum() if row.sum() else split.marketing
        if abs(planned - split.marketing) > 0.01 + 1e-9:
            said = f"marketing has {planned:.1%} of the planned {split.unit}"
            found.append(f"plan.csv, {month}: {said}, the playbook says {split.marketing:.1%}.")
    return found
