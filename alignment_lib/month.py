"""MonthData: all that a question receives. `open_month` makes it from the params folder and the exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from .period import Month
from .sources.tables import TABLES
from .tallies import Tallies

if TYPE_CHECKING:
    from .plan import Plan
    from .playbook import Company, Playbook
    from .words import Words


def last_visible_day(month: Month, settle_days: int, newest: date | None = None) -> date:
    """Return the last day whose events a month's page sees: its last day + `settle_days`, not after `newest`.

    >>> last_visible_day(Month.parse("2026-10"), 3)
    datetime.date(2026, 11, 3)
    """
    settled = month.end + timedelta(days=settle_days - 1)
    return settled if newest is None else min(settled, newest)


@dataclass(frozen=True, eq=False)
class MonthData:
    """One month of one company: what was counted, what was agreed, and how far both can be trusted.

    Attributes
    ----------
    period : Month
        The month that the page is about.
    as_of : datetime.date
        The last day whose events the page sees.
    company : Company
        The params folder: settings, playbooks, plan, small files.
    plan : Plan
        plan.csv, or the draft plan where the company has none.
    tallies : Tallies
        Small frames, described in `alignment_lib.tallies`.
    findings, files : tuples
        What reading found, and the files read with their rows in = used + set aside.
    fingerprints : dict of str to str
        SHA-256 of "inputs", "params" and "code".
    partial : datetime.date or None
        The newest record's day where the data stops before the month does.
    journeys : Journeys or None
        One row per lead journey, for analysts; questions never receive it.
    """

    period: Month
    as_of: date
    company: Company
    plan: Plan
    tallies: Tallies
    words: Words
    columns: Mapping[str, frozenset[str]]
    findings: tuple[Any, ...] = ()
    files: tuple[Any, ...] = ()
    fingerprints: dict[str, str] = field(default_factory=dict)
    partial: date | None = None
    journeys: Any = None

    @classmethod
    def of(
        cls,
        period: Month,
        company: Company,
        tallies: Tallies,
        *,
        as_of: date | None = None,
        plan: Plan | None = None,
        missing: Iterable[str] = (),
        columns: Mapping[str, Iterable[str]] | None = None,
        **more: Any,
    ) -> MonthData:
        """Build a month from tallies; without `columns` the exports hold all but what is `missing`."""
        from .plan import plan_for
        from .words import Words

        held = columns if columns is not None else every_column(company, missing)
        return cls(
            period=period,
            as_of=as_of or last_visible_day(period, company.settings.settle_days.month),
            company=company,
            plan=plan if plan is not None else plan_for(company, tallies, period),
            tallies=tallies,
            words=Words(company.settings),
            columns={name: frozenset(names) for name, names in held.items()},
            **more,
        )

    @property
    def settings(self) -> Any:
        """The company's report.yml."""
        return self.company.settings

    @property
    def playbook(self) -> Playbook:
        """The playbook in force on the 1st: goals and split."""
        return self.company.playbook_on(self.period.start)

    @property
    def playbook_at_end(self) -> Playbook:
        """The playbook in force on the last day: definitions in all series."""
        return self.company.playbook_on(self.period.end - timedelta(days=1))

    @property
    def known_months(self) -> list[str]:
        """Return the months with leads, oldest first, up to this one ("YYYY-MM")."""
        months = self.tallies.daily["month"].unique()
        return sorted(month for month in months if month <= str(self.period))

    def has(self, name: str) -> bool:
        """Return whether the exports hold a table ("activities") or a column ("leads.score")."""
        table, _, column = name.partition(".")
        held = self.columns.get(table, frozenset())
        return column in held if column else bool(held)


def every_column(company: Company, missing: Iterable[str] = ()) -> dict[str, frozenset[str]]:
    """Return all canonical columns, and the profile columns of the rules, without those that are `missing`."""
    held = {name: set(table.columns) for name, table in TABLES.items()}
    held["leads"] |= profile_columns(company)
    for name in missing:
        table, _, column = name.partition(".")
        held[table] = held[table] - {column} if column else set()
    return {name: frozenset(columns) for name, columns in held.items()}


def profile_columns(company: Company) -> set[str]:
    """Return the `profile_*` columns that any rule of any playbook version asks for."""
    rules = [rule for playbook in company.playbooks for rule in rules_of(playbook).values() if rule is not None]
    return {name for rule in rules for name in rule.fields() if name.startswith("profile_")}


def rules_of(playbook: Playbook) -> dict[str, Any]:
    """Return the two rules that leads are read by."""
    return {
        "quality_lead": playbook.definitions["quality_lead"].rule,
        "client_profile": playbook.client_profile.rule,
    }


Progress = Callable[[str], None] | None
Frame = pd.DataFrame
