-- One row per payment that the page can see, with the deal it belongs to (its own, else its client's).
WITH lead_deals AS (
  SELECT lead_id, MIN(deal_id) AS deal_id FROM deals WHERE outcome = 'won' AND lead_id IS NOT NULL GROUP BY lead_id
)
SELECT COALESCE(p.deal_id, m.deal_id, d.deal_id) AS deal_id, p.paid_on, p.amount
FROM payments p
LEFT JOIN members m ON p.client_id = m.client_id
LEFT JOIN lead_deals d ON m.lead_id = d.lead_id
WHERE p.paid_on <= $deals_to
