"""Load a company's exports: read strictly, settle who is who, write canonical Parquet, and remember it.

The cache is keyed by the bytes of the exports, their mappings, the params that reading depends on, and this code: a
second run with the same inputs reads no CSV. It is written into a folder of its own and moved into place whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import NoDataError
from .cache import (
    clear_leftovers,
    code,
    digest,
    is_kept,
    move_into_place,
    people_key,
    remembered,
    write_manifest,
)
from .canonical import held_columns, known_labels, write_canonical
from .findings import Exports, Report
from .headings import open_source
from .history import stage_words
from .mapping import read_mappings
from .reading import Reader, connect
from .source import Source, find_file, fingerprint
from .tables import TABLES

if TYPE_CHECKING:
    from ..playbook import Company

Progress = Callable[[str], None]


def load_exports(company: Company, cache: Path, progress: Progress | None = None) -> Exports:
    """Return a company's exports as canonical tables.

    Answers: what do the exports hold, in the words that everything else counts by, and what was wrong with them?

    Parameters
    ----------
    company : Company
        Its folder holds `sources/*.yml`; its settings say zone, currency, thresholds and the key's environment name.
    cache : Path
        A private, git-ignored folder of the company. Old contents are cleared when new ones are complete.
    progress : callable, optional
        Called with a line of text at each step.

    Raises
    ------
    ParamsError
        A mapping is wrong.
    InputRejected
        A file cannot be read as declared; lists all problems of all files. Nothing is written.
    NotebookFailed
        Rows in are not rows used + rows set aside: a mistake of ours.
    """
    say = progress or (lambda text: None)
    mappings = read_mappings(company.folder)
    report = Report()
    limit = company.settings.reading.max_file_mb
    if not company.exports.is_dir():
        raise NoDataError(
            f'There is no folder "{company.settings.exports}", where report.yml says (exports:) that the exports '
            f"of {company.name} lie."
        )
    found = [(mapping, find_file(mapping, company.exports, limit, report)) for mapping in mappings]
    stamps = {mapping.file: _stamp(path) for mapping, path in found if path}
    key = people_key(company.settings.people.key_env, cache)
    # What is known before a byte is read: where nothing is kept for it, reading need not wait for the fingerprints.
    known = digest([
        _params_that_matter(company), code(), hashlib.sha256(b"key:" + key).hexdigest(),
        [[mapping.model_dump(mode="json"), path and path.stat().st_size] for mapping, path in found],
    ])  # fmt: skip
    name = f"tables-{known[:16]}-"
    with ThreadPoolExecutor(1) as beside:
        hashes = {mapping.file: beside.submit(fingerprint, path) for mapping, path in found if path}

        def inputs() -> str:
            return digest(
                [[m.model_dump(mode="json"), path and hashes[m.file].result()] for m, path in found]
            )

        if any(cache.glob(f"{name}*")) and not list(report.refusals()):
            kept = cache / f"{name}{inputs()[:16]}"
            if is_kept(kept):
                say("exports are unchanged")
                return remembered(kept, inputs())
        cache.mkdir(parents=True, exist_ok=True)
        clear_leftovers(cache)
        with tempfile.TemporaryDirectory(prefix=f"reading-{os.getpid()}-", dir=cache) as scratch:
            sources = [
                Source(mapping, hashes[mapping.file], path, Path(scratch) / str(n))
                for n, (mapping, path) in enumerate(found) if path
            ]  # fmt: skip
            made = _made(company, sources, Path(scratch), key, report, say)
            for mapping, path in found:
                if path and _stamp(path) != stamps[mapping.file]:
                    report.refuse("source-error", mapping.file, "changed while it was read; run again")
            report.stop_if_refused()
            kept = cache / f"{name}{inputs()[:16]}"
            move_into_place(made, kept)
        return remembered(kept, inputs())


def _made(
    company: Company, sources: list[Source], scratch: Path, key: bytes, report: Report, say: Progress
) -> Path:
    """Write the canonical tables and their manifest into a folder of `scratch`, and return it."""
    made = scratch / "made"
    made.mkdir()
    readable = [source for source in sources if open_source(source, report)]
    reader = Reader(
        connect(scratch, key), readable, company.settings.time_zone, report, key,
        company.settings.reading.warn_above, company.settings.reading.refuse_above,
    )  # fmt: skip
    try:
        files = write_canonical(reader, company, made, say)
        columns = {table: held_columns(reader, table, made) for table in TABLES if reader.mapped(table)}
        write_manifest(made, files, report.findings, columns)
    finally:
        reader.con.close()
    return made


def _params_that_matter(company: Company) -> list[Any]:
    settings = company.settings
    return [
        settings.time_zone, settings.currency, settings.people.same_journey_days,
        settings.reading.model_dump(mode="json"), known_labels(company),
        stage_words(company.playbooks), company.fx.to_json(date_format="iso"),
    ]  # fmt: skip


def _stamp(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino
