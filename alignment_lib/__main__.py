"""`python -m alignment_lib ...`: does everything that make does, and ends with the exit code that schedulers read."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from .errors import AlignmentError, ArgumentError
from .period import Month

PROGRAM = "python -m alignment_lib"


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
    import typer

    from .cli import app

    misuse: Any = typer.BadParameter.__base__  # of every wrong way to call; not public by name

    for value in sys.argv[2:]:
        if re.match(r"-\d", value):  # "-10" is a wrong month; no option starts with a digit
            Month.parse(value)
    try:
        sys.exit(app(prog_name=PROGRAM, standalone_mode=False))
    except misuse as error:
        command = error.ctx.command_path if error.ctx else PROGRAM
        said = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in error.format_message())
        said += "" if said[-1:] in (".", "?") else "."
        raise ArgumentError(f"{said} All that there is: {command} --help") from None


if __name__ == "__main__":
    main()
