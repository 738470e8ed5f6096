-- One row per day x team x location, of new deals by the day they were opened, in the company's currency.
SELECT
  opened_on AS day, SUBSTR(CAST(opened_on AS VARCHAR), 1, 7) AS month, team, location,
  COUNT(*) AS deals,
  COUNT(*) FILTER (WHERE amount IS NULL) AS unpriced,
  CAST(COALESCE(SUM(amount), 0) AS DOUBLE) AS pipeline
FROM deals_as_known
WHERE type = 'new'
GROUP BY 1, 2, 3, 4
ORDER BY 1, 3, 4
