#!/usr/bin/env bash
# moto 5.2.5 (PyPI), seen in November 2026.
#
# `Fn::GetAZs` of an empty text lists the Availability Zones of the Region in which the stack is created (CloudFormation template
# reference, "Fn::GetAZs"). moto creates the stack in the Region of the client, and `AWS::Region` is that Region in the same template.
# A good engineer would expect its zones, so that tests of a stack in another Region work. They are always those of us-east-1.
#
# Output seen: "eu-west-1: us-east-1a" (the Region of the stack, and its first zone).
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "moto[cloudformation]==5.2.5"
cat > "$folder/run.py" <<'PYTHON'
import sys

import boto3
from moto import mock_aws

TEMPLATE = """
Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  Region: { Value: !Ref AWS::Region }
  Zone: { Value: !Select [0, !GetAZs ""] }
"""
with mock_aws():
    client = boto3.client("cloudformation", region_name="eu-west-1")
    client.create_stack(StackName="zones", TemplateBody=TEMPLATE)
    outputs = client.describe_stacks(StackName="zones")["Stacks"][0]["Outputs"]
values = {output["OutputKey"]: output["OutputValue"] for output in outputs}
print(f"{values['Region']}: {values['Zone']}")
sys.exit(0 if values == {"Region": "eu-west-1", "Zone": "us-east-1a"} else 1)
PYTHON
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$folder/venv/bin/python" "$folder/run.py"
