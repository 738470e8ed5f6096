"""What is kept between runs: the canonical tables of one state of the exports, and the key that people are hashed with.

A state is written into a scratch folder and moved into place whole; older states and leftovers of killed runs go.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from .findings import Exports, FileRead, Finding


def people_key(environment_name: str, cache: Path) -> bytes:
    """Return the key that e-mail, phone and owners are hashed with: from the environment, else a private file."""
    if given := os.environ.get(environment_name):
        return given.encode()
    path = cache / "people.key"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="people-", dir=cache)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # of two runs that make a key at once, the first one's stays
        os.unlink(name)
    return path.read_text().strip().encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def code() -> str:
    """Return the SHA-256 of the code that reads."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(
        b"".join(path.read_bytes() for path in files) + duckdb.__version__.encode()
    ).hexdigest()


def is_kept(folder: Path) -> bool:
    """Return whether a state is there, whole."""
    return (folder / "manifest.json").is_file()


def write_manifest(
    folder: Path, files: Iterable[FileRead], findings: Iterable[Finding], columns: dict[str, list[str]]
) -> None:
    """Write down, beside the tables, everything else that `remembered` gives back."""
    held = {
        "files": [asdict(f) for f in files],
        "findings": [asdict(f) for f in findings],
        "columns": columns,
    }
    (folder / "manifest.json").write_text(json.dumps(held, default=str, ensure_ascii=False), encoding="utf-8")


def move_into_place(made: Path, kept: Path) -> None:
    """Keep a finished state and clear the older ones."""
    try:
        os.replace(made, kept)
    except OSError:
        # Another run finished the same tables first.
        if not is_kept(kept):
            raise
    for old in kept.parent.glob("tables-*"):
        if old != kept:
            shutil.rmtree(old, ignore_errors=True)


def remembered(folder: Path, inputs: str) -> Exports:
    """Return a state that was kept."""
    held = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [
        FileRead(**{**file, "newest": date.fromisoformat(file["newest"]) if file["newest"] else None})
        for file in held["files"]
    ]
    findings = tuple(Finding(**{**finding, "rows": tuple(finding["rows"])}) for finding in held["findings"])
    columns = {table: set(names) for table, names in held["columns"].items()}
    tables = {table: folder / f"{table}.parquet" for table in columns}
    return Exports(tables, columns, findings, tuple(files), inputs)


def clear_leftovers(cache: Path) -> None:
    """Remove scratch folders of runs that were killed."""
    for folder in cache.glob("reading-*"):
        if not _alive(int(folder.name.split("-")[1])):
            shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
