"""Load a company's exports: read strictly, settle who is who, write canonical Parquet, and remember it.

The cache is keyed by the bytes of the exports, their mappings, the params that reading depends on, and this code: a
second run with the same inputs reads no CSV. It is written into a folder of its own and moved into place whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
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
from .canonical import known_labels, write_canonical
from .findings import Exports, Report
from .headings import open_source
from .history import stage_words
from .mapping import read_mappings
from .reading import Reader, connect
from .source import find_file, fingerprint
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
    hashes = {mapping.file: fingerprint(path) for mapping, path in found if path}
    key = people_key(company.settings.people.key_env, cache)
    inputs = digest([[mapping.model_dump(mode="json"), hashes.get(mapping.file)] for mapping in mappings])
    state = digest([inputs, _params_that_matter(company), code(), hashlib.sha256(b"key:" + key).hexdigest()])
    kept = cache / f"tables-{state[:24]}"
    if not list(report.refusals()) and is_kept(kept):
        say("exports are unchanged")
        return remembered(kept, inputs)
    cache.mkdir(parents=True, exist_ok=True)
    clear_leftovers(cache)
    with tempfile.TemporaryDirectory(prefix=f"reading-{os.getpid()}-", dir=cache) as scratch:
        before = {path: _stamp(path) for _, path in found if path}
        opened = [open_source(m, path, hashes[m.file], Path(scratch), report) for m, path in found if path]
        sources = [source for source in opened if source is not None]
        reader = Reader(
            connect(Path(scratch), key), sources, Path(scratch), company.settings.time_zone, report, key,
            company.settings.reading.warn_above, company.settings.reading.refuse_above,
        )  # fmt: skip
        try:
            made = Path(scratch) / "made"
            made.mkdir()
            files = write_canonical(reader, company, made, say)
            for mapping, path in found:
                if path and _stamp(path) != before[path]:
                    report.refuse("source-error", mapping.file, "changed while it was read; run again")
            report.stop_if_refused()
            columns = {table: reader.told(table) for table in TABLES if reader.mapped(table)}
            write_manifest(made, files, report.findings, columns)
        finally:
            reader.con.close()
        move_into_place(made, kept)
    return remembered(kept, inputs)


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
