-- One row per month of creation x location x team: of how many leads each thing was written down by the month's cut.
SELECT
  month_text AS month, location, team,
  COUNT(*) AS leads,
  COUNT(*) FILTER (WHERE source <> '(missing)' AND LOWER(source) <> 'unknown') AS source_known,
  COUNT(*) FILTER (WHERE campaign <> '(none)') AS campaign_known,
  COUNT(*) FILTER (WHERE arrival IS NOT NULL) AS arrival_known,
  COUNT(*) FILTER (WHERE location <> '(none)') AS location_known,
  COUNT(*) FILTER (WHERE score IS NOT NULL) AS score_known,
  COUNT(*) FILTER (WHERE profile_match_now <> 'unknown') AS profile_known,
  COUNT(*) FILTER (WHERE team = 'sales' OR handed_over_on <= cut_on) AS handover_logged,
  -- what moved on without a logged reply was not written down; what nobody answered is no matter of tracking
  COUNT(*) FILTER (WHERE answered_at IS NOT NULL
                      OR COALESCE(LEAST(answered_on, reached_on, visited_on, won_on) > cut_on, TRUE)) AS reply_logged,
  COUNT(*) FILTER (WHERE COALESCE(won_on, lost_on, disposed_on, sent_back_on) <= cut_on
                      OR (COALESCE(won_on, lost_on, disposed_on, sent_back_on) IS NULL
                          AND (outcome <> 'open' OR disposition IS NOT NULL))) AS outcome_fed_back,
  COUNT(*) FILTER (WHERE quality_now = 'yes' AND (source = '(missing)' OR LOWER(source) = 'unknown')) AS quality_unsourced
FROM journeys
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
