-- One row per lead journey: where it came from, who had it when, how long it waited, and what became of it.
WITH told AS (
  SELECT
    l.*,
    a.answered_on, a.reached_on, a.reached_at,
    -- if only the date of the first answer is known, no later time may stand in for it
    CASE WHEN a.untimed_answer_on IS NULL OR a.untimed_answer_on > a.answered_on THEN a.answered_at END AS answered_at,
    COALESCE(l.visited_on, a.visited_on) AS seen_on,
    COALESCE(a.attempts, 0) AS attempts,
    COALESCE(a.attempts_at_cut, 0) AS attempts_at_cut
  FROM leads_as_known l
  LEFT JOIN lead_activities a ON l.lead_id = a.lead_id
),
clocked AS (  -- differences of open seconds; an attempt before the start waits 0
  SELECT
    t.*,
    CASE WHEN t.answered_at <= t.clock_at THEN 0
         WHEN t.answered_at > t.clock_at THEN CAST($until_answered - $until_clock AS DOUBLE) / 60 END AS reply_minutes,
    CASE WHEN t.answered_at <= t.clock_at THEN 0
         WHEN t.answered_at > t.clock_at THEN CAST(EPOCH(t.answered_at) - EPOCH(t.clock_at) AS DOUBLE) / 60
         END AS reply_calendar_minutes,
    CASE WHEN t.clock_at IS NOT NULL THEN CAST($until_as_of - $until_clock AS DOUBLE) / 60 END AS waited_minutes,
    CASE WHEN t.clock_at IS NOT NULL THEN CAST($until_cut - $until_clock AS DOUBLE) / 60 END AS waited_minutes_at_cut,
    CASE WHEN t.assigned_at <= t.created_at THEN 0
         WHEN t.assigned_at > t.created_at THEN CAST($until_assigned - $until_created AS DOUBLE) / 60
         END AS routing_minutes,
    CASE WHEN t.created_at IS NOT NULL THEN CAST($until_cut - $until_created AS DOUBLE) / 60
         END AS unrouted_minutes_at_cut
  FROM told t
  LEFT JOIN calendar at_clock ON t.schedule = at_clock.schedule AND t.clock_on = at_clock.day
  LEFT JOIN calendar at_answer ON t.schedule = at_answer.schedule AND t.answered_on = at_answer.day
  LEFT JOIN calendar at_created ON t.schedule = at_created.schedule AND t.created_on = at_created.day
  LEFT JOIN calendar at_assigned ON t.schedule = at_assigned.schedule AND t.assigned_on = at_assigned.day
  LEFT JOIN calendar at_cut ON t.schedule = at_cut.schedule AND t.clock_cut_on = at_cut.day
  LEFT JOIN calendar at_end ON t.schedule = at_end.schedule AND at_end.day = $as_of
),
promised AS (  -- leads of an owner who has left are a routing matter; without a time nothing can be judged
  SELECT
    c.*,
    COALESCE(c.waits, FALSE) AND c.clock_at IS NOT NULL AND NOT c.owner_had_left
      AND (c.answered_on IS NULL OR c.answered_at IS NOT NULL)
      AND c.within_minutes IS NOT NULL AND c.clock_on >= $efforts_from AND c.clock_on <= $efforts_to AS is_covered
  FROM clocked c
),
touched AS (
  SELECT lead_id, SUM(touches) AS touches FROM lead_touches GROUP BY lead_id
)
SELECT
  p.lead_id, p.person_key, p.created_on, p.created_at, p.created_hour, p.month, p.month_text, p.cut_on,
  p.team, p.source, p.arrival, p.waits, p.source_detail,
  COALESCE(p.campaign, '(none)') AS campaign,
  COALESCE(s.strategy, '(none)') AS strategy,
  COALESCE(p.location, '(none)') AS location,
  p.owner, p.owner_had_left, p.score, p.grade,
  CASE WHEN p.is_quality THEN 'yes' WHEN NOT p.is_quality THEN 'no' ELSE 'unknown' END AS quality,
  CASE WHEN p.is_quality_now THEN 'yes' WHEN NOT p.is_quality_now THEN 'no' ELSE 'unknown' END AS quality_now,
  CASE WHEN p.is_match THEN 'yes' WHEN NOT p.is_match THEN 'no' ELSE 'unknown' END AS profile_match,
  CASE WHEN p.is_match_now THEN 'yes' WHEN NOT p.is_match_now THEN 'no' ELSE 'unknown' END AS profile_match_now,
  p.handed_over_on, p.handed_over_at, p.assigned_on, p.assigned_at, p.accepted_on, p.sent_back_on,
  p.clock_on, p.clock_at, p.clock_month, p.clock_month_text, p.clock_cut_on,
  p.answered_on, p.answered_at, p.reached_on, p.reached_at, p.seen_on AS visited_on, p.attempts, p.attempts_at_cut,
  p.routing_minutes, p.unrouted_minutes_at_cut, p.reply_minutes, p.reply_calendar_minutes,
  CASE WHEN p.answered_on IS NULL THEN p.waited_minutes END AS running_minutes,
  p.waited_minutes_at_cut,
  p.is_covered,
  CASE
    WHEN NOT p.is_covered THEN 'not covered'
    WHEN p.answered_on IS NOT NULL AND p.reply_minutes <= p.within_minutes THEN 'kept'
    WHEN p.answered_on IS NULL AND p.waited_minutes <= p.within_minutes THEN 'running'
    ELSE 'broken'
  END AS promise,
  CASE
    WHEN NOT p.is_covered THEN 'not covered'
    WHEN p.answered_on <= p.clock_cut_on AND p.reply_minutes <= p.within_minutes THEN 'kept'
    WHEN COALESCE(p.answered_on > p.clock_cut_on, TRUE) AND p.waited_minutes_at_cut <= p.within_minutes THEN 'running'
    ELSE 'broken'
  END AS promise_at_cut,
  -- what stood at the cut of the month in which the clock started; answered and reached: this or beyond
  COALESCE(p.answered_on <= p.clock_cut_on, FALSE) AS replied_at_cut,
  COALESCE(LEAST(p.answered_on, p.reached_on, p.seen_on, d.won_on) <= p.clock_cut_on, FALSE) AS answered_at_cut,
  COALESCE(LEAST(p.reached_on, p.seen_on, d.won_on) <= p.clock_cut_on, FALSE) AS reached_at_cut,
  COALESCE(d.won_on <= p.clock_cut_on, FALSE) AS won_at_cut,
  COALESCE(p.accepted_on <= p.clock_cut_on, FALSE)
    OR (COALESCE(p.disposition, '') = 'accepted'
        AND COALESCE(p.disposed_on <= p.clock_cut_on, TRUE)) AS accepted_at_cut,
  COALESCE(p.sent_back_on <= p.clock_cut_on, FALSE)
    OR (COALESCE(p.disposition, '') = 'sent back'
        AND COALESCE(p.disposed_on <= p.clock_cut_on, TRUE)) AS sent_back_at_cut,
  COALESCE(p.assigned_on <= p.clock_cut_on, FALSE) AS assigned_at_cut,
  -- what nobody routed and nobody answered was not handed over
  NOT $routing_recorded OR p.team = 'sales'
    OR COALESCE(LEAST(p.handed_over_on, p.assigned_on, p.answered_on, p.reached_on, p.seen_on, d.won_on)
                <= p.clock_cut_on, FALSE) AS handed_over_at_cut,
  d.won_on, d.won_at,
  COALESCE(d.lost_on, CASE WHEN p.disposition = 'lost' THEN p.disposed_on END) AS lost_on,
  CASE
    WHEN d.won_deals > 0 THEN 'won'
    WHEN d.open_deals > 0 THEN 'open'
    WHEN d.n_deals > 0 OR p.disposition = 'lost' THEN 'lost'
    ELSE 'open'
  END AS outcome,
  CASE WHEN d.won_deals > 0 THEN 'new' END AS won_type,
  COALESCE(d.n_deals, 0) AS n_deals,
  COALESCE(d.own_wins, 0) AS own_wins,  -- credited to this lead: a deal of several contacts is the first one's
  COALESCE(d.undated_wins, 0) AS undated_wins,
  CAST(COALESCE(d.revenue, 0) AS DOUBLE) AS revenue,
  CAST(d.margin AS DOUBLE) AS margin,
  d.reason, p.disposition, p.disposition_reason, p.disposed_on, p.recycle_due_on,
  -- written down within 30 minutes before its sale, or after it; by the date where a time is missing
  COALESCE(CASE WHEN d.won_at IS NOT NULL AND p.created_at IS NOT NULL
                THEN EPOCH(p.created_at) >= EPOCH(d.won_at) - 1800
                ELSE p.created_on >= d.won_on END, FALSE) AS entered_at_sale,
  COALESCE(t.touches, 0) AS touches_before,
  m.kept AS is_kept,
  p.agreed_attempts, p.attempts_until, p.within_minutes, p.routed_within_minutes
FROM promised p
LEFT JOIN strategies s ON p.campaign = s.campaign
LEFT JOIN lead_deals d ON p.lead_id = d.lead_id
LEFT JOIN lead_members m ON p.lead_id = m.lead_id
LEFT JOIN touched t ON p.lead_id = t.lead_id
