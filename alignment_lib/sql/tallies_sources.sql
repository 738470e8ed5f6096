-- One row per month of creation x source x campaign x team, with what became of the leads by as_of;
-- a win counts with the one lead that its deal is credited to, a deal opened (dealt) with each of its leads.
SELECT
  month_text AS month, source, campaign, strategy, team,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE quality_now = 'yes') AS quality,
  COUNT(*) FILTER (WHERE n_deals > 0) AS dealt,
  COUNT(*) FILTER (WHERE own_wins > 0) AS won,
  COUNT(*) FILTER (WHERE own_wins > 0 AND won_on <= cut_on) AS won_at_cut,
  CAST(SUM(CAST(revenue AS DECIMAL(18, 4))) AS DOUBLE) AS revenue,
  COUNT(*) FILTER (WHERE entered_at_sale) AS entered_at_sale,
  COUNT(*) FILTER (WHERE entered_at_sale AND own_wins > 0) AS entered_won,
  COUNT(*) FILTER (WHERE own_wins > 0 AND is_kept IS NOT NULL) AS kept_judged,
  COUNT(*) FILTER (WHERE own_wins > 0 AND is_kept) AS kept
FROM journeys
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
