-- One row per month x way in which others count: leads by the day in UTC, new won deals by the relation's first day.
WITH counted AS (
  SELECT
    SUBSTR(CAST(COALESCE(created_at, CAST(created_on AS TIMESTAMP)) AS VARCHAR), 1, 7) AS month, 'UTC' AS way,
    1 AS leads, 0 AS clients, CAST(0 AS DECIMAL(18, 4)) AS revenue
  FROM journeys
  UNION ALL
  SELECT
    SUBSTR(CAST(COALESCE(s.started_on, d.closed_on) AS VARCHAR), 1, 7), 'first day', 0, 1, d.revenue
  FROM deals_as_known d
  LEFT JOIN (SELECT deal_id, MIN(started_on) AS started_on FROM members GROUP BY deal_id) s
    ON d.deal_id = s.deal_id
  WHERE d.outcome = 'won' AND d.type = 'new' AND d.closed_on IS NOT NULL
)
SELECT month, way, SUM(leads) AS leads, SUM(clients) AS clients, CAST(SUM(revenue) AS DOUBLE) AS revenue
FROM counted
GROUP BY 1, 2
ORDER BY 1, 2
