-- One row per lead of a sample by the MD5 of its id: its fields, their dates against its hand-over, and what became of it.
WITH drawn AS (
  SELECT *
  FROM journeys
  WHERE NOT entered_at_sale  -- they were clients before anybody could judge them
  ORDER BY MD5(lead_id)
  LIMIT $sample_size
),
touched AS (
  SELECT d.lead_id, COUNT(*) AS touches
  FROM drawn d
  JOIN touches t ON t.lead_id = d.lead_id
  WHERE t.touched_on < d.clock_on OR (t.touched_on = d.clock_on AND COALESCE(t.touched_at <= d.clock_at, FALSE))
  GROUP BY d.lead_id
)
SELECT
  d.month_text AS month, d.clock_on, d.created_on, d.created_hour, d.team, d.source, d.arrival, d.location,
  d.campaign, d.source_detail, COALESCE(t.touches, 0) AS touches_before, d.score, d.grade, d.quality_now AS quality,
  d.outcome, d.revenue, COALESCE(d.margin, 0) AS margin
  $sample_fields
FROM drawn d
JOIN leads l ON d.lead_id = l.lead_id
LEFT JOIN touched t ON d.lead_id = t.lead_id
ORDER BY MD5(d.lead_id)
