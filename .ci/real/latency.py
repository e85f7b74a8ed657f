"""Counts the instructions of the language server, for `latency.sh`: from the message to the published diagnostics."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TIMES = 5


def counted(command, write=None):
    """The instructions of a whole process, which may be talked to."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=" + os.environ.get("PROFILE", "/dev/null")]
    process = subprocess.Popen(
        valgrind + command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    if write:
        write(process)
    _, errors = process.communicate()
    found = re.search(rb"Collected : (\d+)", errors)
    if process.returncode or not found:
        sys.exit(f"{command}: {errors.decode()}")
    return int(found[1])


def send(process, method, params, number=None):
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        message["id"] = number
    text = json.dumps(message).encode()
    process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
    process.stdin.flush()


def receive(process):
    length = 0
    while line := process.stdout.readline():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
        if not line.strip():
            break
    if not length:
        sys.exit("the server has ended")
    return json.loads(process.stdout.read(length))


def published(process, version):
    while True:
        message = receive(process)
        if message.get("method") == "textDocument/publishDiagnostics" and message["params"].get("version") == version:
            return len(message["params"]["diagnostics"])


def session(folder, text, part, other, changes, opens):
    """What an editor sends and waits for: opens a document `opens` times by other names, and changes the last so often."""

    def write(process):
        root = folder.as_uri()
        capabilities = {"general": {"positionEncodings": ["utf-16"]}}
        options = {"hipaalint": {"profile": "strict"}}
        folders = [{"uri": root, "name": "project"}]
        params = {"processId": None, "capabilities": capabilities, "workspaceFolders": folders}
        send(process, "initialize", {**params, "initializationOptions": options}, 1)
        receive(process)
        send(process, "initialized", {})
        before = text[: text.index(part)]
        line = before.count("\n")
        start = len(before.rsplit("\n", 1)[-1].encode("utf-16-le")) // 2
        for number in range(opens):
            uri = f"{root}/template-{number}.yaml"
            document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
            send(process, "textDocument/didOpen", {"textDocument": document})
            published(process, 1)
            if number + 1 < opens:
                send(process, "textDocument/didClose", {"textDocument": {"uri": uri}})
                receive(process)
        parts = [part, other]
        for version in range(2, 2 + changes):
            places = {"start": {"line": line, "character": start}, "end": {"line": line, "character": start + len(parts[0])}}
            change = {"range": places, "text": parts[1]}
            document = {"uri": uri, "version": version}
            send(process, "textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
            published(process, version)
            parts.reverse()
        send(process, "shutdown", None, 2)
        while receive(process).get("id") != 2:
            pass
        send(process, "exit", None)

    return write


def main():
    binary, bench, file, part, other = sys.argv[1:6]
    text = Path(file).read_text()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / ".git").mkdir()

        def server(changes, opens):
            return counted([binary, "lsp"], session(folder, text, part, other, changes, opens))

        once = server(0, 1)
        opened = (server(0, TIMES) - once) / (TIMES - 1)
        change = (server(2 * TIMES, 1) - once) / (2 * TIMES)

    def library(what):
        return (counted([bench, "--times", str(TIMES), what, file]) - counted([bench, "--times", "1", what, file])) / (TIMES - 1)

    session_lint, bare = library("library"), library("fresh")
    print(f"{file} ({len(text.encode()) / 1000:.0f} KB), {part!r} to {other!r}, millions of instructions:")
    print(f"  linted by a session   {session_lint / 1e6:.2f}, by a linter without fixes {bare / 1e6:.2f}")
    for name, count in [("opened", opened), ("changed", change)]:
        print(f"  {name:21} {count / 1e6:.2f} ({count / session_lint:.1%} of a session, {count / bare:.1%} of a linter)")
    if opened > 1.15 * session_lint or change > 0.4 * session_lint:
        sys.exit("too many")


main()
