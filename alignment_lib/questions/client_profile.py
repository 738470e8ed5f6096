"""Client profile and loyalty: are we attracting clients who stay?"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..stats.tests import two_shares_p
from ..words import is_known, sentence
from .agenda_items import Item
from .definitions import definitions_in_force
from .parts import (
    CHANCE,
    ENOUGH,
    FEW,
    TEAMS,
    divide,
    dots_alt,
    draw_dots,
    lacking,
    news,
    share_ranges,
    stopped,
)
from .profile_shares import EARLIER, MATCHES, STAYED, judged_months, kept_shares, match_shares, stays, why_not

ASKS = "Are we attracting {clients} who stay?"
CLEAR = 0.05  # a difference of less is none
NOTABLE = 0.02  # share of clients whose relation is not known from which it is said


def tests(month: MonthData) -> list[Test]:
    """Return one test: those who match stay longer or less long, or a team's share of matches left its usual range.

    The clearest of them, corrected for the number looked at.
    """
    if why_not(month)[0]:
        return []
    found: list[tuple[float, str, str]] = []
    both = stays(month)
    if both is not None:
        yes, no = both
        p = two_shares_p(int(yes["kept"]), int(yes["judged"]), int(no["kept"]), int(no["judged"]))
        found.append((p if abs(yes["share"] - no["share"]) >= CLEAR else 1.0, "kept", describe_kept(month)))
    if not ("leads" in month.ends or month.partial):
        for team, row in match_shares(month).iterrows():
            if is_known(row["p"]):
                unusual = row["kind"] in ("above", "below")
                found.append((row["p"] if unusual else 1.0, str(team), _moved(str(team), row, month)))
    if not found:
        return []
    p, name, text = min(found)
    return [Test(f"profile: {name}", "client_profile", min(1.0, p * len(found)), "neither", text)]


def _moved(team: str, row: pd.Series, month: MonthData) -> str:
    words = month.words
    span = words.span(row["low"], row["high"])
    side = "below" if row["share"] < row["before"] else "above"
    matched = sentence(words.share(row["share"]))
    return f"{matched} of {team}-sourced leads matched the client profile, {side} the usual {span}."


def describe_kept(month: MonthData) -> str:
    """Say whether those who match the profile stay longer; within chance it says so."""
    words, both = month.words, stays(month)
    clients = words.client(2)
    if both is None:
        return ""
    yes, no = both
    p = two_shares_p(int(yes["kept"]), int(yes["judged"]), int(no["kept"]), int(no["judged"]))
    text = f"{sentence(clients)} who match our client profile are still here after {STAYED} days "
    text += f"{words.share(yes['share'])} of the time, others {words.share(no['share'])}"
    return f"{text}." if p <= CHANCE else f"{text}: within chance the same."


def describe_match(month: MonthData) -> str:
    """Say which share of each team's leads matched this month."""
    words, table = month.words, match_shares(month)
    parts = [
        f"{words.share(row['share'])} of {team}-sourced" if row["known"] >= ENOUGH
        else f"{words.number(row['matched'])} of {words.number(row['known'])} {team}-sourced"
        for team, row in table.iterrows() if row["known"] > 0
    ]  # fmt: skip
    if not parts:
        return f"No lead of {month.period.name} can be held against the client profile."
    when = f"To {words.day(month.stops('leads'))}" if month.stops("leads") else f"In {month.period.name}"
    return f"{when} {words.names(parts)} leads matched."


def notes(month: MonthData) -> tuple[str, ...]:
    """Say what the profile is, in which version, and how many leads and clients it can be judged for."""
    words, table = month.words, definitions_in_force(month)
    row = table[table["key"] == "client_profile"].iloc[0]
    said = [f"Client profile: {row['text']}",
            f"That is {row['version']}, {row['status']}. Computed as: {row['rule']}."]  # fmt: skip
    rows = month.tallies.profile[month.tallies.profile["month"] == str(month.period)]
    leads, unknown = int(rows["leads"].sum()), int(rows.loc[rows["match"] == "unknown", "leads"].sum())
    if leads >= FEW:
        text = f"It can be judged for {words.share(1 - unknown / leads)} of the leads of {month.period.name}"
        none = f"; the other {words.number(unknown)} are left out, not counted as “no”" if unknown else ""
        said.append(f"{text}{none}.")
    if month.knows("members", "deals") and judged_months(month):
        kept = kept_shares(month).query("kind == 'match'")
        lacking = int(kept["clients"].sum() - kept["judged"].sum())
        if lacking >= NOTABLE * kept["clients"].sum() and lacking:
            win = words.count(lacking, words.win(1), words.win(2))
            said.append(f"{win} of these months had no relation in the exports that began {STAYED} days ago.")
    return tuple(said)


def prompt_for(month: MonthData, signals: tuple[Test, ...]) -> Prompt | None:
    """Ask whether audience, message or profile is to be changed; only if the page announces something of it."""
    if not signals:
        return None
    about = signals[0].name.removeprefix("profile: ")
    if about in TEAMS:
        text = f"What changed who {about}-sourced leads are: audience, message, or how the profile is asked?"
        return Prompt(text, rank=0.9)
    both = stays(month)
    if both is not None and both[0]["share"] > both[1]["share"]:
        text = "What brings more people who match: another audience, another message, or is the profile too narrow?"
        return Prompt(text, rank=0.7)
    return Prompt("What in the client profile do we change, if those who match stay no longer than others?", rank=0.9)


def agenda(month: MonthData) -> list[Item]:
    """Bring the team whose leads changed, or what the profile says of who stays, if the page announces it."""
    signals = news(month, "client_profile")
    asked = prompt_for(month, signals)
    if asked is None:
        return []
    about, matching = signals[0].name.removeprefix("profile: "), "share of leads that match the client profile"
    if about in TEAMS:
        what = f"{about.capitalize()}-sourced leads and the client profile"
        team: Literal["marketing", "sales"] = "marketing" if about == "marketing" else "sales"
        return [Item(what, "client_profile", "quarter", team, f"{matching}, {about}", asked.rank, asked.text)]
    what, moves = f"{sentence(month.words.client(2))} outside the profile", f"share still here after {STAYED} days"
    return [Item(what, "client_profile", "quarter", moves=moves, rank=asked.rank, asks=asked.text)]


def _kept_table(month: MonthData) -> tuple[Table, pd.DataFrame]:
    words, table = month.words, kept_shares(month)
    shown = table.reset_index()
    shown["name"] = [printed_name(name, kind) for name, kind in zip(table.index, table["kind"], strict=True)]
    shown["range"] = [words.span(a, b) if is_known(a) else "" for a, b in zip(table["low"], table["high"], strict=True)]
    columns = (
        Column("name", sentence(words.client(2))), Column("judged", f"After {STAYED} days known", "count"),
        Column("kept", "Still here", "count"), Column("share", "Share", "share"),
        Column("range", "95% range", "range", muted=True),
    )  # fmt: skip
    span = words.months(judged_months(month))
    note = f"{sentence(words.win(2))} of {span} that came from leads, by the day they were won; – = under {ENOUGH}."
    return Table("kept", f"Still here after {STAYED} days", columns, shown[[c.key for c in columns]], note), table


def printed_name(name: Any, kind: str) -> str:
    """Return how a row is called: the match in words, a source by its name."""
    if kind == "match":
        return MATCHES[str(name)]
    return "No source recorded" if name == "(missing)" else str(name)


def _figure(month: MonthData) -> Figure:
    words = month.words
    printed, table = _kept_table(month)
    rows = table[(table["judged"] > 0) & (table.index.to_series().ne("unknown") | table["kind"].eq("source"))].head(14)
    every = table[table["kind"] == "source"]
    whole = every["kept"].sum() / every["judged"].sum() if every["judged"].sum() else float("nan")
    names = [printed_name(name, kind) for name, kind in zip(rows.index, rows["kind"], strict=True)]
    # Few cases are drawn hollow with their share, which the table does not print.
    shares = divide(rows["kept"], rows["judged"])
    low, high = share_ranges(rows["kept"], rows["judged"])
    dots = charts.Dots("", shares.tolist(), words.share, low, high)
    hollow = (rows["judged"] < ENOUGH).tolist()
    wins = words.win(2)
    subtitle = f"Upright line = {words.share(whole)} of all {wins}; lines are 95% ranges"
    if any(hollow):
        subtitle += f"; hollow = under {ENOUGH} {wins}"
    if start := scale_start(dots):
        subtitle += f"; the scale begins at {words.share(start)}"
    draw = partial(draw_kept, names, rows["team"].tolist(), dots, hollow, whole)
    alt = dots_alt("shares that stayed", names, [dots], hollow)
    return Figure("kept", printed.title, subtitle, draw, alt, printed.note, printed)


def draw_kept(
    names: list[str], teams: list[str], dots: charts.Dots, hollow: list[bool], whole: float, width: float
) -> Any:
    """Draw the shares that stayed, with the share of all as a line through them."""
    figure = draw_dots(names, teams, [dots], hollow, width)
    ax = figure.axes[0]
    first, top = scale_start(dots), max([0.0, *(high for high in dots.high or () if high is not None)])
    room = 40 / (ax.get_position().width * width * 72 - 40)  # for the number right of the longest range
    ax.set_xlim(first, top + (top - first) * room)
    ax.axvline(whole, color=charts.LIGHT["earlier"], lw=1.4, zorder=0)
    charts.clear_of(ax, whole)
    return figure


def scale_start(dots: charts.Dots) -> float:
    """Return where the scale begins: the tenth below the lowest range."""
    return max(0, int(10 * min([1.0, *(low for low in dots.low or () if low is not None)]) - 0.01) / 10)


def _match_table(month: MonthData) -> Table:
    words, table = month.words, match_shares(month)
    shown = table.reset_index()
    shown["usual"] = [words.span(a, b) if is_known(a) else "" for a, b in zip(table["low"], table["high"], strict=True)]
    columns = (
        Column("team", "Sourced by", "team"), Column("leads", "Leads", "count"),
        Column("known", "Can be judged", "count"), Column("matched", "Match", "count"),
        Column("share", "Share", "share"),
        Column("usual", "Usual range", "range", muted=True), Column("reading", "Reading", "reading"),
    )  # fmt: skip
    note = f"Leads created in {month.period.label}; share of those that can be judged."
    if table["low"].notna().any():
        note += f" Usual range: of the {EARLIER} months before, as far as known."
    return Table("match", "Leads that match the client profile", columns, shown[[c.key for c in columns]], note)


def client_profile(month: MonthData) -> Answer:
    """Answer "Are we attracting clients who stay?".

    The month's page has this section when it announces one of its tests; its home is the quarter.
    """
    words = month.words
    title, asks = "Client profile and loyalty", ASKS.format(clients=words.client(2))
    why, todo = why_not(month)
    if why:
        return Answer(name="client_profile", title=title, asks=asks, finding=why, state="missing", shown=False,
                      missing=(Missing("Client profile and loyalty.", why, todo, 2),), words=words)  # fmt: skip
    signals, known = news(month, "client_profile"), month.knows("members", "deals")
    judged = known and bool(judged_months(month))
    kept = describe_kept(month)
    if judged and not kept:
        kept = f"Too few {words.client(2)} can be told apart by the profile after {STAYED} days."
    elif not judged:
        stop = stopped(month, "deals", "members")
        early = f"No {words.win()} is {STAYED} days old yet, so nobody can be said to have stayed."
        kept = f"Who stayed is not read this month: {stop}." if stop else early if month.has("members") else ""
    finding = f"{kept} {describe_match(month)}".strip()
    moved = match_shares(month)
    return Answer(
        name="client_profile",
        title=title,
        asks=asks,
        finding=finding,
        basis="leads by date created, loyalty by day won",
        state="complete" if judged else "poor",
        reading="signal" if signals else "no signal" if len(moved) else "",
        opens=bool(signals),
        shown=bool(signals),
        figures=(_figure(month),) if judged and kept_shares(month)["judged"].sum() else (),
        tables_shown=(_match_table(month),) if len(moved) else (),
        prompt=prompt_for(month, signals),
        notes=notes(month),
        missing=lacking(
            (not month.has("members"), f"who is still a {words.client()} after {STAYED} days",
             f"The exports do not say which {words.client(2)} left.",
             "Map a members table: client_id, deal_id, started_on, ended_on.", 2,
             f"{sentence(words.client(2))} who leave"),
        ),
        words=words,
    )  # fmt: skip
