-- One row per lead that became a client at least 90 days before as_of: whether it was still one after 90 days.
WITH relations AS (  -- an upgrade or transfer goes on: its end is not an end
  SELECT
    COALESCE(m.lead_id, d.lead_id) AS lead_id, m.started_on,
    CASE WHEN n.client_id IS NULL AND m.ended_on <= $as_of THEN m.ended_on END AS ended_on
  FROM members m
  LEFT JOIN deals_as_known d ON m.deal_id = d.deal_id
  LEFT JOIN (SELECT DISTINCT previous_client_id AS client_id FROM members) n ON m.client_id = n.client_id
  WHERE m.started_on + 90 <= $as_of
)
SELECT lead_id, BOOL_OR(ended_on IS NULL OR ended_on > started_on + 90) AS kept
FROM relations
WHERE lead_id IS NOT NULL
GROUP BY lead_id
