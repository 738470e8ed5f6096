"""Definitions in force: do we mean the same thing?"""

from __future__ import annotations

from functools import partial

import pandas as pd

from ..answer import Answer, Column, Item, ItemList, Prompt, Table
from ..month import MonthData
from ..period import Month
from ..playbook import Playbook
from ..words import Words, plural_of, sentence, small_number
from . import agenda_items
from .monthly import monthly
from .parts import MARKS, TEAMS
from .rhythm import ends_quarter, is_long

ASKS = "Do we mean the same thing?"

# Every term that two teams need before their numbers can agree, in the order in which a lead meets them.
REQUIRED = {
    "quality_lead": "Quality lead",
    "hand_over": "Hand-over",
    "on_receipt": "What sales does on receipt",
    "reached": "Reached",
    "credit": "Credit for a lead",
    "shared_revenue": "Shared revenue",
    "goals": "Goals and split",
    "client_profile": "Client profile",
    "communication": "Communication",
}
# What the leads are called that a rule says yes to.
EFFECTS = {
    "quality_lead": ("quality lead", "quality leads"),
    "client_profile": ("lead in the profile", "leads in the profile"),
}
COLUMNS = (
    Column("term", "Term"), Column("version", "Version"), Column("text", "Definition"), Column("old_text", "Before"),
    Column("rule", "Computed as", muted=True), Column("status", "Agreed"), Column("effect", "Effect"),
)  # fmt: skip


def definitions_in_force(month: MonthData) -> pd.DataFrame:
    """List every definition as it stood at the month's end, and what it was before the month if that differs.

    Answers: do both teams mean the same thing, since when, and did anything change under our numbers?

    Returns
    -------
    pandas.DataFrame
        One row per term, required ones first. Columns: `key`, `term`, `version` ("v2, 1 September 2026"),
        `text`, `old_text` ("" if unchanged), `rule` (plain words of what is computed), `status` ("agreed by
        marketing and sales, 17 August 2026", "proposed by sales", "proposed" if nobody signed, "not agreed yet"),
        `effect` (sentence on last month's figure, or ""), `changed` and `missing` (bool).

    Notes
    -----
    Source: the playbook's versions; the effect is counted on last month's leads, by date created.
    """
    words, end = month.words, month.playbook_at_end
    versions = [book for book in month.company.playbooks if book.in_force_from < month.period.end] or [end]
    before = [book for book in versions if book.in_force_from < month.period.start]
    more = {key: key.replace("_", " ").capitalize() for key in end.definitions if key not in REQUIRED}
    rows = []
    for key, term in (REQUIRED | more).items():
        text = _says(end, key, words)
        old = _says(before[-1], key, words) if before else text
        changed = bool(text) and text != old
        rows.append({
            "key": key,
            "term": term,
            "version": _version(versions, key, words) if text else "",
            "text": text or "Not agreed yet",
            "old_text": old if changed else "",
            "rule": _rule(end, key),
            "status": _status(versions, key, words) if text else "not agreed yet",
            "effect": _effect(month, key) if changed else "",
            "changed": changed,
            "missing": not text,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _says(playbook: Playbook, key: str, words: Words) -> str:
    if key == "goals":
        split, weight = playbook.goals.lead_split, playbook.goals.shared_weight
        return (
            f"Of the {split.unit} the two teams owe, marketing brings {words.share(split.marketing)} and "
            f"sales {words.share(split.sales)}. The shared result is {words.share(weight)} of each score."
        )
    entry, reply = playbook.terms.get(key), playbook.reply
    if entry is not None and entry.says:
        return entry.says.strip()
    if key == "communication":
        return _meetings(playbook, words)
    if key != "on_receipt" or reply is None:
        return ""
    text = f"Sales answers within {reply.within}"  # the page holds sales to it, so it is not "not agreed yet"
    if tries := reply.then_at_least:
        text += f" and tries {words.count(tries.attempts, 'time')} in {words.count(tries.within_days, 'day')}"
    return f"{text}."


def _meetings(playbook: Playbook, words: Words) -> str:
    """Return the agreed meetings as one text, which the page holds the teams to; nothing where there are none."""
    said = []
    for one in playbook.communication:
        days = one.answer_within_days
        answers = "" if days is None else f", answers within {words.count(days, 'day')}"
        said.append(f"{one.meeting} every {one.every}{answers}")
    return f"{'; '.join(said)}." if said else ""


def _rule(playbook: Playbook, key: str) -> str:
    rule = getattr(playbook.terms.get(key), "rule", None) if key != "goals" else None
    return rule.words() if rule is not None else ""


def _version(versions: list[Playbook], key: str, words: Words) -> str:
    """Count the texts a term has had: "v2, 1 September 2026" is the second one and since when it holds."""
    number, text, since = 0, "", None
    for book in versions:
        says = _says(book, key, words)
        if says and says != text:
            number, text, since = number + 1, says, book.in_force_from
    return f"v{number}, {words.date(since)}" if since else ""


def _status(versions: list[Playbook], key: str, words: Words) -> str:
    entry = versions[-1].terms.get(key)
    if entry is None or not entry.says:  # agreed with the version in which it came to read as it does
        now = _says(versions[-1], key, words)
        first = next(book for book in versions if _says(book, key, words) == now)
        return f"agreed by {words.names(TEAMS)}, {words.date(first.agreed_on)}" if first.agreed_on else "proposed"
    signed = {team: day for team in TEAMS if (day := getattr(entry.agreed, team)) is not None}
    if entry.is_agreed:
        if len(set(signed.values())) == 1:
            return f"agreed by {words.names(TEAMS)}, {words.date(signed[TEAMS[0]])}"
        return f"agreed by {words.names([f'{team} on {words.date(day)}' for team, day in signed.items()])}"
    return f"proposed by {words.names(list(signed))}" if signed else "proposed"


def _effect(month: MonthData, key: str) -> str:
    """Say what last month's figure is under the new wording, where the wording is computed."""
    earlier = month.period - 1
    effects = month.tallies.definitions_effect
    rows = effects[(effects["month"] == str(earlier)) & (effects["definition"] == key)]
    if rows.empty or not rows["leads"].sum():
        if _rule(month.playbook_at_end, key) and str(earlier) not in month.known_months:
            return f"{earlier.name} has no leads to recompute with it."
        return f"Words only: no figure of {earlier.name} depends on it."
    then, now = int(rows["yes_then"].sum()), int(rows["yes_now"].sum())
    unknown = int(rows["unknown_now"].sum())
    one, many = EFFECTS.get(key, ("lead", "leads"))
    text = f"{earlier.name} comes to {month.words.count(now, one, many)}"
    text += ", as before." if then == now else f", not {month.words.number(then)}."
    daily = month.tallies.daily
    rows = daily[(daily["month"] == str(earlier)) & daily["team"].isin(TEAMS)]
    own = int(rows["quality"].sum())
    if key == "quality_lead" and 0 < own < now:
        shown, rest = month.words.number(own), month.words.number(now - own)
        text += (
            f" The scorecard shows {shown}: the other {rest} {'has' if now - own == 1 else 'have'} no team."
        )
    if unknown:
        text += f" {month.words.count(unknown, 'lead')} cannot be judged by it."
    return text


def describe_definitions(words: Words, listed: pd.DataFrame, period: Month) -> str:
    """Say what changed, whether the month before could be recomputed with it, and what is not agreed yet."""
    changed, missing = int(listed["changed"].sum()), listed[listed["missing"]]
    if changed:
        text = (
            f"{sentence(small_number(changed))} {plural_of('definition', changed)} changed in {period.name}"
        )
        before = (period - 1).name
        it, effects = "it" if changed == 1 else "them", listed["effect"].str
        if effects.contains(" comes to ").any():
            text += f"; {before} was recomputed with {it}, so the two months compare."
        elif effects.contains("no leads").any():
            text += f"; {before} has no leads to recompute with {it}."
        else:
            text += f"; no figure of {before} depends on {it}."
    else:
        text = f"No definition changed in {period.name}."
    if len(missing):
        names = [f"“{term}”" for term in missing["term"]]
        shown = names[:3] + ([f"{small_number(len(names) - 3)} more"] if len(names) > 3 else [])
        text += f" Not agreed yet: {words.names(shown)}."
    by_nobody = int(listed["status"].eq("proposed").sum())
    by_one = int(listed["status"].str.startswith("proposed").sum()) - by_nobody
    for count, how in ((by_one, "proposed by one side only"), (by_nobody, "proposed and signed by nobody")):
        if count:
            text += f" {sentence(small_number(count))} {'is' if count == 1 else 'are'} {how}."
    return text


def prompt_for(listed: pd.DataFrame) -> Prompt | None:
    """Ask who settles the first term that is not agreed; nothing to ask when all are."""
    waiting = listed[listed["missing"] | listed["status"].str.startswith("proposed")]
    if waiting.empty:
        return None
    row = waiting.iloc[0]
    verb = "writes down" if row["missing"] else "signs"
    asked = f"Who {verb} what “{row['term'].lower()}” means, and by when?"
    return Prompt(asked, rank=0.5 + 0.1 * len(waiting))


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the terms that are not agreed, together."""
    listed = definitions_in_force(month)
    waiting = listed[listed["missing"] | listed["status"].str.startswith("proposed")]
    asked = prompt_for(listed)
    if asked is None:
        return []
    names = [f"“{term}”" for term in waiting["term"]]
    more = [f"{small_number(len(names) - 2)} more"] if len(names) > 3 else []
    what = f"Terms to agree: {month.words.names(names[: 2 if more else 3] + more)}"
    return [agenda_items.Item(what, "definitions", "term", rank=asked.rank, asks=asked.text)]


def practices(month: MonthData) -> tuple[ItemList, ...]:
    """Return the playbook's practices, communication and reward as short lists; empty ones are left out."""
    book, days = month.playbook_at_end, partial(month.words.count, noun="day")
    done = [
        Item(f"{p.when}.", f"{sentence(p.who)}: {p.do} {p.evidence}".strip(), mark=MARKS.get(p.who, ""))
        for p in book.practices
    ]
    told = []
    for c in book.communication:
        said = [f"Every {c.every}."]
        said += [f"Marketing brings: {c.marketing_brings}"] if c.marketing_brings else []
        said += [f"Sales brings: {c.sales_brings}"] if c.sales_brings else []
        said += (
            []
            if c.answer_within_days is None
            else [f"Questions are answered within {days(c.answer_within_days)}."]
        )
        told.append(Item(f"{c.meeting}.", " ".join(said)))
    reward = [Item(when_rewarded(month), book.reward.says)] if book.reward else []
    lists = (
        ItemList("practices", "What we do", tuple(done)),
        ItemList("communication", "How we talk", tuple(told)),
        ItemList("reward", "What we celebrate", tuple(reward)),
    )
    return tuple(items for items in lists if items.items)


def goal_reached(month: MonthData) -> bool:
    """Say whether a whole month, or in a long rhythm a whole quarter, reached its agreed shared goal."""
    now = monthly(month).iloc[-1]
    whole = not month.stops("deals") and not now["draft"] and (not is_long(month) or ends_quarter(month))
    return bool(whole and now["goal"] > 0 and now["revenue"] >= now["goal"])


def when_rewarded(month: MonthData) -> str:
    """Say when the reward applies, and that it does where the goal is reached."""
    if not goal_reached(month):
        return "When the shared goal is reached:"
    now, what = monthly(month).iloc[-1], "The quarter" if is_long(month) else month.period.name
    return f"{what} reached the shared goal ({month.words.share(now['revenue'] / now['goal'])}), so this applies:"


def definitions(month: MonthData) -> Answer:
    """Answer "Do we mean the same thing?"."""
    listed, note = definitions_in_force(month), f"In force at the end of {month.period.label}."
    return Answer(
        name="definitions",
        title="Definitions in force",
        asks=ASKS,
        finding=describe_definitions(month.words, listed, month.period),
        basis="as in force at the end of the month",
        state="poor" if listed["missing"].any() else "complete",
        reading=_reading(listed),
        opens=bool(listed["changed"].any() or listed["missing"].any()),
        lists=practices(month),
        tables_shown=(
            Table("definitions", "What each term means", COLUMNS, listed, note, style="definitions"),
        ),
        prompt=prompt_for(listed),
        words=month.words,
    )


def _reading(listed: pd.DataFrame) -> str:
    changed, missing = int(listed["changed"].sum()), int(listed["missing"].sum())
    parts = ([f"{changed} changed"] if changed else []) + ([f"{missing} not agreed"] if missing else [])
    return ", ".join(parts) or "unchanged"
