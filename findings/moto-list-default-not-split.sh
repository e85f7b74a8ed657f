#!/usr/bin/env bash
# moto 5.2.5 (PyPI), seen in November 2026.
#
# The value of a `CommaDelimitedList` parameter is a list, whether it is given or is the parameter's default. moto splits a value that
# is given. A good engineer would expect the same of the default, which is the same text. It stays one text, and functions of lists take
# its characters: `Fn::Select` of item 0 gives a letter, `Fn::Join` puts its separator between letters. A stack is created all the same.
#
# Output seen: "given: alpha, alpha-beta" and "default: a, a-l-p-h-a-,-b-e-t-a" (the first item, and all of them joined).
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
Parameters:
  Names: { Type: CommaDelimitedList, Default: "alpha,beta" }
Resources:
  Topic: { Type: AWS::SNS::Topic }
Outputs:
  First: { Value: !Select [0, !Ref Names] }
  Joined: { Value: !Join ["-", !Ref Names] }
"""


def deployed(parameters):
    with mock_aws():
        client = boto3.client("cloudformation", region_name="us-east-1")
        client.create_stack(StackName="names", TemplateBody=TEMPLATE, Parameters=parameters)
        outputs = client.describe_stacks(StackName="names")["Stacks"][0]["Outputs"]
    values = {output["OutputKey"]: output["OutputValue"] for output in outputs}
    return f"{values['First']}, {values['Joined']}"


given = deployed([{"ParameterKey": "Names", "ParameterValue": "alpha,beta"}])
default = deployed([])
print(f"given: {given}")
print(f"default: {default}")
sys.exit(0 if (given, default) == ("alpha, alpha-beta", "a, a-l-p-h-a-,-b-e-t-a") else 1)
PYTHON
AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "$folder/venv/bin/python" "$folder/run.py"
