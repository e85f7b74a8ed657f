"""Compares the rules that fail on SAM templates with those that fail on what aws-sam-translator makes of them (see sam.sh)."""

import json
import logging
import os
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
logging.disable(logging.CRITICAL)

from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
# A value for parameters that have none; SAM itself needs one for few of them.
PARAMETER = "value"


def translated(source):
    """The template that the translator makes; raises what it raises where it refuses the template."""
    template = yaml_parse(source.read_text())
    if "AWS::Serverless-2016-10-31" not in str(template.get("Transform")):
        raise ValueError("not a SAM template")
    parameters = {
        name: PARAMETER
        for name, parameter in (template.get("Parameters") or {}).items()
        if isinstance(parameter, dict) and "Default" not in parameter
    }
    result = transform(template, parameters, SimpleNamespace(load=dict))
    # What other macros do comes after SAM.
    result.pop("Transform", None)
    return result


def failing(binary, paths):
    """By file, how often each rule fails, and the rules that are undecided."""
    command = [binary, "--format", "json", "--profile", "strict", "--no-config", "--show", "undecided", *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        sys.exit(f"{binary} ended with {result.returncode}: {result.stderr[:2000]}")
    report = json.loads(result.stdout)
    failed, undecided = {}, {}
    for finding in report["findings"]:
        by_file = failed if finding["outcome"] == "fail" else undecided
        by_file.setdefault(str(Path(finding["file"]).resolve()), Counter())[finding["rule"]] += 1 + len(finding["alike"])
    return failed, undecided


def expected():
    """Differences that are meant: (template, rule, where it fails, reason)."""
    lines = (HERE / "sam.tsv").read_text().splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def main():
    binary, work, *paths = sys.argv[1:]
    sources = []
    for path in map(Path, paths or [ROOT / "tests" / "sam"]):
        sources += sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml", ".json")) if path.is_dir() else [path]
    pairs, refused = {}, 0
    for index, source in enumerate(sources):
        try:
            result = translated(source)
        except Exception as error:  # The translator raises many kinds of errors.
            refused += 1
            if not paths:
                print(f"REFUSED\t{source.name}\t{str(error)[:300]}")
            continue
        target = Path(work) / f"{index:04}-{source.stem}.json"
        target.write_text(json.dumps(result, indent=1, default=str))
        pairs[str(source.resolve())] = str(target.resolve())

    ours, ours_undecided = failing(binary, pairs)
    theirs, theirs_undecided = failing(binary, pairs.values())
    known = expected()
    total = agreed = unknown = 0
    counts = Counter()
    for source, target in pairs.items():
        name = Path(source).name
        here, there = ours.get(source, Counter()), theirs.get(target, Counter())
        for rule in sorted(set(here) | set(there)):
            total += 1
            if (rule in here) == (rule in there):
                agreed += 1
                if here[rule] != there[rule]:
                    counts[rule] += 1
                    if os.environ.get("COUNTS"):
                        print(f"COUNT\t{name}\t{rule}\t{here[rule]} on SAM, {there[rule]} translated")
                continue
            side = "SAM" if rule in here else "translated"
            other = theirs_undecided.get(target, {}) if rule in here else ours_undecided.get(source, {})
            reason = next((each[3] for each in known if fnmatch(name, each[0]) and [rule, side] == each[1:3]), None)
            unknown += reason is None
            note = " (undecided on the other)" if rule in other else ""
            print(f"{'known' if reason else 'DIFFERS'}\t{name}\t{rule}\t{here[rule] or there[rule]} only {side}{note}")
    print(f"{len(pairs)} templates, {refused} refused by the translator")
    print(f"{agreed} of {total} pairs of template and rule agree; {total - agreed - unknown} others have their reason, {unknown} have none")
    print(f"{sum(counts.values())} pairs agree with different numbers of findings")
    return 1 if unknown or (refused and not paths) else 0


if __name__ == "__main__":
    sys.exit(main())
