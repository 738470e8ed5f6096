"""A company's params folder, read whole: settings, playbook versions, plan and the other small files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ParamsError, Problem
from .checks import (
    check_actions,
    check_names,
    check_plan,
    check_playbook,
    check_rates,
    split_warnings,
)
from .model import Playbook
from .settings import Settings
from .small_files import SMALL_FILES, Promise, Thanks, read_list, read_table
from .strict import check, nearest, sections
from .strict_yaml import read_yaml

if TYPE_CHECKING:
    import pandas as pd

_FOLDERS = ("playbook", "sources")
_KNOWN_FILES = ("report.yml", "promises.yml", "thanks.yml", *(f"{name}.csv" for name in SMALL_FILES))


@dataclass(frozen=True, eq=False)
class Company:
    """Everything that a company wrote down; `warnings` are worth reading, not fatal.

    The frames are described in small_files.py; they are empty, with their columns, when the file is absent.
    """

    folder: Path
    settings: Settings
    playbooks: tuple[Playbook, ...]
    plan: pd.DataFrame
    actions: pd.DataFrame
    feedback: pd.DataFrame
    disputes: pd.DataFrame
    meetings: pd.DataFrame
    control_totals: pd.DataFrame
    fx: pd.DataFrame
    promises: tuple[Promise, ...] = ()
    thanks: tuple[Thanks, ...] = ()
    fingerprint: str = ""
    warnings: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        """The name of the params folder."""
        return self.folder.name

    @property
    def exports(self) -> Path:
        """The folder that holds the CRM's exports."""
        return (self.folder / self.settings.exports).resolve()

    def playbook_on(self, day: date) -> Playbook:
        """Return the version in force on a day; the first one also covers the days before it."""
        in_force = [playbook for playbook in self.playbooks if playbook.in_force_from <= day]
        return in_force[-1] if in_force else self.playbooks[0]


def read_company(folder: Path) -> Company:
    """Read a params folder, or raise ParamsError with every mistake of every file at once.

    Raises
    ------
    ParamsError
        With one problem per mistake: file, line or spreadsheet row, key, what was found, what is allowed.
    """
    folder = Path(folder).resolve()
    problems: list[Problem] = []
    if not folder.is_dir():
        _refuse_missing(folder)
    settings = _settings(folder, problems)
    playbooks = _playbooks(folder, problems)
    tables = {name: read_table(name, folder, problems) for name in SMALL_FILES}
    promises = read_list(Promise, folder / "promises.yml", problems)
    thanks = read_list(Thanks, folder / "thanks.yml", problems)
    problems += [*check_names(tables, promises, playbooks), *check_actions(tables["actions"], playbooks)]
    problems += [*check_plan(tables["plan"]), *check_rates(tables["fx"], settings.currency if settings else "")]
    if problems or settings is None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ParamsError(f"params of {folder.name}: {count}; mend the files and run again:", problems)
    return Company(
        folder=folder,
        settings=settings,
        playbooks=tuple(playbooks),
        **{name: table.drop(columns="row") for name, table in tables.items()},
        promises=promises,
        thanks=thanks,
        fingerprint=_fingerprint(folder),
        warnings=(*_not_read(folder), *split_warnings(tables["plan"], playbooks)),
    )


def _refuse_missing(folder: Path) -> None:
    beside = folder.parent.iterdir() if folder.parent.is_dir() else ()
    others = [path.name for path in beside if path.is_dir()]
    found = f"there is no folder {folder.name}"
    problem = Problem(folder.parent.name, found, ", ".join(sorted(others)), nearest(folder.name, others))
    raise ParamsError("params: 1 problem; mend it and run again:", [problem])


def _not_read(folder: Path) -> list[str]:
    """Return a line for every file and folder that looks as if it were read, and is not, with the nearest name."""
    found: list[tuple[str, Iterable[str]]] = []
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in _FOLDERS:
            found.append((f"{path.name}/", [f"{name}/" for name in _FOLDERS]))
        elif path.suffix in (".yml", ".yaml", ".csv") and path.name not in _KNOWN_FILES:
            found.append((path.name, _KNOWN_FILES))
    for path in sorted(folder.glob("playbook/*")):
        if path.suffix not in (".yml", ".yaml"):
            found.append((f"playbook/{path.name}", ["playbook/2026-01-01.yml"]))
    for path in sorted(folder.glob("sources/*")):
        if path.suffix != ".yml":
            found.append((f"sources/{path.name}", [f"sources/{path.stem}.yml"]))
    shown = [(name, known) for name, known in found if not Path(name).name.startswith(".")]
    return [f"{name} is not read. {nearest(name, known, 80)}".strip() for name, known in shown]


def _settings(folder: Path, problems: list[Problem]) -> Settings | None:
    file = read_yaml(folder / "report.yml", "report.yml")
    settings = check(Settings, file)
    if settings:
        exports = settings.exports
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", exports) or "\0" in exports:
            file.report(("exports",), "is not a folder's path", "a path relative to report.yml")
        elif (folder / exports).resolve().is_relative_to(folder):
            fix = "Exports are private; params are shared."
            file.report(("exports",), "lies inside params", "a folder outside it", fix)
    problems += file.problems
    return settings


def _playbooks(folder: Path, problems: list[Problem]) -> list[Playbook]:
    """Return the versions by date; one with mistakes has the sections that are right, the others are None."""
    found: list[Playbook] = []
    paths = sorted(path for path in (folder / "playbook").glob("*") if path.suffix in (".yml", ".yaml"))
    if not paths:
        problems.append(Problem("playbook", "has no version", "files like playbook/2026-01-01.yml"))
    for path in paths:
        name = f"playbook/{path.name}"
        in_force = _date_in(path.name)
        if in_force is None:
            allowed = "the date from which it is in force, like 2026-01-01.yml"
            problems.append(Problem(name, "the file's name is not a date", allowed))
        file = read_yaml(path, name)
        playbook = check(Playbook, file) or sections(Playbook, file)
        check_playbook(playbook, file)
        problems += file.problems
        playbook._in_force_from = in_force or date.min
        found.append(playbook)
    return found


def _date_in(name: str) -> date | None:
    try:
        return date.fromisoformat(name[:-4]) if re.fullmatch(r"\d{4}-\d\d-\d\d\.yml", name) else None
    except ValueError:
        return None


def _fingerprint(folder: Path) -> str:
    """Hash what decides a page: every params file by name and bytes, and the version of the holidays data."""
    digest = hashlib.sha256(f"holidays {version('holidays')}\n".encode())
    paths = [*folder.glob("*"), *folder.glob("playbook/*"), *folder.glob("sources/*")]
    for path in sorted(path for path in paths if path.suffix in (".yml", ".csv") and path.is_file()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
