"""Optional packages of packages: kept away where what they are for is never used."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Keep optional packages from being imported for what we never use; those already there stay."""
    away = [package for package in packages if package not in sys.modules]
    sys.modules.update(dict.fromkeys(away))  # type: ignore[arg-type]  # None: "not installed"
    try:
        yield
    finally:
        for package in away:
            del sys.modules[package]
