"""Journeys: canonical tables become one row per lead journey, built once and read by every tally.

What the two teams agreed reaches SQL in two ways: small tables (days, versions, sources, calendar) that are joined,
and rules that are written into the statement. Touches, activities and deals are reduced to one row per lead first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from .calendar_table import NO_LOCATION, calendar_table, open_until
from .engine import Engine, Sql, literal, quoted_name, read_sql
from .period import Month
from .playbook import Company, Playbook, Rule
from .sources.tables import TABLES, stored_columns

STEPS = ("leads_as_known", "lead_activities", "lead_touches", "deal_payments", "deals_as_known", "lead_deals",
         "lead_members", "journeys")  # fmt: skip
DATE = "date32[pyarrow]"  # what both engines read as a date without a time
FAR = date(9999, 12, 31)
USUAL_STAGES = (("lead", "created_at"), ("handed over", "handed_over_at"), ("answered", "answered_at"),
                ("reached", "reached_at"), ("visited", "visited_at"), ("won", "won_at"))  # fmt: skip

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


@dataclass(frozen=True)
class View:
    """What a page sees: its month, the last day whose events it sees, and the days that a month takes to settle."""

    company: Company
    period: Month
    as_of: date

    @property
    def playbook(self) -> Playbook:
        """The version in force on the 1st: goals and what counts as revenue."""
        return self.company.playbook_on(self.period.start)

    @property
    def playbook_at_end(self) -> Playbook:
        """The version in force on the last day: the definitions of all series."""
        return self.company.playbook_on(self.period.end - timedelta(days=1))

    def cut(self, month: Month) -> date:
        """Return the last day that counts for a month of a series, so that all are seen at the same age."""
        settle_days = self.company.settings.settle_days.month
        return min(month.end + timedelta(days=settle_days - 1), self.as_of)


@dataclass(frozen=True)
class Journeys:
    """One row per lead journey, for analysts. Questions never receive lead rows."""

    engine: Engine

    def frame(self, where: str | None = None, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Return journeys as a DataFrame, ordered by lead.

        Parameters
        ----------
        where : str, optional
            A SQL condition of your own: `"team = 'sales' AND outcome = 'won'"`.
        columns : iterable of str, optional
            Which columns; all when left out.
        """
        chosen = ", ".join(quoted_name(column) for column in columns) if columns else "*"
        condition = f" WHERE {where}" if where else ""
        return self.engine.run(f"SELECT {chosen} FROM journeys{condition} ORDER BY lead_id")


def add_canonical(engine: Engine, tables: Mapping[str, Path | pd.DataFrame], profile: Iterable[str] = ()) -> None:
    """Make every canonical table known to the engine, whole and typed; what is not exported is empty."""
    for name in TABLES:
        held: set[str] = set()
        if name in tables:
            engine.add(f"exported_{name}", tables[name])
            held = set(engine.columns(f"exported_{name}"))
        columns = stored_columns(name, profile if name == "leads" else ())
        parts = [
            f"CAST({quoted_name(column) if column in held else 'NULL'} AS {kind}) AS {quoted_name(column)}"
            for column, kind in columns.items()
        ]
        rows = f" FROM exported_{name}" if name in tables else " WHERE FALSE"
        engine.view(name, f"SELECT {', '.join(parts)}{rows}")


def build_journeys(engine: Engine, view: View, columns: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """Build the journeys and what they stand on; return the values that the tallies' SQL asks for.

    Parameters
    ----------
    engine : Engine
        Holds the canonical tables (`add_canonical`).
    view : View
        The month, what was agreed, and as_of.
    columns : mapping of str to iterable of str
        The canonical columns that the exports hold, by table.

    Notes
    -----
    Afterwards the engine holds each of `STEPS` as a table; the first line of its SQL file says what a row is.
    """
    bounds = engine.run(
        "SELECT MIN(LEAST(created_on, handed_over_on, assigned_on)) AS first, "
        "(SELECT MIN(occurred_on) FROM activities) AS first_effort, "
        f"(SELECT MAX(occurred_on) FROM activities WHERE occurred_on <= {literal(view.as_of)}) AS last_effort FROM leads"
    ).iloc[0]
    first = min(_day(bounds["first"]) or view.as_of, view.as_of)
    calendar, locations = calendar_table(view.company, first, view.as_of)
    small = dict(_small_tables(view, first), calendar=calendar, locations=locations)
    for name, frame in small.items():
        engine.add(name, frame)
    values = {
        **_values(view, {name: set(held) for name, held in columns.items()}),
        **_effort_span(_day(bounds["first_effort"]), _day(bounds["last_effort"]), view.as_of),
        "company_schedule": int(locations.set_index("location").at[NO_LOCATION, "schedule"]),
    }
    for name in STEPS:
        engine.create(name, read_sql(name, values))
    return values


def _effort_span(first: date | None, last: date | None, as_of: date) -> dict[str, date]:
    """Return the days on which sales' efforts are on record: from the first month, until the file stops early."""
    if first is None or last is None:
        return {"efforts_from": FAR, "efforts_to": FAR}
    stops_early = as_of - last > timedelta(days=7)
    return {"efforts_from": first.replace(day=1), "efforts_to": last if stops_early else as_of}


def _small_tables(view: View, first: date) -> Iterator[tuple[str, pd.DataFrame]]:
    playbooks = view.company.playbooks
    yield "days", _days(view, first)
    yield "versions", pd.DataFrame(
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
    ).astype("Int32")
    yield "source_names", _frame(_renamed(view), {"was": "str", "is_now": "str", "until_on": DATE})
    yield "source_teams", _frame(_teams(view), {"version": "int32", "source": "str", "team": "str"})
    arrivals = [
        (n, arrival, listed.waits)
        for n, playbook in enumerate(playbooks)
        for arrival, listed in playbook.arrivals.items()
    ]
    yield "arrivals", _frame(arrivals, {"version": "int32", "arrival": "str", "waits": "bool"})
    campaigns = {name: listed.strategy for playbook in playbooks for name, listed in playbook.campaigns.items()}
    campaigns |= {name: listed.strategy for name, listed in view.playbook_at_end.campaigns.items()}
    yield "strategies", _frame(list(campaigns.items()), {"campaign": "str", "strategy": "str"})
    stages = [(n + 1, name, 2**n) for n, (name, _) in enumerate(stages_of(view.playbook_at_end))]
    yield "stages", _frame(stages, {"position": "int32", "stage": "str", "bit": "int32"})
    yield "fx", view.company.fx[["month", "currency", "rate"]].astype({"month": "str", "currency": "str", "rate": "float64"})


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

    The day matters only where the earlier name is now the name of another source; else late rows count as well.
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
    """Return the team of each source under each version; what an older version did not list, the latest says."""
    names = {name for playbook in view.company.playbooks for name in playbook.sources}
    was = {now: earlier for earlier, now, _ in _renamed(view)}
    rows = []
    for n, playbook in enumerate(view.company.playbooks):
        for name in sorted(names | set(was)):
            team = playbook.team_of(name) or playbook.team_of(was.get(name, "")) or view.playbook_at_end.team_of(name)
            if team:
                rows.append((n, name, team))
    return rows


def stages_of(playbook: Playbook) -> tuple[tuple[str, str], ...]:
    """Return the stages in order, each with the column that says it was reached."""
    return tuple((stage.name, stage.reached_when) for stage in playbook.stages) or USUAL_STAGES


def _values(view: View, columns: Mapping[str, set[str]]) -> dict[str, Any]:
    playbook, leads = view.playbook, columns.get("leads", set())
    routing = {name: f"{name}_at" in leads for name in ("assigned", "handed_over", "accepted")}
    rules = {
        "quality": [(p.in_force_from, quality_rule(p)) for p in view.company.playbooks],
        "profile": [(p.in_force_from, profile_rule(p)) for p in view.company.playbooks],
    }
    bits = [
        f"CASE WHEN {_REACHED_WHEN[column]} THEN {2**n} ELSE 0 END"
        for n, (_, column) in enumerate(stages_of(view.playbook_at_end))
    ]
    profile = sorted(profile_columns(view.company))
    return {
        "as_of": view.as_of,
        "profile_columns": Sql("".join(f", l.{quoted_name(name)}" for name in profile)),
        "quality_then": _by_version(rules["quality"]),
        "quality_now": _condition(quality_rule(view.playbook_at_end)),
        "profile_then": _by_version(rules["profile"]),
        "profile_now": _condition(profile_rule(view.playbook_at_end)),
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
        "stage_bits": Sql(" + ".join(bits)),
    }


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
    rules = [rule for playbook in company.playbooks for rule in (quality_rule(playbook), profile_rule(playbook))]
    return {name for rule in rules if rule for name in rule.fields() if name.startswith("profile_")}


def _condition(rule: Rule | None) -> Sql:
    return Sql(rule.sql("leads") if rule else "CAST(NULL AS BOOLEAN)")


def _by_version(rules: list[tuple[date, Rule | None]]) -> Sql:
    """Return the rule of the version in force on the day of creation; the first also covers the days before."""
    whens = [f"WHEN leads.created_on >= {literal(start)} THEN {_condition(rule)}" for start, rule in rules[:0:-1]]
    last = _condition(rules[0][1])
    return Sql(f"CASE {' '.join(whens)} ELSE {last} END") if whens else last


def _frame(rows: list, dtypes: dict[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(dtypes))
    for name, dtype in dtypes.items():
        frame[name] = pd.to_datetime(frame[name]).astype(dtype) if dtype == DATE else frame[name].astype(dtype)
    return frame


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
