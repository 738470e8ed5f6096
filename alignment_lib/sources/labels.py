"""Labels, the words that are printed: translated by the mapping, variants folded, personal values masked.

Owners are persons and become pseudonyms here. All of it works on distinct values with their counts, so that a million
rows cost what their few hundred words cost.
"""

from __future__ import annotations

import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..personal import looks_personal
from .findings import Severity
from .mapping import Column, fold
from .personal import MASK, shown
from .reading import Reader
from .tables import ALLOWED, TABLES, kind_of, stored_columns
from .typed_files import identifier, quoted

# One word, one spelling, in whatever table it stands; other columns of the same name mean different things.
SHARED = ("source", "campaign", "location", "team", "reason")
_SEVERITY: dict[str, Severity] = {"empty": "warn", "set aside": "warn", "refuse": "refuse", "keep": "info"}
_NA = {"na", "n/a", "null", "none", "nan", "nil", "#n/a", "-"}
REFUSED_WHEN_UNLISTED = {("deals", "outcome")}


@dataclass
class Word:
    """One distinct value of a column in one source, and what becomes of it."""

    table: str
    column: str
    f: int
    raw: str | None
    count: int
    word: str | None = None
    fate: str = "keep"  # keep | empty | set aside | refuse
    listed: bool = True


def clean_labels(reader: Reader, known: Mapping[str, Iterable[str]]) -> None:
    """Make a view v_<table> of every table with its labels cleaned, and report what was changed.

    `known` gives the spellings that the playbooks use, by column name: they win over the most frequent one.
    """
    words = [word for table, column in _label_columns(reader) for word in _words(reader, table, column)]
    _spell(words, known)
    by_column: dict[tuple[str, str], list[Word]] = defaultdict(list)
    for word in words:
        by_column[word.table, word.column].append(word)
    for (table, column), found in by_column.items():
        if column != "owner":
            _report(reader, table, column, found)
            _report_unsaid(reader, table, column, found)
    for table in _tables(reader):
        joins, columns = [], []
        for name, found in (
            (c, by_column.get((table, c), [])) for c in stored_columns(table, reader.mapped(table))
        ):
            changed = [word for word in found if word.raw != word.word or word.fate != "keep"]
            if not changed:
                columns.append(f"u.{identifier(name)}")
                continue
            join = identifier(f"d_{table}_{name}")
            _dictionary(reader, join, changed)
            match = f"{join}.f = u.f AND {join}.v IS NOT DISTINCT FROM u.{identifier(name)}"
            joins.append(f" LEFT JOIN {join} ON {match}")
            columns.append(
                f"CASE WHEN {join}.f IS NULL THEN u.{identifier(name)} ELSE {join}.w END AS {identifier(name)}"
            )
        reader.con.execute(
            f"CREATE OR REPLACE VIEW v_{table} AS SELECT u.f, u.r, {', '.join(columns)} "
            f"FROM u_{table} AS u{''.join(joins)}"
        )


def _tables(reader: Reader) -> list[str]:
    return [table for table in TABLES if reader.mapped(table)]


def _label_columns(reader: Reader) -> Iterator[tuple[str, str]]:
    for table in _tables(reader):
        for name in sorted(reader.mapped(table)):
            if kind_of(table, name) == "label" or name == "owner":
                yield table, name


def _words(reader: Reader, table: str, column: str) -> Iterator[Word]:
    """Yield the distinct values of a column, translated by their source's mapping."""
    found = reader.con.execute(
        f"SELECT f, {identifier(column)}, count(*) FROM u_{table} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    allowed = ALLOWED.get((table, column), ())
    for f, raw, count in found:
        spec = reader.sources[f].mapping.feeds(table).get(column)
        if spec is None:
            continue
        word = Word(
            table, column, f, raw, count, word=" ".join(raw.split()) or None if raw is not None else None
        )
        if column == "owner":
            word.word = _pseudonym(reader.key, word.word)
        else:
            _translate(word, spec, allowed)
        yield word


def _pseudonym(key: bytes, name: str | None) -> str | None:
    return f"owner-{hmac.digest(key, b'owner:' + fold(name).encode(), 'sha256').hex()[:8]}" if name else None


def _translate(word: Word, spec: Column, allowed: tuple[str, ...]) -> None:
    values = {fold(key): value.strip() for key, value in spec.values.items()}
    closed = {fold(value): value for value in allowed}
    key = fold(word.word or "")
    if key in values:
        word.word = values[key] or None
    elif key in closed:
        word.word = closed[key]
    elif word.word is None and (word.table, word.column) not in REFUSED_WHEN_UNLISTED:
        return
    elif values or allowed:
        word.listed = False
        default = "keep" if not allowed else "empty"
        if (word.table, word.column) in REFUSED_WHEN_UNLISTED:
            default = "refuse"
        word.fate = spec.unlisted or default
    if word.word is not None and looks_personal(word.word):
        word.word = MASK
    if word.fate == "empty":
        word.word = None


def _spell(words: list[Word], known: Mapping[str, Iterable[str]]) -> None:
    """Give all variants of a word one spelling: the playbook's, else the most frequent, else the first by alphabet."""
    spelling: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def group(word: Word) -> tuple[str, str]:
        place = word.column if word.column in SHARED else f"{word.table}.{word.column}"
        return place, fold(word.word or "")

    for word in words:
        if word.word is not None:
            spelling[group(word)][word.word] += word.count
    chosen = {key: max(sorted(counts), key=counts.__getitem__) for key, counts in spelling.items()}
    for column, names in known.items():
        for name in names:
            for place in (column, *(f"{table}.{column}" for table in TABLES)):
                if (place, fold(name)) in chosen:
                    chosen[place, fold(name)] = name
    for word in words:
        if word.word is not None:
            word.word = chosen[group(word)]


def _dictionary(reader: Reader, name: str, changed: list[Word]) -> None:
    columns = [[word.f for word in changed], [word.raw for word in changed], [word.word for word in changed]]
    reader.con.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT unnest(?::SMALLINT[]) AS f, unnest(?::VARCHAR[]) AS v, "
        "unnest(?::VARCHAR[]) AS w",
        columns,
    )


def _report(reader: Reader, table: str, column: str, found: list[Word]) -> None:
    """Report what was masked, folded together, or not in the mapping's list."""
    for f in sorted({word.f for word in found}):
        here = [word for word in found if word.f == f]
        listed = {fold(key) for key in reader.sources[f].mapping.feeds(table)[column].values}
        masked = [word for word in here if word.word == MASK]
        text = "values shaped like an e-mail address or a phone number; they are masked"
        _add(reader, "personal-label", "warn", masked, text)
        spelled = [
            w for w in here
            if w.raw != w.word and w.fate == "keep" and w.word not in (MASK, None)
            and fold(w.raw or "") == fold(w.word or "") and fold(w.raw or "") not in listed
        ]  # fmt: skip
        pairs = ", ".join(f"{shown(w.raw or '')} as {shown(w.word or '')}" for w in spelled[:12])
        _add(reader, "spelling", "info", spelled, f"spellings of one word: {pairs}")
        for fate, severity in _SEVERITY.items():
            words = [word for word in here if word.fate == fate and not word.listed]
            _add(reader, "unlisted-value", severity, words, _unlisted(table, column, words, fate))
            if words and fate == "set aside":
                _set_aside(reader, table, column, words)


def _add(reader: Reader, rule: str, severity: Severity, words: list[Word], text: str) -> None:
    """Report words of one column of one source, if there are any."""
    if words:
        table, column, source = words[0].table, words[0].column, reader.sources[words[0].f]
        reader.report.add(rule, severity, source.name, text, rows=_rows(reader, table, column, words),
                          count=sum(w.count for w in words), of=source.records, table=table, column=column)  # fmt: skip


def _report_unsaid(reader: Reader, table: str, column: str, words: list[Word]) -> None:
    """Report empty sources, and words that may mean "nothing" but are text here: only an empty cell is missing."""
    for f in sorted({word.f for word in words}):
        here = [word for word in words if word.f == f and word.fate == "keep"]
        if (table, column) == ("leads", "source"):
            text = 'no source is recorded; counted as "(missing)", which is not "unknown"'
            _add(reader, "missing-value", "info", [word for word in here if word.word is None], text)
        unclear = [word for word in here if word.word and fold(word.word) in _NA]
        text = "words that may mean nothing are kept as text; translate them under values: if they do: "
        _add(reader, "na-word", "info", unclear, text + ", ".join(shown(word.word or "") for word in unclear))


def _unlisted(table: str, column: str, words: list[Word], fate: str) -> str:
    values = ", ".join(shown(word.raw) if word.raw else "an empty cell" for word in words[:8])
    allowed = ALLOWED.get((table, column), ())
    expected = f"; expected {', '.join(allowed)}" if allowed else ""
    done = {"empty": "read as empty", "set aside": "the rows are set aside", "keep": "kept as they are",
            "refuse": "translate them under values:, or say unlisted: set aside"}  # fmt: skip
    return f"{column} is {values}{expected}: {done[fate]}"


def _in_words(column: str, words: list[Word]) -> str:
    texts = ", ".join(quoted(word.raw) for word in words if word.raw is not None)
    tests = [f"{identifier(column)} IN ({texts})"] if texts else []
    if any(word.raw is None for word in words):
        tests.append(f"{identifier(column)} IS NULL")
    return f"f = {words[0].f} AND ({' OR '.join(tests)})"


def _rows(reader: Reader, table: str, column: str, words: list[Word]) -> list[int]:
    found = reader.con.execute(
        f"SELECT r FROM u_{table} WHERE {_in_words(column, words[:1000])} ORDER BY r LIMIT 5"
    ).fetchall()
    return [reader.sources[words[0].f].row(r) for (r,) in found]


def _set_aside(reader: Reader, table: str, column: str, words: list[Word]) -> None:
    reader.con.execute(
        f"INSERT INTO aside SELECT ?, f, r, ? FROM u_{table} WHERE {_in_words(column, words)}",
        [table, f"unlisted {column}"],
    )
