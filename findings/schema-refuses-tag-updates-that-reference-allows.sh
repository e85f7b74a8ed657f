#!/usr/bin/env bash
# cfn-lint 1.51.0 and cfn-lsp-extra 0.7.5 (PyPI), seen in November 2026.
#
# AWS publishes for each CloudFormation type a page of the Template Reference (cfn-lsp-extra carries the texts) and a schema (cfn-lint
# carries them). A good engineer would expect both to agree on what an update of `Tags` does. For seven types the page states "Update
# requires: No interruption", and the schema has `tagUpdatable: false`, or lists `Tags` among the properties that only creation sets.
#
# Output seen: one line for each type, "AWS::AppFlow::Flow: No interruption, tagUpdatable false" among them.
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cfn-lint==1.51.0
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps cfn-lsp-extra==0.7.5
cat > "$folder/run.py" <<'PYTHON'
import importlib.util
import json
import pathlib
import sys

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

package = pathlib.Path(importlib.util.find_spec("cfn_lsp_extra").origin).parent
pages = json.loads((package / "resources" / "context.json").read_text())["ResourceTypes"]
expected = {
    "AWS::ApiGatewayV2::DomainName",
    "AWS::AppFlow::Flow",
    "AWS::AppStream::ImageBuilder",
    "AWS::AuditManager::Assessment",
    "AWS::KendraRanking::ExecutionPlan",
    "AWS::MediaLive::InputSecurityGroup",
    "AWS::MediaPackage::PackagingConfiguration",
}
seen = set()
for kind in sorted(expected):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    refuses = schema.get("tagging", {}).get("tagUpdatable") is False
    creates = "/properties/Tags" in schema.get("createOnlyProperties", [])
    page = json.dumps(pages[kind]["Properties"]["Tags"])
    if "No interruption" in page and (refuses or creates):
        seen.add(kind)
        print(f"{kind}: No interruption, {'tagUpdatable false' if refuses else 'Tags only at creation'}")
sys.exit(0 if seen == expected else 1)
PYTHON
"$folder/venv/bin/python" "$folder/run.py"
