"""Several months side by side: a process a lane, which makes one month after the other; told in order of months.

A lane is forked from the command line when everything is imported, and has a warm process of its own for its notebooks.
What it tells goes through a pipe to the command line, the only one that writes to the terminal.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

from ..errors import AlignmentError, NotebookFailed
from .execute import Warm
from .run import Job, make_page, prepare
from .terminal import InOrder


@dataclass
class Lane:
    """A lane's process, the pipe to it, and the number of the job that it works on."""

    pid: int
    line: Connection
    job: int = -1


def make_pages(jobs: list[Job], warm: Warm, told: InOrder) -> int:
    """Make the pages of several months, oldest first and as many at once as `warm` has lanes.

    A month that fails costs no other. Whatever ends this, no process is left.

    Returns
    -------
    int
        The exit code of the first month, in order of months, that could not be made; 0 if all are there.
    """
    prepare()
    sys.stdout.flush()
    lanes: list[Lane] = []
    failed: dict[int, int] = {}
    try:
        for number in range(len(warm.lines)):
            lanes.append(_fork(number, lanes, jobs, warm))
        warm.let_go()
        left = deque(range(len(jobs)))
        working = [lane for lane in lanes if _next(lane, left)]
        while working:
            for line in wait([lane.line for lane in working]):
                lane = next(one for one in working if one.line is line)
                kind, what = _heard(lane)
                told.tell(lane.job, kind, what)
                if kind == "failed":
                    failed[lane.job] = what[1]
                if kind in ("made", "failed") and not _next(lane, left):
                    working.remove(lane)
        for number in left:  # no lane is alive
            told.tell(number, "failed", _died())
            failed[number] = NotebookFailed.exit_code
    except BaseException:
        for lane in lanes:
            os.kill(lane.pid, signal.SIGTERM)
        raise
    finally:
        for lane in lanes:
            lane.line.close()
            os.waitpid(lane.pid, 0)
    return failed[min(failed)] if failed else 0


def _next(lane: Lane, left: deque[int]) -> bool:
    """Give a lane its next job; False if there is none, or if the lane has ended."""
    if not left:
        return False
    with suppress(BrokenPipeError):
        lane.line.send(left[0])
        lane.job = left.popleft()
        return True
    return False


def _heard(lane: Lane) -> tuple[str, Any]:
    """Return what a lane says next; a lane that ended by itself has failed."""
    try:
        heard: tuple[str, Any] = lane.line.recv()
        return heard
    except EOFError:
        return "failed", _died()


def _died() -> tuple[str, int]:
    return "the process that made it died, most likely for want of memory.", NotebookFailed.exit_code


def _fork(number: int, others: list[Lane], jobs: list[Job], warm: Warm) -> Lane:
    here, there = Pipe()
    pid = os.fork()
    if pid:
        there.close()
        return Lane(pid, here)
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command line, which then ends the lanes
        for line in (here, *(other.line for other in others)):
            line.close()
        Context().run(_work, there, jobs, warm.in_lane(number))  # an event loop that ran before stays out of it
        os._exit(0)
    except SystemExit:  # the command line ended it
        os._exit(0)
    finally:  # a mistake of ours
        traceback.print_exc()
        os._exit(1)


def _work(line: Connection, jobs: list[Job], warm: Warm | None) -> None:
    """Make the months that come in; the warm process of one that failed has ended with it."""
    try:
        while True:
            job = jobs[line.recv()]
            warm = warm or Warm()
            try:
                made = make_page(job, warm, _section(line), Told(line), more=True)
                line.send(("made", made))
            except AlignmentError as error:
                warm = None
                line.send(("failed", (str(error), error.exit_code)))
    except (EOFError, BrokenPipeError):
        pass  # no more months, or nobody who wants them
    finally:
        if warm:
            warm.end()


def _section(line: Connection) -> Callable[[str, int, int], None]:
    return lambda title, number, of: line.send(("section", (title, number, of)))


class Told:
    """A file that receives what cells print, and tells it."""

    def __init__(self, line: Connection):
        self._line = line

    def write(self, text: str) -> None:
        """Tell the text."""
        self._line.send(("text", text))

    def flush(self) -> None:
        """Nothing is held back."""
