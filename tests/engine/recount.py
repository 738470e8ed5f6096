"""The rules of counting as plain loops, one lead at a time, over rows as a person would export them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pandas as pd
from holidays import country_holidays

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


def wall(on: date, clock: str) -> datetime:
    return datetime.combine(on, time.fromisoformat(clock), tzinfo=ZONE).astimezone(UTC)


def cut_of(month: str) -> date:
    first = date.fromisoformat(month + "-01")
    return min((first + timedelta(days=32)).replace(day=1) + timedelta(days=2), AS_OF)


def month_of_day(value: date) -> str:
    return f"{value:%Y-%m}"


class SeenLeads:
    """What a page of October 2026 knows of every lead."""

    def __init__(self, company, tables):
        self.company, self.tables = company, tables
        self.closed = set(country_holidays("US", subdiv="NY", years=range(2024, 2028)))
        self.closed |= {date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27)}
        self.by_lead = defaultdict(lambda: defaultdict(list))
        for name in ("touches", "activities"):
            for row in tables[name]:
                self.by_lead[name][row["lead_id"]].append(row)
        self.first_effort = min(day(row["occurred_at"]) for row in tables["activities"]).replace(day=1)
        self.known_deals = self.see_deals()
        self.leads = [self.see_lead(row) for row in tables["leads"] if day(row["created_at"]) <= AS_OF]
        self.by_id = {lead.id: lead for lead in self.leads}
        for deal in self.known_deals:
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
                overlap = min(end, wall(today, closes)) - max(start, wall(today, opens))
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
                opened_at=instant(row["opened_at"]),
                closed_at=None if later else instant(row["closed_at"]), amount=row["amount"] or 0.0,
                reason=None if later else row["reason"], location=row["location"], margin=row["amount"],
                opened=day(row["opened_at"]),
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
        efforts = [
            SimpleNamespace(**row, on=day(row["occurred_at"])) for row in self.by_lead["activities"][lead.id]
        ]
        efforts = [each for each in efforts if each.on <= AS_OF]
        tries = [each for each in efforts
                 if each.kind in ("call", "e-mail", "message") and each.direction != "incoming"]  # fmt: skip
        lead.tries = [each.on for each in tries]
        lead.answered = min(lead.tries, default=None)
        times = [instant(each.occurred_at) for each in tries if each.on == lead.answered]
        lead.answered_at = min(times) if times and None not in times else None
        lead.reached = min((each.on for each in efforts if each.connected), default=None)
        tours = [each for each in efforts if each.kind == "tour"]
        held = min((each.on for each in tours if each.outcome == "held"), default=None)
        visited = day(lead.row["visited_at"])
        lead.visited = visited if visited and visited <= AS_OF else held
        by_cut = [each for each in efforts if each.on <= lead.clock_cut]
        lead.no_show = max((each.on for each in by_cut if each.outcome == "no-show"), default=None)
        missed = [instant(each.occurred_at) for each in by_cut if (each.outcome, each.on) == ("no-show", lead.no_show)]
        timed = bool(missed) and None not in missed
        came = [each for each in by_cut if each.kind == "tour" and each.outcome != "no-show"]
        lead.rebooked = any(
            each.on > lead.no_show
            or (each.on == lead.no_show and timed and instant(each.occurred_at) is not None
                and instant(each.occurred_at) > max(missed))
            for each in came if lead.no_show
        )  # fmt: skip

    def see_result(self, lead):
        deals = [deal for deal in self.known_deals if lead.id in deal.leads and deal.type == "new"]
        won = [deal for deal in deals if deal.outcome == "won"]
        lead.is_won, lead.new_deals = bool(won), len(deals)
        lead.has_client = any(deal.lead_id == lead.id for deal in won)
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
        ids = {deal.id for deal in self.known_deals if deal.lead_id == lead.id}
        followed = {row["previous_client_id"] for row in self.tables["members"]}
        old_enough = AS_OF - timedelta(days=90)
        judged = [
            row
            for row in self.tables["members"]
            if row["deal_id"] in ids and day(row["started_on"]) <= old_enough
        ]  # fmt: skip
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

    def place(self, lead):
        return lead.clock_month, lead.team, lead.location or "(none)"

    def then(self, lead):
        return lead.rules["new" if lead.created >= date(2026, 9, 1) else "old"]
