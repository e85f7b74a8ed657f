"""Holds fleet.py against the command line: the same templates, the same findings. Run by .ci/real/fleet.sh.

    python test_fleet.py BINARY [COPIES…]

Without COPIES: correctness on the project's fixtures. With COPIES: wall times of both for so many copies of FOLDER ($FLEET_FOLDER).
"""

import contextlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import duckdb
from pyspark.sql import SparkSession

import fleet
import officer

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAY = "2026-11-28"
PROFILE = "conformance"


def rows_of(folder: pathlib.Path, accounts: int = 3) -> list[tuple[str, str, str, str]]:
    """The texts of a folder as rows, spread over some accounts and two Regions."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".yaml", ".yml", ".template"))
    rows = []
    for at, file in enumerate(files):
        with contextlib.suppress(UnicodeDecodeError):
            account, region = f"{111122223333 + at % accounts}", ("us-east-1", "eu-central-1")[at % 2]
            rows.append((account, region, f"{at}/{file.name}", file.read_text(encoding="utf-8")))
    return rows


def by_command_line(binary: str, rows, work: pathlib.Path) -> tuple[set, list[str]]:
    """What the command line finds in the same templates as files of a folder for each account and Region."""
    lines = []
    for account, region in sorted({row[:2] for row in rows}):
        named = [f"{account}/{region}/{path}" for a, r, path, _ in rows if (a, r) == (account, region)]
        options = ["--format", "jsonl", "--profile", PROFILE, "--today", DAY, "--no-config", "--fail-on", "never"]
        pinned = ["--parameter", f"AWS::AccountId={account}", "--parameter", f"AWS::Region={region}"]
        ran = subprocess.run([binary, *named, *options, *pinned], cwd=work, stdout=subprocess.PIPE, text=True)
        assert ran.returncode in (0, 2), ran
        lines += ran.stdout.splitlines()
    found = set()
    for line in map(json.loads, lines):
        if line["record"] in ("finding", "suppressed"):
            place = line["start"] or {"line": None, "column": None}
            key = (line["record"], line["file"], line["rule"], line["path"], line["message"], line["when"])
            found.add((*key, place["line"], place["column"]))
    return found, lines


def write(rows, work: pathlib.Path) -> None:
    for account, region, path, content in rows:
        file = work / account / region / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode())


def check(spark: SparkSession, binary: str) -> None:
    folders = ("fixtures/cases", "fixtures/reference", "fixtures/twins", "examples")
    rows = [row for folder in folders for row in rows_of(ROOT / folder)]
    rows = [(account, region, f"{at}/{path}", content) for at, (account, region, path, content) in enumerate(rows)]
    # What is no template, and a path that is not one of a file.
    rows += [("111122223333", "us-east-1", "broken.json", '{"Resources": {'), ("111122223334", "us-east-1", "/x", "Resources: {}")]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        usual = [row for row in rows if not row[2].startswith("/")]
        write(usual, work)
        expected, lines = by_command_line(binary, usual, work)
        spark.createDataFrame(rows, fleet.TEMPLATES_SCHEMA).write.parquet(f"{folder}/templates")
        os.environ["HIPAALINT"] = binary
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            fleet.main(f"{folder}/templates", f"{folder}/results", DAY, PROFILE)
            # The same day again replaces its partition; another day stays beside it.
            fleet.main(f"{folder}/templates", f"{folder}/results", DAY, PROFILE)
            fleet.main(f"{folder}/templates", f"{folder}/results", "2026-11-29", PROFILE)
        results = spark.read.parquet(f"{folder}/results").where(f"day = '{DAY}'").collect()
        got = {
            (row.kind, f"{row.account}/{row.region}/{row.path}", row.rule, row.property, row.message, row.condition, row.line, row.column)
            for row in results
            if row.kind in ("finding", "suppressed")
        }
        assert got == expected, (sorted(map(str, got ^ expected))[:10], len(got), len(expected))
        assert len(got) > 300, len(got)
        problems = {(row.path, row.rule) for row in results if row.kind == "problem" and row.severity == "error"}
        records = [json.loads(line) for line in lines]
        errors = [record for record in records if record["record"] == "diagnostic" and record["severity"] == "error"]
        # Among records, a configuration is one; on the command line, who names it as a template is told.
        errors = [record for record in errors if not record["file"].endswith("/hipaalint.yaml")]
        assert problems == {(record["file"].split("/", 2)[2], record["code"]) for record in errors}, problems
        assert ("broken.json", "syntax-error") in problems, problems
        assert any(row.path == "/x" and row.kind == "template" for row in results)
        by_officer = io.StringIO()
        with contextlib.redirect_stdout(by_officer):
            officer.main([f"{folder}/results"])
        (work / "day.jsonl").write_text("\n".join(lines))
        with contextlib.redirect_stdout(io.StringIO()):
            officer.main([f"{DAY}={folder}/day.jsonl"])
        # Both engines give the same rows.
        spark.read.parquet(f"{folder}/results").createOrReplaceTempView("results")
        spark.sql("SELECT *, explode(controls) AS control FROM results").createOrReplaceTempView("results_by_control")
        database = duckdb.connect()
        database.execute(f"CREATE TABLE results AS SELECT * FROM read_parquet('{folder}/results/*/*.parquet', hive_partitioning = true)")
        database.execute("CREATE VIEW results_by_control AS SELECT *, unnest(controls) AS control FROM results")
        for name, query in fleet.queries(str(ROOT / "examples/fleet/queries.sql")).items():
            ours = [tuple(row) for row in spark.sql(query).collect()]
            theirs = database.sql(query).fetchall()
            assert ours == theirs, (name, ours[:3], theirs[:3])
            print(f"{name}: {len(ours)} rows, the same from Spark and DuckDB")
        print(f"{len(got)} findings in {len(rows)} templates, the same as the command line's")
        print(by_officer.getvalue())


def measure(spark: SparkSession, binary: str, sizes: list[int]) -> None:
    one = rows_of(pathlib.Path(os.environ["FLEET_FOLDER"]))
    times = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows = (
                (account, region, f"{at // len(one)}/{path}", content)
                for at in range(size)
                for account, region, path, content in [one[at % len(one)]]
            )
            work = pathlib.Path(folder, "files")
            table = f"{folder}/templates"
            _write_table(list(rows), table, work)
            begin = time.monotonic()
            options = ["--format", "jsonl", "--profile", PROFILE, "--no-config", "--fail-on", "never", "--today", DAY]
            subprocess.run([binary, str(work), *options, "--output", f"{folder}/out.jsonl", "--quiet"], stdout=subprocess.DEVNULL)
            line = time.monotonic() - begin
            begin = time.monotonic()
            found = fleet.lint(spark.read.schema(fleet.TEMPLATES_SCHEMA).parquet(table), PROFILE, DAY, binary)
            found.write.parquet(f"{folder}/results")
            job = time.monotonic() - begin
            times.append((line, job))
            print(f"{size} templates: command line {line:.1f} s, Spark {job:.1f} s", flush=True)
    if len(times) > 1:
        line, job = (times[-1][side] - times[0][side] for side in (0, 1))
        print(f"growth: command line {line:.1f} s, Spark {job:.1f} s, {job / line:.2f} times")


def _write_table(rows, table: str, work: pathlib.Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    write(rows, work)
    os.makedirs(table)
    part = 1000
    for at in range(0, len(rows), part):
        columns = zip(*rows[at : at + part])
        names = ("account", "region", "path", "content")
        pq.write_table(pa.table(dict(zip(names, map(list, columns)))), f"{table}/{at:06}.parquet")


def main() -> None:
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    # The workers are this Python, too.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    begin = time.monotonic()
    spark = (
        SparkSession.builder.master("local[*]")
        .appName("hipaalint test")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", fleet.BATCH_TEMPLATES)
        .config("spark.sql.sources.partitionOverwriteMode", "dynamic")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    spark.range(1).count()
    print(f"Spark {spark.version} is there after {time.monotonic() - begin:.1f} s")
    if sys.argv[2:]:
        measure(spark, binary, [int(size) for size in sys.argv[2:]])
    else:
        check(spark, binary)


if __name__ == "__main__":
    main()
