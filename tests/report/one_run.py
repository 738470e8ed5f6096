"""One run in a process of its own, as the command line makes it: `one_run.py ROOT MONTH CELL...`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from conftest import CELLS, write_notebook  # noqa: E402

from alignment_lib.__main__ import guarded  # noqa: E402
from alignment_lib.period import Month  # noqa: E402
from alignment_lib.report.publish import Place  # noqa: E402
from alignment_lib.report.run import Job, make_page  # noqa: E402


def run() -> None:
    root, month, *cells = sys.argv[1:]
    book = write_notebook(Path(root) / "monthly.ipynb", cells or CELLS)
    place = Place(Path(root), "riverside", Month.parse(month))
    make_page(Job(place, book, {"month": month, "params": "../params/riverside"}))


guarded(run)
