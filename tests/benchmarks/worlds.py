"""How often the page announces something: in worlds where nothing happened, and in worlds where something did.

    python -m tests.benchmarks.worlds null --seeds 200       # the last 21 months of each, nothing planted: 75 minutes
    python -m tests.benchmarks.worlds null --seeds 200 --every 3   # every third of them: half an hour
    python -m tests.benchmarks.worlds planted --seeds 40     # everything planted, at three sizes: 10 minutes
    python -m tests.benchmarks.worlds null --company alder   # the company that sells to companies

What they printed last stands in docs/what_it_can_see.md.

Null world: the share of pages that announce anything must stay at most 10% plus two standard errors, taken by seed
because the months of one seed share their plan, their sources and their clubs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from alignment_lib.engine import DuckDB
from alignment_lib.month import MonthData, cache_folder, month_of
from alignment_lib.period import Month
from alignment_lib.playbook import read_company
from alignment_lib.questions import gap_bridge, sources_and_campaigns, tests_of
from alignment_lib.sample import SAMPLES, alder
from alignment_lib.sample.key import PLANTS, Plant
from alignment_lib.signals import announced
from alignment_lib.sources import load_exports

from .shown_plants import SHOWN_BY

PARAMS = Path(__file__).resolve().parents[2] / "params"
LAST = Month(2026, 10)
NULL_MONTHS = 21  # the last of the sample: of Riverside its tenth to its thirtieth
LEVEL = 0.10  # of ordinary pages that announce anything
RULE_LEVEL = 0.03  # of ordinary pages that announce anything by one rule
FOUND = 0.90  # of seeds in which a planted thing is found at its stated size
STRENGTHS = (1.0, 0.5, 0.25)  # of the way from the ordinary value to the planted one
# What finds each planted thing that is strong enough to be announced: its month, and the name of the test.
FOUND_BY = {
    "paid-social": ("2026-10", "sources: Paid social"),
    "old-mill-tracking": ("2026-10", "tracking: source_known at Old Mill"),
    "harbour-evenings": ("2026-10", "relay: 16:00 and later at Harbour"),
    "october-leads": ("2026-10", "marketing_leads"),
    "october-replies": ("2026-10", "answered_in_time"),
    "social-adverts": ("2026-05", "attribution: Paid social"),
    "score-too-high": ("2026-10", "score"),
    "outside-profile": ("2026-10", "profile: kept"),
    "chose-another-club": ("2026-08", "playback: Chose another club"),
}
# What Alder Systems' page says beside its announcements, by section: a sentence that names the planted thing.
ALDER_FOUND_BY = {
    "october-pipeline": ("2026-10", "marketing_leads"),
    "won-share": ("2026-10", "Against the goal, a lower won share of pipeline cost"),
    "webinars": ("2026-10", " from Webinars."),
}


@dataclass(frozen=True)
class Company:
    """A sample company: what is planted in it, and what finds that."""

    name: str
    plants: dict[str, Plant]
    found_by: dict[str, tuple[str, str]]
    shown_by: dict[str, tuple[str, Callable[[MonthData], bool]]]  # what is never announced: its section, and the check
    sections: tuple[Callable, ...] = ()  # whose sentences may name a planted thing


COMPANIES = {
    "riverside": Company("riverside", PLANTS, FOUND_BY, SHOWN_BY),
    "alder": Company("alder", alder.PLANTS, ALDER_FOUND_BY, {}, (gap_bridge, sources_and_campaigns)),
}


@dataclass(frozen=True)
class Page:
    """What one page tested (name: p), what it announced, sentences that may name a planted thing, and plants shown."""

    put: dict[str, float]
    said: tuple[str, ...]
    text: str = ""
    shown: frozenset[str] = frozenset()

    def finds(self, name: str) -> bool:
        """Say whether a test is announced, or a sentence stands on the page."""
        return name in self.said or name in self.text


def rule_of(name: str) -> str:
    """Return the rule that a test belongs to: "sources: Paid social" is one of "sources"."""
    return name.partition(":")[0]


def pages_of(
    seed: int, plants: str, months: tuple[str, ...], strength: float = 1.0, name: str = "riverside"
) -> dict[str, Page]:
    """Return what each month's page of one world tests and announces."""
    with tempfile.TemporaryDirectory() as folder:
        params = Path(folder) / "params" / name
        shutil.copytree(PARAMS / name, params)
        SAMPLES[name](Path(folder) / "data" / name, seed=seed, plants=plants, strength=strength)
        company = read_company(params)
        exports = load_exports(company, cache=cache_folder(company))
        pages = {}
        for text in months:
            month = month_of(company, Month.parse(text), DuckDB(), exports)
            put = tests_of(month)
            said = [section(month) for section in COMPANIES[name].sections if plants != "none"]
            told = " ".join(part for answer in said for part in (answer.finding, *answer.notes))
            loud = tuple(test.name for test in announced(put))
            checks = COMPANIES[name].shown_by.items() if plants != "none" and text == str(LAST) else ()
            shown = frozenset(plant for plant, (_, check) in checks if check(month))
            pages[text] = Page({test.name: test.p for test in put}, loud, told, shown)
        return pages


def null_world(seeds: int, company: Company, every: int) -> bool:
    """Print the share of ordinary pages that announce anything, and how often each rule does."""
    months = tuple(str(month) for month in LAST.back(NULL_MONTHS)[::-every])[::-1]
    worlds = _in_parallel(partial(pages_of, plants="none", months=months, name=company.name), seeds)
    pages = [page for world in worlds for page in world.values()]
    loud = np.array([[bool(page.said) for page in world.values()] for world in worlds])
    put = [len(page.put) for page in pages]
    print(f"null world: {seeds} seeds x {len(months)} months, {min(put)} to {max(put)} tests a page\n")
    print("| rule | pages that put it | p under 10%, of its tests | announced, of all pages |")
    print("| --- | --- | --- | --- |")
    passed = _within("any rule", loud.mean(axis=1), LEVEL, "")
    for rule in sorted({rule_of(name) for page in pages for name in page.put}):
        tests = [p for page in pages for name, p in page.put.items() if rule_of(name) == rule]
        asked = np.mean([any(rule_of(name) == rule for name in page.put) for page in pages])
        said = np.array([[rule in map(rule_of, page.said) for page in world.values()] for world in worlds])
        before = f"{asked:.0%} | {np.mean(np.array(tests) < LEVEL):.1%}"
        passed &= _within(rule, said.mean(axis=1), RULE_LEVEL, before)
    return passed


def _within(name: str, by_seed: np.ndarray, level: float, before: str) -> bool:
    """Print a row of the table; False if the share lies above its stated level by more than two standard errors."""
    error = by_seed.std(ddof=1) / np.sqrt(len(by_seed))
    fits = bool(by_seed.mean() <= level + 2 * error)
    told = f"{by_seed.mean():.2%} (s.e. {error:.2%}), stated {level:.0%}{'' if fits else ': TOO OFTEN'}"
    print(f"| {name} | {before or '100% | -'} | {told} |")
    return fits


def planted_world(seeds: int, company: Company) -> bool:
    """Print in which share of seeds each planted thing is found on its month's page, and what else is announced.

    A thing is planted whole, then by a half and by a quarter: that is where the report stops seeing it.
    """
    months = tuple(sorted({month for month, _ in company.found_by.values()}))
    pages = partial(pages_of, plants="all", months=months, name=company.name)
    worlds = {
        strength: _in_parallel(partial(pages, strength=strength), seeds)
        for strength in STRENGTHS
    }
    print(f"planted world: {seeds} seeds of each size\n")
    print("| planted | its size | month | announced by | whole | half | quarter |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    whole = []
    for plant, (month, name) in company.found_by.items():
        found = [np.mean([world[month].finds(name) for world in made]) for made in worlds.values()]
        size = ", ".join(f"{key} {value:g}" for key, value in company.plants[plant].size.items())
        shares = " | ".join(f"{share:.0%}" for share in found)
        print(f"| {company.plants[plant].says} | {size} | {month} | {name} | {shares} |")
        whole.append(found[0])
    for text in months:
        expected = {name for _, name in company.found_by.values()}
        names = Counter(name for world in worlds[1.0] for name in set(world[text].said) - expected)
        if names:
            print(f"\n{text} also: " + "; ".join(f"{name} {n / seeds:.0%}" for name, n in names.most_common()))
    if company.shown_by:
        print("\n| planted, never announced | section | shown at whole size |\n| --- | --- | --- |")
    for plant, (section, _) in company.shown_by.items():
        whole.append(np.mean([plant in world[str(LAST)].shown for world in worlds[1.0]]))
        print(f"| {company.plants[plant].says} | {section} | {whole[-1]:.0%} |")
    return min(whole) >= FOUND


def _in_parallel(work, seeds: int) -> list:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, range(1, seeds + 1)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", choices=["null", "planted"])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--every", type=int, default=1, help="of the ordinary months, every so many; null only")
    parser.add_argument("--company", choices=list(COMPANIES), default="riverside")
    chosen = parser.parse_args()
    company = COMPANIES[chosen.company]
    if chosen.world == "null":
        sys.exit(not null_world(chosen.seeds, company, chosen.every))
    sys.exit(not planted_world(chosen.seeds, company))
