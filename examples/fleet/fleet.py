"""Lints the templates of an organization with hipaalint on Spark.

    spark-submit fleet.py TEMPLATES RESULTS DAY [PROFILE]

TEMPLATES is a Parquet table with the columns of `TEMPLATES_SCHEMA`, a row for each template. RESULTS is a Parquet table that gets a
partition for DAY (such as 2026-11-28) with the columns of `RESULTS_SCHEMA`. docs/fleet.md explains both.

Each task passes its templates on to the hipaalint on its machine (`pip install hipaalint`) by standard input, a batch at a time.
"""

import json
import os
import posixpath
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from pyspark.sql import DataFrame, SparkSession

TEMPLATES_SCHEMA = "account string, region string, path string, content string"

# A row for each template, finding, suppressed finding, exception and problem: `kind`. Columns that a kind does not have are null.
RESULTS_SCHEMA = """
    kind string, account string, region string, path string,
    rule string, level string, severity string, outcome string, message string, condition string,
    line int, column int, section string, resource string, resource_type string, property string,
    controls array<string>, fix string,
    reason string, owner string, ticket string, expires date, state string,
    passed int, failed int, undecided int
"""

# The most templates in a batch, and the most bytes of one: what a task holds in memory at once follows from them.
BATCH_TEMPLATES = 1000
BATCH_BYTES = 64 << 20

_PLACE = pa.struct([("line", pa.int32()), ("column", pa.int32())])
_SUBJECT = pa.struct([("section", pa.string()), ("name", pa.string()), ("type", pa.string())])
_EXCEPTION = pa.struct(
    [("reason", pa.string()), ("owner", pa.string()), ("ticket", pa.string()), ("expires", pa.string())]
)
# What is read of the lines of `--format jsonl`; they have more.
_LINES = pa.schema(
    [
        ("record", pa.string()),
        ("file", pa.string()),
        ("rule", pa.string()),
        ("code", pa.string()),
        ("level", pa.string()),
        ("severity", pa.string()),
        ("outcome", pa.string()),
        ("message", pa.string()),
        ("when", pa.string()),
        ("start", _PLACE),
        ("path", pa.string()),
        ("subject", _SUBJECT),
        ("controls", pa.list_(pa.string())),
        ("fixes", pa.list_(pa.struct([("applicability", pa.string())]))),
        ("exception", _EXCEPTION),
        *_EXCEPTION,
        ("state", pa.string()),
        ("passed", pa.int32()),
        ("failed", pa.int32()),
        ("undecided", pa.int32()),
    ]
)
_KINDS = {
    "file": "template",
    "finding": "finding",
    "suppressed": "suppressed",
    "exception": "exception",
    "diagnostic": "problem",
}


def lint(templates: DataFrame, profile: str, day: str, binary: str = "hipaalint", config: str | None = None) -> DataFrame:
    """The results of all templates, in the columns of `RESULTS_SCHEMA`. `day` is the day that exceptions are judged on.

    `config` is a configuration on the machines of the tasks. Without it, none is read.
    """
    command = [binary, "--records", "--format", "jsonl", "--fail-on", "never", "--profile", profile, "--today", day]
    command += ["--config", config] if config else ["--no-config"]

    def batches(frames):
        for frame in frames:
            for batch in _bounded(frame):
                yield _results(command, batch)

    return templates.select("account", "region", "path", "content").mapInPandas(batches, RESULTS_SCHEMA)


def _bounded(frame: pd.DataFrame):
    """Parts of a frame that have no more bytes than a batch may have, unless one template alone has more."""
    begin, size = 0, 0
    for at, length in enumerate(frame["content"].str.len().fillna(0)):
        if at > begin and (size + length > BATCH_BYTES or at - begin == BATCH_TEMPLATES):
            yield frame.iloc[begin:at]
            begin, size = at, 0
        size += length
    if begin < len(frame):
        yield frame.iloc[begin:]


def _results(command: list[str], batch: pd.DataFrame) -> pd.DataFrame:
    """The results of one batch. Raises if hipaalint did not come to its end."""
    names: dict = {}
    records = []
    for row in batch.itertuples(index=False):
        name = _name(row, names)
        names[name] = row
        record = {"path": name, "content": row.content, "account": row.account, "region": row.region}
        records.append(json.dumps(record))
    # Spark runs a task on each core: one thread is what a task has.
    environment = {**os.environ, "HIPAALINT_THREADS": "1"}
    ran = subprocess.run(command, input="\n".join(records).encode(), stdout=subprocess.PIPE, env=environment)
    if ran.returncode not in (0, 2) or b'"record":"summary"' not in ran.stdout[-1_000_000:]:
        raise RuntimeError(f"hipaalint ended with {ran.returncode} before it had linted everything")
    return _table(ran.stdout, names).to_pandas()


def _name(row, taken: dict) -> str:
    """A name below a folder for the account, so that templates that lie beside each other still do."""
    name = posixpath.normpath(posixpath.join(row.account or "-", row.region or "-", row.path))
    if name in taken or name.startswith(("/", "..")) or "\0" in name:
        name = f"-/{len(taken)}/{posixpath.basename(row.path.rstrip('/')) or 'template'}"
    return name


def _table(lines: bytes, names: dict) -> pa.Table:
    reading = pa.json.ParseOptions(explicit_schema=_LINES, unexpected_field_behavior="ignore")
    # One block: a line may be as long as the report of a large template.
    table = pa.json.read_json(pa.BufferReader(lines), pa.json.ReadOptions(block_size=len(lines) + 1), reading)
    table = table.filter(pc.is_in(table["record"], pa.array(list(_KINDS)))).combine_chunks()

    def inner(column, field):
        return pc.struct_field(table[column], field)

    def fix():
        first = pc.list_element(pc.if_else(pc.greater(pc.list_value_length(table["fixes"]), 0), table["fixes"], None), 0)
        return pc.struct_field(first, "applicability")

    rows = [names.get(name) for name in table["file"].to_pylist()]

    def known(column):
        return pa.array([getattr(row, column) if row else None for row in rows], pa.string())

    files = [row.path if row else name for row, name in zip(rows, table["file"].to_pylist())]
    columns = {
        "kind": pa.array([_KINDS[record] for record in table["record"].to_pylist()], pa.string()),
        "account": known("account"),
        "region": known("region"),
        "path": pa.array(files, pa.string()),
        "rule": pc.coalesce(table["rule"], table["code"]),
        **{name: table[name] for name in ("level", "severity", "outcome", "message")},
        "condition": table["when"],
        "line": inner("start", "line"),
        "column": inner("start", "column"),
        "section": inner("subject", "section"),
        "resource": inner("subject", "name"),
        "resource_type": inner("subject", "type"),
        "property": table["path"],
        "controls": table["controls"],
        "fix": fix(),
        **{name: pc.coalesce(table[name], inner("exception", name)) for name in ("reason", "owner", "ticket")},
        "expires": pc.coalesce(table["expires"], inner("exception", "expires")).cast(pa.date32()),
        **{name: table[name] for name in ("state", "passed", "failed", "undecided")},
    }
    return pa.table(columns)


def queries(file: str) -> dict[str, str]:
    """The queries of a file by their names. A line `-- name: …` begins one."""
    found = {}
    with open(file, encoding="utf-8") as text:
        for part in text.read().split("-- name: ")[1:]:
            name, query = part.split("\n", 1)
            found[name.strip()] = query.strip().rstrip(";")
    return found


def main(templates: str, results: str, day: str, profile: str = "conformance") -> None:
    spark = (
        SparkSession.builder.appName("hipaalint")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", BATCH_TEMPLATES)
        # A day that is linted again replaces its own partition, and no other.
        .config("spark.sql.sources.partitionOverwriteMode", "dynamic")
        .getOrCreate()
    )
    found = lint(spark.read.schema(TEMPLATES_SCHEMA).parquet(templates), profile, day, os.environ.get("HIPAALINT", "hipaalint"))
    found.selectExpr(f"date '{day}' as day", "*").write.mode("overwrite").partitionBy("day").parquet(results)
    spark.read.parquet(results).createOrReplaceTempView("results")
    spark.sql("SELECT *, explode(controls) AS control FROM results").createOrReplaceTempView("results_by_control")
    here = os.path.dirname(os.path.abspath(__file__))
    for name, query in queries(os.path.join(here, "queries.sql")).items():
        print(f"\n{name}")
        spark.sql(query).show(20, truncate=60)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
