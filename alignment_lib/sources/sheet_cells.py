"""Cells of a workbook that hold no value: errors such as #N/A, and formulas that nobody calculated.

The reader of workbooks gives both as empty cells, so the sheet's own XML is looked at. A workbook without either is
only searched for their marks.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from .structure import Wrong

CHUNK = 1 << 20
MAX_INDEX = 4 << 20  # bytes of the two small parts that say which part is which sheet
_MARKS = (b'"e"', b"'e'", b"<f", b":f", b"\0", b"<!DOCTYPE")


class DamagedSheet(ValueError):
    """The sheet's part is missing, no XML, or holds what no spreadsheet program writes."""


def valueless(path: Path, sheet: str, columns: Collection[int]) -> dict[int, tuple[Wrong, Wrong]]:
    """Return, by column (0 is A), the rows with an error and the rows with a formula without a value.

    Row 1, the header, is left out.

    Raises
    ------
    DamagedSheet
        If the sheet cannot be followed through the workbook's parts.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            part = _part_of(parts, sheet)
            if not _is_marked(parts, part):
                return {}
            found = _Cells(columns)
            with parts.open(part) as xml:
                while piece := xml.read(CHUNK):
                    found.parser.Parse(piece)
                found.parser.Parse(b"", True)
            return found.wrong
    except (KeyError, expat.ExpatError, ElementTree.ParseError, zipfile.BadZipFile) as error:
        raise DamagedSheet("the sheet's part cannot be read") from error


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds a sheet."""
    ids = [
        next(value for key, value in element.attrib.items() if key.endswith("}id"))
        for element in _index(parts, "xl/workbook.xml")
        if element.tag.endswith("}sheet") and element.get("name") == sheet
    ]
    for element in _index(parts, "xl/_rels/workbook.xml.rels"):
        if ids and element.get("Id") == ids[0]:
            return posixpath.normpath(posixpath.join("/xl", element.attrib["Target"])).lstrip("/")
    raise DamagedSheet("the workbook does not say where the sheet is")


def _index(parts: zipfile.ZipFile, name: str) -> list[ElementTree.Element]:
    if parts.getinfo(name).file_size > MAX_INDEX:
        raise DamagedSheet("the workbook's index is too large")
    text = parts.read(name)
    if b"<!DOCTYPE" in text:
        raise DamagedSheet("the workbook defines entities of its own")
    return list(ElementTree.fromstring(text).iter())


def _is_marked(parts: zipfile.ZipFile, part: str) -> bool:
    """Return whether a part may hold an error or a formula at all."""
    before = b""
    with parts.open(part) as xml:
        while piece := xml.read(CHUNK):
            if any(mark in before + piece for mark in _MARKS):
                return True
            before = piece[-16:]
    return False


class _Cells:
    """Follows the cells of a sheet while its XML is parsed; keeps nothing but what is wrong."""

    def __init__(self, columns: Collection[int]):
        self.columns, self.wrong = columns, dict[int, tuple[Wrong, Wrong]]()
        self.row, self.column = 0, -1
        self.kind, self.formula, self.value, self.in_value = "", False, "", False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = (
            self._refuse
        )  # no spreadsheet program writes one; entities need it

    def _refuse(self, *_: Any) -> None:
        raise DamagedSheet("the sheet defines entities of its own")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), -1
        elif name == "c":
            place = re.match("[A-Z]+", attributes.get("r", ""))
            self.column = _number(place[0]) if place else self.column + 1
            self.kind, self.formula, self.value = attributes.get("t", ""), False, ""
        elif name == "f":
            self.formula = True
        elif name == "v":
            # A formula that gives an empty text has a value of kind "str" with nothing in it.
            self.in_value, self.value = True, '""' if self.kind == "str" else ""

    def _text(self, text: str) -> None:
        if self.in_value:
            self.value += text

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self.in_value = False
        elif name == "c" and self.column in self.columns and self.row > 1:
            empty = self.formula and not self.value
            if self.kind == "e" or empty:
                errors, formulas = self.wrong.setdefault(self.column, (Wrong(), Wrong()))
                (errors if self.kind == "e" else formulas).add(self.row)


def _number(letters: str) -> int:
    """Return the place of a column from 0.

    >>> _number("A"), _number("AA")
    (0, 26)
    """
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
