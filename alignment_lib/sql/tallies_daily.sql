-- One row per day x team x location, of leads by the day they were created.
SELECT
  created_on AS day, month_text AS month, team, location,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE quality_now = 'yes') AS quality,
  COUNT(*) FILTER (WHERE quality_now = 'unknown') AS quality_unknown,
  COUNT(*) FILTER (WHERE quality = 'yes') AS quality_then,
  -- by the month's own cut, like every month of a series; reached: this or beyond
  COUNT(*) FILTER (WHERE LEAST(reached_on, visited_on, won_on) <= cut_on) AS reached,
  COUNT(*) FILTER (WHERE quality_now = 'yes' AND LEAST(reached_on, visited_on, won_on) <= cut_on) AS quality_reached
FROM journeys
GROUP BY created_on, month_text, team, location
ORDER BY day, team, location
