"""Every tally against a plain re-count: loops over the rows as exported, written from the rules and not from the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from small_exports import as_exports, draw_exports

from alignment_lib.journeys import stages_of
from alignment_lib.playbook.hours import minutes_of
from alignment_lib.tallies import TALLIES

ZONE, UTC = ZoneInfo("America/New_York"), ZoneInfo("UTC")
AS_OF = date(2026, 11, 3)
NEVER = date(9999, 12, 31)


def day(value) -> date | None:
    return None if value is None else pd.Timestamp(value).date()


def instant(value) -> datetime | None:
    return (
        datetime.fromisoformat(value).replace(tzinfo=ZONE).astimezone(UTC)
        if value and len(value) > 10
        else None
    )


def cut_of(month: str) -> date:
    first = date.fromisoformat(month + "-01")
    return min((first + timedelta(days=32)).replace(day=1) + timedelta(days=2), AS_OF)


def month_of_day(value: date) -> str:
    return f"{value:%Y-%m}"


class Recount:
    """The rules of counting, one lead at a time."""

    def __init__(self, company, tables):
        from holidays import country_holidays

        self.company, self.tables = company, tables
        self.closed = set(country_holidays("US", subdiv="NY", years=range(2024, 2028)))
        self.closed |= {date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27)}
        self.by_lead = defaultdict(lambda: defaultdict(list))
        for name in ("touches", "activities"):
            for row in tables[name]:
                self.by_lead[name][row["lead_id"]].append(row)
        self.first_effort = min(day(row["occurred_at"]) for row in tables["activities"]).replace(day=1)
        self.deals = self.see_deals()
        self.leads = [self.see_lead(row) for row in tables["leads"] if day(row["created_at"]) <= AS_OF]
        self.by_id = {lead.id: lead for lead in self.leads}
        for deal in self.deals:
            lead = self.by_id.get(deal.lead_id)
            deal.team, deal.created_month = (lead.team, lead.month) if lead else ("no lead", "")
            deal.location = deal.location or (lead.location if lead else None) or "(none)"

    def open_minutes(self, location, start: datetime, end: datetime) -> float:
        """Add up the overlap of start .. end with each day's hours."""
        if end <= start:
            return 0.0
        total, today = 0.0, start.astimezone(ZONE).date()
        while today <= end.astimezone(ZONE).date():
            hours = self.company.playbook_on(today).hours_of(location or "")
            for opens, closes in () if today in self.closed else hours[today.weekday()]:
                edges = [datetime(today.year, today.month, today.day, minutes_of(at) // 60, minutes_of(at) % 60, tzinfo=ZONE)
                         for at in (opens, closes)]  # fmt: skip
                overlap = min(end, edges[1].astimezone(UTC)) - max(start, edges[0].astimezone(UTC))
                total += max(overlap.total_seconds() / 60, 0)
            today += timedelta(days=1)
        return total

    def midnight_after(self, last: date) -> datetime:
        return datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=ZONE).astimezone(UTC)

    def see_deals(self):
        created = {row["lead_id"]: day(row["created_at"]) for row in self.tables["leads"]}
        members = defaultdict(list)
        for row in self.tables["deal_leads"]:
            if created[row["lead_id"]] <= AS_OF:
                members[row["deal_id"]].append(row["lead_id"])
        seen = []
        for row in self.tables["deals"]:
            if day(row["opened_at"]) > AS_OF:
                continue
            closed = day(row["closed_at"])
            later = closed is not None and closed > AS_OF
            linked = sorted(members[row["deal_id"]], key=lambda lead: (created[lead], lead))
            own = row["lead_id"] if row["lead_id"] is not None else (linked[0] if linked else None)
            own = own if own in created and created[own] <= AS_OF else None
            seen.append(SimpleNamespace(
                id=row["deal_id"], lead_id=own, leads={own, *linked} - {None}, type=row["type"] or "new",
                outcome="open" if later else row["outcome"], closed=None if later else closed,
                closed_at=None if later else instant(row["closed_at"]), amount=row["amount"] or 0.0,
                reason=None if later else row["reason"], location=row["location"], margin=row["amount"],
            ))  # fmt: skip
        return seen

    def rule(self, row, score) -> dict[str, bool | None]:
        """Return quality under both versions and the profile; None is unknown."""
        inside = None if row["profile_catchment"] is None else row["profile_catchment"] == "inside"
        visits = {"1": False, "3": True}.get(row["profile_visits_a_week"])

        def either(*parts):
            return True if True in parts else None if None in parts else False

        def both(*parts):
            return False if False in parts else None if None in parts else True

        asked = None if row["source_detail"] is None else row["source_detail"]
        good = None if score is None else score >= 50
        old = both(inside, either(good, None if asked is None else asked == "visit request"))
        new = both(
            inside, either(good, None if asked is None else asked in ("visit request", "trial request"))
        )
        return {"old": old, "new": new, "profile": both(inside, visits)}

    def see_lead(self, row):
        def seen(key):
            on = day(row[key])
            return (on, instant(row[key])) if on and on <= AS_OF else (None, None)

        lead = SimpleNamespace(id=row["lead_id"], row=row, person=row["person_key"])
        lead.created, lead.created_at = day(row["created_at"]), instant(row["created_at"])
        lead.month = month_of_day(lead.created)
        lead.cut = cut_of(lead.month)
        lead.source = {"Facebook Ads": "Paid social", None: "(missing)"}.get(row["source"], row["source"])
        lead.team = {"Paid search": "marketing", "Paid social": "marketing", "Referral": "sales"}.get(
            lead.source, "unassigned"
        )
        lead.location = row["location"]
        (handed, handed_at), (assigned, lead.assigned_at) = seen("handed_over_at"), seen("assigned_at")
        lead.handed, lead.assigned = handed, assigned
        lead.accepted, lead.sent_back = seen("accepted_at")[0], None
        gone = row["disposed_at"] is not None and day(row["disposed_at"]) > AS_OF
        lead.disposed = None if gone else day(row["disposed_at"])
        lead.disposition = None if gone else row["disposition"]
        lead.reason = None if gone else row["disposition_reason"]
        if lead.team == "sales":
            lead.clock, lead.clock_at, lead.passed, lead.passed_at = (
                lead.created,
                lead.created_at,
                lead.created,
                lead.created_at,
            )
        else:
            lead.clock, lead.clock_at = (
                (handed, handed_at)
                if handed
                else (assigned, lead.assigned_at)
                if assigned
                else (lead.created, lead.created_at)
            )
            lead.passed, lead.passed_at = handed, handed_at
        lead.clock_month = month_of_day(lead.clock)
        lead.clock_cut = cut_of(lead.clock_month)
        score = row["score"]
        scored, scored_at = day(row["scored_at"]), instant(row["scored_at"])
        if scored and (scored > lead.cut or (handed and scored > handed)
                       or (handed_at and scored_at and scored_at > handed_at)):  # fmt: skip
            score = None
        lead.score, lead.rules = score, self.rule(row, score)
        lead.gone_owner = row["owner"] == "gone" and lead.clock > date(2026, 6, 30)
        self.see_efforts(lead)
        self.see_result(lead)
        self.judge(lead)
        return lead

    def see_efforts(self, lead):
        efforts = [row for row in self.by_lead["activities"][lead.id] if day(row["occurred_at"]) <= AS_OF]
        lead.tries = [row for row in efforts
                      if row["kind"] in ("call", "e-mail", "message") and row["direction"] != "incoming"]  # fmt: skip
        days = [day(row["occurred_at"]) for row in lead.tries]
        lead.answered = min(days, default=None)
        times = [
            instant(row["occurred_at"]) for row in lead.tries if day(row["occurred_at"]) == lead.answered
        ]
        lead.answered_at = min(times) if times and None not in times else None
        contacts = [row for row in efforts if row["connected"]]
        lead.reached = min((day(row["occurred_at"]) for row in contacts), default=None)
        tours = [row for row in efforts if row["kind"] == "tour"]
        held = min((day(row["occurred_at"]) for row in tours if row["outcome"] == "held"), default=None)
        visited = day(lead.row["visited_at"])
        lead.visited = visited if visited and visited <= AS_OF else held
        cut = lead.clock_cut
        lead.no_show = max((day(row["occurred_at"]) for row in efforts
                            if row["outcome"] == "no-show" and day(row["occurred_at"]) <= cut), default=None)  # fmt: skip
        lead.last_visit = max((day(row["occurred_at"]) for row in tours
                               if row["outcome"] != "no-show" and day(row["occurred_at"]) <= cut), default=None)  # fmt: skip

    def see_result(self, lead):
        deals = [deal for deal in self.deals if lead.id in deal.leads and deal.type == "new"]
        won = [deal for deal in deals if deal.outcome == "won"]
        lead.is_won = bool(won)
        lead.won = min((deal.closed for deal in won if deal.closed), default=None)
        lead.won_at = min((deal.closed_at for deal in won if deal.closed_at), default=None)
        lost = max((deal.closed for deal in deals if deal.outcome == "lost" and deal.closed), default=None)
        lead.lost = lost or (lead.disposed if lead.disposition == "lost" else None)
        undecided = any(deal.outcome == "open" for deal in deals)
        lead.is_lost = not won and not undecided and (bool(deals) or lead.disposition == "lost")
        lead.revenue = sum(deal.amount for deal in won if deal.lead_id == lead.id)
        if lead.won_at and lead.created_at:
            lead.at_sale = lead.created_at >= lead.won_at - timedelta(minutes=30)
        else:
            lead.at_sale = lead.won is not None and lead.created >= lead.won
        ids = {deal.id for deal in self.deals if deal.lead_id == lead.id}
        followed = {row["previous_client_id"] for row in self.tables["members"]}
        judged = [row for row in self.tables["members"]
                  if row["deal_id"] in ids and day(row["started_on"]) + timedelta(days=90) <= AS_OF]  # fmt: skip
        lead.is_judged = bool(judged)
        lead.is_kept = any(
            row["client_id"] in followed or row["ended_on"] is None or day(row["ended_on"]) > AS_OF
            or day(row["ended_on"]) > day(row["started_on"]) + timedelta(days=90) for row in judged
        )  # fmt: skip

    def judge(self, lead):
        cut = lead.clock_cut

        def by_cut(*days):
            return any(on is not None and on <= cut for on in days)

        waits = {"web form": True, "message": True, "walk-in": False}.get(lead.row["arrival"])
        lead.waits = waits
        lead.replied_then = by_cut(lead.answered)
        lead.answered_then = by_cut(lead.answered, lead.reached, lead.visited, lead.won)
        lead.reached_then = by_cut(lead.reached, lead.visited, lead.won)
        lead.won_then = by_cut(lead.won)
        settled = lead.disposed is None or lead.disposed <= cut
        lead.accepted_then = by_cut(lead.accepted) or (lead.disposition == "accepted" and settled)
        lead.sent_back_then = lead.disposition == "sent back" and settled
        lead.came_back = (
            lead.disposition if lead.disposition in ("sent back", "recycled", "nurture") and settled else None
        )
        lead.covered = (
            bool(waits) and lead.clock_at is not None and not lead.gone_owner
            and (lead.answered is None or lead.answered_at is not None) and lead.clock >= self.first_effort
        )  # fmt: skip
        end = self.midnight_after(cut)
        lead.reply = lead.so_far = lead.routing = lead.unrouted = None
        if lead.clock_at:
            lead.so_far = self.open_minutes(lead.location, lead.clock_at, end)
            if lead.answered_at:
                lead.reply = self.open_minutes(lead.location, lead.clock_at, lead.answered_at)
        if lead.created_at:
            lead.unrouted = self.open_minutes(lead.location, lead.created_at, end)
            if lead.assigned_at:
                lead.routing = self.open_minutes(lead.location, lead.created_at, lead.assigned_at)
        limit = 120
        if not lead.covered:
            lead.promise = "not covered"
        elif lead.replied_then:
            lead.promise = "kept" if lead.reply <= limit else "broken"
        else:
            lead.promise = "running" if lead.so_far <= limit else "broken"

    # -- the tallies ---------------------------------------------------------------------------------------------------

    def place(self, lead):
        return lead.clock_month, lead.team, lead.location or "(none)"

    def then(self, lead):
        return lead.rules["new" if lead.created >= date(2026, 9, 1) else "old"]

    def daily(self):
        for x in self.leads:
            now = x.rules["new"]
            yield (pd.Timestamp(x.created), x.month, x.team, x.location or "(none)"), (
                1, now is True, now is None, self.then(x) is True)  # fmt: skip

    def relay(self):
        for x in self.leads:
            routed = x.team == "sales" or any(on and on <= x.clock_cut for on in (x.handed, x.assigned))
            tries = sum(day(row["occurred_at"]) <= x.clock_cut for row in x.tries)
            good = x.rules["new"] is True
            yield self.place(x), (
                routed or x.answered_then, x.covered, x.promise == "kept", x.promise == "broken", x.promise == "running",
                x.answered_then, x.reached_then, x.won_then, x.accepted_then, x.sent_back_then,
                x.promise == "broken" and not x.replied_then, tries, good and (routed or x.answered_then),
                good and x.reached_then, good and x.won_then,
            )  # fmt: skip

    def relay_hours(self):
        for x in self.leads:
            if x.covered:
                hour = x.created_at.astimezone(ZONE).hour if x.created_at else None
                part = "no time" if hour is None else "before 16:00" if hour < 16 else "16:00 and later"
                yield (*self.place(x), part), (
                    1, x.promise == "kept", x.replied_then, x.reached_then,
                    x.promise == "broken" and not x.replied_then, not x.reached_then)  # fmt: skip

    def waits(self):
        for x in self.leads:
            if x.covered and x.clock_month >= "2026-07":
                minutes = x.reply if x.replied_then else x.so_far
                yield (*self.place(x), "reply", int(minutes)), (x.replied_then, not x.replied_then)
                done = x.assigned is not None and x.assigned <= x.clock_cut
                minutes = x.routing if done else x.unrouted
                if minutes is not None:
                    yield (*self.place(x), "routing", int(minutes)), (done, not done)

    def revenue(self):
        for deal in self.deals:
            if deal.outcome == "won" and deal.closed:
                yield (month_of_day(deal.closed), deal.created_month, deal.team, deal.location, deal.type), (
                    deal.type == "new", 1, deal.amount, 0.3 * deal.amount)  # fmt: skip

    def sources(self):
        for x in self.leads:
            campaign = x.row["campaign"] or "(none)"
            strategy = {"Free week": "Trial"}.get(campaign, "(none)")
            yield (x.month, x.source, campaign, strategy, x.team), (
                1, x.rules["new"] is True, x.is_won, x.won is not None and x.won <= x.cut, x.revenue, x.at_sale,
                x.at_sale and x.is_won, x.is_won and x.is_judged, x.is_won and x.is_judged and x.is_kept)  # fmt: skip

    def spend(self):
        yield ("2026-10", "Paid social", "(none)", "(none)", "media"), (99.99,)

    def stages(self):
        dated = {
            "created_at": lambda x: True, "handed_over_at": lambda x: x.handed or x.team == "sales",
            "answered_at": lambda x: x.answered, "reached_at": lambda x: x.reached, "visited_at": lambda x: x.visited,
            "won_at": lambda x: x.is_won,
        }  # fmt: skip
        stages = stages_of(self.company.playbooks[-1])
        for x in self.leads:
            ways = [bool(dated[column](x)) for _, column in stages]
            for n, (name, _) in enumerate(stages):
                yield (x.month, x.team, name, n + 1), (any(ways[n:]), any(ways[n:]) and not ways[n])

    def before_handover(self):
        for x in self.leads:
            kinds = set()
            for row in self.by_lead["touches"][x.id]:
                on, at = day(row["touched_at"]), instant(row["touched_at"])
                before = (
                    x.passed is None
                    or on < x.passed
                    or (on == x.passed and (not at or not x.passed_at or at <= x.passed_at))
                )
                if on <= AS_OF and before:
                    kinds.add(row["kind"] or row["channel"])
            for kind in kinds or {"(none recorded)"}:
                yield (x.month, x.team, kind), (1, bool(x.reached or x.visited or x.won), x.is_won)

    def after_handover(self):
        for x in self.leads:
            tries = "5+" if len(x.tries) >= 5 else str(len(x.tries))
            yield (x.month, x.team, tries), (1, bool(x.reached or x.visited or x.won), x.is_won)

    def returned(self):
        for x in self.leads:
            if x.came_back:
                yield (*self.place(x), x.came_back, x.reason or "(none)"), (1,)

    def batons(self):
        for x in self.leads:
            if name := self.baton(x):
                yield (*self.place(x), name), (1,)

    def baton(self, x):
        cut = x.clock_cut
        is_assigned = x.assigned is not None and x.assigned <= cut
        unrouted = x.unrouted is not None and x.unrouted > 60
        silent = x.promise == "broken" and not x.replied_then and not x.sent_back_then
        if x.waits and not x.replied_then and (x.gone_owner or (not is_assigned and unrouted)):
            return "not routed"
        if x.waits and is_assigned and x.routing is not None and x.routing > 60:
            return "routed late"
        if silent:
            return "never answered" if x.accepted_then else "not accepted"
        window = x.clock + timedelta(days=14)
        tries = sum(day(row["occurred_at"]) <= min(window, cut) for row in x.tries)
        if (
            x.waits
            and x.replied_then
            and not x.reached_then
            and not x.sent_back_then
            and window <= cut
            and tries < 5
        ):
            return "given up early"
        if x.no_show and x.no_show + timedelta(days=3) <= cut and not x.won_then and not (
                x.last_visit and x.last_visit > x.no_show):  # fmt: skip
            return "no-show not rebooked"
        if x.sent_back_then and x.reason is None:
            return "sent back without reason"
        due = day(x.row["recycle_due_on"])
        if x.came_back == "recycled" and due and due < cut and not any(
                due <= day(row["occurred_at"]) <= cut for row in x.tries):  # fmt: skip
            return "recycled and forgotten"
        return None

    def tracking(self):
        for x in self.leads:
            told = [on for on in (x.answered, x.reached, x.visited, x.won) if on]
            ended = next((on for on in (x.won, x.lost, x.disposed) if on), None)
            stated = x.is_won or x.is_lost or x.disposition is not None
            yield (x.month, x.location or "(none)", x.team), (
                1, x.source != "(missing)", x.row["campaign"] is not None, x.row["arrival"] is not None,
                x.location is not None, x.score is not None, x.rules["profile"] is not None,
                x.team == "sales" or (x.handed is not None and x.handed <= x.cut),
                x.answered_at is not None or not told or min(told) > x.cut,
                ended <= x.cut if ended else stated,
            )  # fmt: skip

    def people(self):
        known, seen = Counter(), defaultdict(set)
        for x in sorted(
            self.leads, key=lambda x: (x.created, x.created_at or datetime.max.replace(tzinfo=UTC), x.id)
        ):
            new_this_month = x.person is None or x.person not in seen[x.month]
            seen[x.month].add(x.person)
            yield (x.month,), (1, new_this_month, x.person is not None and known[x.person] > 0)
            known[x.person] += 1

    def members(self):
        followed = {row["previous_client_id"] for row in self.tables["members"]}
        for row in self.tables["members"]:
            place = row["location"] or "(none)"
            if day(row["started_on"]) <= AS_OF and row["previous_client_id"] is None:
                yield (month_of_day(day(row["started_on"])), place), (1, 0)
            ended = day(row["ended_on"])
            if ended and ended <= AS_OF and row["client_id"] not in followed:
                yield (month_of_day(ended), place), (0, 1)

    def departed(self):
        for x in self.leads:
            if x.gone_owner:
                yield (x.clock_month, x.location or "(none)"), (1,)

    def definitions_effect(self):
        for x in self.leads:
            for name, then, now in (("quality_lead", self.then(x), x.rules["new"]),
                                    ("client_profile", x.rules["profile"], x.rules["profile"])):  # fmt: skip
                yield (x.month, name), (then is True, now is True, now is None, 1)


@pytest.fixture(scope="module", params=[1, 2, 3])
def both(request, riverside):
    from alignment_lib.engine import DuckDB
    from alignment_lib.month import month_of
    from alignment_lib.period import Month

    tables = draw_exports(400, request.param)
    data = month_of(riverside, Month.parse("2026-10"), DuckDB(), as_exports(tables))
    assert data.as_of == AS_OF
    return data, Recount(riverside, tables)


@pytest.mark.parametrize("name", TALLIES)
def test_each_tally_equals_a_plain_recount(both, name):
    data, recount = both
    columns = list(TALLIES[name])
    rows = [(key, tuple(float(value) for value in values)) for key, values in getattr(recount, name)()]
    keys = columns[: len(rows[0][0])]
    wanted = (
        pd.DataFrame([(*key, *values) for key, values in rows], columns=columns)
        .groupby(keys)
        .sum()
        .sort_index()
    )
    wanted = wanted[(wanted != 0).any(axis=1)] if name == "stages" else wanted
    counted = data.tallies[name].set_index(keys).sort_index().astype("float64").fillna(0.0)
    counted = counted[(counted != 0).any(axis=1)] if name == "stages" else counted

    assert len(wanted) > 0
    pd.testing.assert_frame_equal(counted, wanted, check_dtype=False, check_index_type=False, rtol=1e-9)
