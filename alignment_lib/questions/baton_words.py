"""What the relay says of its dropped batons: what they are worth, and which steps of the gap bridge that is part of."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from ..answer import Column, Table
from ..month import MonthData
from ..words import Words, sentence
from .baton_money import LEAST_PROMISED, NOT_REACHED, Worth
from .handled_cells import cell_words, judged_words
from .parts import of_month
from .rhythm import is_long, rhythm_days


def too_early_for_worth(month: MonthData) -> list[str]:
    """Say that nobody can value dropped batons yet where wins take longer than a month and too few leads are as old."""
    dropped = of_month(month.tallies.batons, month)["leads"].sum()
    if not is_long(month) or not dropped:
        return []
    days, wins = month.words.number(rhythm_days(month)), month.words.win(2)
    why = f"most {wins} take up to {days} days, and too few are known of leads that old"
    return [f"What dropped batons are worth is not known yet: {why}."]


def describe_worth(month: MonthData, worth: Worth, steps: dict[str, str]) -> list[str]:
    """Say what dropped batons are worth, and of which steps of the gap bridge that is a part.

    Parameters
    ----------
    steps : dict of str to str
        What the bridge calls its steps "reached" and "joins"; without "reached" everything is part of "joins", and
        without a bridge there is no other amount to be part of.
    """
    words, (low, mid, high) = month.words, worth.total
    leads, unsaid = (int(worth.kinds[name].sum()) for name in ("leads", "unsaid"))
    batons, wins, until = "Dropped batons", words.win(2), f"by {words.day(month.as_of)}"
    if is_long(month):
        batons += f" in leads of {judged_words(month)}, the latest old enough,"
        until = f"within {words.number(rhythm_days(month))} days"
    if unsaid == leads:
        what = f"What {batons[0].lower()}{batons[1:]} are worth cannot be said"
        return [f"{what}: it takes {LEAST_PROMISED} leads like them, handled as promised."]
    if round(mid) <= 0:
        those = f" of {judged_words(month)}, the latest old enough," if is_long(month) else ""
        brought = f"brought as much {until} as leads like them handled as promised"
        return [f"The leads of dropped batons{those} {brought}."]
    span = _range(words, low, high)
    about = f"{batons} are worth about {words.money_short(mid)} in {wins} that had not come {until}"
    if is_long(month):
        return [f"{about} ({span}). That is inside the gap bridge as far as it fell due this quarter, not beside it."]
    said = [f"{about}, in leads of all teams ({span})."]
    if not steps:
        return said
    parts = step_parts(worth, steps)
    listed = words.names([f"{words.money_short(amount)} in “{steps[key]}”" for key, amount in parts.items()])
    # A step is held against the plan, which allows for some dropped batons: it can be smaller, or a gain.
    said.append(f"That is inside the gap bridge, not beside it: {listed}, before what the plan allows for.")
    return said


def describe_spot(month: MonthData, spot: pd.Series, steps: dict[str, str]) -> str:
    """Say what the batons dropped at one place and part of the day are worth, and of which steps that is a part."""
    words, reached = month.words, spot["reached"] if "reached" in steps else 0.0
    parts = {"reached": reached, "joins": spot["mid"] - reached}
    inside = [f"“{steps[key]}”" for key in steps if round(parts[key]) > 0]
    text = f"Batons dropped there are worth about {words.money_short(spot['mid'])} in {words.win(2)}"
    text += f" ({_range(words, spot['low'], spot['high'])})"
    return f"{text}, inside {words.names(inside)} of the gap bridge." if inside else f"{text}."


def _range(words: Words, low: float, high: float) -> str:
    return words.span(low, high, "money_short") if round(low) else f"from nothing to {words.money_short(high)}"


def broken_words(month: MonthData, kinds: Collection[str]) -> str:
    """Say which promise each of these kinds of dropped baton broke, where its name does not tell."""
    reply = month.playbook.reply
    routed = month.words.minutes(reply.routed_within_minutes) if reply and reply.routed_within else "the agreed time"
    tries = reply.then_at_least if reply else None
    times = f"{tries.attempts} tries in {tries.within_days} days" if tries else "the agreed tries"
    said = {
        "not routed": f"nobody’s after {routed}, or of somebody who had left",
        "routed late": f"assigned after {routed}",
        "given up early": f"neither reached nor sent back, under {times}",
        "no-show not rebooked": "no later visit three days on, not sent back",
        "recycled and forgotten": "not tried again when due",
    }
    told = [f"{kind} = {broken}" for kind, broken in said.items() if kind in kinds]
    return f"{sentence('; '.join(told))}." if told else ""


def step_parts(worth: Worth, steps: dict[str, str]) -> dict[str, float]:
    """Return the mid amounts by the step of the bridge that they are part of; together they are the whole."""
    reached = worth.kinds.index.isin(NOT_REACHED) & ("reached" in steps)
    amounts = {key: float(worth.amounts[own].sum()) for key, own in (("reached", reached), ("joins", ~reached))}
    return {key: amount for key, amount in amounts.items() if round(amount) > 0}


def worth_table(month: MonthData, worth: Worth, names: dict[str, str], steps: dict[str, str]) -> Table:
    """Return each kind of dropped baton with its leads, what they are worth, and the step that this is part of."""
    words = month.words
    kinds = worth.kinds.assign(mid=worth.amounts)
    kinds = kinds.rename(index=lambda kind: names.get(str(kind), str(kind).capitalize()))
    said = kinds["unsaid"] < kinds["leads"]
    total = kinds[["leads", "unsaid"]].sum()
    low, _, high = worth.total
    steps = {} if is_long(month) else steps  # its wins fell due over several months
    span = words.span(low, high, "money") if said.any() else "cannot say"
    reached = NOT_REACHED if "reached" in steps else ()
    frame = pd.DataFrame({
        "leads": kinds["leads"], "unsaid": kinds["unsaid"], "worth": kinds["mid"].where(said),
        "range": [words.span(a, b, "money") if ok else "cannot say" for a, b, ok in
                  zip(kinds["low"], kinds["high"], said, strict=True)],
        "step": [steps.get("reached" if kind in reached else "joins", "") for kind in worth.kinds.index],
    })  # fmt: skip
    frame.loc["All"] = [total["leads"], total["unsaid"], frame["worth"].sum(min_count=1), span, ""]
    columns = (
        Column("baton", "Dropped baton"), Column("leads", "Leads", "count"),
        Column("unsaid", "Of these, cannot say", "count", "less", muted=True),
        Column("worth", "Worth", "money", "less"), Column("range", "95% range", "range", muted=True),
        *([Column("step", "Inside the step")] if steps else []),
    )  # fmt: skip
    these = "in these months" if is_long(month) else "this month"
    note = (
        f"Worth = leads × share {words.won} × part lost × mean value of a {words.win()}. Share {words.won}: of leads "
        f"of the same {cell_words(month)} answered in time in the months before; where no reply is due, of all. Part "
        "lost: how far leads dropped like this fell short of that share, all groups and months together. Never more "
        f"than the whole group fell short {these}. Cannot say: groups with under {LEAST_PROMISED} such leads. "
        f"Dropped leads are no random sample; some would not have {words.won} anyhow. "
        "Given up, no-shows and what came back are known by their result, so they may be worth nothing."
    )
    of = f" of {judged_words(month)}" if is_long(month) else ""
    title = f"What dropped batons{of} are worth, leads of all teams"
    return Table("worth", title, columns, frame.rename_axis("baton"), note, folded=True)
