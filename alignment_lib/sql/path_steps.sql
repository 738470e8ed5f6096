-- One row per step on the way to a decided deal, with the part of its value that each rule gives the step.
WITH decided AS (  -- new deals won or lost, and leads lost without one; open ones are left out
  SELECT
    d.deal_id AS path, d.opened_on AS end_on, d.opened_at AS end_at,
    SUBSTR(CAST(d.closed_on AS VARCHAR), 1, 7) AS month,
    d.outcome = 'won' AS is_won, d.revenue, COALESCE(l.source, 'none recorded') AS source
  FROM deals_as_known d
  LEFT JOIN leads_as_known l ON d.lead_id = l.lead_id
  WHERE d.type = 'new' AND d.outcome IN ('won', 'lost') AND d.closed_on IS NOT NULL
  UNION ALL
  SELECT
    'lead ' || j.lead_id, COALESCE(l.passed_on, $as_of), l.passed_at,
    SUBSTR(CAST(j.lost_on AS VARCHAR), 1, 7),
    FALSE, CAST(0 AS DECIMAL(18, 4)), j.source
  FROM journeys j
  JOIN leads_as_known l ON j.lead_id = l.lead_id
  WHERE j.outcome = 'lost' AND j.n_deals = 0 AND j.lost_on IS NOT NULL
),
leads_of AS (
  SELECT deal_id AS path, lead_id FROM deals_as_known WHERE lead_id IS NOT NULL
  UNION
  SELECT m.deal_id, m.lead_id FROM deal_leads m JOIN leads_as_known l ON m.lead_id = l.lead_id
  UNION
  SELECT 'lead ' || lead_id, lead_id FROM journeys WHERE n_deals = 0
),
touched AS (  -- from 90 days before the deal opened; a touch without a time stands at the start of its day
  SELECT
    p.path,
    CASE WHEN t.channel IN ('(start)', '(won)', '(not won)', 'none recorded') THEN 'channel ' || t.channel
         ELSE COALESCE(t.channel, '(missing)') END AS channel,
    COALESCE(t.touched_at, CAST(t.touched_on AS TIMESTAMP)) AS moment
  FROM decided p
  JOIN leads_of k ON p.path = k.path
  JOIN touches t ON k.lead_id = t.lead_id
  WHERE t.touched_on >= p.end_on - 90
    AND (t.touched_on < p.end_on OR (t.touched_on = p.end_on AND COALESCE(t.touched_at <= p.end_at, TRUE)))
),
followed AS (
  SELECT path, channel, moment, LEAD(channel) OVER (PARTITION BY path ORDER BY moment, channel) AS following FROM touched
),
merged AS (  -- repeats in a row are one step, at the time of the last
  SELECT
    path, channel,
    ROW_NUMBER() OVER (PARTITION BY path ORDER BY moment, channel) AS place,
    COUNT(*) OVER (PARTITION BY path) AS steps,
    -- seven days earlier weighs half
    POWER(0.5, CAST(EPOCH(MAX(moment) OVER (PARTITION BY path)) - EPOCH(moment) AS DOUBLE) / 604800) AS weight
  FROM followed
  WHERE following IS NULL OR following <> channel
)
SELECT
  d.path, d.month, d.is_won, d.revenue, d.source,
  COALESCE(m.channel, 'none recorded') AS channel,
  COALESCE(m.place, 0) AS place,
  COALESCE(m.steps, 0) AS steps,
  CASE WHEN COALESCE(m.place, 1) = 1 THEN 1 ELSE 0 END AS first_part,
  CASE WHEN m.place < m.steps THEN 0 ELSE 1 END AS last_part,
  CAST(1 AS DOUBLE) / COALESCE(m.steps, 1) AS linear_part,
  CASE WHEN COALESCE(m.steps, 1) <= 2 THEN CAST(1 AS DOUBLE) / COALESCE(m.steps, 1)
       WHEN m.place = 1 OR m.place = m.steps THEN CAST(0.4 AS DOUBLE)
       ELSE CAST(0.2 AS DOUBLE) / (m.steps - 2) END AS position_part,
  COALESCE(m.weight / SUM(m.weight) OVER (PARTITION BY d.path), 1) AS decay_part
FROM decided d
LEFT JOIN merged m ON d.path = m.path
