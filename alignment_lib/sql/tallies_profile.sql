-- One row per month of creation x team x match of the client profile.
SELECT month_text AS month, team, profile_match_now AS match, COUNT(*) AS leads
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
