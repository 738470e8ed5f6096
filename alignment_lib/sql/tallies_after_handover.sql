-- One row per month of creation x team x number of attempts that sales made.
SELECT
  month_text AS month, team,
  CASE WHEN attempts >= 5 THEN '5+' ELSE CAST(attempts AS VARCHAR) END AS attempts,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE LEAST(reached_on, visited_on, won_on) IS NOT NULL) AS reached,
  COUNT(*) FILTER (WHERE outcome = 'won') AS won
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
