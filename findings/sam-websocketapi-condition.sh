#!/usr/bin/env bash
# aws-sam-translator 1.115.0 (PyPI), seen in November 2026.
#
# CloudFormation lets every resource have a `Condition`, and SAM's functions, tables and REST APIs hand theirs to what they become.
# A good engineer would expect the same of `AWS::Serverless::WebSocketApi`. Its resources come out without any condition, so they are
# created whether the condition is true or not.
#
# Output seen: a line for each resource, "AWS::Lambda::Function: Enabled" and "AWS::ApiGatewayV2::Api: none" among them.
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-sam-translator==1.115.0
cat > "$folder/run.py" <<'PYTHON'
import sys
from unittest.mock import MagicMock

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

template = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Conditions": {"Enabled": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}},
    "Resources": {
        "Handler": {
            "Type": "AWS::Serverless::Function",
            "Condition": "Enabled",
            "Properties": {"Handler": "index.handler", "Runtime": "python3.13", "InlineCode": "def handler(e, c): pass"},
        },
        "Chat": {
            "Type": "AWS::Serverless::WebSocketApi",
            "Condition": "Enabled",
            "Properties": {
                "RouteSelectionExpression": "$request.body.action",
                "Routes": {"$default": {"FunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:chat"}},
            },
        },
    },
}
translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=MagicMock(region_name="us-east-1"))
made = translator.translate(template, parameter_values={})["Resources"]
conditions = {resource["Type"]: resource.get("Condition", "none") for resource in made.values()}
for kind, condition in sorted(conditions.items()):
    print(f"{kind}: {condition}")
as_seen = conditions["AWS::Lambda::Function"] == "Enabled" and conditions["AWS::ApiGatewayV2::Api"] == "none"
sys.exit(0 if as_seen else 1)
PYTHON
AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" "$folder/run.py"
