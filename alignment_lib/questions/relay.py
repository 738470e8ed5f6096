"""The relay: is the baton passed in time, and where is it dropped?"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from .. import charts
from ..answer import Answer, Column, Figure, Missing, Prompt, Table
from ..month import MonthData
from ..signals import Test
from ..stats.waiting import waiting_at
from ..words import Words, sentence
from . import agenda_items
from .baton_money import Worth, broken_words, describe_worth, too_early_for_worth, worth_of, worth_table
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
    TEAMS,
    lacking,
    named_places,
    news,
    of_month,
)
from .replies import (
    PARTS,
    Replies,
    by_location,
    clock_words,
    conditions,
    dropped_batons,
    earlier_months,
    in_time_reading,
    rate_without,
    replies,
    reply_gap,
    stages_passed,
    still_waiting,
    waited,
    waiting_curves,
)
from .rhythm import is_long
from .so_far import describe_months, months_figure, won_at_one_age
from .units import lead_unit, unit_of

ASKS = "Is the baton passed in time, and where is it dropped?"
A_POINT = 0.01  # how far a promise must be missed before the page asks about it
# A kind of dropped baton by what its column says beside "No reply logged", which counts both of the first two.
KINDS = {"all": "All kinds", "not accepted": "Not accepted, no reply", "never answered": "Accepted, no reply"}
STAGE_COLUMNS = (Column("stage", "Stage"), Column("leads", "Leads", "count"), Column("in_time", "In time", "count"),
                 Column("plan", "Plan", "count", muted=True))  # fmt: skip


def draw_waiting(
    now: dict[str, pd.DataFrame], before: dict[str, pd.DataFrame], limit: int | None, width: float
) -> Any:
    """Draw the waiting curves: this month solid, the months before dotted, the agreed limit dashed."""
    figure, (ax,) = charts.canvas(width, 3.1, left=38, right=24)
    names = {team: f"{team.capitalize()}-sourced" for team in now}
    charts.waiting_curve(ax, now, before, limit, names=names)
    return figure


def draw_stages(stages: pd.DataFrame, team: str, words: Words, width: float) -> Any:
    """Draw one team's leads stage by stage from a common line, with the plan as a tick."""
    plan, part = (
        [None if pd.isna(value) else float(value) for value in stages[name]] for name in ("plan", "in_time")
    )
    texts = [_stage_text(row, words) for _, row in stages.iterrows()]
    figure, (ax,) = charts.canvas(width, 3.1, left=4, bottom=8)
    charts.stage_bars(ax, list(stages.index), stages["leads"].tolist(), plan, team, texts, part)
    return figure


def _stage_text(row: pd.Series, words: Words) -> str:
    in_time = f"; in time {words.number(row['in_time'])}" if pd.notna(row["in_time"]) else ""
    return words.number(row["leads"]) + in_time + (f" of {words.number(row['plan'])}" if pd.notna(row["plan"]) else "")


def describe_replies(
    now: Replies, earlier: Replies, spans: list[str], limit: str, words: Words, both: Replies | None = None
) -> str:
    """Say how many marketing-sourced leads were answered in time, of `both` teams' leads, and how that was before."""
    if not now.judged:
        return "No marketing-sourced lead was due an answer this month."
    if now.judged < ENOUGH:
        leads = words.count(now.judged, "marketing-sourced lead")
        were = "was" if now.kept == 1 else "were"
        return f"{words.number(now.kept)} of {leads} {were} answered within the agreed {limit}."
    share, of_all = words.share(now.share), words.share(both.share) if both else ""
    text = f"{share} of marketing-sourced leads were answered within the agreed {limit}"
    text += f" ({words.months(spans)}: {words.share(earlier.share)})" if earlier.judged >= ENOUGH else ""
    return f"{text}; of all leads it was {of_all}." if of_all not in ("", share) else f"{text}."


def describe_condition(row: pd.Series, words: Words) -> str:
    """Say at which place and time of day leads stayed unanswered: a condition, never a fault of people."""
    where = f"Enquiries {PARTS[row['part']]} at {row['location']}, from any source"
    elsewhere = words.share(row["rest_never"] / row["rest_covered"])
    never, covered = words.number(row["never"]), words.number(row["covered"])
    return f"{where}: {never} of {covered} with no reply logged, elsewhere {elsewhere}"


def describe_relay(month: MonthData, condition: pd.Series | None) -> str:
    """Return the finding: answered in time, and the condition behind it if there is a corrected signal."""
    words, reply, gap = month.words, month.playbook.reply, reply_gap(month)
    if gap:
        return gap
    if reply is None:
        return "No reply time is agreed yet, so no reply can be called in time or late."
    spans = [m for m in earlier_months(month) if replies(month, "marketing", [m]).judged]
    now, before = replies(month, "marketing", [str(month.period)]), replies(month, "marketing", spans)
    sums = of_month(month.tallies.relay, month)[["kept", "broken"]].sum()
    both = Replies(int(sums.sum()), int(sums["kept"]))
    text = describe_replies(now, before, spans, reply.within, words, both)
    if condition is None:
        return text
    text += f" {describe_condition(condition, words)}"
    without = rate_without(month, condition, now, ("marketing",))
    if explains_half(now, without, reply.goal or 0.0):
        text += f"; without marketing’s part of them the rate is {words.share(without.share)}"
    return text + "."


def explains_half(now: Replies, without: Replies, expected: float) -> bool:
    """Say whether leaving some leads out makes good half of what is missing to the share expected."""
    enough = min(now.judged, without.judged) >= ENOUGH
    return enough and now.share < expected and without.share - now.share >= (expected - now.share) / 2


def describe_without(month: MonthData, now: Replies, before: float) -> str:
    """Say what the company's share answered in time would be without the announced place and time of day.

    Only where that is half of what it lost against `before`, its earlier mean: then both are one finding, not two.
    """
    condition = announced_condition(month)
    without = None if condition is None else rate_without(month, condition, now)
    if condition is None or without is None or not explains_half(now, without, before):
        return ""
    where = f"enquiries {PARTS[condition['part']]} at {condition['location']}"
    return f"Without {where} it would be {month.words.share(without.share)}."


def tests(month: MonthData) -> list[Test]:
    """Return one test: the location and part of the day where leads stay unanswered most clearly more often.

    Its p is corrected for the number of places and times looked at.
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
    return [Test(name, "relay", p, "bad", f"{text}.", str(row["location"]))]


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
        f"{words.share(now.share)} of all leads were answered in time; {words.share(reply.goal)} is agreed. "
        "Which would help more: leads assigned sooner, or a first reply sooner?",
        rank=1.0 + reply.goal - now.share,
    )


def agenda(month: MonthData) -> list[agenda_items.Item]:
    """Bring the place and time of day that signals, else the reply promise if it was missed.

    Where the scorecard announces replies in time, the missed promise is that signal, and no second item.
    """
    condition = announced_condition(month)
    asked = prompt_for(month, condition)
    if asked is None:
        return []
    if condition is None:
        told = any(test.name == "answered_in_time" for test in news(month, "scorecard"))
        return [agenda_items.Item("The reply promise", "relay", "signal" if told else "shortfall",
                                  moves="answered in time", rank=asked.rank, asks=asked.text)]  # fmt: skip
    what, moves = f"Enquiries {PARTS[condition['part']]} at {condition['location']}", "leads with no reply logged"
    return [agenda_items.Item(what, "relay", "signal", "sales", f"{moves}, {condition['location']}", asked.rank,
                              asked.text)]  # fmt: skip


def figures(month: MonthData) -> tuple[Figure, ...]:
    """Return the waiting curve and the stages, side by side; the curve only where replies can be judged."""
    words, reply, span, gap = month.words, month.playbook.reply, earlier_months(month), reply_gap(month)
    now, before = waiting_curves(month, [str(month.period)]), waiting_curves(month, span)
    stages, drawn = stages_passed(month), []
    if now and not gap:
        table = still_waiting(now, before)
        table.index = pd.Index([words.minutes(at) for at in table.index], name="wait")
        counts = waited(month, [str(month.period)])
        of = words.names([f"{words.number(counts[team])} {team}-sourced" for team in now])
        earlier = f"{words.months(span)} dotted; " if before else ""
        note = f"Earlier: {words.months(span)}." if before else ""
        drawn.append(Figure(
            "waiting",
            "Share of leads still waiting for a first reply",
            f"{month.period.name} solid, {earlier}hours since hand-over, log scale",
            partial(draw_waiting, now, before, reply.within_minutes if reply else None),
            f"Line chart of leads still waiting. {_alt_waiting(now, month)}",
            f"{sentence(of)} leads; those with no reply logged stay on the curve. Waits run in {clock_words(month)}. "
            "Leads by the month in which the reply clock started.",
            Table("waiting", "Share still waiting", _waiting_columns(table, counts, words), table, note),
            beside=True,
        ))  # fmt: skip
    if stages["leads"].sum():
        unknown = ["Answered", "Reached"] * bool(gap) + [stages.index[-1]] * (not month.knows("deals"))
        unknown += ["Reached"] * (not gap and not month.has("activities.connected"))
        shown = stages.drop(index=unknown)
        listed = ", ".join(f"{str(stage).lower()} {words.number(leads)}" for stage, leads in shown["leads"].items())
        drawn.append(Figure(
            "stages",
            "Marketing-sourced leads handed to sales",
            "Count; tick = plan; solid part of answered = in time",
            partial(draw_stages, shown, "marketing", words),
            f"Bar chart of stages. {sentence(listed)}.",
            _stages_caption(month),
            Table("stages", "Stages of marketing-sourced leads", STAGE_COLUMNS, shown),
        ))  # fmt: skip
    return tuple(drawn)


def _stages_caption(month: MonthData) -> str:
    words, relay = month.words, of_month(month.tallies.relay, month)
    unlogged = int(relay.loc[relay["team"] == "marketing", "answered_unlogged"].sum())
    text = "By the month in which the reply clock started. "
    if unlogged and not reply_gap(month):
        have = f"{words.number(unlogged)} of them {'has' if unlogged == 1 else 'have'}"
        text += f"Answered = replied to or further on; {have} no logged reply of their own. "
    by_quality = lead_unit(month).column == "quality"
    plan = "quality leads as planned, the others as they came" if by_quality else "the leads and rates agreed"
    in_money = unit_of(month).is_money
    if in_money:
        plan = "answered as agreed" + ("" if month.partial else ", reached as in earlier months")
    if month.knows("deals"):
        text += f"As of {words.date(month.as_of)}; more {words.win(2)} of these leads are still to come."
        plan += "" if in_money else f"; {words.win(2)} as far as they should be in by now"
    draft = " Draft, not agreed." if month.plan.is_draft(month.period, "marketing") else ""
    return f"{text.strip()} Plan: {plan}.{draft}"


def _alt_waiting(now: dict[str, pd.DataFrame], month: MonthData) -> str:
    at = month.playbook.reply.within_minutes if month.playbook.reply else 120
    shares = [
        f"{month.words.share(float(waiting_at(now[team], [at])[0]))} of {team}-sourced leads" for team in now
    ]
    return f"After {month.words.minutes(at)}, {' and '.join(shares)} still waited."


def _waiting_columns(table: pd.DataFrame, counts: dict[str, int], words: Words) -> tuple[Column, ...]:
    columns = [Column("wait", "Still waiting after")]
    for team in TEAMS:
        of = f"{team.capitalize()} (n={words.number(counts[team])})"
        for name, text in ((team, of), (f"{team}_earlier", "earlier")):
            if table[name].notna().any():
                alone = name != team and table[team].isna().all()  # too few leads this month for a curve of its own
                text = f"{team.capitalize()}, earlier" if alone else text
                columns.append(Column(name, text, "share", "less", muted=name != team))
    return tuple(columns)


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


def announced_condition(month: MonthData) -> pd.Series | None:
    """Return the condition that survives the correction over all tests of the page, if there is one."""
    cells = conditions(month)
    return cells[cells["worse"]].iloc[0] if news(month, "relay") else None


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
               *both_sides_notes(month)),
        missing=missing(month),
        words=month.words,
    )
