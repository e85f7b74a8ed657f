-- What an officer asks of the table `results`, and of `results_by_control`, which has a row for each citation of a result.
-- For Spark SQL and DuckDB alike.

-- name: The ten worst accounts on the last day
SELECT account,
       count(*) AS findings,
       count(*) FILTER (WHERE severity = 'critical') AS critical,
       count(*) FILTER (WHERE severity = 'high') AS high,
       count(DISTINCT path) AS templates
FROM results
WHERE kind = 'finding' AND outcome = 'fail' AND day = (SELECT max(day) FROM results)
GROUP BY account
ORDER BY critical DESC, high DESC, findings DESC, account
LIMIT 10;

-- name: The trend: findings by day and severity
SELECT day,
       count(*) FILTER (WHERE kind = 'template') AS templates,
       count(*) FILTER (WHERE kind = 'finding' AND severity = 'critical') AS critical,
       count(*) FILTER (WHERE kind = 'finding' AND severity = 'high') AS high,
       count(*) FILTER (WHERE kind = 'finding' AND severity = 'medium') AS medium,
       count(*) FILTER (WHERE kind = 'finding' AND severity = 'low') AS low,
       count(*) FILTER (WHERE kind = 'suppressed') AS suppressed,
       count(*) FILTER (WHERE kind = 'problem' AND severity = 'error') AS not_linted
FROM results
WHERE coalesce(outcome, 'fail') = 'fail'
GROUP BY day
ORDER BY day;

-- name: Exceptions that end within 30 days, or have ended
SELECT expires, account, path, owner, ticket, reason
FROM results
WHERE kind = 'exception' AND day = (SELECT max(day) FROM results) AND expires <= day + INTERVAL 30 DAY
ORDER BY expires, account, path;

-- name: Safeguards that fail most on the last day
SELECT control,
       count(*) AS findings,
       count(DISTINCT account) AS accounts
FROM results_by_control
WHERE kind = 'finding' AND outcome = 'fail' AND day = (SELECT max(day) FROM results_by_control)
GROUP BY control
ORDER BY findings DESC, control
LIMIT 10;

-- name: Templates that could not be linted on the last day
SELECT account, region, path, rule AS problem, line, message
FROM results
WHERE kind = 'problem' AND severity = 'error' AND day = (SELECT max(day) FROM results)
ORDER BY account, path, line;
