"""The last gate before a page is published: nothing personal, nothing of this machine, nothing that runs or loads.

It looks at the finished file, whatever made it, and fails closed. It says which rule a text broke and where, and
shows only as much of the text as is needed to find it: never the whole of an address or a number.
"""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from ..errors import NotebookFailed, Problem
from ..sources.personal import looks_personal

ADDRESSES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")  # names of SVG, never loaded
SHOWN = {"alt", "title", "aria-label", "href", "value", "content", "data-l", "id"}
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
ACTIVE = {
    "a script": re.compile(r"<\s*script|javascript:", re.I),
    "an event handler": re.compile(r"<[^>]*\son\w+\s*=", re.I),
    "something that loads": re.compile(
        r"<\s*(?:iframe|object|embed|link|base|form|img|video|audio|foreignObject)\b", re.I
    ),
    "a style that loads": re.compile(r"@import|url\(\s*['\"]?(?!#)", re.I),
}


class _Texts(HTMLParser):
    """Collects what a reader can see or hear: text and the attributes that are shown or spoken."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[str, str]] = []
        self._inside: list[str] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element and its spoken attributes."""
        if tag not in VOID:
            self._inside.append(tag)
        self.texts += [(f"{tag} {name}", value) for name, value in attrs if value and name in SHOWN]

    def handle_endtag(self, tag: str) -> None:
        """Leave the element."""
        while self._inside and self._inside.pop() != tag:
            continue

    def handle_data(self, data: str) -> None:
        """Keep the text, unless it is the style sheet."""
        inside = self._inside[-1] if self._inside else ""
        if inside != "style" and data.strip():
            self.texts.append(("code" if "pre" in self._inside else inside, data.strip()))


VOID = {"meta", "br", "hr", "col", "wbr", "input"}


def scan(html: str, labels: Iterable[str] = (), names: Iterable[str] = ()) -> list[Problem]:
    """Return every leak found in a page.

    Parameters
    ----------
    html : str
        The finished page.
    labels : iterable of str
        Texts of table cells that come from the data as they are: a source may be called "None". They may still hold
        no address, number or path.
    names : iterable of str
        Words that must not be printed: values of personal columns, where they are known.
    """
    parser = _Texts()
    parser.feed(html)
    allowed = set(labels)
    found = [
        Problem(f"page, <{where}>", f"{rule}: {_shortened(text)}")
        for where, text in parser.texts
        for rule in _broken(text, where, allowed)
    ]
    secret = {*_own_names(), *names}
    words = set(re.findall(r"[\w.-]+", " ".join(text for _, text in parser.texts)))
    found += [Problem("page", f"the name of a person, an account or a machine ({len(name)} letters)")
              for name in sorted(secret & words)]  # fmt: skip
    bare = html
    for address in ADDRESSES:
        bare = bare.replace(address, "")
    if match := re.search(r"https?://\S{0,30}|(?<=[\"'( ])//\w", bare):
        found.append(Problem("page", f"an address: {match[0][:30]}"))
    found += [Problem("page", rule) for rule, pattern in ACTIVE.items() if pattern.search(bare)]
    return found


def _broken(text: str, where: str, allowed: set[str]) -> Iterator[str]:
    if where not in NUMERIC and looks_personal(text):
        yield "an e-mail address or a phone number"
    if PATHS.search(text):
        yield "a path of a machine"
    if PSEUDONYM.search(text):
        yield "a person's pseudonym"
    if where in NUMERIC:
        return
    if text not in allowed:
        yield from (rule for rule, pattern in LEFTOVERS.items() if pattern.search(text))


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


def refuse_leaks(html: str, labels: Iterable[str] = (), names: Iterable[str] = ()) -> None:
    """Raise NotebookFailed with every leak, if there is one."""
    found = scan(html, labels, names)
    if found:
        raise NotebookFailed(
            f"The page was not published: {len(found)} text(s) must not be on it.", found[:20]
        )
