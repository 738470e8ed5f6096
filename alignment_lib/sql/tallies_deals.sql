-- One row per month of opening x month of closing x outcome x team x location, of new deals; '' = open or not dated.
SELECT
  SUBSTR(CAST(opened_on AS VARCHAR), 1, 7) AS opened_month,
  COALESCE(SUBSTR(CAST(closed_on AS VARCHAR), 1, 7), '') AS closed_month,
  outcome, team, location,
  COUNT(*) AS deals,
  CAST(COALESCE(SUM(amount), 0) AS DOUBLE) AS pipeline,
  CAST(COALESCE(SUM(CAST(amount AS DOUBLE) * CAST(amount AS DOUBLE)), 0) AS DOUBLE) AS squared,
  CAST(COALESCE(SUM(CASE WHEN outcome = 'won' THEN revenue END), 0) AS DOUBLE) AS revenue
FROM deals_as_known
WHERE type = 'new'
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
