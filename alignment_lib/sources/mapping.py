"""Mapping files, params/<company>/sources/*.yml: which heading of an export feeds which canonical column, and how.

No code per company: an export with other headings, another dialect or other words needs another file here, only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, TypeAdapter, model_validator

from ..errors import ParamsError, Problem
from ..playbook.settings import Zone
from ..playbook.strict import Strict, Text, check, nearest, shown, wrong
from ..playbook.strict_yaml import read_yaml
from .formats import ISO, problem_with
from .tables import ALLOWED, TABLES, Kind, kind_of

Unlisted = Literal["keep", "empty", "set aside", "refuse"]

_ENCODINGS = re.compile(
    r"utf-8|utf-8-sig|utf-16|utf-16-le|utf-16-be|ascii|latin-1|iso-8859-[0-9]{1,2}|cp[0-9]{3,4}|windows-125[0-9]"
    r"|mac-roman|shift_jis|euc-jp|euc-kr|gb18030|big5"
)


def _encoding(value: Any) -> str:
    name = str(value).strip().lower().replace("utf8", "utf-8").replace("utf16", "utf-16")
    try:
        if _ENCODINGS.fullmatch(name) and "".encode(name) is not None:
            return name
    except LookupError:
        pass
    raise wrong(f"found {shown(value)}", "utf-8, utf-16, cp1252 or another text encoding")


def _one_of(*options: str) -> BeforeValidator:
    def check_value(value: Any) -> str:
        if value not in options:
            raise wrong(f"found {shown(value)}", ", ".join(f'"{option}"' for option in options))
        return value

    return BeforeValidator(check_value)


def _file_name(value: Any) -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not name or re.search(r"[*?\[\]{}\\\x00-\x1f]|://|^[A-Za-z]:|^[/~]", name) or ".." in name.split("/"):
        raise wrong(
            f"found {shown(value)}",
            "a file inside the exports folder, named as it is",
            "No pattern, no address.",
        )
    return name


def _formats(value: Any) -> Any:
    formats = (value,) if isinstance(value, str) else value
    if isinstance(formats, list | tuple) and all(isinstance(one, str) for one in formats):
        if problem := problem_with(tuple(formats)):
            raise wrong(problem, "formats of different shape, such as %Y-%m-%d %H:%M and %Y-%m-%d, or excel")
        return tuple(formats)
    raise wrong(f"found {shown(value)}", 'a list of formats such as ["%Y-%m-%d"]')


def _zone(value: Any) -> Any:
    return value if value in ("utc", "local") else _IANA.validate_python(value)


_IANA = TypeAdapter(Zone)
Formats = Annotated[tuple[str, ...], BeforeValidator(_formats)]
ZoneName = Annotated[str, BeforeValidator(_zone)]


class Dialect(Strict):
    """How the file is written."""

    encoding: Annotated[str, BeforeValidator(_encoding)] = "utf-8"
    delimiter: Annotated[str, _one_of(",", ";", "\t", "|", ":", "^", "~")] = ","
    quote: Annotated[str, _one_of('"', "'", "")] = '"'
    escape: Annotated[str, _one_of("", "\\")] = ""
    decimal: Annotated[str, _one_of(".", ",")] = "."
    thousands: Annotated[str, _one_of("", ",", ".", " ", "'", "\u00a0", "\u202f")] = ""

    @model_validator(mode="after")
    def _signs_differ(self) -> Dialect:
        if self.decimal == self.thousands:
            raise wrong("decimal and thousands are the same sign", "two signs")
        return self


class Dates(Strict):
    """How dates are written; `zone` is that of times without an offset. A date without a time never shifts."""

    formats: Formats = ISO
    zone: ZoneName = "local"


class Column(Strict):
    """Where a canonical column comes from. A plain heading in the file is short for {column: heading}."""

    column: str | None = None
    columns: tuple[str, ...] = ()
    kind: Literal["salesforce_id"] | None = None
    constant: Text | None = None
    values: dict[str, str] = Field(default_factory=dict)
    unlisted: Unlisted | None = None
    formats: Formats | None = None
    zone: ZoneName | None = None
    currency_symbol: str = ""
    is_one_of: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _heading(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_origin(self) -> Column:
        if sum((self.column is not None, bool(self.columns), self.constant is not None)) != 1:
            raise wrong("does not say where it comes from", "exactly one of column, columns, constant")
        return self

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings it reads."""
        return (self.column,) if self.column is not None else self.columns


class FileMapping(Strict):
    """One mapping file: one export, and the tables that it feeds."""

    file: Annotated[str, BeforeValidator(_file_name)]
    format: Literal["csv", "xlsx", "parquet"] = "csv"
    sheet: Text | None = None
    dialect: Dialect = Dialect()
    dates: Dates = Dates()
    footer: tuple[Text, ...] = ()
    personal: tuple[str, ...] = ()
    tables: dict[str, dict[str, Column]]
    _read_from: str = PrivateAttr("")

    @property
    def read_from(self) -> str:
        """The mapping file's own name, "sources/deals.yml", for messages; no part of any fingerprint."""
        return self._read_from

    def feeds(self, table: str) -> dict[str, Column]:
        """Return the canonical columns that it feeds."""
        return {name: column for name, column in self.tables[table].items() if name != "only"}

    def only(self, table: str) -> Column | None:
        """Return the condition on rows that feed a table."""
        return self.tables[table].get("only")

    def headings(self) -> list[str]:
        """Return every heading that it reads, once, in order."""
        every = (
            heading
            for table in self.tables.values()
            for column in table.values()
            for heading in column.headings
        )
        return list(dict.fromkeys(every))


def read_mappings(params: Path) -> list[FileMapping]:
    """Read `sources/*.yml` of a company's params folder.

    Raises
    ------
    ParamsError
        With every problem of every mapping file: unknown keys, tables and columns with the nearest name, formats
        that read the same text as different days, words outside a closed list.
    """
    paths = sorted((params / "sources").glob("*.yml"))
    if not paths:
        fix = "Nothing says what the exports' columns mean."
        nothing = Problem("sources", "has no mapping", "files like sources/contacts.yml", fix)
        raise ParamsError(f"1 problem in {params.name}/sources:", [nothing])
    problems: list[Problem] = []
    found: list[FileMapping] = []
    for path in paths:
        file = read_yaml(path, f"sources/{path.name}")
        mapping = check(FileMapping, file)
        if mapping is not None:
            mapping._read_from = f"sources/{path.name}"
            for where, *said in _mistakes(mapping):
                file.report(where, *said)
            twice = [other for other in found if other.file == mapping.file and other.sheet == mapping.sheet]
            if twice:
                file.report(("file",), f'"{mapping.file}" is mapped twice', "one mapping for each file")
            found.append(mapping)
        problems += file.problems
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise ParamsError(f"{count} in {params.name}/sources:", problems)
    return found


Mistake = tuple[Any, ...]


def _mistakes(mapping: FileMapping) -> Iterator[Mistake]:
    """Yield (path, found, allowed, fix) for everything that the models alone cannot see."""
    if (mapping.format == "xlsx") != (mapping.sheet is not None):
        yield ("sheet",), "goes with format: xlsx, and only with it", "the name of a sheet"
    if not mapping.tables:
        yield ("tables",), "is empty", ", ".join(TABLES)
    for table, columns in mapping.tables.items():
        if table not in TABLES:
            yield ("tables", table), "is not a known table", ", ".join(TABLES), nearest(table, TABLES)
            continue
        for name, column in columns.items():
            here = ("tables", table, name)
            if name == "only":
                if column.column is None or not column.is_one_of:
                    yield here, "is not a condition", "{column: a heading, is_one_of: [words]}"
                continue
            kind = kind_of(table, name)
            if kind is None:
                options = [*TABLES[table].columns, *(f"{prefix}<name>" for prefix in TABLES[table].prefixes)]
                yield here, "is not a known column", ", ".join(options), nearest(name, options)
                continue
            yield from _wrong_use(here, kind, column, mapping.personal)
            yield from _wrong_words(here, ALLOWED.get((table, name), ()), kind, column)
        missing = [name for name in TABLES[table].required if name not in columns]
        if missing:
            yield ("tables", table), f"does not map {', '.join(missing)}", "every required column"


def _wrong_use(
    here: tuple[str, ...], kind: Kind, column: Column, personal: Iterable[str]
) -> Iterator[Mistake]:
    """Yield keys that do not go with the column's kind."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", here[-1]):
        yield here, "is not a name", "small letters, digits and _"
    fits = {
        "values": kind == "label", "unlisted": kind == "label", "columns": kind in ("person", "contact", "text"),
        "formats": kind in ("instant", "date"), "zone": kind in ("instant", "date"),
        "currency_symbol": kind == "number", "constant": kind in ("label", "text", "number"), "is_one_of": False,
        "kind": kind == "text",
    }  # fmt: skip
    for key, allowed in fits.items():
        if not allowed and getattr(column, key) not in (None, "", (), {}):
            yield (*here, key), f"does not go with {here[-1]}, a {kind} column"
    if kind not in ("person", "contact") and (hidden := set(column.headings) & set(personal)):
        yield (
            here,
            f'reads "{sorted(hidden)[0]}", which is listed under personal',
            "person_key or owner, which are hashed",
        )


def _wrong_words(
    here: tuple[str, ...], allowed: tuple[str, ...], kind: Kind, column: Column
) -> Iterator[Mistake]:
    """Yield words outside a closed list, and words that are listed twice."""
    if allowed:
        for key, word in column.values.items():
            if word not in allowed:
                yield (
                    (*here, "values", key),
                    f"found {shown(word)}",
                    ", ".join(allowed),
                    nearest(word, allowed),
                )
        if column.constant is not None and column.constant not in allowed:
            yield (*here, "constant"), f"found {shown(column.constant)}", ", ".join(allowed)
        if column.unlisted == "keep":
            yield (
                (*here, "unlisted"),
                'found "keep"',
                "empty, set aside, refuse: the counting relies on this list",
            )
    if (
        kind == "number"
        and column.constant is not None
        and not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", column.constant)
    ):
        yield (*here, "constant"), f"found {shown(column.constant)}", "a number"
    folded = [fold(key) for key in column.values]
    for key in column.values:
        if folded.count(fold(key)) > 1:
            yield (*here, "values", key), "is listed twice, but for capitals and spaces", "once"


def fold(label: str) -> str:
    """Return what two spellings of one label share: spaces, no-break spaces and capitals do not count.

    >>> fold("WEB\\u00a0 ") == fold(" web")
    True
    """
    import unicodedata

    return " ".join(unicodedata.normalize("NFC", label).split()).casefold()
