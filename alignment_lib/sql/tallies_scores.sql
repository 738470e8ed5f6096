-- One row per month of creation x band x step of the score at hand-over, with what became of the leads by as_of.
SELECT
  month_text AS month,
  $score_band AS band,
  $score_step AS step,
  COUNT(*) AS leads,
  CAST(COALESCE(SUM(CAST(score AS DECIMAL(18, 4))), 0) AS DOUBLE) AS score,
  COUNT(*) FILTER (WHERE outcome = 'won') AS won,
  COUNT(*) FILTER (WHERE outcome = 'open') AS open,
  COUNT(*) FILTER (WHERE entered_at_sale) AS entered_at_sale
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
