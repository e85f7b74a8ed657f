"""Prints what an officer asks, without a cluster.

    python officer.py RESULTS              RESULTS: the Parquet table of fleet.py
    python officer.py DAY=FILE.jsonl…      a report of `hipaalint --format jsonl` for each day; its files are named ACCOUNT/REGION/PATH

Needs DuckDB alone (`pip install duckdb`).
"""

import datetime
import json
import os
import sys

import duckdb

# The lines of `--format jsonl` as the columns of fleet.py.
LINES = """
    SELECT CAST(? AS DATE) AS day,
           CASE record WHEN 'file' THEN 'template' WHEN 'diagnostic' THEN 'problem' ELSE record END AS kind,
           split_part(file, '/', 1) AS account,
           split_part(file, '/', 2) AS region,
           array_to_string(string_split(file, '/')[3:], '/') AS path,
           coalesce(rule, code) AS rule,
           level, severity, outcome, message, start.line AS line, controls,
           coalesce(reason, exception.reason) AS reason,
           coalesce(owner, exception.owner) AS owner,
           coalesce(ticket, exception.ticket) AS ticket,
           CAST(coalesce(expires, exception.expires) AS DATE) AS expires
    FROM read_json(?, format = 'newline_delimited', maximum_object_size = 1073741824, columns = {
        record: 'VARCHAR', file: 'VARCHAR', rule: 'VARCHAR', code: 'VARCHAR', level: 'VARCHAR', severity: 'VARCHAR',
        outcome: 'VARCHAR', message: 'VARCHAR', start: 'STRUCT(line INTEGER)', controls: 'VARCHAR[]', reason: 'VARCHAR',
        owner: 'VARCHAR', ticket: 'VARCHAR', expires: 'VARCHAR',
        exception: 'STRUCT(reason VARCHAR, owner VARCHAR, ticket VARCHAR, expires VARCHAR)'
    })
    WHERE record IN ('file', 'finding', 'suppressed', 'exception', 'diagnostic')
"""


def report(argument: str) -> tuple[str, str]:
    """The day and the file of an argument."""
    day, separator, file = argument.partition("=")
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        separator = ""
    if not separator:
        sys.exit(f"`{argument}` is neither a folder of results nor DAY=FILE.jsonl, such as 2026-11-28=2026-11-28.jsonl.")
    if not os.path.isfile(file):
        sys.exit(f"{file}: there is no such file.")
    if not is_complete(file):
        sys.exit(f"{file}: the report is not complete: its last record is not the summary. Run hipaalint again.")
    return day, file


def is_complete(file: str) -> bool:
    """Whether a report was written to its end, where the record `summary` is."""
    with open(file, "rb") as lines:
        lines.seek(max(0, os.path.getsize(file) - (1 << 24)))
        last = lines.read().rstrip().rsplit(b"\n", 1)[-1]
    try:
        return json.loads(last)["record"] == "summary"
    except (ValueError, TypeError, KeyError):
        return False


def main(arguments: list[str]) -> None:
    database = duckdb.connect()
    if len(arguments) == 1 and os.path.isdir(arguments[0]):
        database.execute(
            "CREATE TABLE results AS SELECT * FROM read_parquet(?, hive_partitioning = true)",
            [os.path.join(arguments[0], "*", "*.parquet")],
        )
    else:
        for at, (day, file) in enumerate(map(report, arguments)):
            how = "INSERT INTO results" if at else "CREATE TABLE results AS"
            try:
                database.execute(how + LINES, [day, file])
            except duckdb.Error as error:
                sys.exit(f"{file}: it is not a report of `hipaalint --format jsonl`: {str(error).splitlines()[0]}")
            wrong = database.execute(
                "SELECT account, region, path FROM results WHERE kind = 'template'"
                " AND NOT (regexp_full_match(region, '[a-z]+(-[a-z]+)+-[0-9]+') AND path <> '')"
            ).fetchone()
            if wrong:
                name = "/".join(part for part in wrong if part)
                sys.exit(f"{file}: the file `{name}` is not named ACCOUNT/REGION/PATH. Run hipaalint in the folder of the accounts.")
    database.execute("CREATE VIEW results_by_control AS SELECT *, unnest(controls) AS control FROM results")
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "queries.sql"), encoding="utf-8") as queries:
        for part in queries.read().split("-- name: ")[1:]:
            name, query = part.split("\n", 1)
            print(f"\n{name.strip()}")
            database.sql(query).show(max_rows=20, max_width=200)


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    main(sys.argv[1:])
