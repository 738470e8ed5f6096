-- One row per deal that the page can see, with the one lead that it is credited to and its revenue by the playbook.
WITH linked AS (  -- revenue counts once: the deal's own lead, else the first of the leads that belong to it
  SELECT m.deal_id, m.lead_id, ROW_NUMBER() OVER (PARTITION BY m.deal_id ORDER BY l.created_on, m.lead_id) AS place
  FROM deal_leads m
  JOIN leads_as_known l ON m.lead_id = l.lead_id
),
visible AS (
  SELECT
    d.deal_id, d.opened_on, d.opened_at, d.type AS exported_type, d.amount, d.margin, d.currency, d.location,
    l.lead_id AS own_lead, l.location AS lead_location, l.created_on AS lead_created_on, l.team, l.month_text,
    CASE WHEN d.closed_on > $deals_to THEN 'open' ELSE d.outcome END AS outcome,
    CASE WHEN d.closed_on <= $deals_to AND d.outcome <> 'open' THEN d.closed_on END AS closed_on,
    CASE WHEN d.closed_on <= $deals_to AND d.outcome <> 'open' THEN d.closed_at END AS closed_at,
    CASE WHEN d.closed_on <= $deals_to OR d.closed_on IS NULL THEN d.reason END AS reason
  FROM deals d
  LEFT JOIN linked k ON d.deal_id = k.deal_id AND k.place = 1
  LEFT JOIN leads_as_known l ON COALESCE(d.lead_id, k.lead_id) = l.lead_id
  WHERE d.opened_on <= $as_of
),
paid AS (
  SELECT
    p.deal_id,
    SUM(CAST(p.amount AS DECIMAL(18, 4))) AS in_all,
    SUM(CASE WHEN p.paid_on >= d.closed_on AND p.paid_on <= d.closed_on + CAST($within_days AS INTEGER)
             THEN CAST(p.amount AS DECIMAL(18, 4)) END) AS in_time
  FROM deal_payments p
  JOIN deals d ON p.deal_id = d.deal_id
  GROUP BY p.deal_id
)
SELECT
  v.deal_id, v.own_lead AS lead_id, v.opened_on, v.opened_at, v.closed_on, v.closed_at, v.outcome, v.reason,
  COALESCE(v.exported_type, 'new') AS type,
  COALESCE(v.location, v.lead_location, '(none)') AS location,
  COALESCE(v.team, 'no lead') AS team,
  COALESCE(v.month_text, '') AS created_month,
  CAST(COALESCE($revenue, 0) AS DECIMAL(18, 4)) AS revenue,
  CAST($margin AS DECIMAL(18, 4)) AS margin,
  CAST(v.amount * COALESCE(fx.rate, 1) AS DECIMAL(18, 4)) AS amount
FROM visible v
LEFT JOIN paid ON v.deal_id = paid.deal_id
LEFT JOIN fx ON v.currency = fx.currency
  AND SUBSTR(CAST(COALESCE(v.closed_on, v.opened_on) AS VARCHAR), 1, 7) = fx.month
