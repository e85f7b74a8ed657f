"""Fixes copies of templates, and compares what cfn-lint says before and after. See fix.sh."""

import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys

ENDINGS = {".json", ".yaml", ".yml", ".template"}


def errors(python, file):
    """The errors of cfn-lint in one file, by rule, with the messages."""
    ran = subprocess.run(
        [str(pathlib.Path(python).parent / "cfn-lint"), "--format", "json", "--ignore-checks", "W", "I", "--", str(file)],
        capture_output=True, text=True, timeout=600,
    )
    # 2, 4, 6 and so on: there are findings. Others: it did not run.
    if ran.returncode % 2:
        raise RuntimeError(f"cfn-lint did not run: {ran.stderr[-300:]}")
    try:
        found = json.loads(ran.stdout or "[]")
    except json.JSONDecodeError:
        return collections.Counter({("unreadable", ran.stderr[-200:]): 1}), {}
    counted = collections.Counter(match["Rule"]["Id"] for match in found)
    return counted, {match["Rule"]["Id"]: f"{match['Location']['Start']['LineNumber']}: {match['Message']}" for match in found}


def comments(text):
    """The lines that are a comment as a whole."""
    return collections.Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


def possible_comments(text):
    """What may be a comment in a text: a value that moves takes the comments behind it along, in lines of their own."""
    lines = (line.rstrip() for line in text.splitlines())
    return collections.Counter(line[match.start():] for line in lines for match in re.finditer(r"(?<!\S)#", line))


def main(binary, work, *folders):
    work, python = pathlib.Path(work), sys.executable
    before = work / "before"
    for number, folder in enumerate(folders):
        shutil.copytree(folder, before / str(number), symlinks=True)
    for path in [before, *before.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o200)
    # `--fix` leaves a cloud assembly alone. Without its manifest, its templates are tried as others are.
    for manifest in before.rglob("manifest.json"):
        manifest.unlink()
    after = work / "after"
    shutil.copytree(before, after, symlinks=True)
    ran = subprocess.run(
        [binary, "--fix", "--unsafe-fixes", "--profile", "conformance", "--no-config", "--format", "json", "--threads", "2", "."],
        cwd=after, capture_output=True, text=True,
    )
    print(f"hipaalint: exit {ran.returncode}; {ran.stderr.strip()[:300]}")
    changed = [
        path.relative_to(before)
        for path in sorted(before.rglob("*"))
        if path.is_file() and path.suffix in ENDINGS and path.read_bytes() != (after / path.relative_to(before)).read_bytes()
    ]
    print(f"{len(changed)} templates changed")
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        olds = pool.map(lambda name: errors(python, before / name), changed)
        news = pool.map(lambda name: errors(python, after / name), changed)
        for name, (old, _), (new, messages) in zip(changed, olds, news):
            more = new - old
            if more:
                bad += 1
                for rule in more:
                    print(f"MORE ERRORS: {name}: {rule}: {messages.get(rule, '')}")
            one, two = ((place / name).read_text(errors="replace") for place in (before, after))
            if invented := comments(two) - possible_comments(one):
                bad += 1
                print(f"NEW COMMENTS: {name}: {sorted(invented)[:3]}")
            elif gone := comments(one) - comments(two):
                # The comment above an entry that is removed goes with it.
                print(f"comments gone: {name}: {list(gone.elements())}")
    print("as expected" if changed and not bad else f"DIFFERENT: {bad}")
    sys.exit(bool(bad) or not changed)


main(*sys.argv[1:])
