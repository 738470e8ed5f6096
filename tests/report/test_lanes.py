"""Months side by side: the pages of one after the other, told in order, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock
from test_run import gone

from alignment_lib.errors import NoDataError
from alignment_lib.month import cache_folder, open_month
from alignment_lib.report import kernel, lanes
from alignment_lib.report.execute import Warm
from alignment_lib.report.run import make_page
from alignment_lib.report.terminal import Terminal
from alignment_lib.sources import read_params

MONTHS = ("2026-08", "2026-09", "2026-10")
RIVERSIDE = Path(__file__).parents[2] / "params" / "riverside"
SEVERAL = Path(__file__).parent / "several_runs.py"
CELLS = ["import handmade as made\nmade.Month()", "made.one_minute()", "made.where_from()"]


def side_by_side(jobs, count: int = 2) -> int:
    warm = Warm(lanes=count)
    try:
        with Terminal().watching_all(jobs) as told:
            return lanes.make_pages(jobs, warm, told)
    finally:
        warm.end()


def test_pages_are_those_of_one_after_the_other_and_told_in_order_of_months(job, tmp_path, capfd):
    slow_first = "import time\nprint('counting', month)\ntime.sleep(1.5 if month == '2026-08' else 0)"
    jobs = [job([slow_first, *CELLS], month=m) for m in MONTHS]

    assert side_by_side(jobs) == 0

    out, err = capfd.readouterr()
    assert [line for line in out.splitlines() if line.endswith(".html")] == [
        f"reports/riverside/{m}.html" for m in MONTHS
    ]
    told = [line.strip() for line in err.splitlines() if "riverside:" in line or "counting" in line]
    assert told == [
        "riverside: August 2026", "counting 2026-08", "riverside: September 2026", "counting 2026-09",
        "riverside: October 2026", "counting 2026-10",
    ]  # fmt: skip
    pages = [one.place.page().read_bytes() for one in jobs]
    assert pages[2] == make_page(jobs[2]).page.read_bytes()
    assert sorted(path.name for path in jobs[0].place.pages.iterdir()) == [f"{m}.html" for m in MONTHS]


def test_a_month_that_fails_costs_no_other_and_the_first_one_in_order_gives_the_code(job, capfd):
    fails = (
        "from alignment_lib.errors import NoDataError\nimport time\n"
        "if month == '2026-08':\n    time.sleep(1)\n    raise NoDataError('No leads in August.')\n"
        "if month == '2026-09':\n    1 / 0"
    )
    jobs = [job([fails, *CELLS], month=m) for m in MONTHS]

    assert side_by_side(jobs) == NoDataError.exit_code

    err = capfd.readouterr().err
    assert "2026-08: No leads in August." in err
    assert err.index("2026-08: No leads") < err.index("2026-09: ") < err.index("riverside: October")
    assert [one.place.page().exists() for one in jobs] == [False, False, True]


@pytest.mark.slow
def test_a_lane_that_dies_is_said_and_the_other_makes_the_rest(job, capfd, monkeypatch):
    def dies(one, *rest, **more):
        if str(one.place.period) == "2026-08":
            os.kill(os.getpid(), signal.SIGKILL)
        return make_page(one, *rest, **more)

    monkeypatch.setattr(lanes, "make_page", dies)
    jobs = [job(month=m) for m in MONTHS]
    assert side_by_side(jobs) == 5
    assert "2026-08: the process that made it died" in capfd.readouterr().err
    assert [one.place.page().exists() for one in jobs] == [False, True, True]


def test_where_no_lane_is_left_every_month_is_told_as_failed(job, capfd, monkeypatch):
    monkeypatch.setattr(lanes, "make_page", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    assert side_by_side([job(month=m) for m in MONTHS]) == 5
    assert [line[:8] for line in capfd.readouterr().err.splitlines() if "died" in line] == [f"{m}:" for m in MONTHS]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_an_interrupt_ends_all_lanes_and_leaves_nothing(tmp_path, number, code):
    wait = (
        f"import os, time\nopen({str(tmp_path)!r} + '/pid-' + month, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, str(SEVERAL), str(tmp_path), wait], stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    until = time.monotonic() + 60
    notes = [tmp_path / f"pid-{m}" for m in MONTHS[:2]]
    while not all(note.exists() and note.read_text() for note in notes) and time.monotonic() < until:
        time.sleep(0.1)

    process.send_signal(number)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == code
    assert "Traceback" not in errors
    assert all(gone(int(note.read_text())) for note in notes)
    assert list((tmp_path / "reports" / "riverside").iterdir()) == []


def test_there_are_as_many_lanes_as_cores_but_no_more_than_months_or_memory(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(4)), raising=False)
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 2**20, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert [kernel.lanes_for(months) for months in (1, 3, 12)] == [1, 3, 4]
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 2**18, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert kernel.lanes_for(12) == 2


def test_exports_are_read_by_one_run_at_a_time(tmp_path):
    folder = tmp_path / "params" / "acme"
    folder.mkdir(parents=True)
    for path in RIVERSIDE.rglob("*"):
        target = folder / path.relative_to(RIVERSIDE)
        target.mkdir(exist_ok=True) if path.is_dir() else target.write_bytes(path.read_bytes())
    report = folder / "report.yml"
    report.write_text(report.read_text().replace("\nsample: riverside", "\n#"))
    private = cache_folder(read_params(folder))
    private.mkdir(parents=True)
    ended = []

    def run() -> None:
        with pytest.raises(NoDataError, match="no folder"):
            open_month("2026-10", folder)
        ended.append(True)

    with FileLock(private / "exports.lock"):
        thread = Thread(target=run)
        thread.start()
        thread.join(1)
        assert not ended
    thread.join(10)
    assert ended
