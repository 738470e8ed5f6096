"""The last gate before a page is published: nothing personal, nothing of this machine, nothing that runs or loads.

It looks at the finished file, whatever made it, and fails closed. What runs or loads is looked for where a browser
looks: in elements, attributes and the style sheet, each on a list of what our pages are made of. Text runs nothing: a
source called `javascript:alert(1)` or `//cdn` is shown as it is called. It says which rule a text broke and where,
and shows only as much of the text as is needed to find it: never the whole of an address or a number.
"""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from ..charts import safe
from ..errors import NotebookFailed, Problem
from ..personal import looks_personal

SVG = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")  # names, never loaded
# What our pages are made of; SVG's own lists are in charts/safe.py.
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "footer", "main", "nav", "section", "aside", "details",
    "summary", "div", "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "figure", "figcaption", "pre", "code", "data", "a", "b", "i", "span", "small", "del",
    "ins",
    *(name.lower() for name in safe.ELEMENTS),
}  # fmt: skip
WORDED = {"title", "aria-label", "data-l", "content", "value"}  # attributes that are read, never followed
ATTRIBUTES = {
    "http-equiv", "name", "charset", "lang", "open", "tabindex", "scope", "colspan", "aria-hidden", "xmlns",
    *WORDED, *(name.lower() for name in safe.ATTRIBUTES),
}  # fmt: skip
FOLLOWED = re.compile(r"#[A-Za-z0-9_-]+")
LOADS = re.compile(r"@import|url\(\s*['\"]?(?!#)|https?:|//\w|javascript:|expression\(|</", re.I)
SHOWN = {*WORDED, "alt", "href", "id"}
# Names of accounts and machines that are plain words of such a page, or of any page.
ORDINARY = {
    "root", "user", "admin", "sales", "marketing", "report", "reports", "runner", "analyst", "main",
    "localhost", "python", "host", "home", "data", "build", "test",
}  # fmt: skip

PATHS = re.compile(r"(?<![\w/.:])/(?:home|Users|root|work|tmp|var|usr|opt|mnt|srv|etc|private|data|builds?)/[\w.-]"
                   r"|\b[A-Za-z]:\\\w|file:/|\\\\\w+\\")  # fmt: skip
NUMERIC = ("code", "data value")  # the code of a cell, and a raw number
PSEUDONYM = re.compile(r"\bowner-[0-9a-f]{8}\b")
LEFTOVERS = {
    "a number that was not computed": re.compile(r"(?<![\w-])(?:nan|NaN|NaT|inf|-inf|<NA>)(?![\w-])"),
    "an empty value": re.compile(r"(?<![\w-])None(?![\w-]| [a-z])"),
    "a Python object": re.compile(r"<Axes|<Figure|<alignment_lib|\bobject at 0x|\bdtype:|In \[\d*\]"),
    "an error": re.compile(r"Traceback \(most recent|\b[A-Z]\w+Error:"),
    "a number with six decimals": re.compile(r"\d\.\d{6,}"),
}
VOID = {"meta", "br", "hr", "col", "wbr", "input"}


class _Page(HTMLParser):
    """Collects what a reader can see or hear, and whatever is not on the lists of what our pages are made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, str]] = []
        self.foreign: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element, its spoken attributes, and what of it is not on the lists."""
        if tag not in VOID:
            self._inside.append(tag)
        if tag not in ELEMENTS:
            self.foreign.append(f"an element that does not belong on a page: <{tag[:20]}>")
        self.foreign += [problem for name, value in attrs if (problem := _foreign(tag, name, value or ""))]
        self.texts += [(f"{tag} {name}", value) for name, value in attrs if value and name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._inside and self._inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        """Keep the text; the style sheet must not load anything."""
        inside = self._inside[-1] if self._inside else ""
        if inside == "style":
            self.foreign += ["a style that loads"] if LOADS.search(data) else []
        elif data.strip():
            self.texts.append(("code" if "pre" in self._inside else inside, data.strip()))

    def handle_comment(self, data: str) -> None:
        """Refuse comments: nobody sees what they hold."""
        self.foreign.append("a comment")

    def handle_pi(self, data: str) -> None:
        """Refuse processing instructions."""
        self.foreign.append("a processing instruction")

    def unknown_decl(self, data: str) -> None:
        """Refuse CDATA and the like."""
        self.foreign.append("a declaration")


def _foreign(tag: str, name: str, value: str) -> str:
    """Return what is wrong with an attribute: it is not on the list, or it runs, loads or leads away."""
    if name.startswith("on"):
        return "an event handler"
    if name not in ATTRIBUTES:
        return f"an attribute that does not belong on a page: {name[:20]}"
    if name == "href" and not FOLLOWED.fullmatch(value):
        return "an address that is not a place on the page"
    if name == "http-equiv" and value.lower() != "content-security-policy":
        return "a page that reloads"
    wrong = value not in SVG if name == "xmlns" else name not in WORDED and LOADS.search(value)
    return f"something that loads, in {tag} {name}" if wrong else ""


def scan(html: str, labels: Iterable[str] = ()) -> list[Problem]:
    """Return every leak found in a page.

    Parameters
    ----------
    html : str
        The finished page.
    labels : iterable of str
        Texts that come from the data as they are: a source may be called "None" or "/home/page", in a cell and in a
        sentence. They may still hold no address of a person, no number of one, and no folder of this machine.
    """
    parser = _Page()
    parser.feed(html)
    parser.close()
    known = {label for label in labels if any(_misplaced(label))}
    folders = _own_folders()
    found = [
        Problem(f"page, <{where}>", f"{rule}: {_shortened(text)}")
        for where, text in parser.texts
        for rule in _broken(text, where, known, folders)
    ]
    words = set(re.findall(r"[\w.-]+", " ".join(text for _, text in parser.texts)))
    found += [Problem("page", f"the name of an account or a machine ({len(name)} letters)")
              for name in sorted(_own_names() & words)]  # fmt: skip
    return found + [Problem("page", rule) for rule in dict.fromkeys(parser.foreign)]


def _broken(text: str, where: str, known: set[str], folders: set[str]) -> Iterator[str]:
    if where not in NUMERIC and looks_personal(text):
        yield "an e-mail address or a phone number"
    if PSEUDONYM.search(text):
        yield "a person's pseudonym"
    if any(folder in text for folder in folders):
        yield "a folder of this machine"
    yield from _misplaced(_without(known, text), leftovers=where not in NUMERIC)


def _misplaced(text: str, leftovers: bool = True) -> Iterator[str]:
    """Yield the rules that a label of the data may break, because that is what it is called."""
    if PATHS.search(text):
        yield "a path of a machine"
    if leftovers:
        yield from (rule for rule, pattern in LEFTOVERS.items() if pattern.search(text))


def _without(known: set[str], text: str) -> str:
    """Return a text without the known labels, each as a whole word; a chart may have shortened one."""
    if text.endswith("…") and any(label.startswith(text[:-1]) for label in known):
        return ""
    for label in sorted(known, key=lambda label: (-len(label), label)):
        text = re.sub(rf"(?<![\w/$€£-]){re.escape(label)}(?![\w/%-])", " ", text, flags=re.I)
    return text


def _own_folders() -> set[str]:
    """Return the folders of this machine that a mistake could print: where we run, and the user's own."""
    folders = {str(Path.cwd()), str(Path.home()), str(Path(__file__).resolve().parents[2])}
    return {f"{folder}/" for folder in folders if folder.count("/") > 1} | {f for f in folders if len(f) > 12}


def _own_names() -> set[str]:
    """Return the names of this account and machine, unless they are ordinary words."""
    try:
        account = getpass.getuser()
    except (KeyError, OSError):
        account = ""
    found = {account, socket.gethostname(), socket.gethostname().split(".")[0]}
    return {name for name in found if len(name) >= 4 and name.lower() not in ORDINARY}


def _shortened(text: str) -> str:
    return text if len(text) <= 12 else f"{text[:6]}… ({len(text)} letters)"


def refuse_leaks(html: str, labels: Iterable[str] = ()) -> None:
    """Raise NotebookFailed with every leak, if there is one."""
    found = scan(html, labels)
    if found:
        raise NotebookFailed(
            f"The page was not published: {len(found)} text(s) must not be on it.", found[:20]
        )
