"""The counts of a shared page as one linear system: its cells, and every sum in which a reader may find them.

Sums are found in the numbers themselves: the sum of a column, a column that is the sum of others, a share and its base,
what is left of a count when a part of it is taken away. A sum that holds by accident only hides more. Equal counts
of one row's name, and large ones of any, are one cell, wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, permutations, product
from typing import Any

from ..stats.suppression import suppressed
from .shared_words import DRAWN, agreed, number, numbers

REST = "\0rest"  # begins the name of a cell that is printed nowhere
NESTED = {"stages", "playbook_stages"}  # each row is a part of the one above or below it
COMPANY = {"scorecard", "teams", "weeks", "months", *NESTED}  # of the whole company: equal counts are one cell

TWICE = "kept"  # holds the same clients twice: by match of the profile (these rows), then by source
MATCHED = {"Matches the profile", "Does not match", "Not known"}  # not imported: it would load every question
ALIKE = 250  # two equal counts of this size are taken for the same one

Cell = tuple[str, int]  # whose, and how many


@dataclass
class Page:
    """The counts of a page as one system: cells by key, relations, and where on the page each cell is printed."""

    least: int
    values: dict[Cell, int] = field(default_factory=dict)
    relations: list[dict[Cell, int]] = field(default_factory=list)
    drawn: set[Cell] = field(default_factory=set)  # cells of tables that stand behind a figure

    def cell(self, name: str, value: int) -> Cell:
        """Return the cell of a count: equal counts of one name are one cell, and large ones whatever their name."""
        key = (name if name.startswith(REST) or value < ALIKE else "", value)
        self.values[key] = value
        return key

    def relate(self, whole: Cell, *parts: Cell) -> None:
        """Note that a whole is the sum of its parts."""
        relation = {whole: -1}
        for part in parts:
            relation[part] = relation.get(part, 0) + 1
        self.relations.append({key: factor for key, factor in relation.items() if factor})

    def nest(self, whole: Cell, part: Cell) -> None:
        """Note that a count is a part of another: what is left of it is a cell, too, though it is printed nowhere."""
        rest = self.values[whole] - self.values[part]
        if rest > 0 and self.values[part]:
            left = self.cell(f"{REST} of {whole} less {part}", rest)
            self.relate(whole, part, left)

    def dear(self, key: Cell) -> float:
        """Return how much a cell would be missed: the company's own most, what is printed nowhere not at all."""
        name, value = key
        return 0.0 if name.startswith(REST) else value + (0 if name else 10_000) + (1_000 if key in self.drawn else 0)


@dataclass
class Grid:
    """One table's counts: `cells[row, column]`, the keys behind each printed cell, and the columns that add up."""

    table: dict[str, Any]
    counts: dict[tuple[int, int], int] = field(default_factory=dict)
    behind: dict[tuple[int, int], list[Cell]] = field(default_factory=dict)
    unfounded: set[int] = field(default_factory=set)  # columns of shares whose base is not printed
    parts: list[tuple[int, ...]] = field(default_factory=list)  # columns that add up to another
    # column of shares -> the column of their bases, the parts, and what is left of each base
    shared_out: dict[int, tuple[int, list[Cell], list[Cell]]] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return what each row is of: its heading, with its other words where that is not enough; "" = the company."""
        if self.table["name"] in COMPANY or len(self.table["rows"]) == 1:
            return ["" for _ in self.table["rows"]]
        heads = [row[0]["text"] for row in self.table["rows"]]
        if len(set(heads)) == len(heads):
            return heads
        words = [at for at, column in enumerate(self.table["columns"]) if column["unit"] == "text"]
        return [" ".join(row[at]["text"] for at in words) for row in self.table["rows"]]

    def whole_columns(self) -> Iterator[Column]:
        """Yield the columns of counts by the name of their rows, each with what it must not be compared to."""
        if self.table["name"] in COMPANY:
            return
        for at in sorted({at for _, at in self.counts}):
            if share_of(self.table, 0, at) is None:
                apart = {one for group in self.parts if at in group for one in group}
                yield Column(self, at, {name: self.counts[row, at] for row, name in enumerate(self.names())
                                        if (row, at) in self.counts}, apart)  # fmt: skip


@dataclass
class Column:
    """One column of counts: row's name -> count; `apart` are columns of its table that share nobody with it."""

    grid: Grid
    at: int
    counts: dict[str, int]
    apart: set[int]


def solved(tables: list[dict[str, Any]], least: int) -> tuple[list[Grid], set[Cell]]:
    """Return the tables' counts and what of them must be hidden."""
    page = Page(least)
    grids = [read(table, page) for table in tables]
    for one, other in combinations([column for grid in grids for column in grid.whole_columns()], 2):
        within(one, other, page)
    for first, second in permutations(grids, 2):
        totals_elsewhere(first, second, page)
        alike_rows(first, second, page)
        same_weeks(first, second, page)
    return grids, suppressed(page.values, page.relations, least, page.dear)


def read(table: dict[str, Any], page: Page) -> Grid:
    """Put a table's counts into the system: its cells, sums of columns and rows, shares, steps between rows."""
    grid = Grid(table)
    names = grid.names()
    columns = [at for at, column in enumerate(table["columns"]) if at and not agreed(column)]
    for at_row, row in enumerate(table["rows"]):
        for at in [0, *columns]:
            cell, place = row[at], (at_row, at)
            unit = cell.get("unit", table["columns"][at]["unit"])
            if unit == "count" and at and cell["value"] is not None:
                grid.counts[place] = round(abs(cell["value"]))
                grid.behind[place] = [page.cell(names[at_row], grid.counts[place])] if grid.counts[place] else []
            elif cell["value"] is None:
                text = cell.get("under", "") if at == 0 else cell["text"]
                worded = [number(found) for kind, found in numbers(text) if kind == "count"]
                grid.behind[place] = [page.cell(names[at_row], value) for value in worded if value]
                for one, other in combinations(sorted(grid.behind[place], key=lambda key: -key[1]), 2):
                    page.nest(one, other)
        for whole in grid.behind.get((at_row, 0), []):
            for part in (key for at in columns for key in grid.behind.get((at_row, at), [])):
                page.nest(whole, part)
    worded_totals(grid, columns, page)
    grid.parts = list(add_up(grid, columns, page, names))
    adds_up = [shares(grid, at, columns, page, names) for at in columns]
    for at in columns if all(adds_up) else ():
        total(grid, at, page, names)
    if table["name"] in DRAWN:
        page.drawn |= {key for keys in grid.behind.values() for key in keys}
    return grid


def worded_totals(grid: Grid, columns: list[int], page: Page) -> None:
    """Note the sums of counts that stand in words, "98 of 111": of the first ones of a column, and of the second."""
    for at in columns:
        rows = [keys for row in range(len(grid.table["rows"])) if (row, at) not in grid.counts
                and (keys := grid.behind.get((row, at)))]  # fmt: skip
        for place in range(min(map(len, rows), default=0)):
            parts = [keys[place] for keys in rows]
            page.relate(page.cell("", sum(value for _, value in parts)), *parts)


def add_up(grid: Grid, columns: list[int], page: Page, names: list[str]) -> Iterator[tuple[int, ...]]:
    """Note every column that is, in all rows, the sum of others; yield which others."""
    rows = range(len(names))
    whole = [at for at in columns if all((row, at) in grid.counts for row in rows) and names]
    for at in whole:
        others = [one for one in whole if one != at and any(grid.counts[row, one] for row in rows)]
        for size in range(2, len(others) + 1):
            for group in combinations(others, size):
                if all(grid.counts[row, at] == sum(grid.counts[row, one] for one in group) for row in rows):
                    for row in rows:
                        if grid.counts[row, at]:
                            page.relate(*(key for one in (at, *group) for key in grid.behind[row, one]))
                    yield group


def total(grid: Grid, at: int, page: Page, names: list[str]) -> None:
    """Note the sum of a column, which a reader may know even if it is not printed, and steps between its rows."""
    held = [(row, grid.counts[row, at]) for row in range(len(names)) if grid.counts.get((row, at))]
    if grid.table["style"] == "score" or grid.table["name"] == "teams" or not held:  # rows that add up to nothing
        return
    if at in grid.shared_out and silent(grid, at, grid.shared_out[at][0]):
        return
    if grid.table["name"] in NESTED:
        for (above, _), (below, _) in combinations(sorted(held, key=lambda one: -one[1]), 2):
            page.nest(*grid.behind[above, at], *grid.behind[below, at])
        if grid.table["columns"][at]["key"] == "in_time":
            for row, _ in held:
                page.nest(grid.behind[row, 1][0], grid.behind[row, at][0])
        return
    first = [one for one in held if grid.table["name"] == TWICE and names[one[0]] in MATCHED]
    for group in ([one for one in held if one not in first], first):
        every = sum(count for _, count in group)
        of_all = [row for row, count in group if 2 * count == every and len(group) > 2]
        page.relate(page.cell("", every), *(grid.behind[row, at][0] for row, _ in group))
        for whole in of_all[:1]:  # a row of all the others, or one that is half of them by accident
            page.relate(grid.behind[whole, at][0], *(grid.behind[row, at][0] for row, _ in group if row != whole))


def shares(grid: Grid, at: int, columns: list[int], page: Page, names: list[str]) -> bool:
    """Note the counts behind a column of shares: the part, and the rest of the base that stands in the same row.

    False says that each row is a whole of its own, part and rest, so that rows do not add up.
    """
    told = {row: share for row in range(len(names)) if (share := share_of(grid.table, row, at)) is not None}
    printed = [one for one in columns if grid.table["columns"][one]["unit"] == "count"]
    bases = [one for one in printed if sum(0 < share < 1 for share in told.values()) != 1 and all(
        is_whole(share * grid.counts.get((row, one), 0.5)) for row, share in told.items())]  # fmt: skip
    base = min(bases, key=lambda one: sum(grid.counts[row, one] for row in told), default=None)
    parts: list[Cell] = []
    rests: list[Cell] = []
    halves = next((pair for pair in permutations(printed, 2) if told and base is None and all(
        is_ratio(share, *(grid.counts.get((row, one)) for one in pair)) for row, share in told.items())), ())
    column = None if base is not None or halves else of_column(grid, told, printed)
    if column is not None:  # tells no more than the count beside it and the column's sum
        whole = page.cell("", sum(grid.counts[row, column] for row in range(len(names))))
        grid.behind |= {(row, at): [*grid.behind[row, column], whole] for row in told}
        return True
    for row, share in told.items():
        grid.behind[row, at] = []
        if halves:
            whole = page.cell("", sum(grid.counts[row, one] for one in halves))
            page.relate(whole, *(key for one in halves for key in grid.behind[row, one]))
        if not 0 < share < 1:  # none or all: no count of its own
            grid.behind[row, at] = list(grid.behind[row, base]) if base is not None else []
            if base is not None and share in (0, 1):
                (parts if share else rests).extend(grid.behind[row, base])
                grid.counts[row, at] = grid.counts[row, base] if share else 0
            continue
        if base is not None:
            part = round(share * grid.counts[row, base])
            rest = grid.counts[row, base] - part
            pair = page.cell(names[row], part), page.cell(names[row], rest)
            page.relate(grid.behind[row, base][0], *pair)
            grid.counts[row, at], grid.behind[row, at] = part, list(pair)
            parts.append(pair[0])
            rests.append(pair[1])
        elif halves:
            grid.behind[row, at] = [key for one in halves for key in grid.behind[row, one]]
        elif is_whole(share * (ratio := Fraction(share).limit_denominator(10_000)).denominator):
            counted = (ratio.numerator, ratio.denominator - ratio.numerator)
            grid.behind[row, at] = [page.cell(names[row], n) for n in counted if n < page.least]
            grid.unfounded.add(at)
        if base is None:  # it may be a share of any count beside it
            grid.behind[row, at] += [key for one in printed for key in grid.behind.get((row, one), [])]
    if told and base is not None:
        grid.shared_out[at] = (base, parts, rests)
        if not silent(grid, at, base):
            page.relate(page.cell("", sum(value for _, value in rests)), *rests)
    return not halves


def of_column(grid: Grid, told: dict[int, float], printed: list[int]) -> int | None:
    """Return the column of counts of whose sum a column of shares are the shares, row by row, or None."""
    rows, name = range(len(grid.table["rows"])), grid.table["name"]
    if not told or grid.table["style"] == "score" or name in ("teams", TWICE, *NESTED):  # rows add up to nothing
        return None
    for at in printed:
        if all((row, at) in grid.counts for row in rows):
            whole = sum(grid.counts[row, at] for row in rows)
            if whole and all(abs(share * whole - grid.counts[row, at]) < 1e-6 for row, share in told.items()):
                return at
    return None


def silent(grid: Grid, at: int, base: int) -> int:
    """Return how many stand in rows that print a base and no share of it."""
    rows = range(len(grid.table["rows"]))
    return sum(grid.counts.get((row, base), 0) for row in rows if share_of(grid.table, row, at) is None)


def share_of(table: dict[str, Any], row: int, at: int) -> float | None:
    """Return a cell's share, or None if it holds no share."""
    cell = table["rows"][row][at]
    unit = cell.get("unit", table["columns"][at]["unit"])
    return cell["value"] if unit in ("share", "meter") else None


def is_whole(value: float) -> bool:
    """Say whether a product of a printed share is a count."""
    return abs(value - round(value)) < 1e-6


def is_ratio(share: float, part: int | None, rest: int | None) -> bool:
    """Say whether a share is that of a part in part and rest."""
    return part is not None and rest is not None and abs(share * (part + rest) - part) < 1e-6


def within(one: Column, other: Column, page: Page) -> None:
    """Note the rest of each count of which another is a part: in every row that both have, it is never greater."""
    both = [name for name in one.counts if name in other.counts]
    if len(both) < 2 or (one.grid is other.grid and other.at in one.apart):
        return
    if all(one.counts[name] <= other.counts[name] for name in both):
        one, other = other, one
    if any(one.counts[name] < other.counts[name] for name in both):
        return
    for name in both:
        page.nest(page.cell(name, one.counts[name]), page.cell(name, other.counts[name]))


def totals_elsewhere(one: Grid, other: Grid, page: Page) -> None:
    """Note that a column of shares and the row of that name in another table are of the same people."""
    for at, (_, parts, rests) in one.shared_out.items():
        for row, name in enumerate(other.names()):
            for key in other.behind.get((row, 1), []) + other.behind.get((row, 2), []):
                for group in (parts, rests) if name == one.table["columns"][at]["label"] else ():
                    left = key[1] - sum(value for _, value in group)
                    if left > 0:
                        page.relate(key, *group, page.cell(f"{REST} of {key} less {at}", left))


def alike_rows(one: Grid, other: Grid, page: Page) -> None:
    """Note that a campaign may be a part of a source: it is smaller in every count, and in one only just."""
    if (one.table["name"], other.table["name"]) != ("sources", "campaigns"):
        return
    for row, part in product(range(len(one.table["rows"])), range(len(other.table["rows"]))):
        pairs = [(one.behind[row, at], other.behind[part, b]) for at, column in enumerate(one.table["columns"])
                 for b, its in enumerate(other.table["columns"]) if column["key"] == its["key"]
                 and column["unit"] == "count" and (row, at) in one.counts and (part, b) in other.counts]  # fmt: skip
        if all(whole and (not piece or whole[0][1] >= piece[0][1]) for whole, piece in pairs):
            for whole, piece in pairs:
                if piece and whole[0][1] - piece[0][1] < page.least:
                    page.nest(whole[0], piece[0])


def same_weeks(one: Grid, other: Grid, page: Page) -> None:
    """Note that a week that the month cuts off is a part of the whole week in another table."""
    if (one.table["name"], other.table["name"]) != ("teams", "weeks"):
        return
    whole = [(row, cells[0]["text"].removeprefix("Week of ").split(" ")) for row, cells in enumerate(one.table["rows"])
             if cells[0]["text"].startswith("Week of ")]  # fmt: skip
    for part, cells in enumerate(other.table["rows"]):
        day, _, month = re.sub("–.* ", " ", cells[0]["text"]).partition(" ")
        begun = [row for row, (first, its, *_) in whole if its != month] if day == "1" else []
        same = [row for row, (first, its, *_) in whole if (first, its) == (day, month)] or begun[-1:]
        for row in same:
            for at, team in ((at, column["key"].split("_")[0]) for at, column in enumerate(one.table["columns"])):
                for key in one.behind.get((row, at), []):
                    for b, column in enumerate(other.table["columns"]):
                        if column["key"] == f"{team}_actual":
                            for piece in other.behind.get((part, b), []):
                                page.nest(key, piece)
