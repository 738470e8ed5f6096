-- One row per month x source x campaign x location x kind of cost, by the day it was spent.
SELECT
  SUBSTR(CAST(s.spent_on AS VARCHAR), 1, 7) AS month,
  COALESCE(r.is_now, s.source, '(missing)') AS source,
  COALESCE(s.campaign, '(none)') AS campaign,
  COALESCE(s.location, '(none)') AS location,
  COALESCE(s.kind, 'media') AS kind,
  CAST(SUM(CAST(s.amount AS DECIMAL(18, 4))) AS DOUBLE) AS amount
FROM spend s
LEFT JOIN source_names r ON s.source = r.was AND s.spent_on < r.until_on
WHERE s.spent_on <= $as_of
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
