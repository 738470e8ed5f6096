-- One row per month of creation x source x team x band of the score x age in days: leads that were won or
-- lost at it, or run on at it.
-- A deal is won by the one lead that it is credited to; its other contacts have no more to bring then, and are lost.
WITH aged AS (  -- a win without a date counts at once; a loss without one is known only since the page's date
  SELECT
    month_text AS month, source, team, $score_band AS band,
    CASE WHEN outcome = 'won' AND own_wins = 0 THEN 'lost' ELSE outcome END AS outcome,
    GREATEST(0, DATE_DIFF('day', created_on, CASE
      WHEN j.outcome = 'won' THEN COALESCE(j.won_on, j.created_on)
      WHEN j.outcome = 'lost' THEN COALESCE(lost_on, $deals_to)
      ELSE $deals_to END)) AS days
  FROM journeys j
)
SELECT
  month, source, team, band,
  CASE WHEN days < 28 THEN days ELSE days - days % 7 END AS age,
  COUNT(*) FILTER (WHERE outcome = 'won') AS won,
  COUNT(*) FILTER (WHERE outcome = 'lost') AS lost,
  COUNT(*) FILTER (WHERE outcome = 'open') AS running
FROM aged
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
