#!/usr/bin/env bash
# cloudformation-validate 1.14.0 (PyPI), seen in November 2026.
#
# An optional parameter has an empty default, a condition that it is not empty, and a property that is set only if it holds:
# `!If [HasRole, !Ref Role, !Ref AWS::NoValue]`. `TemplateModel` keeps both branches, and its diagnostic model relates conditions to
# each other, so a good engineer would expect that the value in the branch is unknown, or anything but empty. It is the empty default:
# the one value that the parameter cannot have there. A parameter without a default is unknown in the same place.
#
# Output seen: "with a default: CONCRETE ''" and "without: TYPED_DYNAMIC".
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cloudformation-validate==1.14.0
cat > "$folder/run.py" <<'PYTHON'
import sys

from cloudformation_validate import TemplateContent, TemplateModel

TEMPLATE = """
Parameters:
  Role: { Type: String, Default: "" }
  Open: { Type: String }
Conditions:
  HasRole: !Not [!Equals [!Ref Role, ""]]
  HasOpen: !Not [!Equals [!Ref Open, ""]]
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      TaskRoleArn: !If [HasRole, !Ref Role, !Ref AWS::NoValue]
      ExecutionRoleArn: !If [HasOpen, !Ref Open, !Ref AWS::NoValue]
"""
properties = TemplateModel(TemplateContent(TEMPLATE)).resources()["Task"].properties
seen = {}
for name, key in (("with a default", "TaskRoleArn"), ("without", "ExecutionRoleArn")):
    branch = properties[key].if_true
    kind = type(branch).__name__.rpartition(".")[2]
    seen[name] = f"{kind} {branch.value.value!r}" if kind == "CONCRETE" else kind
    print(f"{name}: {seen[name]}")
sys.exit(0 if seen == {"with a default": "CONCRETE ''", "without": "TYPED_DYNAMIC"} else 1)
PYTHON
"$folder/venv/bin/python" "$folder/run.py"
