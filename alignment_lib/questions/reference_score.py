"""A reference score of ours: what could the fields that are known at hand-over tell? It settles arguments only.

scikit-learn is imported when the score is fitted: on a month's page only where the lead-score check signals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..answer import Answer, Column, Table
from ..lead_sample import DATED, UNDATED
from ..maturity import last_mature_month
from ..month import MonthData
from ..once import once
from ..stats.calibration import auc, brier_skill, lift
from ..stats.fitted import Suspect, fit, missed_without, suspects
from ..stats.intervals import Estimate
from ..words import sentence, small_number
from .parts import ENOUGH, revenue_lacks, seed_of, stopped

REFERENCE = "Reference score"
ASKS = "What could the fields known at hand-over tell?"
LEAST = 200  # leads to fit on, and to test on
OLDER, MIDDLE = 0.5, 0.7  # fitted on the oldest half, set to shares on the next fifth, tested on the newest
SAME_DAY = 0.01  # share of a dated field that may come after hand-over before the field is refused
FIELDS = ("source", "arrival", "campaign", "source_detail", "location")
MANY = 12  # more different numbers than this are cut into fifths
NOT_FILLED = ("(none)", "(missing)")  # how tallies write an empty cell


@dataclass(frozen=True)
class Reference:
    """The fitted score. `leads` holds the decided leads, older first, with `part` (0, 1, 2), `said` and `joined`.

    `fields` are the words it was given, in the same order; `refused` names each field it was not given, and why.
    """

    leads: pd.DataFrame
    fields: pd.DataFrame
    refused: dict[str, str]
    says: Callable[[pd.DataFrame], np.ndarray]

    def right_order(self, part: int) -> Estimate | None:
        """Return the chance of the right order among the middle (1) or the newest (2) leads."""
        rows = self.leads[self.leads["part"] == part]
        return right_order(rows["said"], rows)


@dataclass(frozen=True)
class Comparison:
    """What stands beside the lead-score check: three ways to tell leads apart, and what that says."""

    table: Table
    says: tuple[str, ...]


@once
def reference_of(month: MonthData) -> tuple[Reference | None, str]:
    """Return the reference score of a month, or why there is none; fitted once per month."""
    words, last = month.words, last_mature_month(month.tallies.revenue, month.period)
    if stop := stopped(month, "deals"):
        return None, f"A reference score is not fitted this month: {stop}."
    if month.lead_sample is None or last is None:
        return None, f"Too few {words.win(2)} yet to fit a reference score on."
    every = month.lead_sample().sort_values("created_on", kind="stable").reset_index(drop=True)
    every["joined"] = every["outcome"] == "won"
    every["part"] = parts_by_month(every["month"], str(last))
    if not all(_enough(every, part, least) for part, least in ((0, LEAST), (1, LEAST // 2), (2, LEAST))):
        return None, f"Too few decided leads to fit a reference score: it takes {LEAST} older and {LEAST} newer ones."
    fields, refused = known_fields(every, month)
    young = (every["part"] == -1).to_numpy()
    part, joined = every["part"].to_numpy(), every["joined"].to_numpy()
    found = suspects(fields, joined, part, young)
    refused |= {one.field: _why(one, month) for one in found}
    fields = fields.drop(columns=[one.field for one in found]).assign(**when_and_how_often(every))
    decided = ~young
    fields, leads = fields[decided].reset_index(drop=True), every[decided].reset_index(drop=True)
    says = fit(fields, leads["joined"].to_numpy(), leads["part"].to_numpy())
    return Reference(leads.assign(said=says(fields)), fields, refused, says), ""


def _enough(every: pd.DataFrame, part: int, least: int) -> bool:
    joined = every.loc[every["part"] == part, "joined"]
    return len(joined) >= least and ENOUGH <= joined.sum() <= len(joined) - ENOUGH


def parts_by_month(months: pd.Series, last: str) -> np.ndarray:
    """Cut leads by month of creation: 0 the older half, 1 the next fifth, 2 the newest that are decided, -1 the rest.

    >>> months = pd.Series(["2026-01"] * 5 + ["2026-02"] * 2 + ["2026-03"] * 3 + ["2026-04"])
    >>> parts_by_month(months, "2026-03").tolist()
    [0, 0, 0, 0, 0, 1, 1, 2, 2, 2, -1]
    """
    decided = months[months <= last]
    before = decided.value_counts(sort=False).sort_index().cumsum().shift(fill_value=0) / max(len(decided), 1)
    part = (before >= OLDER - 1e-9).astype(int) + (before >= MIDDLE - 1e-9).astype(int)
    return months.map(part).fillna(-1).to_numpy(dtype=int)


def known_fields(every: pd.DataFrame, month: MonthData) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what the exports say of a lead as words, and the fields refused because they are dated after hand-over.

    A lead's cell of a dated field counts only if it was filled by then; the score itself is no field.
    """
    held = [name for name in FIELDS if month.has(f"leads.{name}")]
    profile = sorted(str(name) for name in every if str(name).startswith("profile_"))
    undated = [name for name in (*UNDATED, *DATED) if name in every and f"{name}_late" not in every]
    fields = pd.DataFrame(
        {name: as_words(every[name]) for name in [*held, *profile, *undated]}, index=every.index
    )
    refused = {}
    for name in (name for name in DATED if f"{name}_late" in every):
        filled, late = every[name].notna(), every[f"{name}_late"]
        share = (filled & late).sum() / max(filled.sum(), 1)
        if share > SAME_DAY:
            refused[name] = f"dated after hand-over in {month.words.share(share)} of the leads that have it"
        elif filled.any():
            fields[name] = as_words(every[name].where(~late))
    return fields.loc[:, fields.notna().any()], refused


def as_words(values: pd.Series) -> pd.Series:
    """Return a column as words, of categorical dtype, missing where unknown; numbers of many kinds are cut into fifths.

    >>> as_words(pd.Series([*map(str, range(20)), None])).nunique()
    5
    """
    codes, kinds = pd.factorize(values)
    known = ~pd.Index(kinds).isin(NOT_FILLED)
    codes = np.where(np.append(known, False)[codes], codes, -1)
    numbers = pd.to_numeric(pd.Series(kinds), errors="coerce")
    if numbers[known].notna().all() and numbers[known].nunique() > MANY:
        cut = pd.qcut(numbers.reindex(codes).reset_index(drop=True), 5, labels=False, duplicates="drop")
        codes, kinds = cut.fillna(-1).to_numpy(dtype=int), pd.RangeIndex(5)
    word, words = pd.factorize(np.array([str(kind) for kind in kinds], dtype=object))
    return pd.Series(pd.Categorical.from_codes(np.append(word, -1)[codes], pd.Index(words)), index=values.index)


def when_and_how_often(every: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the weekday and the part of the day of a lead, and how often marketing had touched it by hand-over."""
    hour = every["created_hour"].astype("float64")
    part = pd.cut(hour, [-1, 5, 11, 16, 23], labels=["night", "morning", "afternoon", "evening"])
    return {"weekday": as_words(every["created_on"].dt.day_name()), "time_of_day": part,
            "touches_before": as_words(every["touches_before"].clip(upper=3))}  # fmt: skip


def _why(suspect: Suspect, month: MonthData) -> str:
    words = month.words
    if suspect.why == "age":
        return f"filled for {words.share(suspect.found)} of older leads, {words.share(suspect.against)} of new ones"
    what = "being filled" if suspect.why == "presence" else "what stands in it"
    return f"{what} alone puts the right lead first in {words.share(suspect.found)} of cases: it was known afterwards"


# Against the company's score and the quality-lead rule


def right_order(score: pd.Series, rows: pd.DataFrame) -> Estimate | None:
    """Return the chance that of two leads, one that joined and one that did not, the one that joined scores higher."""
    return auc(score.to_numpy(dtype=float), np.ones(len(rows), dtype=int), rows["joined"].to_numpy(dtype=int))


def ways(leads: pd.DataFrame, month: MonthData) -> dict[str, tuple[pd.Series, pd.Series | None]]:
    """Return each way to tell leads apart by name: its order, and the shares that it says, if it says any."""
    score = month.playbook_at_end.score
    found: dict[str, tuple[pd.Series, pd.Series | None]] = {}
    if score is not None and score.means == "grade":
        place = {label: float(len(score.labels) - n) for n, label in enumerate(score.labels)}
        grade = leads["grade"].map(place)
        shares = leads["grade"].map(score.says).astype("float64") if len(score.says) == len(place) else None
        found["The company’s score"] = grade, shares
    elif month.has("leads.score"):
        order = leads["score"].astype("float64")
        is_share = score is not None and score.means == "percent" and not score.says
        found["The company’s score"] = order, order.clip(0, 100) / 100 if is_share else None
    found[REFERENCE] = leads["said"], leads["said"]
    rule = leads["quality"].map({"yes": 1.0, "no": 0.0})
    found["Quality-lead rule"] = rule, None
    return {name: way for name, way in found.items() if way[0].notna().mean() >= 0.5}


def compare(reference: Reference, month: MonthData) -> pd.DataFrame:
    """Hold the reference score against the company's score and the quality-lead rule, on the same newer leads.

    Returns
    -------
    pandas.DataFrame
        Indexed by way. Columns: `order`, `low`, `high` (chance of the right order with its 95% range), `skill` (how
        much nearer to what happened than saying the older leads' share of everyone; NaN for a way that says no share),
        `lift` (wins in the top fifth against the average), `profit` (margin of 100 leads picked, revenue without a
        margin, NaN without a rule: as many leads are picked as the playbook calls quality leads); `leads`, `picked`
        (the same in every row).

    Notes
    -----
    Date basis: created; leads on which nothing was fitted, and for which every way has something to say.
    """
    leads = reference.leads[reference.leads["part"] == 2]
    every = ways(leads, month)
    common = np.logical_and.reduce([order.notna().to_numpy() for order, _ in every.values()])
    rows = leads[common]
    older = float(reference.leads.loc[reference.leads["part"] < 2, "joined"].mean())
    one, won = np.ones(len(rows), dtype=int), rows["joined"].to_numpy(dtype=int)
    picked = int((rows["quality"] == "yes").sum()) if "Quality-lead rule" in every else 0
    worth = rows["margin"] if rows["margin"].sum() > 0 else rows["revenue"]
    table = []
    for name, (order, shares) in every.items():
        score = order[common].to_numpy(dtype=float)
        found = auc(score, one, won)
        said = None if shares is None else shares[common].to_numpy(dtype=float)
        profit = float("nan")
        if picked and worth.sum() > 0 and not revenue_lacks(month):
            joins = (lift(score, one, won, picked / len(rows)) or 0.0) * won.mean()  # of a lead that is picked
            profit = 100 * joins * float(worth.sum()) / max(won.sum(), 1)
        table.append({
            "way": name, **dict(zip(("order", "low", "high"), found or (float("nan"),) * 3, strict=True)),
            "skill": float("nan") if said is None else brier_skill(said, one, won, older),
            "lift": lift(score, one, won), "profit": profit, "leads": len(rows), "picked": picked,
        })  # fmt: skip
    return pd.DataFrame(table).set_index("way").astype({"skill": "float64", "lift": "float64"})


def describe_ways(table: pd.DataFrame, month: MonthData) -> str:
    """Say which way puts the right lead first more often; apart only if the ranges are."""
    words = month.words
    ours, theirs = table.T[REFERENCE], table.drop(index=REFERENCE)
    if theirs.empty:
        return f"The fields known at hand-over put the right lead first in {words.share(ours['order'])} of cases."
    other = theirs.iloc[0]
    name = str(theirs.index[0])
    subject = "the score" if "score" in name else "the quality-lead rule"
    text = f"The fields known at hand-over put the right lead first in {words.share(ours['order'])} of cases, "
    text += f"{subject} in {words.share(other['order'])}"
    if other["low"] > ours["high"]:
        return f"{text}: {subject} knows more than they do."
    if ours["low"] > other["high"]:
        return f"{text}: they could tell more than {subject} does."
    return f"{text}: within chance the same."


def describe_drift(reference: Reference, month: MonthData) -> str:
    """Say whether what told older leads apart still tells newer ones apart, and whether as many join."""
    words = month.words
    before, now = reference.right_order(1), reference.right_order(2)
    newer = reference.leads[reference.leads["part"] == 2]
    assert before is not None and now is not None
    held = "holds as well on newer leads"
    if before.low > now.high or now.low > before.high:
        held = f"holds {'less' if now.value < before.value else 'more'} well on newer leads"
    return (
        f"From older to newer: it {held} ({words.share(before.value)}, then {words.share(now.value)}); it said "
        f"{words.share(newer['said'].mean())} of these, and {words.share(newer['joined'].mean())} {words.won}."
    )


def _ways_table(table: pd.DataFrame, month: MonthData) -> Table:
    words = month.words
    shown = table.reset_index()
    shown["range"] = [words.span(low, high) for low, high in zip(table["low"], table["high"], strict=True)]
    gain = "Profit" if month.playbook.margin_share is not None else "Revenue"
    columns = [
        Column("way", "Way to tell"), Column("order", "Right lead first", "share"),
        Column("range", "95% range", "range", muted=True), Column("skill", "Nearer than the average", "share"),
        Column("lift", "Top fifth, times the average", "number"), Column("profit", f"{gain} of 100 picked", "money"),
    ]  # fmt: skip
    first = table.iloc[0]
    leads, picked = words.count(first["leads"], "newer lead"), words.number(first["picked"])
    note = (
        f"{leads} that played no part in fitting. Right lead first: of two leads, one that {words.won} and one "
        "that did not (AUC); a coin has 50%. Nearer than the average: Brier skill; – where no share is said."
    )
    if first["picked"] and table["profit"].notna().any():
        note += (
            f" Picked: the {picked} leads with the highest score, as many as are quality leads. {gain}: how many of "
            f"100 {words.won} × mean {'margin' if gain == 'Profit' else 'revenue'} of a {words.win()}; "
            "no part of the gap."
        )
    else:
        columns = columns[:-1]
    title = f"Which leads {words.won}: {small_number(len(table))} ways to tell, on the same leads"
    return Table("ways", title, tuple(columns), shown[[c.key for c in columns]], note)


def comparison(month: MonthData) -> Comparison | None:
    """Return what stands beside the lead-score check; None where no reference score can be fitted."""
    reference, _ = reference_of(month)
    if reference is None:
        return None
    table = compare(reference, month)
    return Comparison(_ways_table(table, month), (f"{REFERENCE}: {describe_ways(table, month)}",
                      describe_drift(reference, month), describe_refused(reference)))  # fmt: skip


def named(field: str) -> str:
    """Return a column's name as words: "visits a week", "accepted"."""
    return field.removeprefix("profile_").removesuffix("_at").replace("_", " ")


def describe_refused(reference: Reference) -> str:
    """Name the fields that were kept from the score because they were filled after hand-over."""
    names = [f"“{named(field)}”" for field in reference.refused]
    if not names:
        return "It decides nothing. No field was refused."
    shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
    return f"It decides nothing. Refused, because filled after hand-over: {', '.join(shown)}."


def reference_score(month: MonthData) -> Answer:
    """Answer "What could the fields known at hand-over tell?"; for companies with or without a score.

    Not a section of the month's page: there, its comparison stands in the lead-score check when that signals.
    """
    words = month.words
    reference, why = reference_of(month)
    answer = Answer(name="reference_score", title="A reference score", asks=ASKS, finding=why, state="poor",
                    shown=False, words=words)  # fmt: skip
    if reference is None:
        return answer
    table, newer = compare(reference, month), reference.leads["part"] == 2
    tells = missed_without(reference.says, reference.fields[newer].reset_index(drop=True),
                           reference.leads.loc[newer, "joined"].to_numpy(), seed_of(month))  # fmt: skip
    used = pd.DataFrame({"field": [sentence(named(str(name))) for name in tells.index], "tells": tells.to_numpy(),
                         "why": "used"})  # fmt: skip
    refused = pd.DataFrame({"field": [sentence(named(name)) for name in reference.refused],
                            "tells": float("nan"), "why": list(reference.refused.values())})  # fmt: skip
    columns = Column("field", "Field"), Column("tells", "Lost without it", "points"), Column("why", "Use")
    note = "Lost without it: how much less often the right lead comes first when the field’s words are dealt out anew."
    fields = Table("fields", "What it is made of", columns, pd.concat([used, refused], ignore_index=True), note)
    spans = {name: reference.leads.loc[reference.leads["part"].isin(parts), "month"]
             for name, parts in (("older", (0, 1)), ("newer", (2,)))}  # fmt: skip
    basis = " and ".join(f"{name} leads of {words.months([span.min(), span.max()])}" for name, span in spans.items())
    return replace(
        answer, state="complete", finding=describe_ways(table, month), basis=f"{basis}; by date created",
        tables_shown=(_ways_table(table, month), fields),
        notes=(f"Fitted on {basis.replace(' and ', ', tested on ')}.", describe_drift(reference, month),
               describe_refused(reference)),
    )  # fmt: skip
