-- One row per lead that sales worked on: first answer, first contact, attempts and visits.
WITH efforts AS (
  SELECT
    a.lead_id, a.occurred_on, a.occurred_at, a.connected, a.outcome,
    LOWER(a.kind) IN ('call', 'e-mail', 'email', 'message')
      AND COALESCE(a.direction, 'outgoing') = 'outgoing' AS is_attempt,
    LOWER(a.kind) IN ('meeting', 'tour', 'visit') AS is_visit,
    l.clock_cut_on, l.attempts_until, l.recycle_due_on
  FROM activities a
  JOIN leads_as_known l ON a.lead_id = l.lead_id
  WHERE a.occurred_on <= $as_of
)
SELECT
  lead_id,
  MIN(occurred_on) FILTER (WHERE is_attempt) AS answered_on,
  MIN(occurred_at) FILTER (WHERE is_attempt) AS answered_at,
  MIN(occurred_on) FILTER (WHERE is_attempt AND occurred_at IS NULL) AS untimed_answer_on,
  MIN(occurred_on) FILTER (WHERE connected) AS reached_on,
  MIN(occurred_at) FILTER (WHERE connected) AS reached_at,
  MIN(occurred_on) FILTER (WHERE is_visit AND outcome = 'held') AS visited_on,
  COUNT(*) FILTER (WHERE is_attempt) AS attempts,
  COUNT(*) FILTER (WHERE is_attempt AND occurred_on <= clock_cut_on) AS attempts_at_cut,
  COUNT(*) FILTER (WHERE is_attempt AND occurred_on <= LEAST(clock_cut_on, attempts_until)) AS attempts_in_time,
  MAX(occurred_on) FILTER (WHERE outcome = 'no-show' AND occurred_on <= clock_cut_on) AS no_show_on,
  MAX(occurred_at) FILTER (WHERE outcome = 'no-show' AND occurred_on <= clock_cut_on) AS no_show_at,
  MAX(occurred_on) FILTER (WHERE outcome = 'no-show' AND occurred_on <= clock_cut_on AND occurred_at IS NULL)
    AS untimed_no_show_on,
  MAX(occurred_on) FILTER (WHERE is_visit AND COALESCE(outcome, 'held') <> 'no-show' AND occurred_on <= clock_cut_on)
    AS last_visit_on,
  MAX(occurred_at) FILTER (WHERE is_visit AND COALESCE(outcome, 'held') <> 'no-show' AND occurred_on <= clock_cut_on)
    AS last_visit_at,
  COUNT(*) FILTER (WHERE is_attempt AND occurred_on BETWEEN recycle_due_on AND clock_cut_on) AS attempts_after_due
FROM efforts
GROUP BY lead_id
