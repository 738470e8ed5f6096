"""Turn text cells into typed canonical columns: one SELECT for a file, whatever tables it feeds.

Each cell that is parsed has a code beside it (column "table.column?"), so that nothing is dropped unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from . import zones
from .formats import EPOCH_MS, EXCEL, ISO, has_time, has_zone, lengths, shape
from .mapping import Column
from .source import Source
from .tables import kind_of, parts_of
from .typed_files import identifier, quoted

FINE, WRONG_SHAPE, IMPOSSIBLE, OUT_OF_RANGE, DOUBLED, SKIPPED, NO_END, ODD_ID = range(8)
FAST_TESTS = 3  # so many words are compared one by one in less time than they are looked up
OTHER_WORDS = '"other words"'  # the staged column with the cells of word columns that are none of their words
OPEN_ENDS = {("members", "ended_on"), ("owners", "to_on")}  # 9999-12-31 there means: still so
_TRUE, _FALSE = ("true", "yes", "1", "y", "t"), ("false", "no", "0", "n", "f")
_LIKELY = "{0} >= TIMESTAMP '2000-01-01' AND {0} < TIMESTAMP '2101-01-01'"
_WITH_OFFSET = ("%Y-%m-%d %H:%M:%S%z",)


@dataclass(frozen=True)
class Cell:
    """One canonical column that a file feeds; `coded` if it has a code column."""

    table: str
    name: str
    column: Column
    kind: str
    coded: bool

    @property
    def heading(self) -> str:
        """What messages call it."""
        return " or ".join(self.column.headings) or self.name

    @property
    def code(self) -> str:
        """The code column in the staged table."""
        return identifier(f"{self.table}.{self.name}?")


@dataclass
class _Steps:
    """A chain of SELECTs, each over the one before: raw text, parsed, in UTC, finished."""

    layers: list[list[str]] = field(default_factory=lambda: [[] for _ in range(5)])
    outputs: list[str] = field(default_factory=list)
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)

    def sql(self, relation: str) -> str:
        for layer in self.layers:
            if layer:
                relation = f"(SELECT *, {', '.join(dict.fromkeys(layer))} FROM {relation})"
        return f"SELECT {', '.join(self.outputs)} FROM {relation}"


def cells_of(source: Source) -> list[Cell]:
    """Return every canonical column that a file feeds."""
    found = []
    for table in source.mapping.tables:
        for name, column in source.mapping.feeds(table).items():
            kind = kind_of(table, name) or "text"
            parsed = kind in ("instant", "date", "number", "bool") or column.kind is not None
            coded = column.constant is None and parsed
            found.append(Cell(table, name, column, kind, coded))
    return found


def word_columns(source: Source) -> dict[str, str]:
    """Return the columns of words, "table.column", each with its column of the relation; owners are words here."""
    return {
        f"{cell.table}.{cell.name}": _raw(source, cell.heading)
        for cell in cells_of(source)
        if len(cell.column.headings) == 1 and (cell.kind == "label" or cell.name == "owner")
    }


def staging_sql(
    source: Source, relation: str, company_zone: str, words: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the SELECT that types a file.

    Parameters
    ----------
    source : Source
        Says which heading is which column c0, c1, ... of `relation`, and how it is to be read.
    relation : str
        A FROM item with text columns; an empty cell is NULL.
    company_zone : str
        The zone in which days and months are decided.
    words : mapping, optional
        Usual words of some of `word_columns`: these columns become ENUMs, and what is another word stands in the
        list `OTHER_WORDS`, in the order given here.

    Returns
    -------
    str
        Columns "table.stored_column", the codes "table.column?" and, where rows are chosen, "table.only".
    """
    steps = _Steps()
    other: dict[str, tuple[str, str]] = {}
    for n, cell in enumerate(cells_of(source)):
        for name, sql in _outputs(source, cell, n, steps, company_zone):
            if not words or name not in words:
                steps.outputs.append(f"{sql} AS {identifier(name)}")
                continue
            steps.layers[0].append(f"{_as_word(sql, words[name])} AS e{n}")
            steps.outputs.append(f"e{n} AS {identifier(name)}")
            other[name] = f"e{n} IS NULL AND {sql} IS NOT NULL", f"CASE WHEN e{n} IS NULL THEN {sql} END"
    if words:
        tests, cells = zip(*(other[name] for name in words), strict=True)
        steps.outputs.append(f"CASE WHEN {' OR '.join(tests)} THEN [{', '.join(cells)}] END AS {OTHER_WORDS}")
    for table in source.mapping.tables:
        only = source.mapping.only(table)
        if only is not None:
            chosen = ", ".join(quoted(word.strip().lower()) for word in only.is_one_of)
            test = f"coalesce(lower(trim({_raw(source, only.headings[0])})) IN ({chosen}), false)"
            steps.outputs.append(f"{test} AS {identifier(table + '.only')}")
    return steps.sql(relation)


def raw_sql(source: Source, cell: Cell, relation: str, staged: str) -> str:
    """Return a query for the first texts of a cell that has the wrong shape, beside its record."""
    return (
        f"SELECT {_raw(source, cell.heading)} FROM (SELECT row_number() OVER () - 1 AS n, * FROM {relation}) "
        f"WHERE n IN (SELECT rowid FROM {staged} WHERE {cell.code} = {WRONG_SHAPE} ORDER BY rowid LIMIT 5) ORDER BY n"
    )


def _raw(source: Source, heading: str) -> str:
    return f"c{source.header.index(heading)}"


def _outputs(source: Source, cell: Cell, n: int, steps: _Steps, zone: str) -> Iterator[tuple[str, str]]:
    """Yield (column of the staged table, SQL) of one canonical column, noting the steps before."""
    column, whole = cell.column, f"{cell.table}.{cell.name}"
    if column.constant is not None:
        yield whole, f"CAST({quoted(column.constant)} AS {'DOUBLE' if cell.kind == 'number' else 'VARCHAR'})"
    elif cell.name == "person_key":
        yield whole, f"person_key({_first([f'contact({_raw(source, heading)})' for heading in column.headings])})"
    elif cell.kind == "number":
        yield from _number(source, cell, n, steps)
    elif cell.kind == "bool":
        raw = f"lower({_raw(source, cell.heading)})"
        value = f"CASE WHEN {raw} IN {_TRUE} THEN true WHEN {raw} IN {_FALSE} THEN false END"
        yield whole, value
        yield f"{whole}?", f"CAST({raw} IS NOT NULL AND {value} IS NULL AS TINYINT)"
    elif cell.kind in ("instant", "date"):
        yield from _date(source, cell, n, steps, zone)
    else:
        yield from _text(source, cell)


def _text(source: Source, cell: Cell) -> Iterator[tuple[str, str]]:
    """Take the first that is filled of several columns; of ids that mean one lead take all."""
    whole, raws = f"{cell.table}.{cell.name}", [_raw(source, heading) for heading in cell.column.headings]
    if cell.column.kind == "salesforce_id":
        odd = " OR ".join(f"salesforce_odd({raw})" for raw in raws)
        yield f"{whole}?", f"CAST(CASE WHEN {odd} THEN {ODD_ID} ELSE {FINE} END AS TINYINT)"
        raws = [f"salesforce_id({raw})" for raw in raws]
    several = (
        f"nullif(concat_ws(';', {', '.join(raws)}), '')" if cell.name == "other_ids" else f"coalesce({', '.join(raws)})"
    )
    yield whole, raws[0] if len(raws) == 1 else several


def _as_word(sql: str, words: Sequence[str]) -> str:
    """Return SQL for a text as an ENUM of some words, NULL where it is none of them."""
    kind = f"ENUM({', '.join(map(quoted, words))})"
    if len(words) > FAST_TESTS:
        return f"try_cast({sql} AS {kind})"
    tests = " ".join(f"WHEN {quoted(word)} THEN CAST({quoted(word)} AS {kind})" for word in words)
    return f"CASE {sql} {tests} END"


def _number(source: Source, cell: Cell, n: int, steps: _Steps) -> Iterator[tuple[str, str]]:
    dialect, raw = source.mapping.dialect, _raw(source, cell.heading)
    point, group = re.escape(dialect.decimal), re.escape(dialect.thousands)
    digits = f"([0-9]{{1,3}}({group}[0-9]{{3}})+|[0-9]{{1,15}})" if group else "[0-9]{1,15}"
    sign = cell.column.currency_symbol
    before = after = ""
    if sign:
        before, after = f"({re.escape(sign)}[ \u00a0]?)?", f"([ \u00a0]?{re.escape(sign)})?"
    pattern = f"{before}-?{before}{digits}({point}[0-9]{{1,30}})?{after}"
    bare = raw
    for unwanted in (sign, dialect.thousands, " ", "\u00a0"):
        if unwanted and (sign or dialect.thousands):
            bare = f"replace({bare}, {quoted(unwanted)}, '')"
    if dialect.decimal != ".":
        bare = f"replace({bare}, {quoted(dialect.decimal)}, '.')"
    # Matching a pattern is slow: what a whole number is written as has the right shape in any dialect.
    steps.layers[0].append(f"try_cast({raw} AS INTEGER) AS i{n}")
    steps.layers[1].append(
        f"CASE WHEN CAST(i{n} AS VARCHAR) = {raw} THEN CAST(i{n} AS DOUBLE) "
        f"WHEN regexp_full_match({raw}, {quoted(pattern)}) THEN try_cast({bare} AS DOUBLE) END AS v{n}"
    )
    yield f"{cell.table}.{cell.name}", f"v{n}"
    yield f"{cell.table}.{cell.name}?", f"CAST({raw} IS NOT NULL AND v{n} IS NULL AS TINYINT)"


def _date(source: Source, cell: Cell, n: int, steps: _Steps, company_zone: str) -> Iterator[tuple[str, str]]:
    """Parse by every declared format, put times into UTC, then read the local day off."""
    raw, formats = _raw(source, cell.heading), _formats(source, cell.column)
    declared = cell.column.zone or source.mapping.dates.zone
    zone = {"utc": "UTC", "local": company_zone}.get(declared, declared)
    # A heading that feeds several columns in the same way is computed once.
    n = steps.numbers.setdefault((raw, *formats, zone, (cell.table, cell.name) in OPEN_ENDS), n)
    walls, moments, days = _attempts(raw, formats, source.mapping.dialect.decimal, n, steps)
    wall, moment, day = _first(walls), _first(moments), _first(days)
    steps.layers[1] += [f"{_first([*walls, *moments, *days])} AS s{n}", f"{wall} AS w{n}", f"{day} AS d{n}"]
    steps.layers[2] += [f"{zones.clock(zone, f'w{n}')} AS k{n}"] if walls else []
    likely = _LIKELY.format(f"s{n}")
    in_utc = zones.shifted(f"w{n}", f"- {zones.offset_of(f'k{n}')}") if walls else moment
    if walls and moments:
        in_utc = f"coalesce({moment}, {in_utc})"
    code = _code(cell, raw, formats, f"k{n}" if walls and zones.changes(zone) else "", n)
    steps.layers[3] += [f"CASE WHEN {likely} THEN {in_utc} END AS u{n}", f"{code} AS q{n}"]
    local = zones.to_local(company_zone, f"u{n}")
    if zone == company_zone and walls and not moments:
        jump = zones.skipped_seconds(f"k{n}")
        local = f"CASE WHEN {likely} THEN {zones.shifted(f'w{n}', f'+ {jump}')} END"
    steps.layers[4].append(f"{local} AS l{n}")
    day = f"coalesce(l{n}, CASE WHEN {_LIKELY.format(f'd{n}')} THEN d{n} END)" if days else f"l{n}"
    values = (f"CAST({day} AS DATE)", f"u{n}", f"CAST(hour(l{n}) AS SMALLINT)")
    for part, value in zip(parts_of(cell.table, cell.name), values, strict=False):
        yield f"{cell.table}.{part}", value
    yield f"{cell.table}.{cell.name}?", f"q{n}"


def _attempts(
    raw: str, formats: list[str], decimal: str, n: int, steps: _Steps
) -> tuple[list[str], list[str], list[str]]:
    """Note the reading by each format; return those that give wall-clock times, UTC moments, and days."""
    walls: list[str] = []
    moments: list[str] = []
    days: list[str] = []
    attempts = [_parsed(raw, one, decimal) for one in formats]
    for k, one in enumerate(formats):
        # A failed attempt is slow: a format is tried where the length fits and those before it failed.
        failed = " AND ".join(f"{attempt} IS NULL" for attempt in attempts[:k])
        attempt = f"CASE WHEN {failed} THEN {attempts[k]} END" if failed else attempts[k]
        name = f"p{n}_{k}"
        steps.layers[0].append(f"{attempt} AS {name}")
        if one == EXCEL:  # a whole day number has no time
            days.append(f"CASE WHEN {name} = date_trunc('day', {name}) THEN {name} END")
            walls.append(f"CASE WHEN {name} <> date_trunc('day', {name}) THEN {name} END")
        else:
            (moments if has_zone(one) else walls if has_time(one) else days).append(name)
    return walls, moments, days


def _formats(source: Source, column: Column) -> list[str]:
    formats = list(column.formats or source.mapping.dates.formats)
    if source.native:
        formats += [one for one in (*ISO, *_WITH_OFFSET) if one not in formats]
    return formats


def _parsed(raw: str, date_format: str, decimal: str) -> str:
    number = raw if decimal == "." else f"replace({raw}, {quoted(decimal)}, '.')"
    if date_format == EXCEL:
        moment = (
            f"make_timestamp(CAST(round((CAST({number} AS DOUBLE) - 25569) * 86400) AS BIGINT) * 1000000)"
        )
        return f"CASE WHEN regexp_full_match({number}, {quoted(shape(EXCEL))}) THEN {moment} END"
    if date_format == EPOCH_MS:
        moment = f"make_timestamp(CAST({raw} AS BIGINT) * 1000)"
        return f"CASE WHEN regexp_full_match({raw}, {quoted(shape(EPOCH_MS))}) THEN {moment} END"
    parsed = f"try_strptime({raw}, {quoted(date_format)})"
    low, high = lengths(date_format)
    moment = f"timezone('UTC', {parsed})" if has_zone(date_format) else parsed
    return f"CASE WHEN strlen({raw}) BETWEEN {low} AND {high} THEN {moment} END"


def _first(group: list[str]) -> str:
    return (
        "CAST(NULL AS TIMESTAMP)"
        if not group
        else group[0]
        if len(group) == 1
        else f"coalesce({', '.join(group)})"
    )


def _code(cell: Cell, raw: str, formats: list[str], clock: str, n: int) -> str:
    parsed = f"s{n}"
    # The shape is looked at only where parsing fails: what is parsed into a likely year had it.
    looks = " OR ".join(f"regexp_full_match({raw}, {quoted(shape(one))})" for one in formats)
    no_end = f"WHEN year({parsed}) = 9999 THEN {NO_END} " if (cell.table, cell.name) in OPEN_ENDS else ""
    fine = str(FINE)
    if clock:
        skipped = f"{zones.skipped_seconds(clock)} > 0"
        fine = f"CASE WHEN {zones.is_doubled(clock)} THEN {DOUBLED} WHEN {skipped} THEN {SKIPPED} ELSE {FINE} END"
    return (
        f"CAST(CASE WHEN {_LIKELY.format(parsed)} THEN {fine} WHEN {raw} IS NULL THEN {FINE} {no_end}"
        f"WHEN NOT ({looks}) THEN {WRONG_SHAPE} WHEN {parsed} IS NULL THEN {IMPOSSIBLE} "
        f"ELSE {OUT_OF_RANGE} END AS TINYINT)"
    )
