"""What was agreed, in the two ways that SQL can use it: small tables that are joined, and conditions.

Days know their playbook version and the cut of their month; sources their present name and their team;
arrivals whether they wait. Rules are written into the statement, each under the version it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import Any

import pandas as pd
import pyarrow as pa

from .calendar_table import open_until
from .engine import Sql, literal, quoted_name
from .maturity import LONG, POOLED, measured_rhythm
from .period import Month
from .playbook import Company, Playbook, Rule, stages_of
from .playbook.parts import Score

CELLS_BEFORE = 12  # months that a month's cells are compared with
DATE = pd.ArrowDtype(pa.date32())  # what both engines read as a date without a time

# How the journey says that a stage was reached: a sales-sourced lead is handed over when it is written down.
_REACHED_WHEN = {
    "created_at": "created_on IS NOT NULL",
    "assigned_at": "assigned_on IS NOT NULL",
    "handed_over_at": "handed_over_on IS NOT NULL OR team = 'sales'",
    "accepted_at": "accepted_on IS NOT NULL OR disposition = 'accepted'",
    "answered_at": "answered_on IS NOT NULL",
    "reached_at": "reached_on IS NOT NULL",
    "visited_at": "visited_on IS NOT NULL",
    "won_at": "outcome = 'won'",
}


class InForce:
    """The playbooks that hold for a company's month."""

    company: Company
    period: Month
    as_of: date
    ends: Mapping[str, date]

    @property
    def playbook(self) -> Playbook:
        """The version in force on the 1st: goals, split and what counts as revenue."""
        return self.company.playbook_on(self.period.start)

    @property
    def playbook_at_end(self) -> Playbook:
        """The version in force on the last day: the definitions of all series."""
        return self.company.playbook_on(self.period.end - timedelta(days=1))

    def aged_months(self, days: float) -> list[Month]:
        """Return the latest three months of which all tables know what came in so many days after their last one."""
        until, month = min([self.as_of, *self.ends.values()]), self.period
        while month.end + timedelta(days=ceil(days) - 1) > until:
            month = month - 1
        return month.back(POOLED)


@dataclass(frozen=True)
class View(InForce):
    """What a page sees: its company, its month, and the last day whose events it sees."""

    company: Company
    period: Month
    as_of: date
    ends: Mapping[str, date] = field(default_factory=dict)  # the last day of each table that stops before as_of

    def cut(self, month: Month) -> date:
        """Return the last day that counts for a month of a series, so that all are seen at the same age."""
        settle_days = self.company.settings.settle_days.month
        return min(month.end + timedelta(days=settle_days - 1), self.as_of)


def small_tables(view: View, first: date) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each small table by name; days from `first` to as_of."""
    playbooks = view.company.playbooks
    yield "days", _days(view, first)
    yield (
        "versions",
        pd.DataFrame(
            [
                (
                    n,
                    playbook.reply.within_minutes if playbook.reply else None,
                    playbook.reply.routed_within_minutes if playbook.reply else None,
                    tries.attempts if tries else None,
                    tries.within_days if tries else None,
                )
                for n, playbook in enumerate(playbooks)
                for tries in [playbook.reply.then_at_least if playbook.reply else None]
            ],
            columns=["version", "within_minutes", "routed_within_minutes", "attempts", "attempt_days"],
        ).astype("Int32"),
    )
    yield "source_names", _frame(_renamed(view), {"was": "str", "is_now": "str", "until_on": DATE})
    yield "source_teams", _frame(_teams(view), {"version": "int32", "source": "str", "team": "str"})
    arrivals = [
        (n, arrival, listed.waits)
        for n, playbook in enumerate(playbooks)
        for arrival, listed in playbook.arrivals.items()
    ]
    yield "arrivals", _frame(arrivals, {"version": "int32", "arrival": "str", "waits": "bool"})
    campaigns = {
        name: listed.strategy for playbook in playbooks for name, listed in playbook.campaigns.items()
    }
    campaigns |= {name: listed.strategy for name, listed in view.playbook_at_end.campaigns.items()}
    yield "strategies", _frame(list(campaigns.items()), {"campaign": "str", "strategy": "str"})
    stages = [(n + 1, name, 2**n) for n, (name, _) in enumerate(stages_of(view.playbook_at_end))]
    yield "stages", _frame(stages, {"position": "int32", "stage": "str", "bit": "int32"})
    yield (
        "fx",
        view.company.fx[["month", "currency", "rate"]].astype(
            {"month": "str", "currency": "str", "rate": "float64"}
        ),
    )


def _days(view: View, first: date) -> pd.DataFrame:
    days = pd.date_range(first, view.as_of).to_series().reset_index(drop=True)
    starts = [playbook.in_force_from for playbook in view.company.playbooks]
    version = pd.Series(0, index=days.index)
    for n, start in enumerate(starts[1:], start=1):
        version[days >= pd.Timestamp(start)] = n
    month = days.dt.to_period("M")
    cuts = {each: pd.Timestamp(view.cut(Month(each.year, each.month))) for each in month.unique()}
    return pd.DataFrame(
        {
            "day": days.astype(DATE),
            "version": version.astype("int32"),
            "month": month.dt.start_time.astype(DATE),
            "month_text": month.astype(str),
            "cut_on": month.map(cuts).astype(DATE),
        }
    )


def _renamed(view: View) -> list[tuple[str, str, date]]:
    """Return each earlier name of a source, its present one, and the day before which it was meant.

    The day matters only where the earlier name is now the name of another source; else late rows count as
    well.
    """
    playbook = view.playbook_at_end
    latest = {renamed.was: renamed for renamed in playbook.renamed_sources}
    rows = []
    for was, renamed in latest.items():
        now = renamed.is_
        while now in latest and latest[now].is_ != was:
            now = latest[now].is_
        rows.append((was, now, renamed.from_ if was in playbook.sources else date(2262, 1, 1)))
    return rows


def _teams(view: View) -> list[tuple[int, str, str]]:
    """Return each source's team under each version; what an older one did not list, the latest says."""
    names = {name for playbook in view.company.playbooks for name in playbook.sources}
    earlier = {now: was for was, now, _ in _renamed(view)}
    rows = []
    for n, playbook in enumerate(view.company.playbooks):
        for name in sorted(names | set(earlier)):
            listed = playbook.sources.get(name)
            team = listed.team if listed else playbook.team_of(earlier.get(name, name))
            if team := team or view.playbook_at_end.team_of(name):
                rows.append((n, name, team))
    return rows


def sql_values(view: View, columns: Mapping[str, set[str]]) -> dict[str, Any]:
    """Return what the SQL files ask for by `$name`; `columns` are those that the exports hold."""
    playbook, leads = view.playbook, columns.get("leads", set())
    routing = {name: f"{name}_at" in leads for name in ("assigned", "handed_over", "accepted")}
    quality, profiles = (
        [(p.in_force_from, _by_present_names(rule_of(p), view)) for p in view.company.playbooks]
        for rule_of in (quality_rule, profile_rule)
    )
    bits = [
        f"CASE WHEN {_REACHED_WHEN[column]} THEN {2**n} ELSE 0 END"
        for n, (_, column) in enumerate(stages_of(view.playbook_at_end))
    ]
    profile = sorted(profile_columns(view.company))
    return {
        "as_of": view.as_of,
        "deals_to": view.ends.get("deals", view.as_of),
        "profile_columns": Sql("".join(f", l.{quoted_name(name)}" for name in profile)),
        "quality_then": _by_version(quality),
        "quality_now": _condition(_by_present_names(quality_rule(view.playbook_at_end), view)),
        "profile_then": _by_version(profiles),
        "profile_now": _condition(_by_present_names(profile_rule(view.playbook_at_end), view)),
        "assigned_recorded": routing["assigned"],
        "accepted_recorded": routing["accepted"],
        "routing_recorded": routing["assigned"] or routing["handed_over"],
        "within_days": playbook.revenue.within_days or 0,
        "by_payment_month": playbook.revenue.counts == "payments received",
        **_money(playbook),
        "until_clock": Sql(open_until("at_clock", "t.clock_at")),
        "until_answered": Sql(open_until("at_answer", "t.answered_at")),
        "until_created": Sql(open_until("at_created", "t.created_at")),
        "until_assigned": Sql(open_until("at_assigned", "t.assigned_at")),
        "until_cut": Sql(open_until("at_cut", None)),
        "until_as_of": Sql(open_until("at_end", None)),
        "waits_from": (view.period - 3).start,
        "cells_from": (view.period - CELLS_BEFORE).start,
        "cells_to": view.as_of,
        "cells_age": 0,
        "grade": grade_sql(leads),
        "stage_bits": Sql(" + ".join(bits)),
        **_score(view.playbook_at_end.score),
    }


def cells_of(view: View, outcomes: pd.DataFrame) -> dict[str, Any]:
    """Return the values of `sql_values` that cells take where wins need longer than a month; nothing elsewhere.

    Then the months that are old enough stand for the page's, and so do the twelve before them, all seen at one age.
    """
    stated = view.playbook.rhythm_days
    days = measured_rhythm(outcomes, view.period) if stated is None else stated
    if not days > LONG:
        return {}
    judged, settle_days = view.aged_months(days), view.company.settings.settle_days.month
    return {
        "cells_from": (judged[0] - CELLS_BEFORE).start,
        "cells_to": judged[-1].start,
        "cells_age": ceil(days) - settle_days,
    }


def grade_sql(leads: set[str]) -> Sql:
    """Return what tells good leads from others at hand-over: the grade, else the third of the score, else nothing."""
    if "grade" in leads:
        return Sql("COALESCE(j.grade, '(none)')")
    if "score" not in leads:
        return Sql("'(none)'")
    rank = "PERCENT_RANK() OVER (PARTITION BY j.score IS NULL ORDER BY j.score)"  # equal scores stay together
    thirds = f"WHEN {rank} < 1.0 / 3 THEN 'low third' WHEN {rank} < 2.0 / 3 THEN 'middle third' ELSE 'high third'"
    return Sql(f"CASE WHEN j.score IS NULL THEN '(none)' {thirds} END")


def _score(score: Score | None) -> dict[str, Sql]:
    """Return the band of a lead's score or grade, and the hundredth of the scale that it lies in (0 without one)."""
    band, step = "'(none)'", "0"
    if score is None:
        band = "CASE WHEN score IS NULL AND grade IS NULL THEN '(none)' ELSE '(outside)' END"
    elif score.means == "grade":
        known = ", ".join(map(literal, score.labels))
        band = f"CASE WHEN grade IS NULL THEN '(none)' WHEN grade IN ({known}) THEN grade ELSE '(outside)' END"
    else:
        low, high = (literal(float(edge)) for edge in (score.edges[0], score.edges[-1]))
        inside = f"score >= {low} AND score <= {high}"
        whens = " ".join(
            f"WHEN score < {literal(float(edge))} THEN {literal(label)}"
            for edge, label in zip(score.edges[1:-1], score.labels, strict=False)
        )
        last = literal(score.labels[-1])
        band = f"CASE WHEN score IS NULL THEN '(none)' WHEN NOT ({inside}) THEN '(outside)' {whens} ELSE {last} END"
        step = (
            f"CASE WHEN {inside} THEN CAST(FLOOR((score - {low}) * 100 / ({high} - {low})) AS INTEGER) ELSE 0 END"
        )
    return {"score_band": Sql(band), "score_step": Sql(step)}


def _money(playbook: Playbook) -> dict[str, Sql]:
    """Return what a deal counts as revenue and as margin, in the company's currency."""
    amount, margin = "v.amount * COALESCE(fx.rate, 1)", "v.margin * COALESCE(fx.rate, 1)"
    counts = {
        "amount at close": amount,
        "margin at close": margin,
        "payments received": "paid.in_all",
    }
    revenue = counts.get(playbook.revenue.counts, "paid.in_time")
    share = "NULL" if playbook.margin_share is None else f"{revenue} * {literal(playbook.margin_share)}"
    return {"revenue": Sql(revenue), "margin": Sql(f"COALESCE({margin}, {share})")}


def quality_rule(playbook: Playbook) -> Rule | None:
    """Return the rule of a quality lead, if there is one."""
    definition = playbook.definitions.get("quality_lead")
    return definition.rule if definition else None


def profile_rule(playbook: Playbook) -> Rule | None:
    """Return the rule of the client profile, if there is one."""
    return playbook.client_profile.rule if playbook.client_profile else None


def profile_columns(company: Company) -> set[str]:
    """Return the `profile_*` columns that any rule of any version asks for."""
    rules = [
        rule for playbook in company.playbooks for rule in (quality_rule(playbook), profile_rule(playbook))
    ]
    return {name for rule in rules if rule for name in rule.fields() if name.startswith("profile_")}


def _by_present_names(rule: Rule | None, view: View) -> Rule | None:
    """Return a rule with the sources' present names, which every lead carries."""
    present = view.playbook_at_end.sources
    return rule and rule.renamed({was: now for was, now, _ in _renamed(view) if was not in present})


def _condition(rule: Rule | None) -> Sql:
    return Sql(rule.sql("leads") if rule else "CAST(NULL AS BOOLEAN)")


def _by_version(rules: list[tuple[date, Rule | None]]) -> Sql:
    """Return the rule of the version in force on the day of creation."""
    whens = [
        f"WHEN leads.created_on >= {literal(start)} THEN {_condition(rule)}" for start, rule in rules[:0:-1]
    ]
    last = _condition(rules[0][1])
    return Sql(f"CASE {' '.join(whens)} ELSE {last} END") if whens else last


def _frame(rows: list, dtypes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)
