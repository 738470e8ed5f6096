"""The command line. Values are checked before anything runs; what is heavy is imported when it is needed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .errors import ArgumentError, Problem
from .period import Month

if TYPE_CHECKING:
    from .report.run import Job

SAMPLE = "riverside"
PACKAGE = Path(__file__).resolve().parent
NOTEBOOK = "monthly_alignment.ipynb"

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a CRM export to the page that marketing and sales look at together, every month.",
)
MonthText = Annotated[str, typer.Argument(metavar="MONTH", help="A month like 2026-10.", show_default=False)]
Company = Annotated[str, typer.Option(metavar="NAME", help="Short for --params params/NAME.")]
Params = Annotated[str, typer.Option(metavar="PATH", help="The params folder of the company.")]


@app.command()
def report(context: typer.Context, month: MonthText, company: Company = "", params: Params = "") -> None:
    """Make one month's page: reports/<company>/<month>.html."""
    job = job_for(Month.parse(month), params_folder(company, params))
    from .report.run import make_page
    from .report.terminal import Terminal

    terminal = Terminal()
    with terminal.watching(job) as (progress, lines):
        made = make_page(job, context.obj, progress, lines)
    terminal.published(job, made)


@app.command()
def reports(
    context: typer.Context,
    first: Annotated[str, typer.Argument(metavar="FROM", help="The first month, like 2025-11.")],
    last: Annotated[str, typer.Argument(metavar="TO", help="The last month, like 2026-10.")],
    company: Company = "",
    params: Params = "",
) -> None:
    """Make the pages of several months, oldest first, as many at once as there are cores."""
    months = Month.parse(last).back(Month.parse(last) - Month.parse(first) + 1)
    if not months:
        raise ArgumentError(f"FROM is {first}, which is after TO, {last}.")
    folder = params_folder(company, params)
    jobs = [job_for(month, folder) for month in months]
    from .report.execute import Warm
    from .report.kernel import lanes_for
    from .report.lanes import make_pages
    from .report.terminal import Terminal

    warm = context.obj or Warm(lanes_for(len(months)))
    try:
        with Terminal().watching_all(jobs) as told:
            code = make_pages(jobs, warm, told)
    finally:
        warm.end()
    if code:
        raise typer.Exit(code)


def job_for(month: Month, folder: Path) -> Job:
    """Return what a run needs. The params are read strictly in the notebook; here only its time limits are."""
    from .report.publish import Place
    from .report.run import Job

    root = Path.cwd()
    notebook = next(
        (
            place
            for place in (root / "notebooks" / NOTEBOOK, PACKAGE.parent / "notebooks" / NOTEBOOK)
            if place.is_file()
        ),
        None,
    )
    if notebook is None:
        raise ArgumentError(f"notebooks/{NOTEBOOK} is not here; run this in the folder that holds it.")
    return Job(
        Place(root, folder.resolve().name, month),
        notebook,
        {"month": str(month), "params": str(folder.resolve())},
        execution_seconds=60 * limit(folder, "execution_minutes", 15),
        start_seconds=limit(folder, "start_seconds", 60),
    )


def limit(folder: Path, key: str, default: int) -> int:
    """Return a time limit from report.yml's text, or the default; importing the strict reader costs a second."""
    with (folder / "report.yml").open("rb") as file:
        found = re.search(
            rf"^[^#\n]*\b{key}:\s*([0-9]{{1,4}})\b", file.read(65536).decode(errors="replace"), re.M
        )
    return int(found[1]) if found and int(found[1]) else default


def params_folder(company: str = "", params: str = "") -> Path:
    """Return the params folder that was asked for; the sample's if nothing was.

    Raises
    ------
    ArgumentError
        If both were given and differ, if a name is no plain name, or if there is no such folder.
    """
    if company and params and Path(params) != Path("params") / company:
        raise ArgumentError(f"--company says {company!r} and --params says {params!r}; give one of them.")
    folder = Path(params) if params else Path("params") / (company or SAMPLE)
    name = folder.resolve().name if params else (company or SAMPLE)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", name, re.ASCII):
        allowed = "letters, digits, '-', '_' and '.', up to 100"
        raise ArgumentError(f"the company's folder is called {name[:60]!r}; allowed: {allowed}.")
    if not os.path.isfile(folder / "report.yml"):
        from .playbook.strict import nearest

        others = sorted(path.parent.name for path in Path("params").glob("*/report.yml"))
        allowed = " or ".join(f"params/{other}" for other in others)
        there = "has no report.yml" if os.path.exists(folder) else "does not exist"
        problem = Problem(f"the company's folder {str(folder)!r}", there, allowed, nearest(name, others))
        raise ArgumentError(str(problem))
    return folder


@app.command()
def check(
    month: Annotated[
        str, typer.Argument(metavar="[MONTH]", help="Also what this month's page can answer.")
    ] = "",
    company: Company = "",
    params: Params = "",
) -> None:
    """Say what is wrong with the exports, by row, and what the data can answer."""
    period = Month.parse(month) if month else None
    folder = params_folder(company, params)
    from .report.check import print_check

    print_check(folder, period)


@app.command()
def sample(
    plants: Annotated[str, typer.Option(help="all, or none for a company where nothing happens.")] = "all",
) -> None:
    """Make the sample company's exports and its answer key in data/riverside."""
    if plants not in ("all", "none"):
        raise ArgumentError(f"--plants is {plants!r}, expected all or none.")
    from .sample import make_sample

    typer.echo(f"The sample's exports are in {make_sample(Path('data') / SAMPLE, plants=plants)}.")


@app.command()
def doctor() -> None:
    """Look at this machine and environment, and say what would keep a report from being made."""
    from .report.doctor import print_checkup

    if not print_checkup(Path.cwd()):
        raise typer.Exit(1)


@app.command()
def clean() -> None:
    """Remove what can be made again: caches and the sample's exports. Pages, logs and keys stay."""
    removed = [path for path in remade(Path.cwd()) if path.exists()]
    for path in removed:
        shutil.rmtree(path)
    typer.echo(f"Removed {', '.join(str(p.relative_to(Path.cwd())) for p in removed) or 'nothing'}.")


def remade(root: Path) -> list[Path]:
    """Return the folders that are made again when they are missing."""
    tools = [root / name for name in (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "build")]
    parts = [
        path for path in (root / ".cache").glob("*/*") if path.is_dir() and path.name not in ("runs", "keys")
    ]
    return [*parts, *tools, *(root / "data" / name for name in (SAMPLE, "alder"))]
