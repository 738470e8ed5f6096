-- One row per month of the reply clock x location, of leads whose owner had left before their clock started.
SELECT clock_month_text AS month, location, COUNT(*) AS leads
FROM journeys
WHERE owner_had_left
GROUP BY 1, 2
ORDER BY 1, 2
