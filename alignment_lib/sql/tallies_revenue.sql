-- One row per month of closing (or payment) x month of creation x team x location x type, of won deals.
WITH booked AS (
  SELECT
    SUBSTR(CAST(closed_on AS VARCHAR), 1, 7) AS month, created_month, team, location, type,
    1 AS deals,
    CASE WHEN $by_payment_month THEN 0 ELSE revenue END AS revenue,
    margin,
    0 AS revenue_before
  FROM deals_as_known
  WHERE outcome = 'won' AND closed_on IS NOT NULL
  UNION ALL
  SELECT
    SUBSTR(CAST(p.paid_on AS VARCHAR), 1, 7), COALESCE(d.created_month, ''), COALESCE(d.team, 'no lead'),
    COALESCE(d.location, '(none)'), COALESCE(d.type, 'new'),
    0, CAST(p.amount AS DECIMAL(18, 4)), CAST(NULL AS DECIMAL(18, 4)),
    CASE WHEN SUBSTR(CAST(d.closed_on AS VARCHAR), 1, 7) < SUBSTR(CAST(p.paid_on AS VARCHAR), 1, 7)
         THEN CAST(p.amount AS DECIMAL(18, 4)) ELSE 0 END
  FROM deal_payments p
  LEFT JOIN deals_as_known d ON p.deal_id = d.deal_id
  WHERE $by_payment_month
)
SELECT
  month, created_month, team, location, type,
  SUM(CASE WHEN type = 'new' THEN deals ELSE 0 END) AS clients,
  SUM(deals) AS deals,
  CAST(SUM(revenue) AS DOUBLE) AS revenue,
  CAST(SUM(margin) AS DOUBLE) AS margin,
  CAST(SUM(revenue_before) AS DOUBLE) AS revenue_before
FROM booked
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
