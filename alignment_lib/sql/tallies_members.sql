-- One row per month x location: client relations that began and that ended; an upgrade or transfer is neither.
WITH moves AS (
  SELECT SUBSTR(CAST(started_on AS VARCHAR), 1, 7) AS month, location, 1 AS joined, 0 AS gone
  FROM members
  WHERE started_on <= $as_of AND previous_client_id IS NULL
  UNION ALL
  SELECT SUBSTR(CAST(m.ended_on AS VARCHAR), 1, 7), m.location, 0, 1
  FROM members m
  LEFT JOIN (SELECT DISTINCT previous_client_id AS client_id FROM members) n ON m.client_id = n.client_id
  WHERE m.ended_on <= $as_of AND n.client_id IS NULL
)
SELECT month, COALESCE(location, '(none)') AS location, SUM(joined) AS joined, SUM(gone) AS "left"
FROM moves
GROUP BY 1, 2
ORDER BY 1, 2
