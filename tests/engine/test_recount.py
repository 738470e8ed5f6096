"""Every tally against a plain re-count, written from the rules and not from the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from recount import AS_OF, UTC, ZONE, SeenLeads, day, instant, month_of_day
from small_exports import as_exports, draw_exports

from alignment_lib.engine import DuckDB
from alignment_lib.month import month_of
from alignment_lib.period import Month
from alignment_lib.playbook import stages_of
from alignment_lib.questions.rhythm import is_long, rhythm_days
from alignment_lib.tallies import TALLIES


class Recount(SeenLeads):
    """One method per tally, yielding a row's key and what it adds."""

    def place(self, lead):
        return lead.clock_month, lead.team, lead.location or "(none)"

    def then(self, lead):
        return lead.rules["new" if lead.created >= date(2026, 9, 1) else "old"]

    def daily(self):
        for x in self.leads:
            now = x.rules["new"]
            ways = [on for on in (x.reached, x.visited, x.won) if on]
            reached = bool(ways) and min(ways) <= x.cut
            yield (pd.Timestamp(x.created), x.month, x.team, x.location or "(none)"), (
                1, now is True, now is None, self.then(x) is True, reached, reached and now is True)  # fmt: skip

    def relay(self):
        for x in self.leads:
            routed = x.team == "sales" or any(on and on <= x.clock_cut for on in (x.handed, x.assigned))
            tries = sum(on <= x.clock_cut for on in x.tries)
            good = x.rules["new"] is True
            yield self.place(x), (
                routed or x.answered_then, x.covered, x.promise == "kept", x.promise == "broken",
                x.promise == "running", x.answered_then, x.reached_then, x.won_then, x.accepted_then,
                x.sent_back_then,
                x.promise == "broken" and not x.replied_then, tries, good and (routed or x.answered_then),
                good and x.reached_then, good and x.won_then, x.answered_then and not x.replied_then,
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
        for deal in self.known_deals:
            if deal.outcome == "won" and deal.closed:
                yield (month_of_day(deal.closed), deal.created_month, deal.team, deal.location, deal.type), (
                    deal.type == "new", 1, deal.amount, 0.3 * deal.amount, 0)  # fmt: skip

    def pipeline(self):
        for deal in self.known_deals:
            if deal.type == "new":
                yield (pd.Timestamp(deal.opened), month_of_day(deal.opened), deal.team, deal.location), (
                    1, deal.margin is None, deal.amount)  # fmt: skip

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

    def outcomes(self):
        for x in self.leads:
            end = (x.won or x.created) if x.is_won else (x.lost or AS_OF) if x.is_lost else AS_OF
            days = max((end - x.created).days, 0)
            age = days if days < 28 else 7 * (days // 7)
            yield (x.month, x.source, x.team, age), (
                x.has_client, x.is_lost or (x.is_won and not x.has_client), not (x.is_won or x.is_lost))

    def yields(self):
        for x in self.leads:
            campaign, place = x.row["campaign"] or "(none)", x.location or "(none)"
            yield (x.month, x.team, x.source, campaign, place), (1, x.rules["new"] is True)

    def spend(self):
        yield ("2026-10", "Paid social", "(none)", "(none)", "media"), (99.99,)

    def stages(self):
        dated = {
            "created_at": lambda x: True, "handed_over_at": lambda x: x.handed or x.team == "sales",
            "answered_at": lambda x: x.answered, "reached_at": lambda x: x.reached,
            "visited_at": lambda x: x.visited,
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

    def returned(self):
        for x in self.leads:
            if x.came_back:
                yield (*self.place(x), x.came_back, x.reason or "(none)"), (1, x.is_won, x.is_lost)

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
        tries = sum(on <= min(window, cut) for on in x.tries)
        if (
            x.waits
            and x.replied_then
            and not x.reached_then
            and not x.sent_back_then
            and window <= cut
            and tries < 5
        ):
            return "given up early"
        missed = x.no_show and x.no_show + timedelta(days=3) <= cut and not x.rebooked
        over = missed and x.is_lost and x.lost is not None and x.lost < x.no_show
        if missed and not over and not x.won_then and not x.sent_back_then:
            return "no-show not rebooked"
        if x.sent_back_then and x.reason is None:
            return "sent back without reason"
        due = day(x.row["recycle_due_on"])
        if x.came_back == "recycled" and due and due < cut and not any(due <= on <= cut for on in x.tries):
            return "recycled and forgotten"
        return None

    def celled(self):
        """Yield the leads of cells with the day until which they count as won: within the rhythm where it is long."""
        last, days = Month(2026, 10), timedelta(days=self.rhythm - 1)
        while self.rhythm and last.end + days > AS_OF:
            last = last - 1
        for x in self.leads:
            if not self.rhythm and x.clock_month >= "2025-10":
                yield x, x.clock_cut
            elif self.rhythm and str(last - 14) <= x.clock_month <= str(last):
                yield x, Month.parse(x.clock_month).end + days

    def cells(self):
        thirds = self.thirds()
        for x, until in self.celled():
            won = x.has_client and x.won is not None and x.won <= until
            value = x.revenue if won else 0.0
            grade = thirds[x.score] if x.score is not None else "(none)"
            key = x.clock_month, x.source, grade, x.location or "(none)", self.handling(x), self.baton(x) or ""
            yield key, (1, won, value, value * value)

    def thirds(self):
        """Return the third of each score: by how many of the other scored leads of the months lie below it."""
        scores = [x.score for x, _ in self.celled() if x.score is not None]
        names = ("low third", "middle third", "high third")
        below = {one: sum(other < one for other in scores) for one in scores}
        return {one: names[min(3 * below[one] // (len(scores) - 1), 2)] for one in scores}

    def handling(self, x):
        if x.promise != "not covered":
            broken = "late" if x.replied_then else "never"
            return {"kept": "in time", "running": "running"}.get(x.promise, broken)
        told = {"not routed": "never", "routed late": "late"}.get(self.baton(x))
        return told or ("not judged" if x.waits else "no promise")

    def arrivals(self):
        for x in self.leads:
            yield (x.month, x.row["arrival"] or "(none)"), (1,)

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
                ended <= x.cut if ended else stated, x.source == "(missing)" and x.rules["new"] is True,
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

    def departed(self):
        for x in self.leads:
            if x.gone_owner:
                yield (x.clock_month, x.location or "(none)"), (1,)

    def scores(self):
        for x in self.leads:
            tops = {"0-15": 15, "15-30": 30, "30-45": 45, "45-60": 60, "60-75": 75, "75-100": 101}
            band = "(none)" if x.score is None else next(name for name, top in tops.items() if x.score < top)
            yield (x.month, band, int(x.score or 0)), (
                1, x.score or 0.0, x.is_won, not x.is_won and not x.is_lost, x.at_sale)  # fmt: skip

    def match(self, x):
        return {True: "yes", False: "no", None: "unknown"}[x.rules["profile"]]

    def profile(self):
        for x in self.leads:
            yield (x.month, x.team, self.match(x)), (1,)

    def loyalty(self):
        for x in self.leads:
            if x.has_client and x.won:
                yield (month_of_day(x.won), x.source, x.team, self.match(x)), (
                    1, x.is_judged, x.is_judged and x.is_kept)  # fmt: skip

    def definitions_effect(self):
        for x in self.leads:
            for name, then, now in (("quality_lead", self.then(x), x.rules["new"]),
                                    ("client_profile", x.rules["profile"], x.rules["profile"])):  # fmt: skip
                yield (x.month, name), (then is True, now is True, now is None, 1)


@pytest.fixture(scope="module", params=[1, 2, 3])
def both(request, riverside):

    tables = draw_exports(400, request.param)
    data = month_of(riverside, Month.parse("2026-10"), DuckDB(), as_exports(tables))
    assert data.as_of == AS_OF
    recount = Recount(riverside, tables)
    recount.rhythm = int(rhythm_days(data)) if is_long(data) else 0
    return data, recount


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
