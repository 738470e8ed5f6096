-- One row per lead x kind of touch, counting what happened before hand-over (no hand-over yet: to as_of).
SELECT
  t.lead_id,
  COALESCE(t.kind, t.channel) AS kind,
  COUNT(*) AS touches
FROM touches t
JOIN leads_as_known l ON t.lead_id = l.lead_id
WHERE t.touched_on <= $as_of
  AND (l.passed_on IS NULL OR t.touched_on < l.passed_on
       OR (t.touched_on = l.passed_on AND COALESCE(t.touched_at <= l.passed_at, TRUE)))
GROUP BY 1, 2
