"""How the gap bridge reads: names and owners of its steps, its finding, and the half of the headline it brings."""

from __future__ import annotations

from dataclasses import dataclass

from ..month import MonthData
from ..words import Words, sentence
from .bridge_cells import GREY, Bridge
from .bridge_history import LEAD_STEPS
from .rhythm import is_long, span_of
from .units import shown, unit_of
from .unknown_sources import unsure_teams

NEARLY_ALL = 0.8  # of the largest loss won back
WORTH_SAYING = 0.1  # of the largest loss: what won back less is one of the other steps


@dataclass(frozen=True)
class Phrase:
    """A step in a sentence: "66 fewer marketing-sourced quality leads" and its money."""

    key: str
    text: str
    amount: float


def label_of(month: MonthData, bridge: Bridge, key: str) -> str:
    """Return a step's name in figure and tables."""
    words, in_money = month.words, bridge.history.in_money
    if key in LEAD_STEPS:
        team, when = key.split("_")
        what = "pipeline" if in_money else "leads"
        own, earlier = month.period.name, "months"
        if is_long(month):
            own, earlier = f"the {span_of(month)}", "quarters"
        return f"{team.capitalize()}-sourced {what} of {own if when == 'now' else f'earlier {earlier}'}"
    planned, below = "pipeline" if in_money else "leads", bridge.steps["amount"].get("plan_rest", 0.0) < 0
    per_lead = f"{sentence(words.win(2))} per lead{' reached' if bridge.history.reached_known else ''}"
    return {
        "reached": "Share of leads reached",
        "joins": "Won share of pipeline" if in_money else per_lead,
        "value": f"Value per {words.win()}",
        "plan_rest": f"Goal beyond the planned {planned}" if below else f"Planned {planned} beyond the goal",
        "no_lead": "Revenue without a tracked lead",
        "other_leads": f"{'Pipeline' if in_money else 'Leads'} of neither team",
        "won_before": f"{sentence(words.client(2))} won before",
    }[key]


def owner_of(month: MonthData, key: str) -> str:
    """Return whose step it is: a team's own leads are its own, reaching them is what the playbook's stage says.

    What leads become hangs on what they were and on how they were handled: both teams'. Grey steps are nobody's.
    """
    if key in GREY:
        return ""
    if key in LEAD_STEPS:
        return key.split("_")[0]
    owners = {stage.reached_when: stage.owner for stage in month.playbook.stages}
    owner = owners.get("reached_at", "both") if key == "reached" else "both"
    return owner if owner in ("marketing", "sales") else "both"


def phrases(month: MonthData, bridge: Bridge, counted: bool = False) -> list[Phrase]:
    """Return the steps as they read in a sentence, largest first; the grey ones are one, for they belong together.

    What a plan keeps for revenue outside its leads and what came outside of them are two sides of one thing.
    """
    found = [Phrase(str(key), _phrase(month, bridge, str(key), counted), step)
             for key, step in bridge.steps["amount"].to_dict().items() if key not in GREY]  # fmt: skip
    rest = sum(amount for key, amount in bridge.steps["amount"].to_dict().items() if key in GREY)
    planned = "pipeline" if bridge.history.in_money else "leads"
    text = f"{'more' if rest > 0 else 'less'} revenue from outside the planned {planned}"
    found.append(Phrase("rest", text, rest))
    return sorted(found, key=lambda phrase: -abs(phrase.amount))


def describe_outside(month: MonthData, bridge: Bridge) -> str:
    """Say what the planned leads bring of the goal, and what the grey steps come to; "" where there are none.

    Their sum is what a sentence calls revenue from outside the planned leads.
    """
    words, amounts = month.words, bridge.steps["amount"]
    grey = amounts[[key for key in GREY if key in amounts]]
    needed, total = -float(grey.get("plan_rest", 0.0)), float(grey.sum())
    came = total + needed
    if "goal" in bridge.drafted or max(abs(needed), abs(came)) < 1 or came < 0:
        return ""
    planned, them = ("pipeline brings", "it") if bridge.history.in_money else ("leads bring", "them")
    brought, came_in = f"At the plan’s rates the planned {planned}", f"{words.money_short(came)} came"
    if needed <= -1:
        return f"{brought} {words.money_short(-needed)} more than the goal; from outside of {them} {came_in}."
    if needed < 1:
        return f"{brought} the goal; from outside of {them} {came_in}."
    over = f": {words.money_short(abs(total))} {'more' if total > 0 else 'less'}" if abs(total) >= 1 else ""
    return f"{brought} all but {words.money_short(needed)} of the goal; from outside of {them} {came_in}{over}."


def _phrase(month: MonthData, bridge: Bridge, key: str, counted: bool) -> str:
    words, amount = month.words, bridge.steps["amount"].to_dict()[key]
    if key in LEAD_STEPS:
        team, when = key.split("_")
        own = bridge.history.of(team)
        off = float((getattr(bridge.came, when) - getattr(bridge.plan, when))[own].sum())
        if when == "now" and bridge.history.span == 1:  # of one month what came and what is due are in proportion
            off = float(bridge.history.recent(bridge.history.leads - bridge.history.planned)[own].sum())
        unit = unit_of(month)
        noun = f"{team}-sourced {unit.called}"
        if when == "now" and bridge.history.span == 1 and team in unsure_teams(month):
            noun = f"{unit.called} recorded as {team}-sourced"
        span = "" if when == "now" else f" of earlier {'quarters' if is_long(month) else 'months'}"
        if (off > 0) != (amount > 0):  # as many, but where they bring another amount
            return f"another mix of {noun}{span}"
        counts = counted and when == "now" and abs(off) >= 1 and bridge.history.span == 1
        number = f"{shown(words, abs(off), unit)} " if counts else ""
        return f"{number}{'more' if amount > 0 else 'less' if unit.is_money else 'fewer'} {noun}{span}"
    side = "higher" if amount > 0 else "lower"
    more = "more" if amount > 0 else "fewer"
    per = f"{words.win(2)} per lead{' reached' if bridge.history.reached_known else ''}"
    return {
        "reached": f"a {side} share of leads reached",
        "joins": f"a {side} won share of pipeline" if bridge.history.in_money else f"{more} {per}",
        "value": f"a {side} value per {words.win()}",
    }[key]


def describe_bridge(month: MonthData, bridge: Bridge) -> str:
    """Say which steps made the gap, what was won back, and what is left; the amounts are those of the table."""
    words = month.words
    steps = [phrase for phrase in phrases(month, bridge) if round(abs(phrase.amount))]
    state = words.direction(bridge.gap, bridge.goal)
    if not steps:
        return "Every step came as planned."
    ahead = bridge.gap > 0
    with_gap = [phrase for phrase in steps if (phrase.amount > 0) == ahead][:2]
    against = [phrase for phrase in steps if (phrase.amount > 0) != ahead][:1]
    verb = "brought" if ahead else "cost"
    parts = [
        f"{p.text} {verb if n == 0 else ''} {_money(words, p)}".replace("  ", " ")
        for n, p in enumerate(with_gap)
    ]
    said = [f"Against the goal, {' and '.join(parts)}."]
    if against:
        won = f"cost {_money(words, against[0])}" if ahead else f"won {_money(words, against[0])} back"
        said.append(f"{sentence(against[0].text)} {won}.")
    left = len(steps) - len(with_gap) - len(against)
    that = f"With the other step{'' if left == 1 else 's'}, that" if left else "That"
    gap = words.money_short(abs(bridge.gap))
    if state == "on plan":
        end = f"{that} comes to {gap} {'over' if ahead else 'short'}: on plan." if round(bridge.gap) else (
            f"{that} comes to the goal."
        )  # fmt: skip
    else:
        end = f"{that} leaves the {gap}." if not ahead else f"{that} makes the {gap} over it."
    return " ".join([*said, end])


def describe_chance(bridge: Bridge) -> str:
    """Say so where chance alone could have made every step; a single one that it could not is not announced here."""
    steps = bridge.steps.dropna(subset=["low"])
    if ((steps["low"] <= 0) & (steps["high"] >= 0)).all():
        return "Chance alone could have made each of the teams’ steps."
    return ""


def headline_half(month: MonthData, bridge: Bridge) -> str:
    """Return the second half of the headline: what cost or brought most, and how much of it was won back.

    "" on plan, and where no single step stands out.
    """
    state = month.words.direction(bridge.gap, bridge.goal)
    steps = phrases(month, bridge, counted=True)
    up = [phrase for phrase in steps if phrase.amount > 0]
    down = [phrase for phrase in steps if phrase.amount < 0]
    if state == "over" and up:
        if up[0].amount > bridge.gap and down:  # more than all of it: then the money itself is plainer
            cost = f", and {down[0].text} cost part of it" if -down[0].amount >= WORTH_SAYING * up[0].amount else ""
            return f"{up[0].text} brought {_money(month.words, up[0])}{cost}"
        most = "most of it" if up[0].amount > 0.5 * bridge.gap else "the largest part of it"
        return f"{up[0].text} brought {most}"
    if state != "short" or not down:
        return ""
    text = f"{down[0].text} cost most"
    if up and up[0].amount >= WORTH_SAYING * -down[0].amount:
        share = up[0].amount / -down[0].amount
        part = "nearly all" if share >= NEARLY_ALL else "part"
        # More than all of it, and still short: then the money itself is plainer.
        back = f"{_money(month.words, up[0])}" if share >= 1 else f"{part} of it"
        text += f", and {up[0].text} won {back} back"
    return text


def _money(words: Words, phrase: Phrase) -> str:
    return words.money_short(abs(phrase.amount))
