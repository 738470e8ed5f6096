-- One row per lead that the page can see: what was known of it at hand-over, and when its reply clock started.
WITH visible AS (  -- what happened after as_of does not exist; a state without a date is used as exported
  SELECT
    l.lead_id, l.person_key, l.created_on, l.created_at, l.created_hour, l.arrival, l.campaign, l.source_detail,
    l.location, l.owner, l.team AS mapped_team, l.source AS exported_source, l.grade,
    l.score AS exported_score, l.scored_on, l.scored_at,
    d.version, d.cut_on, d.month, d.month_text,
    CASE WHEN l.handed_over_on <= $as_of THEN l.handed_over_on END AS handed_over_on,
    CASE WHEN l.handed_over_on <= $as_of THEN l.handed_over_at END AS handed_over_at,
    CASE WHEN l.assigned_on <= $as_of THEN l.assigned_on END AS assigned_on,
    CASE WHEN l.assigned_on <= $as_of THEN l.assigned_at END AS assigned_at,
    CASE WHEN l.accepted_on <= $as_of THEN l.accepted_on END AS accepted_on,
    CASE WHEN l.sent_back_on <= $as_of THEN l.sent_back_on END AS sent_back_on,
    CASE WHEN l.visited_on <= $as_of THEN l.visited_on END AS visited_on,
    CASE WHEN l.disposed_on <= $as_of THEN l.disposed_on END AS disposed_on,
    CASE WHEN l.disposed_on <= $as_of OR l.disposed_on IS NULL THEN l.disposition END AS disposition,
    CASE WHEN l.disposed_on <= $as_of OR l.disposed_on IS NULL THEN l.disposition_reason END AS disposition_reason,
    l.recycle_due_on
    $profile_columns
  FROM leads l
  JOIN days d ON l.created_on = d.day
  WHERE l.created_on <= $as_of
),
named AS (  -- a source keeps its place in the series when it gets another name
  SELECT
    v.*,
    COALESCE(r.is_now, v.exported_source, '(missing)') AS source
  FROM visible v
  LEFT JOIN source_names r ON v.exported_source = r.was AND v.created_on < r.until_on
),
owned AS (
  SELECT
    n.*,
    CASE WHEN n.mapped_team IN ('marketing', 'sales', 'shared', 'other') THEN n.mapped_team
         ELSE COALESCE(t.team, 'unassigned') END AS team
  FROM named n
  LEFT JOIN source_teams t ON n.version = t.version AND n.source = t.source
),
known AS (  -- the score is the one at hand-over, and never one that came after the month's cut
  SELECT
    o.*,
    CASE
      WHEN o.scored_on IS NULL THEN o.exported_score
      WHEN o.scored_on > o.cut_on THEN NULL
      WHEN o.scored_at > o.handed_over_at OR o.scored_on > o.handed_over_on THEN NULL
      ELSE o.exported_score
    END AS score,
    CASE WHEN o.team = 'sales' THEN o.created_on
         ELSE COALESCE(o.handed_over_on, o.assigned_on, o.created_on) END AS clock_on,
    CASE WHEN o.team = 'sales' THEN o.created_at
         WHEN o.handed_over_on IS NOT NULL THEN o.handed_over_at
         WHEN o.assigned_on IS NOT NULL THEN o.assigned_at
         ELSE o.created_at END AS clock_at,
    CASE WHEN o.team = 'sales' THEN o.created_on ELSE o.handed_over_on END AS passed_on,
    CASE WHEN o.team = 'sales' THEN o.created_at ELSE o.handed_over_at END AS passed_at
  FROM owned o
),
judged AS (  -- yes, no or unknown (NULL): under the definition of the day, and under the one at the period's end
  SELECT
    leads.*,
    $quality_then AS is_quality,
    $quality_now AS is_quality_now,
    $profile_then AS is_match,
    $profile_now AS is_match_now
  FROM known AS leads
),
left_owners AS (
  SELECT owner, MAX(COALESCE(to_on, DATE '9999-12-31')) AS last_on FROM owners GROUP BY owner
)
SELECT
  j.*,
  a.waits,
  c.month AS clock_month, c.month_text AS clock_month_text, c.cut_on AS clock_cut_on,
  p.within_minutes, p.routed_within_minutes, p.attempts AS agreed_attempts,
  j.clock_on + p.attempt_days AS attempts_until,
  COALESCE(g.schedule, $company_schedule) AS schedule,
  COALESCE(o.last_on < j.clock_on, FALSE) AS owner_had_left
FROM judged j
JOIN days c ON j.clock_on = c.day
JOIN versions p ON c.version = p.version
LEFT JOIN arrivals a ON c.version = a.version AND j.arrival = a.arrival
LEFT JOIN locations g ON j.location = g.location
LEFT JOIN left_owners o ON j.owner = o.owner
