"""`make doctor`: what on this machine would keep a report from being made, or make it slow or plain."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.markers import Marker

PACKAGE = Path(__file__).resolve().parents[1]
SPACE_MB = 500


@dataclass(frozen=True)
class Found:
    """One thing looked at: `bad` keeps a report from being made, `note` does not."""

    what: str
    state: str  # "ok", "note" or "bad"
    text: str


def print_checkup(root: Path) -> bool:
    """Print everything looked at and return whether a report can be made."""
    found = list(checkup(root))
    for one in found:
        print(f"  {one.state:5} {one.what}: {one.text}")
    return all(one.state != "bad" for one in found)


def checkup(root: Path) -> Iterator[Found]:
    """Yield what was looked at: Python, packages, fonts, folders, cores."""
    python = sys.version.split()[0]
    yield Found(
        "Python", "ok" if sys.version_info >= (3, 11) else "bad", f"{python}; 3.11 or newer is needed"
    )
    yield packages(PACKAGE.parent / "requirements.txt")
    yield fonts()
    yield from folders(root)
    cores = os.cpu_count() or 1
    yield Found(
        "cores",
        "ok" if cores > 1 else "note",
        f"{cores}; figures are drawn on a second one where there is one",
    )
    cached = Path(importlib.util.cache_from_source(str(PACKAGE / "month.py")))
    state = "ok" if cached.exists() or not sys.dont_write_bytecode else "note"
    yield Found(
        "bytecode", state, "kept" if state == "ok" else "not kept (PYTHONDONTWRITEBYTECODE): starts slower"
    )


def packages(lock: Path) -> Found:
    """Compare what is installed with the lock file."""
    if not lock.is_file():
        return Found("packages", "note", "no requirements.txt here to compare with")
    missing, other = [], []
    for name, pinned, marker in re.findall(
        r"^([a-z0-9_-]+)==([^ ]+)(?: ; ([^\\]*))? \\", lock.read_text(), re.M
    ):
        if marker and not Marker(marker.strip()).evaluate():
            continue
        try:
            if version(name) != pinned:
                other.append(f"{name} {version(name)} (locked: {pinned})")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Found(
            "packages", "bad", f"missing: {', '.join(missing)}. Run `make report`, which installs them"
        )
    return Found("packages", "note" if other else "ok", ", ".join(other) or "as locked")


def fonts() -> Found:
    """Look for the charts' font: without it labels are measured with another one."""
    from matplotlib.font_manager import get_font_names

    if {"Liberation Sans", "Arial", "Helvetica"} & set(get_font_names()):
        return Found("font", "ok", "Liberation Sans or one as wide")
    return Found(
        "font", "note", "no Liberation Sans, Arial or Helvetica: labels may touch (Debian: fonts-liberation)"
    )


def folders(root: Path) -> Iterator[Found]:
    """Try to write where pages and caches go, and look at the space left."""
    for name in ("reports", ".cache"):
        folder = next(path for path in ((root / name), root) if path.exists())
        writable = os.access(folder, os.W_OK)
        yield Found(
            f"{name}/", "ok" if writable else "bad", "can be written" if writable else "cannot be written"
        )
    free = shutil.disk_usage(root).free // 2**20
    yield Found("space", "ok" if free > SPACE_MB else "note", f"{free:,} MB free")
