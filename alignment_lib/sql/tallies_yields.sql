-- One row per month of creation x team x source x campaign x location: what an action there brought.
SELECT
  month_text AS month, team, source, campaign, location,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE quality_now = 'yes') AS quality
FROM journeys
GROUP BY month_text, team, source, campaign, location
ORDER BY month_text, team, source, campaign, location
