"""Notebooks made by the tests, run for real: papermill, kernel, nbconvert."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from alignment_lib.period import Month
from alignment_lib.report.publish import Place
from alignment_lib.report.run import Job

PARAMETERS = 'month = "2026-10"\nparams = "../params/riverside"'
CELLS = [
    "import handmade as made\nmade.Month()",
    "made.one_minute()",
    "made.scorecard()",
    "made.pace()",
    "made.where_from()",
]


def write_notebook(path: Path, cells: list[str], parameters: str = PARAMETERS) -> Path:
    """Store a notebook with a parameters cell and the given code cells."""
    book = nbformat.v4.new_notebook()
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book.cells = [first, *(nbformat.v4.new_code_cell(source) for source in cells)]
    for number, cell in enumerate(book.cells):
        cell.id = f"cell-{number}"
    shutil.copy(Path(__file__).parent / "handmade.py", path.parent / "handmade.py")
    nbformat.write(book, path)
    return path


@pytest.fixture
def job(tmp_path) -> Callable[..., Job]:
    """Make a job around cells: `job(["1 + 1"])`, by default a whole small page."""

    def make(
        cells: list[str] | None = None, *, month: str = "2026-10", root: Path | None = None, **more
    ) -> Job:
        folder = root or tmp_path
        notebook = write_notebook(folder / "monthly.ipynb", CELLS if cells is None else cells)
        place = Place(folder, "riverside", Month.parse(month))
        return Job(place, notebook, {"month": month, "params": "../params/riverside"}, **more)

    return make
