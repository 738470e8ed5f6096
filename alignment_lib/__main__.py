"""`python -m alignment_lib ...`: does everything that make does, and ends with the exit code that schedulers read."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from types import FrameType

from .errors import AlignmentError
from .period import Month


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
    from .cli import app

    def run() -> None:
        for value in sys.argv[2:]:
            if re.match(r"-\d", value):  # "-10" is a wrong month; no option starts with a digit
                Month.parse(value)
        app(prog_name="python -m alignment_lib")

    guarded(run)


if __name__ == "__main__":
    main()
