-- One row per month of decision x location x outcome x reason, of new deals won or lost and of leads lost without one;
-- month "" where nobody wrote down the day.
WITH decided AS (  -- a loss counts once, however many contacts its deal has
  SELECT
    d.closed_on AS decided_on, d.location, d.outcome,
    COALESCE(d.reason, CASE WHEN d.outcome = 'lost' AND j.disposition = 'lost' THEN j.disposition_reason END) AS reason
  FROM deals_as_known d
  LEFT JOIN journeys j ON d.lead_id = j.lead_id
  WHERE d.type = 'new' AND d.outcome <> 'open'
  UNION ALL
  SELECT lost_on, location, 'lost', disposition_reason
  FROM journeys
  WHERE outcome = 'lost' AND n_deals = 0
)
SELECT
  COALESCE(SUBSTR(CAST(decided_on AS VARCHAR), 1, 7), '') AS month, location, outcome,
  COALESCE(reason, '(none)') AS reason,
  COUNT(*) AS decided
FROM decided
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
