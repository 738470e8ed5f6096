-- One row per month of closing x step x step that followed it: how often, over all decided paths that have steps.
WITH moves AS (
  SELECT
    month, COALESCE(LAG(channel) OVER (PARTITION BY path ORDER BY place), '(start)') AS before_step, channel AS after_step
  FROM path_steps WHERE place > 0
  UNION ALL
  SELECT month, channel, CASE WHEN is_won THEN '(won)' ELSE '(not won)' END
  FROM path_steps WHERE place > 0 AND place = steps
)
SELECT month, before_step, after_step, COUNT(*) AS n
FROM moves
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
