-- One row per month of creation x location: of how many leads sales said by as_of what came of them, and why.
WITH told AS (
  SELECT
    month_text, location,
    outcome <> 'open' OR sent_back_on IS NOT NULL
      OR COALESCE(disposition, '') IN ('sent back', 'recycled', 'nurture') AS is_told,
    -- what was won, or is kept for later, needs no reason
    outcome = 'won' OR COALESCE(reason, disposition_reason) IS NOT NULL
      OR (outcome = 'open' AND sent_back_on IS NULL AND COALESCE(disposition, '') <> 'sent back') AS is_explained
  FROM journeys
)
SELECT
  month_text AS month, location,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE is_told) AS told,
  COUNT(*) FILTER (WHERE is_told AND is_explained) AS explained
FROM told
GROUP BY 1, 2
ORDER BY 1, 2
