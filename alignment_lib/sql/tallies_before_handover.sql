-- One row per month of creation x team x kind of touch before hand-over; a lead counts once per kind.
SELECT
  j.month_text AS month, j.team,
  COALESCE(t.kind, '(none recorded)') AS kind,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE LEAST(j.reached_on, j.visited_on, j.won_on) IS NOT NULL) AS reached,
  COUNT(*) FILTER (WHERE j.outcome = 'won') AS won
FROM journeys j
LEFT JOIN lead_touches t ON j.lead_id = t.lead_id
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
