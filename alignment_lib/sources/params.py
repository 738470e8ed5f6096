"""A params folder read whole: what the teams agreed and how the exports are mapped, with all mistakes at once."""

from __future__ import annotations

from pathlib import Path

from ..errors import ParamsError, Problem
from ..playbook import Company, read_company
from .mapping import read_mappings


def read_params(folder: Path) -> Company:
    """Read the company of a params folder; its mapping files are checked in the same go.

    Raises
    ------
    ParamsError
        With one problem per mistake of report.yml, playbook/, the small files and sources/.
    """
    problems: list[Problem] = []
    company = None
    try:
        company = read_company(folder)
    except ParamsError as error:
        if not Path(folder).is_dir():
            raise
        problems += error.problems
    try:
        read_mappings(Path(folder))
    except ParamsError as error:
        problems += error.problems
    if problems or company is None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        name = Path(folder).resolve().name
        raise ParamsError(f"params of {name}: {count}; mend the files and run again:", problems)
    return company
