"""MonthData: all that a question receives. `open_month` makes it from the params folder and the exports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property, partial
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pandas as pd
from filelock import FileLock

from .agreed import InForce, View, cells_of, profile_columns
from .engine import DuckDB, Engine, Spark, literal
from .errors import InputRejected, NoDataError, Problem
from .identities import check_identities, counting_findings
from .journeys import Journeys, add_canonical, build_journeys
from .lead_sample import draw_sample
from .period import Month
from .plan import Plan, plan_for
from .playbook import Company, Settings
from .reach import reach_of
from .sources.tables import TABLES
from .tallies import Tallies, count, count_tallies
from .words import Words

if TYPE_CHECKING:
    from .sources import Exports, FileRead, Finding

Progress = Callable[[str], None]

ROW_GROUP = 122_880  # rows that DuckDB gives to one thread


def last_visible_day(month: Month, settle_days: int, newest: date | None = None) -> date:
    """Return the last day whose events a month's page sees: its last day + `settle_days`, not after `newest`.

    >>> last_visible_day(Month.parse("2026-10"), 3)
    datetime.date(2026, 11, 3)
    """
    settled = month.end + timedelta(days=settle_days - 1)
    return settled if newest is None else min(settled, newest)


@dataclass(frozen=True, eq=False)
class MonthData(InForce):
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
    ends : mapping of str to datetime.date
        The last day of each table ("leads", "deals", "activities", "spend") that stops while others go on.
    lead_sample : callable or None
        Returns at most 50,000 leads as rows (`lead_sample.draw_sample`), drawn when first asked for.
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
    findings: tuple[Finding, ...] = ()
    files: tuple[FileRead, ...] = ()
    fingerprints: dict[str, str] = field(default_factory=dict)
    partial: date | None = None
    ends: Mapping[str, date] = field(default_factory=dict)
    lead_sample: Callable[[], pd.DataFrame] | None = None
    journeys: Journeys | None = None

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
    def settings(self) -> Settings:
        """The company's report.yml."""
        return self.company.settings

    @cached_property
    def known_months(self) -> list[str]:
        """Return the months with leads, oldest first, up to this one ("YYYY-MM")."""
        months = self.tallies.daily["month"].unique()
        return sorted(month for month in months if month <= str(self.period))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Show whose month this is: as JSON for the page's masthead, as one line elsewhere."""
        from .rendering import month_bundle

        return month_bundle(self)

    def stops(self, *tables: str) -> date | None:
        """Return the last day of the month that all these tables cover; None if they cover it to its end."""
        ends = [day for table, day in self.ends.items() if table in tables]
        return min([*ends, self.partial] if self.partial else ends, default=None)

    def knows(self, *tables: str) -> bool:
        """Return whether the exports hold these tables, and none of them stops while others go on."""
        return all(self.has(table) and table not in self.ends for table in tables)

    def has(self, name: str) -> bool:
        """Return whether the exports hold a table ("activities") or a column ("leads.score")."""
        table, _, column = name.partition(".")
        held = self.columns.get(table, frozenset())
        return column in held if column else bool(held)


def every_column(company: Company, missing: Iterable[str] = ()) -> dict[str, frozenset[str]]:
    """Return all canonical columns and the rules' profile columns, without those that are `missing`."""
    held = {name: set(table.columns) for name, table in TABLES.items()}
    held["leads"] |= profile_columns(company)
    for name in missing:
        table, _, column = name.partition(".")
        held[table] = held[table] - {column} if column else set()
    return {name: frozenset(columns) for name, columns in held.items()}


def open_month(month: str, params: str | Path, progress: Progress | None = None) -> MonthData:
    """Read a company's params and exports and count a month of them.

    Parameters
    ----------
    month : str
        "YYYY-MM".
    params : str or pathlib.Path
        The company's folder. If its report.yml names a `sample` and the exports are missing, they are made.
    progress : callable, optional
        Receives one line of text before each long step.

    Raises
    ------
    ArgumentError, ParamsError, InputRejected, NoDataError
        With all problems at once; nothing has been written.
    NotebookFailed
        If parts do not add up to their whole: a mistake of ours that must not be published.
    """
    from .sources import load_exports, read_params

    period = Month.parse(month)
    company = read_params(Path(params))
    tell = progress or (lambda line: None)
    private = cache_folder(company)
    private.mkdir(parents=True, exist_ok=True)
    with FileLock(private / "exports.lock"):  # of several runs at once, the first one reads
        make_missing_sample(company, tell)
        exports = load_exports(company, cache=private, progress=progress)
    tell(f"Counting {period.label}")
    few = all(file.rows_used < ROW_GROUP for file in exports.files)  # a second thread would have nothing to do
    engine: Engine = Spark() if company.settings.engine == "spark" else DuckDB(threads=1 if few else None)
    return month_of(company, period, engine, exports)


def cache_folder(company: Company) -> Path:
    """Return where a company's exports are kept as Parquet: .cache/<company> beside params/."""
    return company.folder.parent.parent / ".cache" / company.name


def make_missing_sample(company: Company, tell: Progress) -> None:
    """Make the exports of a sample company if they are not there."""
    if company.settings.sample and not company.exports.is_dir():
        from .sample import SAMPLES

        tell(f"Making the sample's exports in {company.exports.name}/")
        SAMPLES[company.settings.sample](company.exports)


def month_of(company: Company, period: Month, engine: Engine, exports: Exports) -> MonthData:
    """Count a month of exports that were loaded before; the engine keeps its journeys for analysts."""
    told = {name for name in exports.columns.get("leads", ()) if name.startswith("profile_")}
    add_canonical(engine, exports.tables, profile_columns(company) | told)
    settled = last_visible_day(period, company.settings.settle_days.month)
    reach = reach_of(engine, period, settled)
    newest = reach.newest
    _refuse_empty_month(engine, period, exports.files)
    view = View(company, period, min(settled, newest or settled), reach.ends)
    _refuse_unknown_rates(engine, view)
    Thread(target=import_module, args=("scipy.special",), daemon=True).start()  # for the questions, meanwhile
    values = build_journeys(engine, view, exports.columns)
    outcomes = count(engine, "outcomes", values)
    values |= cells_of(view, outcomes)
    tallies = count_tallies(engine, values, outcomes=outcomes)
    check_identities(engine, view, tallies, values)
    return MonthData.of(
        period,
        company,
        tallies,
        as_of=view.as_of,
        columns=exports.columns,
        findings=(*exports.findings, *counting_findings(engine, view, exports.columns)),
        files=tuple(exports.files),
        fingerprints={
            "inputs": exports.fingerprint,
            "params": company.fingerprint,
            "code": code_fingerprint(),
        },
        partial=newest if newest and newest < period.end - timedelta(days=1) else None,
        ends=reach.ends,
        lead_sample=cache(partial(draw_sample, engine, values, exports.columns.get("leads", ()), told)),
        journeys=Journeys(engine),
    )


@cache
def code_fingerprint() -> str:
    """Return the SHA-256 over the sorted files of alignment_lib and of the notebooks beside it."""
    library = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for folder in (library, library.parent / "notebooks"):
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(folder).parts)
            if path.is_file() and not hidden:
                content = path.read_bytes()
                digest.update(
                    f"{path.relative_to(library.parent).as_posix()} {len(content)}\n".encode() + content
                )
    return digest.hexdigest()


def _refuse_empty_month(engine: Engine, period: Month, files: Iterable[FileRead]) -> None:
    leads = engine.run(
        "SELECT MIN(created_on) AS first, MAX(created_on) AS last, COUNT(*) FILTER (WHERE created_on >= "
        f"{literal(period.start)} AND created_on < {literal(period.end)}) AS here FROM leads"
    ).iloc[0]
    if leads["here"]:
        return
    covers = "no leads at all"
    if not pd.isna(leads["first"]):
        first, last = (f"{pd.Timestamp(leads[end]):%Y-%m-%d}" for end in ("first", "last"))
        covers = f"leads created from {first} to {last}"
    names = ", ".join(sorted({file.name for file in files if file.table == "leads"})) or "leads"
    raise NoDataError(f"The exports hold no leads of {period.label}:", [Problem(names, f"holds {covers}")])


def _refuse_unknown_rates(engine: Engine, view: View) -> None:
    """Refuse amounts in another currency for which fx.csv has no rate in their month."""
    home = view.company.settings.currency
    month = "SUBSTR(CAST(COALESCE(closed_on, opened_on) AS VARCHAR), 1, 7)"
    used = engine.run(
        f"SELECT DISTINCT currency, {month} AS month FROM deals WHERE currency <> {literal(home)} "
        f"AND outcome = 'won' AND amount IS NOT NULL AND opened_on <= {literal(view.as_of)}"
    )
    known = set(zip(view.company.fx["currency"], view.company.fx["month"], strict=True))
    unknown = sorted(set(zip(used["currency"], used["month"], strict=True)) - known)
    if unknown:
        listed = ", ".join(f"{currency} in {month}" for currency, month in unknown[:5])
        problem = Problem(
            "deals.currency",
            f"{listed}{' and more' if len(unknown) > 5 else ''}",
            f"{home}, or a rate in fx.csv",
        )
        raise InputRejected("Deals are in a currency without a rate:", [problem])
