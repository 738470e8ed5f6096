"""The relay: is the baton passed in time, and where is it dropped?"""

from __future__ import annotations

import pandas as pd

from ..answer import Answer, Column, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..words import sentence
from . import agenda_items
from .baton_money import Worth, worth_of
from .baton_words import broken_words, describe_spot, describe_worth, too_early_for_worth, worth_table
from .both_sides import both_sides_notes, both_sides_tables
from .bridge_words import label_of
from .gap_bridge import bridge_of
from .monthly import whole_numbers
from .parts import (
    ENOUGH,
    FEW,
    FIELDS_OF_A_LEAD,
    NO_COLUMNS,
    RECORD_THEM,
    lacking,
    named_places,
    news,
    of_month,
)
from .relay_figures import figures
from .relay_words import announced_condition, describe_condition, describe_relay
from .replies import (
    PARTS,
    Replies,
    by_location,
    clock_words,
    conditions,
    dropped_batons,
    in_time_reading,
    reply_gap,
)
from .rhythm import is_long
from .so_far import describe_months, months_figure, won_at_one_age

ASKS = "Is the baton passed in time, and where is it dropped?"
A_POINT = 0.01  # how far a promise must be missed before the page asks about it
# A kind of dropped baton by what its column says beside "No reply logged", which counts both of the first two.
KINDS = {"all": "All kinds", "not accepted": "Not accepted, no reply", "never answered": "Accepted, no reply"}


def tests(month: MonthData) -> list[Test]:
    """Return one test: the location and part of the day where leads stay unanswered most clearly more often.

    Its p is corrected for the number of places and times looked at, its money is what batons dropped there are worth.
    """
    cells = conditions(month)
    worse = cells[cells["worse"]]
    if reply_gap(month) or worse.empty or "leads" in month.ends:
        return []
    row, text = worse.iloc[0], describe_condition(worse.iloc[0], month.words)
    before = conditions(month, month.period - 1).query("location == @row.location and part == @row.part")
    for then in before.to_dict("records"):
        never, covered = month.words.number(then["never"]), month.words.number(then["covered"])
        text += f"; in {(month.period - 1).name} it was {never} of {covered}"
    name, p = f"relay: {row['part']} at {row['location']}", min(1.0, len(cells) * float(row["p"]))
    spot = spot_of(month, row)
    told = "" if spot is None else f" {describe_spot(month, spot, steps_of(month))}"
    money = 0.0 if spot is None else float(spot["mid"])
    return [Test(name, "relay", p, "bad", f"{text}.{told}", str(row["location"]), money)]


def spot_of(month: MonthData, row: pd.Series) -> pd.Series | None:
    """Return what the batons dropped at a place and part of the day are worth: low, mid, high, and mid of "reached".

    None where nobody can say, where they brought as much as others, and in a long rhythm, which values other months.
    """
    worth, key = worth_of(month), (row["location"], row["part"])
    if worth is None or is_long(month) or key not in worth.spots.index or round(worth.spots.loc[key, "mid"]) <= 0:
        return None
    return worth.spots.loc[key]


def describe_share(month: MonthData, condition: pd.Series | None) -> list[str]:
    """Say how much of what dropped batons are worth is that of the announced place and time of day."""
    spot = None if condition is None else spot_of(month, condition)
    if condition is None or spot is None:
        return []
    where = f"Enquiries {PARTS[condition['part']]} at {condition['location']}"
    return [f"{where} make {month.words.money_short(spot['mid'])} of it."]


def prompt_for(month: MonthData, condition: pd.Series | None) -> Prompt | None:
    """Ask about the condition that signals, else about the slower step if the promise was missed, else nothing.

    Missed by a point or more, of the leads of all teams, as the scorecard counts it.
    """
    words, reply = month.words, month.playbook.reply
    if condition is not None:
        when, place = PARTS[condition["part"]], condition["location"]
        return Prompt(
            f"What happens to enquiries {when} at {place}, and which {words.place()} can lend cover until that is "
            "solved?",
            rank=3.0,
        )
    relay = of_month(month.tallies.relay, month)
    now = Replies(int(relay["kept"].sum() + relay["broken"].sum()), int(relay["kept"].sum()))
    if reply is None or reply.goal is None or not month.knows("leads", "activities") or reply_gap(month):
        return None
    if now.judged < ENOUGH or reply.goal - now.share < A_POINT:
        return None
    return Prompt(
        f"{sentence(words.share(now.share))} of all leads were answered in time; {words.share(reply.goal)} is agreed. "
        "Which would help more: leads assigned sooner, or a first reply sooner?",
        rank=1.0 + reply.goal - now.share,
    )


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the place and time of day that signals, or the reply promise if it was missed.

    Where the scorecard announces replies in time, too, both are one item: the missed promise is that signal.
    """
    condition = announced_condition(month)
    asked = prompt_for(month, condition)
    if asked is None:
        return []
    told = any(test.name == "answered_in_time" and test.direction == "bad" for test in news(month, "scorecard"))
    if condition is None:
        return [agenda_items.Item("The reply promise", "relay", "signal" if told else "shortfall",
                                  moves="answered in time", rank=asked.rank, asks=asked.text)]  # fmt: skip
    what = f"Enquiries {PARTS[condition['part']]} at {condition['location']}"
    moves = f"leads with no reply logged, {condition['location']}"
    if told:
        what, moves = f"{what}, and the reply promise elsewhere", f"{moves}; answered in time"
    return [agenda_items.Item(what, "relay", "signal", "sales", moves, asked.rank, asked.text)]


def tables(month: MonthData, worth: Worth | None) -> tuple[Table, ...]:
    """Return waiting and dropped batons by location, and behind their titles the batons by kind and their worth."""
    words, places, gap, reply = month.words, by_location(month), reply_gap(month), month.playbook.reply
    place = Column("location", words.place().capitalize())
    columns = [place, Column("handed_over", "Handed over", "count")]
    basis = note = "Leads by the month in which the reply clock started."
    if not gap:
        within = f"In {words.minutes(reply.within_minutes)}" if reply else "In time"
        columns += [
            Column("covered", "Due a reply", "count"), Column("in_time", within, "share"),
            Column("routing", "Median to assign", "minutes", "less"),
            Column("reply", "Median to first reply", "minutes", "less"),
            Column("never", "No reply logged", "count", "less"), Column("dropped", "Dropped", "count", "less"),
        ]  # fmt: skip
        note += (
            f" {within}: of the leads due a reply whose time is up. Medians: of all due a reply, in "
            f"{clock_words(month)}. Leads without a logged reply stay in; – = over half still wait, or under "
            f"{FEW} leads. Dropped: of all handed over."
        )
    title = f"Waiting and dropped batons by {words.place()}, marketing-sourced leads"
    shown = [Table("places", title, tuple(columns), named_places(places, month), note)]
    if not gap:
        batons = dropped_batons(month)
        kinds = [str(kind) for kind in batons.columns]
        columns = [
            place,
            *(Column(kind, KINDS.get(kind, kind.capitalize()), "count", "less") for kind in kinds),
        ]
        title = f"Dropped batons by {words.place()} and kind, leads of all teams"
        note = f"{basis} A lead counts once, at the first promise broken. {broken_words(month, kinds)}"
        if worth is not None and worth.total[1] > 0 and not is_long(month):  # else it is of other months
            columns.insert(2, Column("worth", "Worth", "money", "less"))
            batons["worth"] = whole_numbers(worth.places.reindex(batons.index, fill_value=0.0).tolist())
            note += " Worth: as below, by kind."
        shown.append(Table("batons", title, tuple(columns), named_places(batons, month), note, folded=True))
        shown += [worth_table(month, worth, KINDS, steps_of(month))] if worth is not None else []
    return tuple(table for table in shown if len(table.frame))


def steps_of(month: MonthData) -> dict[str, str]:
    """Return what the gap bridge calls the steps that dropped batons are part of; nothing without a bridge."""
    bridge, _ = bridge_of(month)
    keys = [key for key in ("reached", "joins") if bridge is not None and key in bridge.steps.index]
    return {key: label_of(month, bridge, key) for key in keys if bridge is not None}


def missing(month: MonthData) -> tuple[Missing, ...]:
    """Return what the exports would have to hold for the rest of this section."""
    agree = "" if month.playbook.reply else ", and agree a reply time"
    return lacking(
        (not month.has("activities"), "answered in time, attempts, dropped batons",
         "The exports hold no sales activities.", f"Export calls, e-mails and visits, map them to activities{agree}.",
         8, "Sales activities"),
        (not month.has("touches"), "what leads did before hand-over", "The exports hold no marketing touches.",
         "Export form, e-mail and visit events, and map them to touches.", 1, "Marketing touches"),
        (not month.has("leads.disposition"), "accepted and sent back", NO_COLUMNS, RECORD_THEM, 1, FIELDS_OF_A_LEAD),
    )  # fmt: skip


def only_outcomes(month: MonthData, gap: str) -> Answer:
    """Answer without any hand-over or reply: what the leads of each month came to at one age, else why not."""
    won = won_at_one_age(month)
    said = describe_months(month, won) if won["at_cut"].any() else ""
    return Answer(
        name="relay",
        title="The relay",
        asks=ASKS,
        finding=f"{said} {gap}".strip(),
        basis="leads by date created, each month seen at the same age" if said else "",
        layer="meeting",
        state="poor" if said else "missing",
        figures=(months_figure(month, won, said),) if said and len(won) > 1 else (),
        missing=missing(month),
        words=month.words,
    )


def relay(month: MonthData) -> Answer:
    """Answer "Is the baton passed in time, and where is it dropped?"."""
    condition = announced_condition(month)
    gap = reply_gap(month)
    worth = worth_of(month)
    anything = bool(of_month(month.tallies.relay, month)["handed_over"].sum())
    if gap and not (anything and (month.has("leads.handed_over_at") or month.has("leads.assigned_at"))):
        return only_outcomes(month, gap)
    return Answer(
        name="relay",
        title="The relay",
        asks=ASKS,
        finding=describe_relay(month, condition),
        basis="leads by the month in which the reply clock started, each month seen at the same age",
        layer="meeting",
        state="poor" if gap else "complete",
        reading="" if gap or "leads" in month.ends else in_time_reading(month),
        opens=condition is not None,
        figures=figures(month),
        tables_shown=(*tables(month, worth), *both_sides_tables(month)),
        prompt=prompt_for(month, condition),
        notes=(*(describe_worth(month, worth, steps_of(month)) if worth else too_early_for_worth(month)),
               *describe_share(month, condition), *both_sides_notes(month)),
        missing=missing(month),
        words=month.words,
    )
