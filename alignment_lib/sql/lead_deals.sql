-- One row per lead with deals of type new: won if any is won, and the number and revenue of those credited to it.
WITH links AS (
  SELECT deal_id, lead_id FROM deals_as_known WHERE lead_id IS NOT NULL
  UNION
  SELECT m.deal_id, m.lead_id FROM deal_leads m
)
SELECT
  k.lead_id,
  COUNT(*) AS n_deals,
  COUNT(*) FILTER (WHERE d.outcome = 'won') AS won_deals,
  COUNT(*) FILTER (WHERE d.outcome = 'open') AS open_deals,
  MIN(d.closed_on) FILTER (WHERE d.outcome = 'won') AS won_on,
  MIN(d.closed_at) FILTER (WHERE d.outcome = 'won') AS won_at,
  MAX(d.closed_on) FILTER (WHERE d.outcome = 'lost') AS lost_on,
  COUNT(*) FILTER (WHERE d.outcome = 'won' AND d.closed_on IS NULL) AS undated_wins,
  MAX(d.reason) FILTER (WHERE d.outcome = 'lost') AS reason,
  COUNT(*) FILTER (WHERE d.outcome = 'won' AND d.lead_id = k.lead_id) AS own_wins,
  SUM(d.revenue) FILTER (WHERE d.outcome = 'won' AND d.lead_id = k.lead_id) AS revenue,
  SUM(d.margin) FILTER (WHERE d.outcome = 'won' AND d.lead_id = k.lead_id) AS margin
FROM links k
JOIN deals_as_known d ON k.deal_id = d.deal_id
WHERE d.type = 'new'
GROUP BY k.lead_id
