"""What finds each planted thing that the page shows and never announces, on October's page."""

from __future__ import annotations

from collections.abc import Callable

from alignment_lib.month import MonthData
from alignment_lib.questions.cohort import judged_cohort
from alignment_lib.questions.economics import AT_SALE, economics
from alignment_lib.questions.handled_cells import handled_cells, in_time_against_others
from alignment_lib.sample.key import PLANTS


def _speed(month: MonthData) -> bool:
    """Leads answered in time join more often among leads alike: the 95% range lies above zero."""
    found = in_time_against_others(handled_cells(month)).difference
    return found is not None and found.low > 0


def _set_aside(month: MonthData, reason: str) -> int:
    return next(file for file in month.files if file.table == "leads").set_aside.get(reason, 0)


def _duplicates(month: MonthData) -> bool:
    """Second entries are set aside: the planted share of the rows, give or take a fifth (some lie too far apart)."""
    rows = next(file for file in month.files if file.table == "leads").rows_in
    found = _set_aside(month, "same person, same journey") / rows
    return abs(found / PLANTS["duplicates"].size["share"] - 1) <= 0.2


def _bad_rows(month: MonthData) -> bool:
    """Every impossible date, merged record and repeated row is set aside for its own reason."""
    size = PLANTS["bad-rows"].size
    return (
        _set_aside(month, "date outside 2000 to 2100") == size["impossible_dates"]
        and _set_aside(month, "merged into another lead") == size["merged"]
        and _set_aside(month, "exact duplicate") == size["repeated_rows"]
    )


def _entered_at_sale(month: MonthData) -> bool:
    """Walk-in, and no other source, is called "entered at the sale" and left out of the ranking."""
    table = economics(month, judged_cohort(month))
    return set(table.index[table["why"] == AT_SALE]) == {"Walk-in"}


def _renamed(month: MonthData) -> bool:
    """Facebook Ads has no row of its own: its leads are those of Paid social, in every month."""
    sources = month.tallies.sources
    social = sources[sources["source"] == "Paid social"]
    return "Facebook Ads" not in set(sources["source"]) and set(social["month"]) == set(sources["month"])


def _definition(month: MonthData) -> bool:
    """The definition of today would have made 2% to 4.5% more quality leads of the months before it was agreed."""
    effect = month.tallies.definitions_effect
    before = effect[(effect["definition"] == "quality_lead") & (effect["month"] < "2026-09")]
    return 0.02 < before["yes_now"].sum() / before["yes_then"].sum() - 1 < 0.045


def _owner_left(month: MonthData) -> bool:
    """Leads of an owner who had left hang at Lakeside alone, over ten in each of June and July 2026."""
    departed = month.tallies.departed
    hanging = departed.groupby("month")["leads"].sum()
    return set(departed["location"]) - {"(none)"} == {"Lakeside"} and hanging.get(["2026-06", "2026-07"]).min() > 10


SHOWN_BY: dict[str, tuple[str, Callable[[MonthData], bool]]] = {
    "speed": ("quality_or_follow_up", _speed),
    "duplicates": ("where_from", _duplicates),
    "bad-rows": ("where_from", _bad_rows),
    "entered-at-sale": ("sources_and_campaigns", _entered_at_sale),
    "renamed-source": ("sources_and_campaigns", _renamed),
    "definition-change": ("definitions", _definition),
    "owner-left": ("relay", _owner_left),
}
