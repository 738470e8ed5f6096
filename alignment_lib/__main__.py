"""`python -m alignment_lib ...`: does everything that make does, and ends with the exit code that schedulers read."""

from __future__ import annotations

import gc
import re
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from .errors import AlignmentError, ArgumentError
from .period import Month

if TYPE_CHECKING:
    from .report.execute import Warm

PROGRAM = "python -m alignment_lib"
MONTH = re.compile(r"20[0-9]{2}-[0-9]{2}")


class Terminated(SystemExit):
    """SIGTERM or SIGHUP: ends like an error, so that everything is cleaned up on the way out."""


def _terminate(number: int, frame: FrameType | None) -> None:
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)  # once is enough; cleaning up is not interrupted
    raise Terminated(128 + number)


def guarded(command: Callable[[], object]) -> None:
    """Run a command. A mistake of the user's is text on stderr and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    try:
        command()
    except AlignmentError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def main() -> None:
    """Run the command line."""
    guarded(_run)


def _run() -> None:
    for value in sys.argv[2:]:
        if re.match(r"-\d", value):  # "-10" is a wrong month; no option starts with a digit
            Month.parse(value)
    gc.set_threshold(100_000, 50, 100)  # imports leave no garbage
    warm = None
    months = [Month.parse(value) for value in sys.argv[2:] if MONTH.fullmatch(value)]
    if months and sys.argv[1:2] in (["report"], ["reports"]):
        from .report.execute import Warm
        from .report.kernel import lanes_for

        several = sys.argv[1] == "reports"
        warm = Warm(lanes_for(months[-1] - months[0] + 1) if several else 0)  # it imports while we do
    try:
        _call(warm)
    finally:
        if warm:
            warm.end()
            gc.freeze()  # so that Python does not look through everything once more before it ends


def _call(warm: Warm | None) -> None:
    import typer

    from .cli import app

    misuse: Any = typer.BadParameter.__base__  # of every wrong way to call; not public by name
    try:
        sys.exit(app(prog_name=PROGRAM, standalone_mode=False, obj=warm))
    except misuse as error:
        command = error.ctx.command_path if error.ctx else PROGRAM
        said = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in error.format_message())
        said += "" if said[-1:] in (".", "?") else "."
        raise ArgumentError(f"{said} All that there is: {command} --help") from None


if __name__ == "__main__":
    main()
