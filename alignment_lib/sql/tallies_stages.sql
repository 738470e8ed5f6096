-- One row per month of creation x team x stage: leads that reached it or a later one, and of these who skipped it.
WITH ways AS (  -- one bit per stage that has a date
  SELECT month_text AS month, team, $stage_bits AS bits, COUNT(*) AS leads
  FROM journeys
  GROUP BY 1, 2, 3
)
SELECT
  w.month, w.team, s.stage, s.position,
  SUM(CASE WHEN w.bits >= s.bit THEN w.leads ELSE 0 END) AS reached,
  SUM(CASE WHEN w.bits >= s.bit AND (w.bits & s.bit) = 0 THEN w.leads ELSE 0 END) AS skipped
FROM ways w
CROSS JOIN stages s
GROUP BY w.month, w.team, s.stage, s.position
ORDER BY w.month, w.team, s.position
