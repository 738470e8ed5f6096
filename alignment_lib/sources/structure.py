"""Count the records and cells of a delimited file exactly, at the speed of bytes methods, before anything reads it.

A quoted cell is replaced by one mark; what is left holds only true delimiters and line ends, so that whole chunks
are checked by counting. Only a chunk that does not add up is looked at record by record. This finds what DuckDB's
reader passes over: a surplus empty last cell, blank records, text beside quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

KEEP = 5


@dataclass
class Wrong:
    """Records with one kind of mistake: how many, and the first five as a spreadsheet counts them."""

    count: int = 0
    rows: list[int] = field(default_factory=list)

    def add(self, row: int) -> None:
        """Note a record."""
        self.count += 1
        if len(self.rows) < KEEP:
            self.rows.append(row)


class Structure:
    """Feed it the bytes of a UTF-8 file, cut after line feeds; then `finish`.

    A chunk in which one record has a cell too many and another one too few adds up. DuckDB reports both, and the
    file is then looked at record by record (`thorough`).

    Attributes
    ----------
    records : int
        Records with cells, the header included.
    blanks : list of int
        Records without any cell that stand before another record.
    extra, missing, quotes : Wrong
        Records with more cells than the header, with fewer, and with a quote where none can stand.
    unclosed : int
        The record in which a quote opens that never closes, or 0.
    line_ends : set of bytes
        Which of LF, CRLF and CR end the records.
    """

    def __init__(self, cells: int, delimiter: str, quote: str, escape: str, thorough: bool = False):
        self.cells, self.thorough = cells, thorough
        self.delimiter, self.mark, self.escape = delimiter.encode(), quote.encode(), escape.encode()
        self.records, self.unclosed = 0, 0
        self.blanks: list[int] = []
        self.extra, self.missing, self.quotes = Wrong(), Wrong(), Wrong()
        self.line_ends: set[bytes] = set()
        self._position = 0  # records and blank lines seen
        self._blank_run: list[int] = []
        self._inside = False
        self._rest = b""  # the collapsed start of a record that is not complete yet
        if self.mark:
            d, q = re.escape(self.delimiter), re.escape(self.mark)
            self._misplaced = re.compile(rb"[^%b]%b|%b[^%b]" % (d, q, q, d))

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        lines = self._rest + self._collapse(chunk)
        if b"\r" in lines:
            crlf = lines.count(b"\r\n")
            if crlf:
                self.line_ends.add(b"\r\n")
            if lines.count(b"\r") > crlf:
                self.line_ends.add(b"\r")
            if lines.count(b"\n") > crlf:
                self.line_ends.add(b"\n")
            lines = lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        elif b"\n" in lines:
            self.line_ends.add(b"\n")
        end = lines.rfind(b"\n") + 1
        self._rest = lines[end:]
        if end:
            self._count(lines[:end])

    def finish(self) -> None:
        """Take the end of the file."""
        if self._inside:
            self.unclosed = self._position + 1
        elif self._rest:
            self._count(self._rest + b"\n")

    def _collapse(self, chunk: bytes) -> bytes:
        """Replace every quoted cell by one mark, which stands where the cell opens."""
        mark, inside = self.mark, self._inside
        if not mark or mark not in chunk:
            return b"" if inside else chunk
        if self.escape:
            chunk = chunk.replace(self.escape * 2, b"").replace(self.escape + mark, b"")
        parts = chunk.split(mark)
        if not self.escape and b"" in parts:
            parts = chunk.replace(mark * 2, b"").split(mark)
        outside = parts[1::2] if inside else parts[::2]
        self._inside ^= len(parts) % 2 == 0
        # From the first quote in a wrong place on, every record is looked at.
        self.thorough = self.thorough or not self._quotes_fit(outside, inside)
        text = mark.join(outside)
        return text + mark if self._inside and (outside or not inside) else text

    def _quotes_fit(self, outside: list[bytes], inside: bool) -> bool:
        """Return whether only delimiters and line ends stand beside quoted cells."""
        after = {part[:1] for part in (outside if inside else outside[1:])}
        before = {part[-1:] for part in (outside if self._inside else outside[:-1])}
        if outside[-1:] == [b""]:
            after.discard(b"")
        if not inside and outside[:1] == [b""]:
            before.discard(b"")
        return after | before <= {self.delimiter, b"\n", b"\r"}

    def _count(self, lines: bytes) -> None:
        """Count complete records; `lines` ends with a line feed."""
        every = np.frombuffer(lines, np.uint8)
        ends = int(np.count_nonzero(every == ord(b"\n")))
        if not self.thorough and np.count_nonzero(every == ord(self.delimiter)) == (self.cells - 1) * ends:
            self._position += ends
            self.records += ends
            self._flush_blanks()
            return
        for line in lines[:-1].split(b"\n"):
            self._position += 1
            if not line:
                self._blank_run.append(self._position)
                continue
            self._flush_blanks()
            self.records += 1
            cells = line.count(self.delimiter) + 1
            if cells > self.cells:
                self.extra.add(self._position)
            elif cells < self.cells:
                self.missing.add(self._position)
            if self.mark and self._misplaced.search(line):
                self.quotes.add(self._position)

    def _flush_blanks(self) -> None:
        self.blanks += self._blank_run
        self._blank_run = []
