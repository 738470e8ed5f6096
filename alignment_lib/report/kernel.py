"""The processes that reports' notebooks run in: they are warm before they are asked for.

The warm process starts while the command line still reads its own imports, and imports what a notebook needs. For every
order on its standard input, with the connection file that papermill's client made, it forks a process of one month,
which forks its drawing helper and becomes an ordinary ipykernel. No month sees what another has done. A next order ends
the month before; if a month's process dies by itself, or the input closes, the warm process ends.

For months side by side it forks one such process for each lane, which takes its orders from a pipe of its own (`Line`).
"""

from __future__ import annotations

import gc
import json
import math
import os
import queue
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from select import select
from typing import IO, Any

LANE_MEMORY = 512 * 2**20  # bytes
LONGEST_SOCKET_FOLDER = 80  # bytes; a socket's path may have 107, on macOS 103


def lanes_for(months: int) -> int:
    """Return how many of so many months are made at once: as many as there are cores, and memory for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(months, cores, memory // LANE_MEMORY))


class Line:
    """The caller's end of a lane's warm process. To jupyter_client it is a process; what it is asked for is here."""

    stdout = stderr = None

    def __init__(self) -> None:
        reads, writes = os.pipe()
        self._life, tells = os.pipe()  # the lane's pid, and then nothing until it has ended
        self.theirs = reads, tells
        self.stdin: IO[bytes] = os.fdopen(writes, "wb")

    @cached_property
    def pid(self) -> int:
        """The process, once it is there; it leads a group of its own."""
        told = os.read(self._life, 16)
        if not told:
            raise BrokenPipeError("the warm process ended before it was asked")
        return int(told)

    def poll(self) -> int | None:
        """Return None while the process lives."""
        with suppress(BrokenPipeError):
            return 0 if self.pid and select([self._life], [], [], 0)[0] else None
        return 0

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the process has ended."""
        with suppress(BrokenPipeError):
            if self.pid and not select([self._life], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a lane's warm process", timeout or 0)
        return 0

    def launched(self) -> None:
        """Close the ends that the warm process has now."""
        for end in self.theirs:
            os.close(end)

    def forget(self) -> None:
        """Close this end, in a process that has nothing to do with the lane."""
        self.stdin.close()
        os.close(self._life)


def launch(complaints: IO[bytes] | None = None, lines: Sequence[Line] = ()) -> subprocess.Popen[bytes]:
    """Start the warm process; what it says before it is a kernel goes to `complaints`.

    It needs nothing from the caller yet and ends when the caller does. With `lines` it takes no orders itself.
    """
    quiet = {
        "OPENBLAS_NUM_THREADS": "1",  # tallies are small; no threads before the fork
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
    }
    theirs = [line.theirs for line in lines]
    started = subprocess.Popen(
        [sys.executable, "-P", "-c", f"from alignment_lib.report.kernel import serve; serve({theirs})"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=complaints or subprocess.DEVNULL,
        env={**os.environ, **quiet, "PYTHONPATH": _python_path()},
        start_new_session=True,  # Ctrl-C reaches the command line, which then ends this process itself
        pass_fds=[end for pair in theirs for end in pair],
    )
    for line in lines:
        line.launched()
    return started


def _python_path() -> str:
    """Return a search path that finds this package, wherever the kernel's working folder is."""
    here = str(Path(__file__).resolve().parents[2])
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])


def serve(lanes: Sequence[tuple[int, int]] = ()) -> None:
    """Import, then make a kernel for every order that comes in; with `lanes`, in a process for each of them."""
    gc.disable()  # importing leaves no garbage, and looking for it takes an eighth of the time
    import ipykernel.debugger  # which every kernel looks at
    import ipykernel.kernelapp  # noqa: F401

    from .. import drawing, month, questions  # noqa: F401

    words_as_objects()

    if lanes:  # what every month's process and its helper would import by themselves
        import scipy.special  # noqa: F401

        drawing.import_seaborn()
        drawing.warm_up()
        import sklearn.linear_model  # noqa: F401  what a month with a score needs; a second and more, once
    gc.freeze()
    gc.enable()
    if lanes and not _become_lane(lanes):
        return
    kernel = 0
    for line in iter(sys.stdin.readline, ""):
        _stop(kernel)
        order = json.loads(line)
        kernel = os.fork()
        if kernel == 0:
            become_kernel(order)
            return
        _end_with(kernel)
    _stop(kernel)
    os.killpg(0, signal.SIGKILL)  # and whatever a cell has started


def words_as_objects() -> None:
    """Let pandas keep words as Python objects: small frames are compared and grouped in four fifths of the time.

    Only in processes that make pages. Every answer is the same with Arrow's strings, which JupyterLab has.
    """
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)  # pandas 4 has no such option: drop this then
        pd.set_option("future.infer_string", False)


def _become_lane(lanes: Sequence[tuple[int, int]]) -> bool:
    """Fork a process for each lane, which takes its orders on its standard input; False here when all have ended."""
    for orders, life in lanes:
        if os.fork() == 0:
            os.setsid()
            os.dup2(orders, 0)
            for end in {end for pair in lanes for end in pair} - {life}:
                os.close(end)
            os.write(life, str(os.getpid()).encode())
            return True
    for end in (end for pair in lanes for end in pair):
        os.close(end)
    with suppress(ChildProcessError):
        while os.wait():
            pass
    return False


def _end_with(kernel: int) -> None:
    """End this process, and whatever a cell has started, when a month's process dies by itself."""

    def died(*_: object) -> None:
        if os.waitpid(kernel, os.WNOHANG)[0]:
            os.killpg(0, signal.SIGKILL)

    signal.signal(signal.SIGCHLD, died)
    died()


def _stop(kernel: int) -> None:
    """End a month's process and wait for it."""
    if kernel:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.kill(kernel, signal.SIGKILL)
        os.waitpid(kernel, 0)


def become_kernel(order: dict[str, Any]) -> None:
    """Fork the drawing helper while there is one thread, and run the kernel until it is ended."""
    from ipykernel.kernelapp import IPKernelApp

    from .. import drawing

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # orders are not for the notebook
    drawing.start_helper()
    for name in [name for name in sys.modules if name.partition(".")[0] == "seaborn"]:
        del sys.modules[name]  # a lane's helper has it without scipy; a notebook that imports it gets it whole
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    os.environ["IPYTHONDIR"] = order["ipython"]  # the user's own start-up files are not part of a report
    os.chdir(order["cwd"])
    sys.path.insert(0, order["cwd"])  # as in JupyterLab
    sys.argv = ["ipykernel"]
    app = IPKernelApp.instance()
    app.initialize(["-f", order["connection_file"], "--HistoryManager.hist_file=:memory:"])
    app.start()


def manager(process: subprocess.Popen[bytes] | Line, cwd: Path, sockets: Path) -> Any:
    """Return a jupyter_client manager whose kernel is the warm process, reached by sockets in a private folder.

    Not by TCP, which every account of the machine could reach.
    """
    import zmq
    from jupyter_client.asynchronous import AsyncKernelClient
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning import LocalProvisioner

    class WarmProvisioner(LocalProvisioner):
        """Hands the connection file to the process that is already there, instead of starting one."""

        async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
            file = os.path.realpath(self.parent.connection_file)
            order = {"connection_file": file, "cwd": str(cwd), "ipython": os.path.dirname(file)}
            assert process.stdin is not None
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
            self.process, self.pid, self.pgid = process, process.pid, process.pid
            return self.connection_info

    class WarmClient(AsyncKernelClient):
        """Ready as soon as the kernel answers on both channels: jupyter_client listens on for 0.2 s of silence."""

        async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
            ends = time.monotonic() + (timeout or math.inf)
            while time.monotonic() < ends:
                self.kernel_info()
                with suppress(queue.Empty):
                    reply = await self.shell_channel.get_msg(timeout=1)
                    await self.iopub_channel.get_msg(timeout=0.2)
                    self._handle_kernel_info_reply(reply)
                    return
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info")
            raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

        wait_for_ready = _async_wait_for_ready

        def _context_default(self) -> Any:
            made = super()._context_default()
            made.setsockopt(zmq.RECONNECT_IVL, 5)  # ms between knocks while the kernel opens its sockets
            return made

    class WarmManager(AsyncKernelManager):
        """Uses the warm process, and the same Python, whatever kernels are installed on the machine."""

        @property
        def kernel_spec(self) -> Any:
            return KernelSpec(argv=[sys.executable], display_name="Python 3", language="python")

        async def _async_pre_start_kernel(self, **kw: Any) -> Any:
            self.shutdown_wait_time = 2.0
            self.provisioner = WarmProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
            return await super()._async_pre_start_kernel(**kw)

        pre_start_kernel = _async_pre_start_kernel

        used: Any = None

        def client(self, **kwargs: Any) -> Any:
            self.used = super().client(**kwargs)
            return self.used

        def hang_up(self) -> None:
            """Close what is open to the kernel: it would go on knocking at one that has ended, 200 times a second."""
            if self.used:
                self.used.stop_channels()
                self.used.context.destroy(linger=0)
            self.context.destroy(linger=0)

    return WarmManager(
        kernel_name="python3", transport="ipc", connection_file=str(sockets / "kernel.json"),
        client_factory=WarmClient,
    )  # fmt: skip


@contextmanager
def socket_folder(workshop: Path) -> Iterator[Path]:
    """Give the folder for the sockets: the run's own, or a temporary one where its path is too long for a socket."""
    if len(os.fsencode(workshop)) <= LONGEST_SOCKET_FOLDER:
        yield workshop
        return
    with tempfile.TemporaryDirectory(prefix="alignment-") as name:
        yield Path(name)


def end(process: subprocess.Popen[bytes] | Line, grace: float = 0) -> None:
    """End the process if it still runs, after `grace` seconds to end its month's by itself, and wait for it."""
    if process.stdin and not process.stdin.closed:
        with suppress(BrokenPipeError):  # it ended before it read its order
            process.stdin.close()
    if grace:
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)  # it leads a session of its own, with all that it forked
    process.wait()
