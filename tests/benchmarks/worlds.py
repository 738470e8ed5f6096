"""How often the page announces something: in worlds where nothing happened, and in worlds where something did.

    python -m tests.benchmarks.worlds null --seeds 20        # months 10 to 30 of each seed, nothing planted
    python -m tests.benchmarks.worlds planted --seeds 20     # everything planted: what is found on its month's page

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
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from alignment_lib.engine import DuckDB
from alignment_lib.month import cache_folder, month_of
from alignment_lib.period import Month
from alignment_lib.playbook import read_company
from alignment_lib.questions import announcements, tests_of
from alignment_lib.sample import make_sample
from alignment_lib.sources import load_exports

PARAMS = Path(__file__).resolve().parents[2] / "params" / "riverside"
FIRST = Month(2024, 5)
LEVEL = 0.10


def pages_of(seed: int, plants: str, months: tuple[str, ...]) -> dict[str, tuple[int, list[str]]]:
    """Return, for each month of one world, how many tests were put to it and the names of what it announces."""
    with tempfile.TemporaryDirectory() as folder:
        params = Path(folder) / "params" / PARAMS.name
        shutil.copytree(PARAMS, params)
        make_sample(Path(folder) / "data" / PARAMS.name, seed=seed, plants=plants)
        company = read_company(params)
        exports = load_exports(company, cache=cache_folder(company))
        pages = {}
        for text in months:
            month = month_of(company, Month.parse(text), DuckDB(), exports)
            pages[text] = len(tests_of(month)), [test.name for test in announcements(month)]
        return pages


def null_world(seeds: int) -> bool:
    """Print the share of ordinary pages that announce anything, and which tests did."""
    months = tuple(str(FIRST + n) for n in range(9, 30))
    worlds = _in_parallel(partial(pages_of, plants="none", months=months), seeds)
    loud = np.array([[bool(names) for _, names in pages.values()] for pages in worlds])
    by_seed = loud.mean(axis=1)
    error = by_seed.std(ddof=1) / np.sqrt(seeds)
    names = Counter(name for pages in worlds for _, names in pages.values() for name in set(names))
    tests = [count for pages in worlds for count, _ in pages.values()]
    print(f"null world: {seeds} seeds x {len(months)} months, {min(tests)} to {max(tests)} tests a page")
    print(f"pages that announce anything: {loud.mean():.1%}, standard error by seed {error:.1%}")
    for name, count in names.most_common():
        print(f"  {name}: {count / loud.size:.2%} of pages")
    passed = loud.mean() <= LEVEL + 2 * error
    print(f"at most {LEVEL:.0%} + 2 standard errors ({LEVEL + 2 * error:.1%}): {'yes' if passed else 'NO'}")
    return passed


def planted_world(seeds: int) -> bool:
    """Print what the pages of the months with events announce, as the share of seeds."""
    months = ("2026-03", "2026-06", "2026-08", "2026-09", "2026-10")
    worlds = _in_parallel(partial(pages_of, plants="all", months=months), seeds)
    for text in months:
        names = Counter(name for pages in worlds for name in set(pages[text][1]))
        found = "; ".join(f"{name} {count / seeds:.0%}" for name, count in names.most_common())
        print(f"{text}: {found or 'nothing'}")
    return True


def _in_parallel(work, seeds: int) -> list:
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, range(1, seeds + 1)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", choices=["null", "planted"])
    parser.add_argument("--seeds", type=int, default=20)
    chosen = parser.parse_args()
    sys.exit(not {"null": null_world, "planted": planted_world}[chosen.world](chosen.seeds))
