-- One row per month x team x location x part of the day of creation, of covered leads, by month of the reply clock.
SELECT
  clock_month_text AS month, team, location,
  CASE WHEN created_hour IS NULL THEN 'no time'
       WHEN created_hour < 16 THEN 'before 16:00' ELSE '16:00 and later' END AS part,
  COUNT(*) AS covered,
  COUNT(*) FILTER (WHERE promise_at_cut = 'kept') AS kept,
  COUNT(*) FILTER (WHERE replied_at_cut) AS answered,
  COUNT(*) FILTER (WHERE reached_at_cut) AS reached,
  COUNT(*) FILTER (WHERE promise_at_cut = 'broken' AND NOT replied_at_cut) AS never_answered,
  COUNT(*) FILTER (WHERE NOT reached_at_cut) AS never_reached
FROM journeys
WHERE is_covered
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
