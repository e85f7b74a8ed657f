"""Runs the steps of action.yml with a faked context, and holds what they do: see action.sh."""

import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import threading

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY, WORK = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
VERSION = re.search(r'^version = "([^"]+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
TAG, TARGET, COMMIT = f"v{VERSION}", "x86_64-unknown-linux-musl", "c" * 40
BAD = "Resources:\n  Records: { Type: AWS::S3::Bucket }\n"

checked = 0


def check(holds, what):
    global checked
    checked += 1
    if not holds:
        sys.exit(f"DIFFERENT: {what}")
    print(f"as expected: {what}")


class Server(http.server.BaseHTTPRequestHandler):
    """A release, and what of the API the action calls."""

    files, comments, denied, calls = {}, [], False, []

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/hipaalint/hipaalint/releases/"):
            found = Server.files.get(path.rsplit("/", 1)[1])
            return self.answer(200, found) if found is not None else self.answer(404)
        if path == f"/repos/hipaalint/hipaalint/commits/{TAG}":
            return self.answer(200, COMMIT.encode())
        if path == "/repos/o/r/issues/7/comments":
            if Server.denied:
                return self.answer(403, {})
            page = int(re.search(r"[?&]page=(\d+)", self.path)[1])
            return self.answer(200, Server.comments[(page - 1) * 100 : page * 100])
        return self.answer(403, {})

    def do_POST(self):
        Server.calls.append(("POST", self.path, self.headers["Authorization"]))
        if Server.denied:
            return self.answer(403, {})
        entry = {"id": len(Server.comments) + 1, "user": {"login": "github-actions[bot]"}, **self.body()}
        Server.comments.append(entry)
        return self.answer(201, entry)

    def do_PATCH(self):
        Server.calls.append(("PATCH", self.path, self.headers["Authorization"]))
        entry = next(one for one in Server.comments if one["id"] == int(self.path.rsplit("/", 1)[1]))
        entry.update(self.body())
        return self.answer(200, entry)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
ADDRESS = f"http://127.0.0.1:{server.server_address[1]}"


def value(expression, context):
    """An expression of the few kinds that action.yml has."""
    expression = expression.strip()
    for operator, join in [("||", lambda a, b: a or b), ("&&", lambda a, b: a and b)]:
        if operator in expression:
            left, right = expression.split(operator, 1)
            return join(value(left, context), value(right, context))
    for operator in ["!=", "=="]:
        if operator in expression:
            left, right = expression.split(operator, 1)
            return (str(value(left, context)) == str(value(right, context))) == (operator == "==")
    if expression.startswith("'"):
        return expression.strip("'")
    if expression == "always()":
        return True
    found = context
    for step in expression.split("."):
        found = found.get(step, "") if isinstance(found, dict) else ""
    return "" if found is None else found


def filled(text, context):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(value(match[1], context)), text)


def run(folder, inputs=None, event="push", pull_request=None, ref=TAG, environment=None, token="secret"):
    """Runs the action in a folder. Gives its outputs, its log, its summary and the names of the steps that ran."""
    temp = WORK / f"temp-{len(list(WORK.glob('temp-*')))}"
    temp.mkdir()
    place = temp / "_actions/hipaalint/hipaalint" / (ref or "main")
    place.parent.mkdir(parents=True)
    place.symlink_to(ROOT)
    defaults = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
    context = {
        "github": {
            "action_path": str(place),
            "action_ref": "",
            "action_repository": "",
            "api_url": ADDRESS,
            "server_url": ADDRESS,
            "event_name": event,
            "repository": "o/r",
            "token": token,
            "event": {"pull_request": pull_request or {}},
        },
        "runner": {"os": "Linux", "arch": "X64"},
        "inputs": {},
        "steps": {},
    }
    given = defaults | (inputs or {})
    context["inputs"] = {name: filled(text, context) for name, text in given.items()}
    log, ran, failed = "", [], False
    summary = temp / "summary"
    summary.touch()
    for step in ACTION["runs"]["steps"]:
        condition = str(step.get("if", ""))
        if failed and "always()" not in condition:
            continue
        if condition and not value(condition, context):
            continue
        ran.append(step["name"])
        output = temp / f"output-{len(ran)}"
        output.touch()
        if "uses" in step:
            continue
        if step["name"] == "Build the binary":
            # What cargo would do takes minutes.
            (temp / "hipaalint/bin").mkdir(parents=True)
            shutil.copy(BINARY, temp / "hipaalint/bin/hipaalint")
            continue
        script = temp / f"script-{len(ran)}.sh"
        script.write_text(step["run"])
        own = {name: filled(text, context) for name, text in step.get("env", {}).items()}
        every = {
            "PATH": os.environ["PATH"],
            "HOME": str(temp),
            "RUNNER_TEMP": str(temp),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
        done = subprocess.run(command, cwd=folder, env=every | own | (environment or {}), capture_output=True, text=True)
        log += done.stdout + done.stderr
        lines = output.read_text().splitlines()
        if not all(re.match(r"[a-z-]+=", line) for line in lines):
            check(False, f"step {step['name']!r} has outputs of one line each: {lines}")
        outputs = dict(line.split("=", 1) for line in lines)
        if "id" in step:
            context["steps"][step["id"]] = {"outputs": outputs}
        failed |= done.returncode != 0
    outputs = {name: filled(one["value"], context) for name, one in ACTION["outputs"].items()}
    return {"failed": failed, "log": log, "ran": ran, "summary": summary.read_text(), "steps": context["steps"], **outputs}


def release(spoiled=False):
    """A release with the binary, as the workflow packs it."""
    name = f"hipaalint-{TAG}-{TARGET}"
    folder = WORK / name
    folder.mkdir(exist_ok=True)
    shutil.copy(BINARY, folder / "hipaalint")
    packed = WORK / f"{name}.tar.gz"
    if not packed.exists():
        with tarfile.open(packed, "w:gz", compresslevel=1) as archive:
            archive.add(folder, arcname=name)
    data = packed.read_bytes()
    sums = f"{hashlib.sha256(data).hexdigest()}  {packed.name}\n"
    Server.files = {packed.name: data + b"x" if spoiled else data, "SHA256SUMS": sums.encode()}


def git(folder, *arguments):
    command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def repository(name):
    """A repository with a known finding on main, and a branch with another one."""
    folder = WORK / name
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    (folder / "old.yaml").write_text(BAD)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "one")
    base = git(folder, "rev-parse", "HEAD")
    git(folder, "switch", "--quiet", "--create", "topic")
    (folder / "new.yaml").write_text(BAD.replace("Records", "Scans"))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "two")
    return folder, base


folder, base = repository("repository")
request = {
    "number": 7,
    "base": {"ref": "main", "sha": base},
    "head": {"repo": {"full_name": "o/r"}},
}

print("== The binary of a release")
release()
done = run(folder)
check("Build the binary" not in done["ran"] and "Restore the binary" not in done["ran"], "a release is not built")
check(done["exit-code"] == "1" and done["failed"], "findings fail the job")
check(done["sarif-file"] == "hipaalint.sarif" and "Upload to code scanning" in done["ran"], "the SARIF report is uploaded")
check("old.yaml" in done["summary"] and "Scans" in done["summary"], "the summary has the findings")
check(len(done["summary"].encode()) < 1 << 20, "the summary is within the limit")
check("secret" not in done["log"], "the token is not in the log")
done = run(folder, ref=COMMIT)
check("Build the binary" not in done["ran"], "the commit of a release is that release")
done = run(folder, ref="d" * 40)
check("Build the binary" in done["ran"] and done["exit-code"] == "1", "another commit is built")
done = run(folder, ref="main")
check("Build the binary" in done["ran"], "a branch is built")
done = run(folder, {"version": "source"})
check("Build the binary" in done["ran"], "source is built on request")
release(spoiled=True)
done = run(folder)
check(done["failed"] and "is not the one of the release" in done["log"], "a binary with another checksum is refused")
check("Lint" not in done["ran"] and "Build the binary" not in done["ran"], "and nothing runs in its place")
Server.files["SHA256SUMS"] = b""
check(run(folder)["failed"], "so is one that the list does not have")
Server.files = {}
done = run(folder)
check("Build the binary" in done["ran"] and "built from source" in done["log"], "a release without the binary is built")

print("== Inputs")
release()
hostile = 'x\nfound=true\r\n::set-output name=a::b"; touch pwned; $(touch pwned) `touch pwned` #'
for name in ACTION["inputs"]:
    if name in ["token", "comment", "upload"]:
        continue
    done = run(folder, {name: hostile}, event="pull_request", pull_request=request)
    check(not list(folder.rglob("pwned")), f"{name}: nothing of an input runs")
    check(done["exit-code"] in ["", "1", "2"], f"{name}: a line break is no other output")
    for garbage in set(folder.iterdir()) - {folder / "old.yaml", folder / "new.yaml", folder / ".git", folder / "hipaalint.sarif"}:
        shutil.rmtree(garbage) if garbage.is_dir() else garbage.unlink()
done = run(folder, {"paths": "old.yaml\nnew.yaml\n", "profile": "strict", "fail-on": "never", "args": "--rule=s3-bucket-versioning\n"})
check(done["exit-code"] == "0" and "1 rule" in done["log"], "paths, profile, fail-on and args reach hipaalint")
(folder / "own.yaml").write_text("profile: strict\n")
done = run(folder, {"paths": "old.yaml", "config": "own.yaml", "sarif": ""})
check("of profile strict" in done["log"] and done["sarif-file"] == "", "so does config; without sarif there is no such file")
subprocess.run([BINARY, "old.yaml", "new.yaml", "--write-baseline", "known.json"], cwd=folder, capture_output=True)
done = run(folder, {"paths": "old.yaml\nnew.yaml", "baseline": "known.json"})
check(done["exit-code"] == "0" and "in the baseline" in done["log"], "so does baseline")
template = folder / "evil.yaml"
template.write_text('Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Metadata: { "aws:cdk:path": "App/x\\n::add-mask::a" }\n')
done = run(folder, {"paths": "evil.yaml"})
log = done["log"]
stop = re.search(r"^::stop-commands::([0-9a-f]{32})$", log, re.M)
check(stop and log.index(stop[0]) < log.index("evil.yaml") < log.rindex(f"::{stop[1]}::"), "what a template prints is no command")
for name in ["evil.yaml", "own.yaml", "known.json"]:
    (folder / name).unlink()

print("== Pull requests")
Server.comments = []
done = run(folder, event="pull_request", pull_request=request)
check(done["exit-code"] == "1" and "Scans" in done["log"] and "Records" not in done["log"], "only new findings count")
check("new, 0 fixed" in done["summary"], "the summary compares")
results = json.loads((folder / "hipaalint.sarif").read_text())["runs"][0]["results"]
files = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
check(files == {"old.yaml", "new.yaml"}, "code scanning gets all findings")
check(len(Server.comments) == 1 and "Scans" in Server.comments[0]["body"], "there is one comment")
check(Server.comments[0]["body"].startswith("<!-- hipaalint -->\n## "), "with the mark")
check(Server.calls[-1][2] == "Bearer secret", "by the token")
run(folder, event="pull_request", pull_request=request)
check(len(Server.comments) == 1 and Server.calls[-1][0] == "PATCH", "which is updated")
imposter = {"id": 90, "user": {"login": "mallory"}, "body": "<!-- hipaalint -->\nnothing to see"}
filler = [{"id": 1000 + n, "user": {"login": "ada"}, "body": "lgtm"} for n in range(150)]
Server.comments = [imposter, *filler, *Server.comments]
run(folder, event="pull_request", pull_request=request)
check(imposter["body"].endswith("see") and len(Server.comments) == 152, "a comment of somebody else is none, and all pages are read")
run(folder, {"category": "other stacks"}, event="pull_request", pull_request=request)
check(Server.comments[-1]["body"].startswith("<!-- hipaalint other_stacks -->\n##"), "another category has its own comment")
Server.comments = []
(folder / "new.yaml").unlink()
done = run(folder, event="pull_request", pull_request=request)
check(done["exit-code"] == "0" and not Server.comments and "nothing to comment" in done["log"], "nothing new is no comment")
git(folder, "checkout", "--quiet", "--", "new.yaml")
Server.denied = True
done = run(folder, event="pull_request", pull_request=request)
check("pull-requests: write" in done["log"] and done["exit-code"] == "1", "a token without permission is a notice")
Server.denied = False
fork = request | {"head": {"repo": {"full_name": "mallory/r"}}}
done = run(folder, event="pull_request", pull_request=fork)
check("from a fork" in done["log"] and not Server.comments, "a fork gets none, and the log states it")
done = run(folder, event="push")
check(not Server.comments, "a push gets none")
done = run(folder, {"since": "none"}, event="pull_request", pull_request=request)
check("Records" in done["log"], "since: none compares with nothing")
shallow = WORK / "shallow"
git(WORK, "clone", "--quiet", "--depth", "1", "--branch", "topic", f"file://{folder}", str(shallow))
done = run(shallow, event="pull_request", pull_request=request)
check("fetch-depth: 0" in done["log"] and "Records" in done["log"], "a shallow clone is a warning, and all findings count")
done = run(shallow, {"since": base}, event="push")
check(done["exit-code"] == "2" and "fetch-depth: 0" in done["log"], "a revision that was named and is missing is an error")
git(shallow, "fetch", "--quiet", "--unshallow", "origin", "main:refs/remotes/origin/main")
done = run(shallow, event="pull_request", pull_request=request | {"base": {"ref": "main", "sha": ""}})
check("Records" not in done["log"], "the branch of the target is enough")

print(f"All {checked} hold.")
