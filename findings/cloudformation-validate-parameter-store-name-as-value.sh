#!/usr/bin/env bash
# cloudformation-validate 1.14.0 (PyPI), seen in November 2026.
#
# A value can be read from Parameter Store in two ways: by a dynamic reference (`{{resolve:ssm:/images/base}}`), or by a parameter of
# the type `AWS::SSM::Parameter::Value<…>`, whose own value is the name of the entry. `TemplateModel` reports the first as unknown
# until deployment. A good engineer would expect the same of the second, since its type states it. It is reported as concrete, that is,
# "a fully known literal value", and that value is the name: a path where an image ID is.
#
# Output seen: "dynamic reference: TYPED_DYNAMIC" and "parameter: CONCRETE /images/base".
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
  Image:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>
    Default: /images/base
Resources:
  ByParameter:
    Type: AWS::EC2::Instance
    Properties: { ImageId: !Ref Image }
  ByReference:
    Type: AWS::EC2::Instance
    Properties: { ImageId: "{{resolve:ssm:/images/base}}" }
"""
resources = TemplateModel(TemplateContent(TEMPLATE)).resources()
seen = {}
for name, resource in (("dynamic reference", "ByReference"), ("parameter", "ByParameter")):
    image = resources[resource].properties["ImageId"]
    kind = type(image).__name__.rpartition(".")[2]
    seen[name] = f"{kind} {image.value.value}" if kind == "CONCRETE" else kind
    print(f"{name}: {seen[name]}")
sys.exit(0 if seen == {"dynamic reference": "TYPED_DYNAMIC", "parameter": "CONCRETE /images/base"} else 1)
PYTHON
"$folder/venv/bin/python" "$folder/run.py"
