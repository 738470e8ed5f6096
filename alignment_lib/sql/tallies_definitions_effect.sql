-- One row per month of creation x definition: the same leads as read on their day, and as read at the period's end.
WITH readings AS (
  SELECT month_text AS month, 'quality_lead' AS definition, quality AS answer_then, quality_now AS answer_now
  FROM journeys
  UNION ALL
  SELECT month_text, 'client_profile', profile_match, profile_match_now FROM journeys
)
SELECT
  month, definition,
  COUNT(*) FILTER (WHERE answer_then = 'yes') AS yes_then,
  COUNT(*) FILTER (WHERE answer_now = 'yes') AS yes_now,
  COUNT(*) FILTER (WHERE answer_now = 'unknown') AS unknown_now,
  COUNT(*) AS leads
FROM readings
GROUP BY 1, 2
ORDER BY 1, 2
