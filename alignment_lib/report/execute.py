"""Run a report's notebook with papermill, and believe the result only after looking at every cell.

papermill alone is not enough: `sys.exit(0)` in a cell, a kernel that died or a thread that failed all end well for it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import tempfile
from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import IO, Any

from .. import errors
from ..errors import AlignmentError, ArgumentError, NotebookFailed
from ..imports import hidden
from . import kernel

Progress = Callable[[str, int, int], None]  # the section that runs, its number, how many there are

ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Warm:
    """A warm process that gives runs their kernels, one after the other; `end` it in every case.

    With `lanes` it gives kernels side by side, to a process for each of `in_lanes`.
    """

    def __init__(self, lanes: int = 0) -> None:
        self.complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        self.lines = [kernel.Line() for _ in range(lanes)]
        self.process: subprocess.Popen[bytes] | kernel.Line = kernel.launch(self.complaints, self.lines)
        self.used = False

    def in_lane(self, number: int) -> Warm:
        """Return the warm process of one lane, in a process forked for it that has nothing to do with the others."""
        lane = copy(self)
        for line in self.lines[:number] + self.lines[number + 1 :]:
            line.forget()
        lane.process, lane.lines = self.lines[number], []
        return lane

    def let_go(self) -> None:
        """Let go of the lanes, which end when the processes that use them do."""
        for line in self.lines:
            line.forget()
        self.lines = []

    def end(self) -> None:
        """End the process if it still runs."""
        self.let_go()
        kernel.end(self.process, grace=1 if self.used else 0)
        self.complaints.close()

    def last_words(self) -> str:
        """Return the last line that the process said before it became a kernel."""
        self.complaints.seek(0)
        lines = self.complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def import_papermill() -> None:
    """Import what runs a notebook, without what papermill would import to reach Hadoop."""
    with hidden("pyarrow"):
        import papermill.execute  # noqa: F401


def read_notebook(path: Path) -> Any:
    """Read a stored notebook."""
    import nbformat

    return nbformat.read(path, as_version=4)


def last_cell() -> Any:
    """Return the cell that a run adds: it waits for the figures that are drawn while the others run."""
    from nbformat.v4 import new_code_cell

    return new_code_cell("from alignment_lib.drawing import Drawings\n\nDrawings()", id="drawings")


def parameter_names(notebook: Any) -> set[str]:
    """Return the names that the cell tagged `parameters` assigns: the only ones a run may set."""
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            return {
                target.id
                for node in ast.parse(cell.source).body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
    return set()


def check_parameters(notebook: Any, given: dict[str, str], name: str) -> None:
    """Refuse parameters that the notebook does not have, lacks, or that are not plain strings."""
    known = parameter_names(notebook)
    if known != set(given):
        raise ArgumentError(
            f"{name} has the parameters {', '.join(sorted(known)) or '(none)'}, but the run gives "
            f"{', '.join(sorted(given))}. The cell tagged `parameters` names what may be given."
        )
    for key, value in given.items():
        if not isinstance(value, str):
            raise ArgumentError(f"parameter {key} is {value!r}, expected text.")


def execute(
    path: Path,
    parameters: dict[str, str],
    warm: Warm,
    workshop: Path,
    *,
    execution_seconds: float = 900,
    start_seconds: float = 60,
    progress: Progress | None = None,
    lines: object = None,
    meanwhile: Callable[[], None] | None = None,
) -> Any:
    """Run the notebook at `path` with `parameters` in the warm kernel and return it, executed and believed.

    `progress` is told which section runs, the file-like `lines` receives what cells print, and `meanwhile` is called
    once everything that running needs is imported. The sockets to the kernel lie in the run's `workshop`.

    Raises
    ------
    ArgumentError
        If the parameters are not those of the notebook's own parameters cell.
    AlignmentError
        The library's own error, if a cell raised one: with its own exit code and text.
    NotebookFailed
        If a cell failed otherwise, did not run, wrote to stderr, or a time limit passed.
    """
    notebook = read_notebook(path)
    check_parameters(notebook, parameters, path.name)
    notebook.cells.append(last_cell())

    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    import_papermill()
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook, raise_for_execution_errors

    class WarmEngine(NBClientEngine):
        """papermill's own engine, in the kernel that is already warm."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> Any:
            nb_man.cell_start = _telling(nb_man.cell_start, notebook, progress)
            with kernel.socket_folder(workshop.resolve()) as sockets:
                km = kernel.manager(warm.process, path.resolve().parent, sockets)
                warm.used = True
                try:
                    return super().execute_managed_notebook(nb_man, kernel_name, km=km, **kwargs)
                finally:
                    km.hang_up()

    if meanwhile:
        meanwhile()
    papermill_engines.register("warm", WarmEngine)
    try:
        # In two steps, because in one papermill would write down what nobody reads: 0.3 s for all the outputs.
        prepared = execute_notebook(
            notebook, None, parameters=parameters, engine_name="warm", kernel_name="python3", language="python",
            prepare_only=True,
        )  # fmt: skip
        executed = papermill_engines.execute_notebook_with_engine(
            "warm", prepared, kernel_name="python3", progress_bar=False, stdout_file=lines,
            start_timeout=start_seconds, execution_timeout=execution_seconds,
        )  # fmt: skip
        raise_for_execution_errors(executed, None)
    except PapermillExecutionError as error:
        raise _as_ours(error.ename, error.evalue, path.name, error.cell_index) from None
    except CellTimeoutError:
        raise NotebookFailed(
            f"{path.name}: a cell ran longer than {execution_seconds / 60:g} minutes. Raise "
            "limits.execution_minutes in report.yml if that is normal for your data."
        ) from None
    except DeadKernelError:
        raise NotebookFailed(
            f"{path.name}: the process that ran it died, most likely for want of memory. Nothing was published."
        ) from None
    except (RuntimeError, BrokenPipeError) as error:
        in_time = isinstance(error, RuntimeError) and "Kernel didn't respond" not in str(error)
        if in_time and warm.process.poll() is None:
            raise
        raise NotebookFailed(
            f"{path.name}: its process did not start within {start_seconds:g} seconds ({warm.last_words()}). "
            "Run `make doctor`."
        ) from None
    believe(executed, path.name)
    return executed


def _telling(start: Callable[..., Any], notebook: Any, progress: Progress | None) -> Callable[..., Any]:
    """Wrap papermill's `cell_start` so that it tells which section runs."""

    def cell_start(cell: Any, cell_index: int | None = None, **kwargs: Any) -> Any:
        if progress and cell_index is not None:
            title = cell.source.lstrip("# ").splitlines()[0] if cell.cell_type == "markdown" else ""
            progress(title, cell_index + 1, len(notebook.cells) + 1)  # papermill adds one cell
        return start(cell, cell_index, **kwargs)

    return cell_start


def believe(notebook: Any, name: str) -> None:
    """Refuse a notebook in which any code cell did not run to its end without a word on stderr."""
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                raise _as_ours(output.ename, output.evalue, name, number - 1)
            if output.output_type == "stream" and output.name == "stderr":
                first = ANSI.sub("", output.text).strip().splitlines()[:1]
                raise NotebookFailed(f"{name}: cell {number} wrote to stderr: {first[0] if first else ''}")
        if cell.execution_count is None:
            raise NotebookFailed(f"{name}: cell {number} did not run, so the page would not be complete.")


def _as_ours(ename: str, evalue: str, name: str, index: int) -> AlignmentError:
    """Turn the error of a cell into the library's own error, or into NotebookFailed."""
    kind = getattr(errors, ename, None)
    if isinstance(kind, type) and issubclass(kind, AlignmentError):
        return kind(ANSI.sub("", evalue))
    text = ANSI.sub("", evalue).strip()
    return NotebookFailed(
        f"{name}: cell {index + 1} failed with {ename}: {text}. "
        "Open the notebook with `make lab` and run it with the same month to see where."
    )
