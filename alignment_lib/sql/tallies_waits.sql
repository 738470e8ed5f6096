-- One row per month x team x location x step x whole business minutes waited, of covered leads of four months.
WITH waits AS (  -- reply: clock start to answer; routing: created to assigned; what had not ended at the cut runs on
  SELECT
    clock_month_text AS month, team, location, 'reply' AS step,
    replied_at_cut AS has_ended,
    CASE WHEN replied_at_cut THEN reply_minutes ELSE waited_minutes_at_cut END AS waited
  FROM journeys
  WHERE is_covered AND clock_month >= $waits_from
  UNION ALL
  SELECT
    clock_month_text, team, location, 'routing',
    assigned_at_cut,
    CASE WHEN assigned_at_cut THEN routing_minutes ELSE unrouted_minutes_at_cut END
  FROM journeys
  WHERE is_covered AND clock_month >= $waits_from AND $assigned_recorded
)
SELECT
  month, team, location, step,
  CAST(FLOOR(waited) AS BIGINT) AS minutes,
  COUNT(*) FILTER (WHERE has_ended) AS answered,
  COUNT(*) FILTER (WHERE NOT has_ended) AS running
FROM waits
WHERE waited IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
