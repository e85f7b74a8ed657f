#!/bin/sh
# Validates SARIF files against the schema of the standard and against the rules of Microsoft's SARIF Multitool, including
# GitHub's. Needs npm, and python3 with the package jsonschema.
#
#     hipaalint --format sarif templates/ > report.sarif
#     scripts/validate-sarif.sh report.sarif
#
# Exit code 1: a file is not valid. The Multitool's notes about every report of ours (message texts instead of message ids,
# rule ids that are words, no embedded files) are not shown, because we do this on purpose.
set -eu

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
npm install --prefix "$tools" --no-audit --no-fund --loglevel=error @microsoft/sarif-multitool@5.7.0 >"$tools/npm.log" 2>&1 ||
    { cat "$tools/npm.log"; exit 2; }
# The program itself: its launcher passes `Sarif;Ghas` to a shell, which splits it in two.
multitool=$(find "$tools/node_modules/@microsoft" -type f -name Sarif.Multitool | head -n 1)
schema=$(find "$tools/node_modules/@microsoft" -type f -name sarif-2.1.0.json | head -n 1)
chmod u+x "$multitool"

status=0
for file in "$@"; do
    python3 - "$schema" "$file" <<'PYTHON' || status=1
import json, sys
import jsonschema

schema, document = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:3])
errors = list(jsonschema.validators.validator_for(schema)(schema).iter_errors(document))
for error in errors:
    print(f"{sys.argv[2]}: {error.json_path}: {error.message}")
sys.exit(1 if errors else 0)
PYTHON
    # It ends with 0 whatever it finds, and with another code if it could not look. Without a size, it skips large files.
    output=$("$multitool" validate --rule-kind 'Sarif;Ghas' --level 'Error;Warning' --max-file-size-in-kb 1000000 "$file") ||
        status=1
    printf '%s\n' "$output" | grep -E ': (error|warning) ' && status=1
    printf '%s\n' "$output" | grep -q 'files scanned' || { printf '%s\n' "$output"; status=1; }
done
exit $status
