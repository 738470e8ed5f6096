-- One row per month of the reply clock x source x grade x location x part of the day x handling x baton, of leads of
-- thirteen months.
-- Won, and what they brought, by $cells_age days after the month's own cut; grade is the exported one, else the third
-- of the score.
WITH placed AS (
  SELECT
    j.clock_month_text AS month, j.source, j.location, h.handling, COALESCE(h.baton, '') AS baton, j.revenue,
    CASE WHEN j.created_hour IS NULL THEN 'no time'
         WHEN j.created_hour < 16 THEN 'before 16:00' ELSE '16:00 and later' END AS part,
    $grade AS grade,
    COALESCE(j.own_wins > 0 AND j.won_on <= j.clock_cut_on + $cells_age, FALSE) AS is_won
  FROM journeys j
  JOIN lead_handling h ON j.lead_id = h.lead_id
  WHERE j.clock_month >= $cells_from AND j.clock_month <= $cells_to
),
valued AS (
  SELECT *, CASE WHEN is_won THEN CAST(revenue AS DECIMAL(18, 4)) ELSE 0 END AS value FROM placed
)
SELECT
  month, source, grade, location, part, handling, baton,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE is_won) AS won,
  CAST(SUM(value) AS DOUBLE) AS value,
  CAST(SUM(CAST(CAST(value AS DOUBLE) * CAST(value AS DOUBLE) AS DECIMAL(38, 4))) AS DOUBLE) AS value_squared
FROM valued
GROUP BY 1, 2, 3, 4, 5, 6, 7
ORDER BY 1, 2, 3, 4, 5, 6, 7
