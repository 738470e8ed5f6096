-- One row per month of creation: journeys, the people behind them, and journeys of people who had come before.
WITH numbered AS (
  SELECT
    month_text AS month, person_key,
    ROW_NUMBER() OVER (PARTITION BY person_key ORDER BY created_on, created_at, lead_id) AS journey
  FROM journeys
)
SELECT
  month,
  COUNT(*) AS leads,
  COUNT(DISTINCT person_key) + COUNT(*) FILTER (WHERE person_key IS NULL) AS people,
  COUNT(*) FILTER (WHERE person_key IS NOT NULL AND journey > 1) AS returning
FROM numbered
GROUP BY month
ORDER BY month
