-- One row per lead journey: how it was handled by the cut of its reply clock's month, and the first promise broken.
WITH dropped AS (  -- in the order in which a lead meets these promises
  SELECT
    j.lead_id, j.waits, j.promise_at_cut, j.replied_at_cut,
    CASE
      WHEN j.waits AND NOT j.replied_at_cut AND (j.owner_had_left
        OR ($assigned_recorded AND NOT j.assigned_at_cut AND j.unrouted_minutes_at_cut > j.routed_within_minutes))
        THEN 'not routed'
      WHEN j.waits AND j.assigned_at_cut AND j.routing_minutes > j.routed_within_minutes THEN 'routed late'
      WHEN $accepted_recorded AND j.promise_at_cut = 'broken' AND NOT j.accepted_at_cut AND NOT j.replied_at_cut
        AND NOT j.sent_back_at_cut THEN 'not accepted'
      WHEN j.promise_at_cut = 'broken' AND NOT j.replied_at_cut AND NOT j.sent_back_at_cut THEN 'never answered'
      WHEN j.waits AND j.replied_at_cut AND NOT j.reached_at_cut AND NOT j.sent_back_at_cut
        AND j.attempts_until <= j.clock_cut_on AND a.attempts_in_time < j.agreed_attempts THEN 'given up early'
      WHEN a.no_show_on + 3 <= j.clock_cut_on AND NOT j.won_at_cut AND NOT j.sent_back_at_cut
        AND NOT COALESCE(j.outcome = 'lost' AND j.lost_on < a.no_show_on, FALSE)  -- nobody is to rebook what is over
        AND NOT COALESCE(
        a.last_visit_on > a.no_show_on  -- a visit later on the same day counts where both have a time
        OR (a.last_visit_on = a.no_show_on AND a.last_visit_at > a.no_show_at
            AND COALESCE(a.untimed_no_show_on < a.no_show_on, TRUE)), FALSE)
        THEN 'no-show not rebooked'
      WHEN j.sent_back_at_cut AND j.disposition_reason IS NULL THEN 'sent back without reason'
      WHEN j.disposition = 'recycled' AND COALESCE(j.disposed_on <= j.clock_cut_on, TRUE)
        AND j.recycle_due_on < j.clock_cut_on AND COALESCE(a.attempts_after_due, 0) = 0 THEN 'recycled and forgotten'
    END AS baton
  FROM journeys j
  LEFT JOIN lead_activities a ON j.lead_id = a.lead_id
)
SELECT
  lead_id, baton,
  CASE
    WHEN promise_at_cut = 'kept' THEN 'in time'
    WHEN promise_at_cut = 'running' THEN 'running'
    WHEN promise_at_cut = 'broken' AND replied_at_cut THEN 'late'
    WHEN promise_at_cut = 'broken' OR baton = 'not routed' THEN 'never'
    WHEN baton = 'routed late' THEN 'late'
    WHEN waits THEN 'not judged'
    ELSE 'no promise'
  END AS handling
FROM dropped
