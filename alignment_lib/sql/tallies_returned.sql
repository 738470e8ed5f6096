-- One row per month of the reply clock x team x location x disposition x reason, of leads that came back by the cut;
-- won and lost as known on the page's date, the others are still open.
WITH came_back AS (
  SELECT
    clock_month_text AS month, team, location,
    CASE WHEN sent_back_at_cut THEN 'sent back'
         WHEN disposition IN ('recycled', 'nurture') AND COALESCE(disposed_on <= clock_cut_on, TRUE) THEN disposition
    END AS disposition,
    COALESCE(disposition_reason, '(none)') AS reason, outcome
  FROM journeys
)
SELECT month, team, location, disposition, reason, COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE outcome = 'won') AS won, COUNT(*) FILTER (WHERE outcome = 'lost') AS lost
FROM came_back
WHERE disposition IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
