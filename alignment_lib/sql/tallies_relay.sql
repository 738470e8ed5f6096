-- One row per month x team x location, of leads by the month in which their reply clock started, at the month's cut.
SELECT
  clock_month_text AS month, team, location,
  COUNT(*) FILTER (WHERE handed_over_at_cut) AS handed_over,
  COUNT(*) FILTER (WHERE is_covered) AS covered,
  COUNT(*) FILTER (WHERE promise_at_cut = 'kept') AS kept,
  COUNT(*) FILTER (WHERE promise_at_cut = 'broken') AS broken,
  COUNT(*) FILTER (WHERE promise_at_cut = 'running') AS running,
  COUNT(*) FILTER (WHERE answered_at_cut) AS answered,
  COUNT(*) FILTER (WHERE reached_at_cut) AS reached,
  COUNT(*) FILTER (WHERE won_at_cut) AS joined,
  COUNT(*) FILTER (WHERE accepted_at_cut) AS accepted,
  COUNT(*) FILTER (WHERE sent_back_at_cut) AS sent_back,
  COUNT(*) FILTER (WHERE promise_at_cut = 'broken' AND NOT replied_at_cut) AS never_answered,
  SUM(attempts_at_cut) AS attempts,
  -- the plan is agreed for quality leads: the part of the stages above that it speaks of
  COUNT(*) FILTER (WHERE quality_now = 'yes' AND handed_over_at_cut) AS quality,
  COUNT(*) FILTER (WHERE quality_now = 'yes' AND reached_at_cut) AS quality_reached,
  COUNT(*) FILTER (WHERE quality_now = 'yes' AND won_at_cut) AS quality_joined,
  COUNT(*) FILTER (WHERE answered_at_cut AND NOT replied_at_cut) AS answered_unlogged
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
