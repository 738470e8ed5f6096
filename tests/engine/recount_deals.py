"""What deals, sources and channels came to, counted as plain loops."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

import pandas as pd
from recount import AS_OF, UTC, SeenLeads, day, instant, month_of_day


class DealRecount(SeenLeads):
    """Tallies of money and outcomes: each yields a row's key and what it adds."""

    def revenue(self):
        for deal in self.known_deals:
            if deal.outcome == "won" and deal.closed:
                yield (month_of_day(deal.closed), deal.created_month, deal.team, deal.location, deal.type), (
                    deal.type == "new", 1, deal.amount, 0.3 * deal.amount, 0)  # fmt: skip

    def pipeline(self):
        for deal in self.known_deals:
            if deal.type == "new":
                yield (pd.Timestamp(deal.opened), month_of_day(deal.opened), deal.team, deal.location), (
                    1, deal.margin is None, deal.amount)  # fmt: skip

    def opened(self):
        for deal in (deal for deal in self.known_deals if deal.type == "new"):
            lead = self.by_id.get(deal.lead_id)
            source, campaign = (lead.source, lead.row["campaign"] or "(none)") if lead else ("no lead", "(none)")
            yield (month_of_day(deal.opened), deal.team, source, campaign, deal.location), (1, deal.amount)

    def deals(self):
        for deal in (deal for deal in self.known_deals if deal.type == "new"):
            closed = month_of_day(deal.closed) if deal.closed else ""
            won = deal.outcome == "won"
            yield (month_of_day(deal.opened), closed, deal.outcome, deal.team, deal.location), (
                1, deal.amount, deal.amount**2, deal.amount if won else 0)  # fmt: skip

    def sources(self):
        for x in self.leads:
            campaign = x.row["campaign"] or "(none)"
            strategy = {"Free week": "Trial"}.get(campaign, "(none)")
            yield (x.month, x.source, campaign, strategy, x.team), (
                1, x.rules["new"] is True, x.new_deals > 0, x.has_client,
                x.has_client and x.won is not None and x.won <= x.cut, x.revenue,
                x.at_sale, x.at_sale and x.has_client, x.has_client and x.is_judged,
                x.has_client and x.is_judged and x.is_kept)  # fmt: skip

    def spend(self):
        yield ("2026-10", "Paid social", "(none)", "(none)", "media"), (99.99,)

    def outcomes(self):
        for x in self.leads:
            end = (x.won or x.created) if x.is_won else (x.lost or AS_OF) if x.is_lost else AS_OF
            days = max((end - x.created).days, 0)
            age = days if days < 28 else 7 * (days // 7)
            yield (x.month, x.source, x.team, self.band(x), age), (
                x.has_client, x.is_lost or (x.is_won and not x.has_client), not (x.is_won or x.is_lost))

    def paths(self):
        """Yield month, whether won, value, source and merged steps (channel, moment) of every decided path."""
        for deal in self.known_deals:
            if deal.type == "new" and deal.outcome in ("won", "lost") and deal.closed:
                own = self.by_id.get(deal.lead_id)
                steps = self.steps(deal.leads & set(self.by_id), deal.opened, deal.opened_at)
                yield (month_of_day(deal.closed), deal.outcome == "won", deal.amount,
                       own.source if own else "none recorded", steps)  # fmt: skip
        for x in self.leads:
            if x.is_lost and not x.new_deals and x.lost:
                yield month_of_day(x.lost), False, 0.0, x.source, self.steps({x.id}, x.passed or AS_OF, x.passed_at)

    def steps(self, ids, end, end_at):
        found = []
        for row in (row for lead in ids for row in self.by_lead["touches"][lead]):
            on, at = day(row["touched_at"]), instant(row["touched_at"])
            late = on > end or (on == end and at and end_at and at > end_at)
            if on >= end - timedelta(days=90) and not late:
                start = datetime.combine(on, datetime.min.time(), tzinfo=UTC)
                name = row["channel"] if row["channel"] != "(won)" else "channel (won)"
                found.append((at or start, name))
        found.sort()
        return [(name, at) for n, (at, name) in enumerate(found) if n + 1 == len(found) or found[n + 1][1] != name]

    def channel_credit(self):
        for month, is_won, value, source, steps in self.paths():
            if not is_won:
                continue
            yield (month, source), (0, 0, 1, 0, 0, 0, 0, 0, value)
            if not steps:
                yield (month, "none recorded"), (1, 1, 0, *[value] * 5, 0)
            n = len(steps)
            decay = [0.5 ** ((steps[-1][1] - at) / timedelta(days=7)) for _, at in steps]
            for at, (channel, _) in enumerate(steps):
                first, last = at == 0, at == n - 1
                position = 1 / n if n <= 2 else 0.4 if first or last else 0.2 / (n - 2)
                parts = (first, last, 1 / n, position, decay[at] / sum(decay))
                yield (month, channel), (first, last, 0, *(value * part for part in parts), 0)

    def channel_steps(self):
        for month, is_won, _, _, steps in self.paths():
            names = ["(start)", *(name for name, _ in steps), "(won)" if is_won else "(not won)"]
            for before, after in zip(names, names[1:], strict=False) if steps else ():
                yield (month, before, after), (1,)

    def reasons(self):
        leads = {x.id: x for x in self.leads}
        for deal in self.known_deals:
            if deal.type == "new" and deal.outcome != "open":
                lead = leads.get(deal.lead_id)
                lost = deal.outcome == "lost" and lead is not None and lead.disposition == "lost"
                reason = deal.reason or (lead.reason if lost else None) or "(none)"
                month = month_of_day(deal.closed) if deal.closed else ""
                yield (month, deal.location, deal.outcome, reason), (1,)
        for x in self.leads:
            if x.is_lost and not any(x.id in deal.leads and deal.type == "new" for deal in self.known_deals):
                month = month_of_day(x.lost) if x.lost else ""
                yield (month, x.location or "(none)", "lost", x.reason or "(none)"), (1,)

    def fed_back(self):
        for x in self.leads:
            back = x.disposition == "sent back"
            told = x.is_won or x.is_lost or back or x.disposition in ("recycled", "nurture")
            lost = [d for d in self.known_deals if x.id in d.leads and d.type == "new" and d.outcome == "lost"]
            deal = any(d.reason for d in lost)
            why = x.is_won or deal or x.reason or not (x.is_lost or back)
            yield (x.month, x.location or "(none)"), (1, told, bool(told and why))

    def members(self):
        followed = {row["previous_client_id"] for row in self.tables["members"]}
        for row in self.tables["members"]:
            place = row["location"] or "(none)"
            if day(row["started_on"]) <= AS_OF and row["previous_client_id"] is None:
                yield (month_of_day(day(row["started_on"])), place), (1, 0)
            ended = day(row["ended_on"])
            if ended and ended <= AS_OF and row["client_id"] not in followed:
                yield (month_of_day(ended), place), (0, 1)

    def elsewhere(self):
        for x in self.leads:
            at = x.created_at.astimezone(UTC).date() if x.created_at else x.created
            yield (month_of_day(at), "UTC"), (1, 0, 0)
        starts = defaultdict(list)
        for row in self.tables["members"]:
            starts[row["deal_id"]].append(day(row["started_on"]))
        for deal in self.known_deals:
            if deal.outcome == "won" and deal.closed and deal.type == "new":
                first = min(starts.get(deal.id, [deal.closed]))
                yield (month_of_day(first), "first day"), (0, 1, deal.amount)
