"""How long a report takes, measured in one run: `make bench`.

Three ways to the same month of the sample, in turn, five times each; the exports are warm as Parquet, tallies are not
kept anywhere. `by hand` is papermill's command line, then nbconvert's, on the same notebook. `floor` is the least that
has to happen: one process that counts the month, answers every question and draws every figure at both widths.
`months` are four in one run: what each further page takes is held against the first page of the run, and told against
a report made alone, too, for cores shared by two months let the first page wait.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARAMS = ROOT / "params" / "riverside"
NOTEBOOK = ROOT / "notebooks" / "monthly_alignment.ipynb"
MONTH, ROUNDS = "2026-10", 5
GOALS = {"by hand": 0.5, "floor": 1.6}
SEVERAL = ("2026-07", "2026-08", "2026-09", "2026-10")
FURTHER_GOAL = 0.35  # each further month of one run, against its first
PAGE_KB = 600

FLOOR = """
import sys
from alignment_lib import open_month, questions
from alignment_lib.rendering import to_json
for answer in questions.answers(open_month(sys.argv[1], sys.argv[2])):
    to_json(answer)
"""

Command = list[str]


def legs(folder: Path) -> dict[str, list[Command]]:
    """Return the commands of each way, run one after the other in `folder`."""
    executed = str(folder / "executed.ipynb")
    python = sys.executable
    return {
        "report": [[python, "-m", "alignment_lib", "report", MONTH, "--params", str(PARAMS)]],
        "months": [[python, "-m", "alignment_lib", "reports", SEVERAL[0], SEVERAL[-1], "--params", str(PARAMS)]],
        "floor": [[python, "-c", FLOOR, MONTH, str(PARAMS)]],
        "by hand": [
            [python, "-m", "papermill", str(NOTEBOOK), executed, "-k", "python3", "-r", "month", MONTH,
             "-r", "params", str(PARAMS), "--no-progress-bar"],
            [python, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", executed],
        ],
    }  # fmt: skip


def timed(commands: list[Command], folder: Path) -> tuple[float, float]:
    """Run commands in order and return wall and CPU seconds, children included."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for command in commands:
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print: seconds, ratios against the goals, CPU seconds, size of the page."""
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {_jupyterlab()}; median of {ROUNDS}, in turn"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways = legs(folder)
        timed(ways["report"], folder)  # reads the exports once, and fills every cache of the system
        pages = folder / "reports" / "riverside"
        runs: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        firsts = []  # seconds until the first of several pages is there
        for _ in range(ROUNDS):
            for way, commands in ways.items():
                started = time.time()
                runs[way].append(timed(commands, folder))
                if way == "months":
                    firsts.append(min((pages / f"{month}.html").stat().st_mtime for month in SEVERAL) - started)
        size = (pages / f"{MONTH}.html").stat().st_size / 1000
    wall = {way: statistics.median(seconds for seconds, _ in took) for way, took in runs.items()}
    cpu = {way: statistics.median(seconds for _, seconds in took) for way, took in runs.items()}
    for way in ways:
        spread = sorted(seconds for seconds, _ in runs[way])
        print(f"  {way:8} {wall[way]:6.2f} s  ({spread[0]:.2f} to {spread[-1]:.2f})   CPU {cpu[way]:6.2f} s")
    for way, goal in GOALS.items():
        _hold(f"report / {way:8}", wall["report"] / wall[way], goal)
    first, further = statistics.median(firsts), len(SEVERAL) - 1
    _hold("further / first  ", (wall["months"] - first) / further / first, FURTHER_GOAL)
    alone = (wall["months"] - wall["report"]) / further / wall["report"]
    print(f"  further / alone   {alone:6.2f}   first page after {first:.2f} s")
    print(
        f"  page     {size:6.0f} KB      goal {PAGE_KB} KB   {'reached' if size <= PAGE_KB else 'not reached'}"
    )


def _hold(name: str, ratio: float, goal: float) -> None:
    print(f"  {name} {ratio:5.2f}   goal {goal:.2f}   {'reached' if ratio <= goal else 'not reached'}")


def _jupyterlab() -> str:
    try:
        return f"with jupyterlab {version('jupyterlab')}: not the report's own environment"
    except PackageNotFoundError:
        return "without jupyterlab"


if __name__ == "__main__":
    main()
