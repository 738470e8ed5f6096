-- One row per month of closing x channel (or source of the lead): the value of won deals by five rules and by the CRM.
WITH parts AS (
  SELECT
    month, channel, first_part, last_part, linear_part, position_part, decay_part, 0 AS sourced,
    CAST(revenue AS DOUBLE) AS revenue
  FROM path_steps WHERE is_won
  UNION ALL
  SELECT month, source, 0, 0, 0, 0, 0, 1, CAST(revenue AS DOUBLE) FROM path_steps WHERE is_won AND place <= 1
)
SELECT
  month, channel,
  SUM(first_part) AS firsts, SUM(last_part) AS lasts, SUM(sourced) AS sourced,
  -- summed as decimals, so that the order of the rows cannot change a figure
  CAST(SUM(CAST(revenue * first_part AS DECIMAL(28, 12))) AS DOUBLE) AS by_first,
  CAST(SUM(CAST(revenue * last_part AS DECIMAL(28, 12))) AS DOUBLE) AS by_last,
  CAST(SUM(CAST(revenue * linear_part AS DECIMAL(28, 12))) AS DOUBLE) AS by_linear,
  CAST(SUM(CAST(revenue * position_part AS DECIMAL(28, 12))) AS DOUBLE) AS by_position,
  CAST(SUM(CAST(revenue * decay_part AS DECIMAL(28, 12))) AS DOUBLE) AS by_decay,
  CAST(SUM(CAST(revenue * sourced AS DECIMAL(28, 12))) AS DOUBLE) AS by_crm
FROM parts
GROUP BY 1, 2
ORDER BY 1, 2
