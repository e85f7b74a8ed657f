#!/usr/bin/env bash
# aws-sam-translator 1.115.0 (PyPI), seen in November 2026.
#
# SAM hands resources of plain CloudFormation on as they are, so a good engineer would expect that a user pool may have every property
# that `AWS::Cognito::UserPool` has. That is so until an event of type `Cognito` names the pool: then SAM reads the pool with a list of
# properties of its own, and refuses the whole template for one that is newer than the list.
#
# Output seen: "without the event: accepted", and "with the event: property KeyConfiguration not defined for resource of type
# AWS::Cognito::UserPool".
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-sam-translator==1.115.0
cat > "$folder/run.py" <<'PYTHON'
import sys
from unittest.mock import MagicMock

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

MESSAGE = "property KeyConfiguration not defined for resource of type AWS::Cognito::UserPool"


def said(events):
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "Key": {"Type": "AWS::KMS::Key"},
            "Pool": {
                "Type": "AWS::Cognito::UserPool",
                "Properties": {
                    "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": {"Fn::GetAtt": ["Key", "Arn"]}}
                },
            },
            "Check": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "python3.13",
                    "InlineCode": "def handler(e, c): return e",
                    "Events": events,
                },
            },
        },
    }
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=MagicMock(region_name="us-east-1"))
    try:
        translator.translate(template, parameter_values={})
    except InvalidDocumentException as error:
        return " ".join(cause.message for cause in error.causes)
    return "accepted"


without = said({})
with_event = said({"SignUp": {"Type": "Cognito", "Properties": {"UserPool": {"Ref": "Pool"}, "Trigger": "PreSignUp"}}})
print(f"without the event: {without}")
print(f"with the event: {with_event}")
sys.exit(0 if without == "accepted" and MESSAGE in with_event else 1)
PYTHON
AWS_DEFAULT_REGION=us-east-1 "$folder/venv/bin/python" "$folder/run.py"
