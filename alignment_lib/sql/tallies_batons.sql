-- One row per month of the reply clock x team x location x baton; a lead counts once, at its first broken promise.
SELECT j.clock_month_text AS month, j.team, j.location, h.baton, COUNT(*) AS leads
FROM journeys j
JOIN lead_handling h ON j.lead_id = h.lead_id
WHERE h.baton IS NOT NULL
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
