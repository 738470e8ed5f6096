"""Running and publishing: a page is either complete, or the old one is still there, byte for byte."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from alignment_lib.errors import ArgumentError, Busy, NoDataError, NotebookFailed
from alignment_lib.report.execute import Warm
from alignment_lib.report.publish import held
from alignment_lib.report.run import make_page

ONE_RUN = Path(__file__).parent / "one_run.py"
OLD = b"the page of last week"


def old_page(job) -> None:
    job.place.pages.mkdir(parents=True, exist_ok=True)
    job.place.page().write_bytes(OLD)


def left(job) -> list[str]:
    """Names of everything below the reports folder."""
    return sorted(path.name for path in job.place.pages.rglob("*"))


def test_a_run_publishes_one_complete_page_and_logs_its_duration_privately(job):
    one = job()
    told = []

    made = make_page(one, progress=lambda title, number, of: told.append((number, of)))

    html = one.place.page().read_text()
    assert made.page == one.place.page()
    assert made.headline == "We finished $12.0k short of $164.3k (93%)."
    assert left(one) == ["2026-10.html"]
    assert html.count("<h1>") == 1 and "Where this came from" in html
    assert told[-1][0] == told[-1][1] == 8  # six cells, papermill's own, and the one for the drawings
    entry = json.loads(one.place.log.read_text())
    assert entry["outcome"] == "published" and entry["seconds"] > 0


def test_a_run_leaves_nothing_in_the_machines_temporary_folder(job, tmp_path, monkeypatch):
    machines = tmp_path / "t"
    machines.mkdir()
    monkeypatch.setenv("TMPDIR", str(machines))
    make_page(job())
    assert list(machines.iterdir()) == []


def test_nothing_stays_connected_to_a_kernel_that_has_ended(job):
    import zmq

    def connected():
        return [one for one in gc.get_objects() if isinstance(one, zmq.Socket) and not one.closed]

    before = len(connected())
    make_page(job())
    with pytest.raises(NotebookFailed):
        make_page(job(["raise ValueError(1)"]))
    assert len(connected()) <= before


@pytest.mark.parametrize(
    ("cells", "error", "says"),
    [
        (["1 / 0"], NotebookFailed, "cell 3 failed with ZeroDivisionError"),
        (["import sys\nsys.exit(0)", "2"], NotebookFailed, "cell 3"),
        (["import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"], NotebookFailed, "died"),
        (
            ["import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()"],
            NotebookFailed,
            "wrote to stderr",
        ),
        (
            ["from alignment_lib.errors import NoDataError\nraise NoDataError('No leads in October 2026.')"],
            NoDataError,
            "No leads in October 2026.",
        ),
        (["1 + 1"], NotebookFailed, "no Answer"),
        (
            ["import handmade as m\nm.Month()", "m.pace(finding='Ask ann@example.com')"],
            NotebookFailed,
            "e-mail",
        ),
    ],
    ids=["error", "sys.exit(0)", "dead kernel", "thread", "library error", "no answer", "leak"],
)
def test_whatever_fails_the_old_page_stays_and_nothing_is_left(job, cells, error, says):
    one = job(cells)
    old_page(one)

    with pytest.raises(error, match=says):
        make_page(one)

    assert one.place.page().read_bytes() == OLD
    assert left(one) == ["2026-10.html"]


@pytest.mark.parametrize("last", ["1 / 0", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"])
def test_what_a_cell_started_ends_with_the_run(job, tmp_path, last):
    note = tmp_path / "pid"
    start = f"import subprocess\nopen({str(note)!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid))"
    with pytest.raises(NotebookFailed):
        make_page(job([start, last]))
    assert gone(int(note.read_text()))


def gone(pid, seconds=5.0):
    """Say whether a process ends soon; one that ended and is not collected yet counts as gone."""
    state = Path(f"/proc/{pid}/stat")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_months_that_share_a_warm_process_do_not_see_each_other(job):
    cells = ["import handmade as made\nmade.Month()", "made.one_minute()", "made.where_from()"]
    warm = Warm()
    try:
        first = make_page(job(["import builtins\nbuiltins.left = 1", *cells], month="2026-09"), warm, more=True)
        again = make_page(job(["assert not hasattr(__builtins__, 'left')", *cells]), warm, more=True)
    finally:
        warm.end()
    assert first.page.read_bytes() == again.page.read_bytes()
    assert warm.process.poll() is not None


def test_a_cell_over_the_time_limit_stops_the_run(job):
    one = job(["import time\ntime.sleep(60)"], execution_seconds=1)
    started = time.monotonic()
    with pytest.raises(NotebookFailed, match="longer than"):
        make_page(one)
    assert time.monotonic() - started < 20


def test_parameters_that_the_notebook_does_not_know_are_refused_before_anything_runs(job):
    one = job()
    one.parameters["month\nimport os\n#"] = "x"
    with pytest.raises(ArgumentError, match="parameters"):
        make_page(one)


def test_a_second_run_of_the_same_month_is_told_to_wait(job):
    one = job()
    with held(one.place), pytest.raises(Busy) as caught:
        make_page(one)
    assert caught.value.exit_code == 75


def test_what_a_killed_run_left_is_cleared_by_the_next(job):
    one = job()
    one.place.workshop.mkdir(parents=True)
    (one.place.workshop / "2026-10.html").write_text("half a page")
    make_page(one)
    assert left(one) == ["2026-10.html"]


def start(root: Path, month: str, *cells: str, **env: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ONE_RUN), str(root), month, *cells],
        env={**os.environ, **env}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background ignores Ctrl-C, and children would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGTERM, 143)]
)
def test_an_interrupted_run_leaves_the_old_page_and_no_process(job, tmp_path, number, code):
    one = job()
    old_page(one)
    sign = tmp_path / "running"
    wait = f"import os, time\nopen({str(sign)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    process = start(tmp_path, "2026-10", wait)
    until = time.monotonic() + 30
    while not (sign.exists() and sign.read_text()) and time.monotonic() < until:
        time.sleep(0.1)

    process.send_signal(number)
    _, errors = process.communicate(timeout=30)

    assert process.returncode == code
    assert "Traceback" not in errors
    assert one.place.page().read_bytes() == OLD
    assert left(one) == ["2026-10.html"]
    assert not Path(f"/proc/{sign.read_text()}").exists()


@pytest.mark.slow
def test_same_inputs_same_bytes_under_another_clock_language_and_seed_and_beside_another_run(tmp_path):
    roots = [tmp_path / name for name in ("one", "two", "three")]
    for root in roots:
        root.mkdir()
    runs = [
        start(roots[0], "2026-10", TZ="Asia/Tokyo", LC_ALL="C", PYTHONHASHSEED="1"),
        start(roots[1], "2026-10", TZ="America/New_York", LC_ALL="C.UTF-8", PYTHONHASHSEED="2"),
        start(roots[2], "2026-09"),
    ]
    for run in runs:
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 0, errors

    pages = [(root / "reports" / "riverside" / "2026-10.html") for root in roots[:2]]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_a_shared_page_has_a_name_of_its_own_and_leaves_the_internal_one(job):
    one = job(["import handmade as m\nm.Month(audience='shared')", "m.one_minute()"])
    old_page(one)
    assert make_page(one).page.name == "2026-10.shared.html"
    assert one.place.page().read_bytes() == OLD


@pytest.mark.slow
def test_a_folder_with_a_long_path_is_no_hindrance(job, tmp_path):
    deep = tmp_path / ("a-folder-with-a-long-name-" * 3) / "and another, with spaces, {braces} and an ü"
    deep.mkdir(parents=True)
    assert make_page(job(root=deep)).page.is_file()


def test_a_kernel_that_cannot_start_is_said_with_its_last_words(job, monkeypatch):
    def broken(complaints, lines):
        return subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit('no module named pandas')"],
            stdin=subprocess.PIPE, stderr=complaints, start_new_session=True,
        )  # fmt: skip

    monkeypatch.setattr("alignment_lib.report.kernel.launch", broken)
    with pytest.raises(NotebookFailed, match="did not start .*no module named pandas"):
        make_page(job(start_seconds=5))
