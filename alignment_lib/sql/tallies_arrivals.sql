-- One row per month of creation x way of arriving ("(none)" = not written down).
SELECT month_text AS month, COALESCE(arrival, '(none)') AS arrival, COUNT(*) AS leads
FROM journeys
GROUP BY 1, 2
ORDER BY 1, 2
