"""What became of leads after hand-over, counted as plain loops: replies, waits, stages, batons and their cells."""

from __future__ import annotations

from datetime import timedelta

from recount import AS_OF, ZONE, SeenLeads, day, instant

from alignment_lib.period import Month
from alignment_lib.playbook import stages_of


class RelayRecount(SeenLeads):
    """Tallies of the relay: each yields a row's key and what it adds."""

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
                yield (*self.place(x), self.part(x)), (
                    1, x.promise == "kept", x.replied_then, x.reached_then,
                    x.promise == "broken" and not x.replied_then, not x.reached_then)  # fmt: skip

    def part(self, x):
        hour = x.created_at.astimezone(ZONE).hour if x.created_at else None
        return "no time" if hour is None else "before 16:00" if hour < 16 else "16:00 and later"

    def waits(self):
        for x in self.leads:
            if x.covered and x.clock_month >= "2026-07":
                minutes = x.reply if x.replied_then else x.so_far
                yield (*self.place(x), "reply", int(minutes)), (x.replied_then, not x.replied_then)
                done = x.assigned is not None and x.assigned <= x.clock_cut
                minutes = x.routing if done else x.unrouted
                if minutes is not None:
                    yield (*self.place(x), "routing", int(minutes)), (done, not done)

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

    def returned(self):
        for x in self.leads:
            if x.came_back:
                yield (*self.place(x), x.came_back, x.reason or "(none)"), (1, x.is_won, x.is_lost)

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
            spot = x.location or "(none)", self.part(x)
            key = x.clock_month, x.source, grade, *spot, self.handling(x), self.baton(x) or ""
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

    def departed(self):
        for x in self.leads:
            if x.gone_owner:
                yield (x.clock_month, x.location or "(none)"), (1,)
