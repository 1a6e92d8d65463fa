"""Prints a template for SAM as plain CloudFormation: python3 translate.py TEMPLATE VERSION."""

import json
import os
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# AWS's own solutions name a bucket for each Region in this way: Lambda takes code of its own Region only.
CODE_BUCKET = {"Fn::Sub": "${CodeBucketPrefix}-${AWS::Region}"}
CODE_PARAMETERS = {
    "CodeBucketPrefix": {
        "Type": "String",
        "AllowedPattern": "^[a-z0-9][a-z0-9.-]*$",
        "ConstraintDescription": "must be the name of a bucket without its Region, such as acme-code",
        "Description": (
            "The S3 buckets with the release's zip files, without the Region: acme-code for acme-code-us-east-1. "
            "There must be one in each Region."
        ),
    },
    "CodeKeyPrefix": {
        "Type": "String",
        "Description": "The folder of the zip files in the bucket, with a slash at its end.",
    },
}
SAM_METADATA = ("BuildMethod", "BuildProperties", "SamResourceId")


def main(path, version):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    folder = os.path.dirname(path)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = {"Bucket": CODE_BUCKET, "Key": {"Fn::Sub": "${CodeKeyPrefix}" + properties["CodeUri"]}}
        if resource["Type"] == "AWS::Serverless::StateMachine" and isinstance(properties.get("DefinitionUri"), str):
            with open(os.path.join(folder, properties.pop("DefinitionUri")), encoding="utf-8") as file:
                properties["Definition"] = yaml_parse(file.read())
    add_parameters(template, version)
    translated = Translator({}, Parser()).translate(template, {})
    for resource in translated["Resources"].values():
        clean_metadata(resource)
    # JSON is YAML: what a machine has made is not for editing.
    print(json.dumps(translated, indent=1))


def add_parameters(template, version):
    parameters = json.loads(json.dumps(CODE_PARAMETERS))
    parameters["CodeKeyPrefix"]["Default"] = f"ecr-hardening/{version}/"
    template.setdefault("Parameters", {}).update(parameters)
    metadata = template.get("Metadata", {})
    # It is for the template that the Serverless Application Repository takes.
    metadata.pop("AWS::ServerlessRepo::Application", None)
    interface = metadata.get("AWS::CloudFormation::Interface")
    if interface is not None:
        group = {"Label": {"default": "Code of the functions"}, "Parameters": list(parameters)}
        interface["ParameterGroups"].insert(0, group)
        labels = {"CodeBucketPrefix": {"default": "Buckets"}, "CodeKeyPrefix": {"default": "Folder"}}
        interface["ParameterLabels"].update(labels)


def clean_metadata(resource):
    metadata = resource.get("Metadata")
    if metadata is None:
        return
    for key in SAM_METADATA:
        metadata.pop(key, None)
    if not metadata:
        del resource["Metadata"]


main(*sys.argv[1:])
