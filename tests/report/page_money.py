"""One loss, one amount: a walk over all money that a published page tells, with nothing but the page to go by.

The page's own gap bridge is what amounts are held against. Beside it a page may tell prices (of a lead or a client),
pipeline, and what next month owes; but no loss, lever, baton or step that is neither the bridge's nor says whose part
it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from alignment_lib.report.shared_words import amount

MONEY = re.compile(r"\$\d[\d.,]*\d(?:k|m|bn)?|\$\d(?:k|m|bn)?")
RANGE = re.compile(r" \((?:from nothing to |(?P<low>\$[^–]+)–)(?P<high>\$[^)]+)\)")
LOSS = re.compile(r"\b(batons?|dropped|lost|loss(es)?|missed|levers?|steps?|worth|won back|costs? (most|us))", re.I)
COSTS = re.compile(r"\bcosts? (about )?\$", re.I)
PRICE = re.compile(r"\$\S+ a (lead|join|win|month for|marketing-sourced|sales-sourced)|\ba (lead|join|win)\b")
VOID = {"br", "img", "meta", "link", "input", "path", "line", "rect", "use", "circle", "polyline", "polygon", "col"}
BLOCKS = {"p", "li", "h1", "h2", "h3", "summary", "figcaption", "div", "dd", "caption", "td", "th", "tr", "table",
          "text"}  # fmt: skip


@dataclass
class Table:
    """A table as printed: its title and, by row, each cell by the heading of its column."""

    title: str = ""
    rows: dict[str, dict[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """The texts of a page with the section they stand in and the list they belong to, and its tables."""

    def __init__(self, html: str):
        super().__init__()
        self.texts: list[tuple[str, str, str]] = []  # section, list, text
        self.tables: list[Table] = []
        self.labels: list[str] = []  # in the drawing of the bridge
        self.path: list[str] = []
        self.section, self.list, self.row, self.column, self.said = "", "", "", "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in BLOCKS:
            self.flush()
        if (tag == "section" or (tag == "details" and "ev" in (given.get("class") or "").split())) and given.get("id"):
            self.section = given["id"] or ""
        if tag == "ul":
            self.list = f"{self.section} {self.getpos()}"
        if tag == "table":
            self.tables.append(Table())
        if tag == "td":
            self.column = given.get("data-l") or ""
        if tag not in VOID:
            self.path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.flush()
        while tag in self.path and self.path.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        beside = self.path[-2:] == ["th", "small"]  # under the name of a row
        if not beside and not {"style", "script", "code", "title", "desc"} & set(self.path):
            self.said += data

    def flush(self) -> None:
        """Store what was read since the last block began."""
        said, self.said = " ".join(self.said.split()), ""
        if not said:
            return
        if "svg" in self.path:
            self.labels += [said] if self.section == "gap_bridge" else []
        elif "table" not in self.path:
            in_list = self.list if "ul" in self.path else f"{self.section} {self.getpos()}"
            self.texts.append((self.section, in_list, said))
        elif "caption" in self.path:
            self.tables[-1].title = said
        elif "tbody" in self.path and self.path[-1] == "th":
            self.row = said
            self.tables[-1].rows.setdefault(said, {})
        elif "tbody" in self.path:
            cell = self.tables[-1].rows.setdefault(self.row, {})
            cell[self.column] = f"{cell.get(self.column, '')} {said}".strip()


def one(text: str) -> float:
    """Return the one amount of a cell with its sign; 0 without one."""
    found = MONEY.search(text)
    return 0.0 if found is None else amount(found[0])[0] * (-1 if text.startswith(("▼", "−")) else 1)


def told(text: str, known: list[float], slack: float = 0.5) -> bool:
    """Say whether a printed amount is one of those known, to the places printed."""
    value, half = amount(text)
    return any(abs(abs(other) - value) <= half + slack for other in known)


class Walk:
    """The page's bridge and dropped batons, and what on the page does not go with them."""

    def __init__(self, html: str):
        self.page = Page(html)
        self.steps = self.table("The steps")
        levels = {name: one(row["Revenue"]) for name, row in self.steps.rows.items() if "$" in row["Revenue"]}
        self.goal, self.actual = levels.values()
        self.amounts = {name: one(row["Amount"]) for name, row in self.steps.rows.items() if name not in levels}
        grey = [value for name, value in self.amounts.items() if not self.steps.rows[name].get("Owner")]
        self.bridge = [self.goal, self.actual, self.actual - self.goal, sum(grey), *self.amounts.values()]
        beyond = sum(value for name, value in self.amounts.items() if " beyond the " in name)  # no planned lead's
        self.bridge += [sum(grey) - beyond]
        self.worth = self.table("What dropped batons").rows

    def table(self, title: str) -> Table:
        """Return the first table whose title begins so; an empty one if there is none."""
        return next((table for table in self.page.tables if table.title.startswith(title)), Table(title))

    def strays(self) -> list[str]:
        """Return what tells an amount that is no step, no part of one that it names, and no price or pipeline."""
        drawn = [said for label in self.page.labels for said in MONEY.findall(label)]
        return [*self.of_texts(), *self.of_tables(), *(said for said in drawn if not told(said, self.bridge))]

    def of_texts(self) -> Iterator[str]:
        """Yield the sentences whose money is nobody's."""
        together: dict[str, str] = {}
        for _, group, text in self.page.texts:
            together[group] = f"{together.get(group, '')} {text}"
        for section, group, text in self.page.texts:
            for sentence in re.split(r"(?<=[.!?;])\s+", text):
                bare = RANGE.sub("", sentence)
                rest = [said for said in MONEY.findall(bare) if not told(said, self.bridge, 0.0)]
                known = self.is_part(bare, rest, together[group]) or self.is_other(bare, text, section)
                if rest and not (known and self.ranges_hold(sentence, rest)):
                    yield sentence

    def is_part(self, sentence: str, amounts: list[str], around: str) -> bool:
        """Say whether amounts are dropped batons', in words that name the bridge or its steps, and not too large."""
        if "gap bridge" not in around:
            return False
        named = re.findall("“(.+?)”", sentence)
        own = {name: sum(one(row["Worth"]) for row in self.worth.values() if row.get("Inside the step") == name)
               for name in named}  # fmt: skip
        if named and not set(named) <= set(self.amounts):
            return False
        if re.search(r"\$\S+ in “", sentence):  # each amount beside its step
            pairs = re.findall(r"(\$\S+) in “(.+?)”", sentence)
            every = {said for said, _ in pairs} >= set(amounts)
            return every and all(told(said, [own[name]], len(self.worth)) for said, name in pairs)
        if named or sentence.endswith("of it."):
            within = sum(own.values()) if named else one(self.worth["All"]["Worth"])
            return all(0 < amount(said)[0] <= within + amount(said)[1] for said in amounts)
        return all(told(said, [one(self.worth["All"]["Worth"])]) for said in amounts)

    def is_other(self, sentence: str, text: str, section: str) -> bool:
        """Say whether the money is a price, pipeline, or what next month owes, and names no loss."""
        if LOSS.search(sentence):
            return False
        more = "pipeline" in text or section == "next_month"
        return PRICE.search(sentence) is not None or (more and not COSTS.search(sentence))

    def ranges_hold(self, sentence: str, amounts: list[str]) -> bool:
        """Say whether a range stands around the amount before it."""
        for found in RANGE.finditer(sentence):
            low = amount(found["low"])[0] if found["low"] else 0.0
            before = [said for said in MONEY.findall(sentence[: found.start()]) if said in amounts]
            value, half = amount(before[-1])
            if not low - half <= value <= amount(found["high"])[0] + half:
                return False
        return True

    def of_tables(self) -> Iterator[str]:
        """Yield the tables of losses that do not go with the bridge, and those that the walk does not know."""
        if abs(self.goal + sum(self.amounts.values()) - self.actual) > len(self.amounts):
            yield self.steps.title
        shared, *_ = self.table("Joint scorecard").rows.values()
        if [abs(one(shared[key])) for key in ("Plan", "Actual", "Gap")] != [abs(value) for value in self.bridge[:3]]:
            yield "Joint scorecard"
        history = self.table("Revenue attainment")
        *_, last = history.rows.values()
        if [one(last["Revenue"]), one(last["Goal"])] != [self.actual, self.goal]:
            yield history.title
        others = self.table("Figures that other people believe in")
        if any(one(row["Ours"]) != round(self.actual) for name, row in others.rows.items() if name == "Revenue"):
            yield others.title
        for table in self.page.tables:
            whole = " ".join([table.title, *table.rows, *(key for row in table.rows.values() for key in row)])
            has_money = any(MONEY.search(text) for row in table.rows.values() for text in row.values())
            is_levers = table.title.startswith("What would have closed")
            if has_money and (is_levers or LOSS.search(whole)) and table is not self.steps:
                yield from [] if self.goes_with_the_bridge(table) else [table.title]

    def goes_with_the_bridge(self, table: Table) -> bool:
        """Say whether a table tells the same losses as the bridge, in parts or as a whole."""
        rows, first = table.rows, next(iter(table.rows.values()))
        if table.title.startswith("The steps by"):
            columns = [key for key in first if key != "All"]
            sums = [abs(sum(one(row[key]) for key in columns) - one(row["All"])) for row in rows.values()]
            same = [told(row["All"].lstrip("▲▼− "), self.bridge) for row in rows.values() if one(row["All"])]
            return max(sums) <= len(columns) and all(same)
        if table.title.startswith("What dropped batons"):
            paid = {name: one(row["Worth"]) for name, row in rows.items() if name != "All"}
            named = {rows[name]["Inside the step"] for name in paid if paid[name] and "Inside the step" in first}
            return sum(paid.values()) == one(rows["All"]["Worth"]) and named <= set(self.amounts)
        if table.title.startswith("Dropped batons"):
            return sum(one(row["Worth"]) for row in rows.values()) == one(self.worth["All"]["Worth"])
        if "lever" in table.title or table.title.startswith("What would have closed"):
            return set(rows) <= set(self.amounts)
        return False
