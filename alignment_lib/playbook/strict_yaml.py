"""Strict YAML: a small file becomes dicts, lists and texts, or a list of problems with their lines.

Scalars stay text: `NO` is a country, 2026-10 a month, 01 keeps its zero. The model that reads a value decides
what it means. Aliases, anchors, tags, duplicate keys, tabs, depth and size beyond need, and keys that look
like secrets are refused; the value of such a key is dropped here, so that no message can carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ..errors import Problem

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20
MISSING = "is missing"

_SECRET = (
    "(pass_?word|passwd|pwd|passphrase|secret|token|credential|(api|access|private)_?key|connection_?string)"
)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same loader in C, where PyYAML has it

Where = tuple[str | int, ...]


@dataclass
class YamlFile:
    """What a file holds: `data` (None when nothing can be read), the line of every key, and its problems."""

    name: str
    data: Any = None
    readable: bool = True
    lines: dict[Where, int] = field(default_factory=dict)
    reported: set[Where] = field(default_factory=set)
    found: list[tuple[int, Problem]] = field(default_factory=list)
    formal: int = 0  # so many of them, the first, are about the file's form

    @property
    def problems(self) -> list[Problem]:
        """What is wrong: the file's form by line, then its values by line, then what is missing.

        A key in the wrong place is missing in the right one: whoever mends the first two often mended the last.
        """
        order = [
            (problem.found == MISSING, at >= self.formal, line, at)
            for at, (line, problem) in enumerate(self.found)
        ]
        return [self.found[at][1] for *_, at in sorted(order)]

    def line_of(self, path: Where) -> int:
        """Return the line of a path of keys, or of the nearest key around it; 0 if there is none."""
        return next((self.lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in self.lines), 0)

    def where(self, path: Where) -> str:
        """Return "report.yml, line 3: goals.lead_split" for a path of keys; list items count from 1."""
        parts = (f"[{part + 1}]" if isinstance(part, int) else f".{_printable(part)}" for part in path)
        dotted = "".join(parts).removeprefix(".")
        line = self.line_of(path)
        place = f"{self.name}, line {line}" if line else self.name
        return f"{place}: {dotted}" if dotted else place

    def report(self, path: Where, found: str, allowed: str = "", fix: str = "") -> None:
        """Note a problem at a path, once; problems inside a part already reported say nothing new."""
        if not any(path[:n] in self.reported for n in range(len(path) + 1)):
            self.reported.add(path)
            self.found.append((self.line_of(path), Problem(self.where(path), found, allowed, fix)))

    def refuse(self, line: int, found: str, allowed: str = "", fix: str = "") -> None:
        """Note a problem of a line (0: of the whole file), after which the file cannot be read."""
        self.readable = False
        where = f"{self.name}, line {line}" if line else self.name
        self.found.append((line, Problem(where, found, allowed, fix)))


def read_yaml(path: Path, name: str) -> YamlFile:
    """Read one YAML file strictly; what is wrong with it stands in `.problems`.

    `name` is how messages call the file. When the file cannot be read at all, `.readable` is False.
    """
    problems: list[Problem] = []
    text = read_text(path, name, problems, MAX_BYTES)
    file = YamlFile(name, readable=text is not None, found=[(0, problem) for problem in problems])
    if text is not None and not _tabs(text, file):
        _build(text, file)
    file.formal = len(file.found)
    return file


def _build(text: str, file: YamlFile) -> None:
    try:
        file.data = _Builder(file).document(yaml.parse(text, Loader=_LOADER))
    except _Stop:
        file.readable = False
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # PyYAML's own message may quote a character of the line; the line may hold what must not be shown.
        said = (error.problem or "").split(" but found")[0].split("found character")[0].strip(" ,")
        fix = "Check the signs : - and the quotes here and in the line before."
        file.refuse(mark.line + 1 if mark else 0, f"is not YAML{f': {said}' if said else ''}", fix=fix)
    except yaml.YAMLError:
        file.refuse(0, "holds characters that YAML does not allow", "printable text")


def _printable(key: str) -> str:
    """Return a key as a terminal may show it: no control characters, and not endless."""
    short = key if len(key) <= 60 else key[:57] + "..."
    return short if short.isprintable() else ascii(short)


def looks_secret(key: str) -> bool:
    """Say whether a key looks like the name of a secret; `..._env` names an environment variable, no secret.

    >>> [looks_secret(key) for key in ("crm_api_key", "DB_PASSWORD", "Secret Santa", "key_env", "person_key")]
    [True, True, False, False, False]
    """
    snake = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower())
    if snake.endswith("_env"):
        return False
    # A name in plain words ("Secret Santa") may hold such a word; an identifier may not.
    return re.search(f"{_SECRET}s?_?[0-9]*$" if " " in key.strip() else _SECRET, snake) is not None


def read_text(path: Path, name: str, problems: list[Problem], max_bytes: int) -> str | None:
    """Return the text of a regular UTF-8 file (a byte order mark is fine), or None and say why."""
    if not path.is_file():
        problems.append(Problem(name, "is missing or is not a regular file"))
        return None
    if path.stat().st_size > max_bytes:
        problems.append(Problem(name, f"has {path.stat().st_size:,} bytes", f"up to {max_bytes:,} bytes"))
        return None
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(f"{name}, line {line}", "is not UTF-8 text", fix="Save it as UTF-8."))
        return None


def _tabs(text: str, file: YamlFile) -> bool:
    tabs = [n for n, line in enumerate(text.splitlines(), 1) if re.match(r" *\t", line)]
    for n in tabs[:5]:
        file.refuse(n, "is indented with a tab", "spaces", "Replace the tab by two spaces.")
    return bool(tabs)


class _Stop(Exception):
    """The rest of the file cannot be understood."""


class _Builder:
    """Turns the parser's events into data, noting what is not allowed. Aliases are never expanded."""

    def __init__(self, file: YamlFile):
        self.file = file

    def document(self, events: Iterator[Any]) -> Any:
        self.events = events
        data, count = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                root, count = next(events), count + 1
                if count > 1:
                    self.file.refuse(root.start_mark.line + 1, "starts a second document", "one")
                    raise _Stop
                data = self._node(root, (), 1)
        return data

    def _node(self, event: Any, path: Where, depth: int) -> Any:
        self.file.lines.setdefault(path, event.start_mark.line + 1)
        if depth > MAX_DEPTH:
            self.file.report(path, f"is nested deeper than {MAX_DEPTH} levels", "fewer levels")
            raise _Stop
        if isinstance(event, yaml.AliasEvent):
            self.file.report(path, "uses an alias (*)", "plain values", "Write the value out here.")
            return None
        if event.anchor is not None:
            fix = "Write the value out where it is used."
            self.file.report(path, "has the anchor (&) of an alias", "plain values", fix)
        if event.tag is not None:
            self.file.report(path, "has a tag (!)", "plain values; objects are never made from a file")
        if isinstance(event, yaml.ScalarEvent):
            return None if not event.style and event.value in ("", "~", "null") else event.value
        return (self._list if isinstance(event, yaml.SequenceStartEvent) else self._mapping)(path, depth)

    def _list(self, path: Where, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, path: Where, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._node(event, (*path, "?"), depth + 1)
            self.file.lines.pop((*path, "?"), None)
            line = event.start_mark.line + 1
            if not isinstance(key, str):
                self.file.report((*path, "?"), f"a key in line {line} is not a text", "text")
                key = "?"
            here = (*path, key)
            if key in found:
                twice = f"stands twice, in lines {self.file.lines[here]} and {line}"
                self.file.report(here, twice, "once", "Remove one of the two.")
                self._node(next(self.events), (*path, "?"), depth + 1)
                continue
            self.file.lines[here] = line
            found[key] = self._node(next(self.events), here, depth + 1)
            if looks_secret(key):
                fix = "Keep it in the environment."
                self.file.report(here, "looks like a secret", "no secrets in files", fix)
                found[key] = None
        return found
