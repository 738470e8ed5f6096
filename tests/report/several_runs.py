"""Three runs side by side in a process of their own, as the command line makes them: `several_runs.py ROOT CELL...`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from conftest import write_notebook  # noqa: E402

from alignment_lib.__main__ import guarded  # noqa: E402
from alignment_lib.period import Month  # noqa: E402
from alignment_lib.report.execute import Warm  # noqa: E402
from alignment_lib.report.lanes import make_pages  # noqa: E402
from alignment_lib.report.publish import Place  # noqa: E402
from alignment_lib.report.run import Job  # noqa: E402
from alignment_lib.report.terminal import Terminal  # noqa: E402


def run() -> None:
    root, *cells = sys.argv[1:]
    book = write_notebook(Path(root) / "monthly.ipynb", cells)
    jobs = [
        Job(Place(Path(root), "riverside", Month.parse(m)), book, {"month": m, "params": "../params/riverside"})
        for m in ("2026-08", "2026-09", "2026-10")
    ]
    warm = Warm(lanes=2)
    try:
        with Terminal().watching_all(jobs) as told:
            sys.exit(make_pages(jobs, warm, told))
    finally:
        warm.end()


guarded(run)
