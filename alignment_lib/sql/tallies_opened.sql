-- One row per month of opening x team x source x campaign x location, of new deals: the pipeline of an action there.
SELECT
  SUBSTR(CAST(d.opened_on AS VARCHAR), 1, 7) AS month, d.team,
  COALESCE(j.source, 'no lead') AS source, COALESCE(j.campaign, '(none)') AS campaign, d.location,
  COUNT(*) AS deals,
  CAST(COALESCE(SUM(d.amount), 0) AS DOUBLE) AS pipeline
FROM deals_as_known d
LEFT JOIN journeys j ON d.lead_id = j.lead_id
WHERE d.type = 'new'
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
