-- One row per month of winning x source x team x match of the client profile: how many were still clients after 90 days;
-- a client counts with the one lead that its deal is credited to.
SELECT
  SUBSTR(CAST(won_on AS VARCHAR), 1, 7) AS month, source, team, profile_match_now AS match,
  COUNT(*) AS clients,
  COUNT(*) FILTER (WHERE is_kept IS NOT NULL) AS judged,
  COUNT(*) FILTER (WHERE is_kept) AS kept
FROM journeys
WHERE own_wins > 0 AND won_on IS NOT NULL
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
