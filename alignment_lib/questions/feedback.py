"""What the locations and sales say, what marketing answers, and the measure that bears on it: feedback.csv."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from ..answer import Item, ItemList
from ..month import MonthData
from ..personal import holds_long_number, looks_personal, names_somebody
from ..words import is_known, sentence, small_number
from .cohort import judged_cohort
from .parts import FEW, of_month
from .reasons import NONE
from .units import MONEY, lead_unit

SHOWN = 8  # remarks on a page; what waits longest first
WITHHELD = "Not printed: it seems to hold a person’s name, number or address. Write the role instead."


@dataclass(frozen=True)
class Remark:
    """One row of feedback.csv as the page's date knows it; `days` that it waits for an answer, 0 once it has one."""

    said_on: date
    location: str
    about: str
    text: str
    answer: str
    days: int


def answer_days(month: MonthData) -> int | None:
    """Return in how many days remarks are answered: the longest time that the playbook's meetings agree on."""
    agreed = [meeting.answer_within_days for meeting in month.playbook_at_end.communication]
    return max((days for days in agreed if days is not None), default=None)


def remarks(month: MonthData) -> list[Remark]:
    """Return what was said in the month, answered in it, or still waits for an answer; unanswered first, then newest.

    Date basis: said; an answer given after the page's date is none yet.
    """
    found = []
    for row in month.company.feedback.to_dict("records"):
        said, answered = _day(row["date"]), _day(row["answered_on"])
        if said is None or said >= month.period.end or said > month.as_of:
            continue
        open_ = not row["answer"] or (answered is not None and answered > month.as_of)
        days = (month.as_of - said).days if open_ else 0
        recent = said >= month.period.start or (answered is not None and answered >= month.period.start)
        if open_ or recent:
            found.append(Remark(said, row["location"], row["about"], row["text"], "" if open_ else row["answer"], days))
    return sorted(found, key=lambda one: (not one.days, -one.days, -one.said_on.toordinal(), one.location))


def overdue(month: MonthData) -> list[Remark]:
    """Return what has waited for an answer longer than agreed, longest first; nothing if no time is agreed."""
    limit = answer_days(month)
    return [] if limit is None else [one for one in remarks(month) if one.days > limit]


def printable(month: MonthData, text: str) -> bool:
    """Say whether a text may be quoted: no address, no long number, and no name but those of the business."""
    return not (looks_personal(text) or holds_long_number(text) or names_somebody(text, business_names(month)))


def business_names(month: MonthData) -> set[str]:
    """Return the names that a text may use: places, sources, campaigns, reasons and the company itself."""
    book = month.playbook_at_end
    names = {month.settings.company, *book.locations, *book.sources, *book.campaigns, *book.reasons.lost}
    return names | {meeting.meeting for meeting in book.communication} | {old.was for old in book.renamed_sources}


def remark_list(month: MonthData) -> ItemList | None:
    """Return the remarks with their answers, each beside the measure that bears on it; None if there is none."""
    said = remarks(month)
    if not said:
        return None
    many = month.words.place(2) if month.playbook_at_end.locations else "teams"
    items = tuple(_item(month, one) for one in said[:SHOWN])
    return ItemList("feedback", f"What the {many} and sales say, and what marketing answers", items)


def _item(month: MonthData, one: Remark) -> Item:
    who = "All" if one.location in ("", "all") else one.location
    about = f" ({one.about})" if one.about and printable(month, one.about) else ""
    if not printable(month, f"{one.text} {one.answer}"):
        return Item(f"{who}, {_when(month, one.said_on)}{about}:", WITHHELD)
    limit = answer_days(month)
    answer = f"Answer: “{one.answer}”"
    if one.days:
        late = limit is not None and one.days > limit
        answer = f"No answer yet after {month.words.count(one.days, 'day')}"
        answer += f"; {limit} {'is' if limit == 1 else 'are'} agreed." if late else "."
    bears = bearing(month, one)
    text = f"“{one.text}” {answer}" + (f" Measured: {bears}" if bears else "")
    return Item(f"{who}, {_when(month, one.said_on)}{about}:", text)


def describe_heard(month: MonthData) -> tuple[str, ...]:
    """Say how many of the locations were heard in the month, how many answers are late, and what is not shown."""
    said, words, listed = remarks(month), month.words, list(month.playbook_at_end.locations)
    here = {one.location for one in said if one.said_on >= month.period.start}
    notes = []
    if len(listed) > 1 and said:
        heard = sum(name in here for name in listed)
        of = f"{small_number(heard)} of" if heard < len(listed) else "all"
        notes.append(f"{sentence(of)} {words.places(len(listed))} were heard in {month.period.name}.")
    if waiting := len(overdue(month)):
        days, one = answer_days(month), waiting == 1
        verb = "remark has" if one else "remarks have"
        late = f"{month.words.number(waiting)} {verb} waited longer"
        notes.append(f"{late} than the agreed {days} days; offered to the agenda.")
    if len(said) > SHOWN:
        notes.append(f"{month.words.number(len(said) - SHOWN)} more stand in feedback.csv.")
    return tuple(notes)


# The measure that bears on a remark


def bearing(month: MonthData, one: Remark) -> str:
    """Return the measure that bears on what a remark is about, in one sentence; nothing where none does.

    `about` is the name of a source or campaign, or one of: lead quality, source, campaign, offer, replies.
    """
    about, book = one.about.strip(), month.playbook_at_end
    if about in book.sources or about in book.campaigns:
        return _of_source(month, about, "source" if about in book.sources else "campaign")
    known = {"lead quality": _quality, "source": _sources, "campaign": _came, "offer": _losses, "replies": _replies}
    measure = known.get(about.lower())
    return measure(month, "" if one.location == "all" else one.location) if measure else ""


def _here(frame: pd.DataFrame, month: MonthData, location: str) -> pd.DataFrame:
    rows = of_month(frame, month)
    return rows[rows["location"] == location] if location else rows


def _share(month: MonthData, location: str, frame: pd.DataFrame, part: str, whole: str, said: str) -> str:
    """Return "At Harbour 84% of 120 leads ...; all clubs: 86%", or nothing for under five leads."""
    words, here, every = month.words, _here(frame, month, location), of_month(frame, month)
    n, of_all = int(here[whole].sum()), int(every[whole].sum())
    if n < FEW:
        return ""
    text = f"{words.share(here[part].sum() / n)} of {words.count(n, 'lead')} {said}"
    if location:
        text = f"At {location} {text}; all {words.place(2)}: {words.share(every[part].sum() / of_all)}"
    return f"{sentence(text)}."


def _quality(month: MonthData, location: str) -> str:
    if lead_unit(month).column != "quality":
        return ""
    return _share(month, location, month.tallies.daily, "quality", "leads", "are quality leads")


def _sources(month: MonthData, location: str) -> str:
    return _share(month, location, month.tallies.tracking, "source_known", "leads", "have a source")


def _replies(month: MonthData, location: str) -> str:
    relay = month.tallies.relay.assign(judged=lambda f: f["kept"] + f["broken"])
    known = month.knows("leads", "activities")
    return _share(month, location, relay, "kept", "judged", "were answered in time") if known else ""


def _came(month: MonthData, location: str) -> str:
    rows, unit = _here(month.tallies.daily, month, location), lead_unit(month)
    came = int(rows.loc[rows["team"] == "marketing", unit.column].sum())
    planned = month.plan.leads(month.period, "marketing", location or "all")
    if month.stops("leads") or not came:
        return ""
    where = f" at {location}" if location else ""
    agreed = is_known(planned) and month.playbook.goals.lead_split.unit not in MONEY  # else what is planned is money
    of = f" of {month.words.number(planned)} planned" if agreed else ""
    return f"Marketing-sourced {unit.called}{where}: {month.words.number(came)}{of}."


def _losses(month: MonthData, location: str) -> str:
    rows = _here(month.tallies.reasons, month, location)
    given = rows[rows["outcome"] == "lost"].groupby("reason")["decided"].sum().drop(NONE, errors="ignore")
    if given.sum() < FEW:
        return ""
    where, total = f" at {location}" if location else "", month.words.count(given.sum(), "loss")
    most = month.words.number(given.max())
    return f"{total}{where} with a reason, most often “{given.idxmax()}” ({most})."


def _of_source(month: MonthData, name: str, column: str) -> str:
    rows, cohort, words = month.tallies.sources, judged_cohort(month), month.words
    rows = rows[rows[column] == name]
    old = rows[rows["month"].isin(cohort.months)][["leads", "won"]].sum()
    came = words.count(of_month(rows, month)["leads"].sum(), "lead")
    text = f"{name}: {came} in {month.period.name}"
    if old["leads"] < FEW or not month.has("deals"):
        return f"{text}."
    return f"{text}; {words.share_of(old['won'], old['leads'])} of {words.months(cohort.months)} {words.won}."


def _when(month: MonthData, day: date) -> str:
    inside = month.period.start - timedelta(days=92) <= day
    return month.words.day(day) if inside else month.words.date(day)


def _day(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload, arg-type]
