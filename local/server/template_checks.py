"""Template errors that MiniStack does not report, in AWS's words: sections, resources, outputs, functions.

A template is checked as it is sent, and again as its macros return it: without macros CloudFormation rejects the
request, otherwise the change set fails. The words are those that LocalStack recorded
(tests/aws/services/cloudformation/api/test_validations.snapshot.json and test_template_engine.snapshot.json), and of
reports by users (aws/aws-sam-cli, aws/aws-cdk). The sections are those of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html, the attributes those of
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html.
"""

from ministack.services.cloudformation import changesets, engine, handlers

import template_references
import transforms
from pinned import private, replace
from template_references import TemplateRefused

SECTIONS = frozenset(
    ("AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
     "Transform", "Resources", "Outputs", "Hooks", "Globals")
)  # fmt: skip
ATTRIBUTES = frozenset(
    ("Type", "Properties", "Condition", "DependsOn", "Metadata", "CreationPolicy", "DeletionPolicy", "UpdatePolicy",
     "UpdateReplacePolicy", "Version", "Fn::Transform")
)  # fmt: skip
FUNCTIONS = (
    "Fn::Base64", "Fn::GetAtt", "Fn::GetAZs", "Fn::ImportValue", "Fn::Join", "Fn::Split", "Fn::FindInMap", "Fn::Select",
    "Ref", "Fn::Equals", "Fn::If", "Fn::Not", "Condition", "Fn::And", "Fn::Or", "Fn::Contains", "Fn::EachMemberEquals",
    "Fn::EachMemberIn", "Fn::ValueOf", "Fn::ValueOfAll", "Fn::RefAll", "Fn::Sub", "Fn::Cidr",
)  # fmt: skip
# Of AWS::LanguageExtensions and of newer versions, where they are still there after the transforms.
NEWER_FUNCTIONS = ("Fn::ToJsonString", "Fn::Length", "Fn::GetStackOutput")


def install() -> None:
    own = private(engine, "_apply_transforms")

    def apply_transforms(template, provided_params=None, previous_params=None):
        try:
            _check_sent(template)
        except TemplateRefused as problem:
            return _refused(template, problem, is_error=True)
        applied = own(template, provided_params, previous_params)
        if isinstance(applied, private(engine, "_TransformFailed")):
            return applied
        try:
            _check_processed(applied)
            _check_references(applied, provided_params, previous_params)
        except TemplateRefused as problem:
            # What its macros returned is reported by the change set, the rest is an error of the request.
            return _refused(template, problem, is_error=not transforms.declares_transform(template))
        return applied

    replace("_apply_transforms", apply_transforms, engine, handlers, changesets)


def _check_references(template: dict, provided, previous) -> None:
    try:
        values = private(engine, "_resolve_parameters")(template, provided or [], previous)
    except ValueError:
        # MiniStack reports a missing or invalid parameter in its next step.
        return
    template_references.check(template, private(engine, "_evaluate_conditions")(template, values))


def _refused(template, problem: TemplateRefused, is_error: bool):
    declared = _members(template, "Parameters") if isinstance(template, dict) else {}
    valid = {name: each for name, each in declared.items() if isinstance(each, dict) and "Type" in each}
    refused = private(engine, "_TransformFailed")({"Parameters": valid}, str(problem))
    refused.is_error = is_error
    return refused


def _check_sent(template) -> None:
    if not isinstance(template, dict):
        raise TemplateRefused("Template format error: unsupported structure.")
    _check_nulls(template, "")
    for entry in transforms.all_entries(template):
        if not isinstance(entry, str) and not (isinstance(entry, dict) and isinstance(entry.get("Name"), str)):
            raise TemplateRefused("Key Name of transform definition must be a string.")
    if not isinstance(template.get("Resources"), dict) or not template["Resources"]:
        raise TemplateRefused("Template format error: At least one Resources member must be defined.")
    for parameter in _members(template, "Parameters").values():
        if not isinstance(parameter, dict) or not isinstance(parameter.get("Type"), str):
            raise TemplateRefused("Template format error: Every Parameters object must contain a Type member.")


def _check_nulls(node, path: str) -> None:
    if node is None and path:
        raise TemplateRefused(f"[{path}] 'null' values are not allowed in templates")
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        # A section that is empty is the same as none.
        if path or value is not None:
            _check_nulls(value, f"{path}/{key}")


def _check_processed(template: dict) -> None:
    unknown = [name for name in template if name not in SECTIONS]
    if unknown:
        raise TemplateRefused(f"Invalid template property or properties [{', '.join(map(str, unknown))}]")
    for name, resource in template["Resources"].items():
        _check_resource(name, resource)
    for name, output in _members(template, "Outputs").items():
        if not str(name).isalnum():
            raise TemplateRefused(f"Template format error: Output name {name} is non alphanumeric")
        if not isinstance(output, dict) or "Value" not in output:
            raise TemplateRefused("Template format error: Every Outputs member must contain a Value object")
    _check_conditions(template)
    for section in ("Resources", "Outputs", "Conditions"):
        _check_functions(template.get(section), _members(template, "Conditions"))


def _members(template: dict, section: str) -> dict:
    found = template.get(section)
    return found if isinstance(found, dict) else {}


def _check_resource(name: str, resource) -> None:
    # A loop that AWS::LanguageExtensions has not processed, which MiniStack reports.
    if str(name).startswith("Fn::"):
        return
    if not str(name).isalnum():
        raise TemplateRefused(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(resource, dict):
        raise TemplateRefused(f"Template format error: [/Resources/{name}] resource definition is malformed")
    if not isinstance(resource.get("Type"), str):
        raise TemplateRefused(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    unknown = next((key for key in resource if key not in ATTRIBUTES), None)
    if unknown is not None:
        raise TemplateRefused(f"Invalid template resource property '{unknown}'")
    if not isinstance(resource.get("Properties", {}), dict):
        raise TemplateRefused(f"Template format error: [/Resources/{name}/Properties] 'Properties' must be an object.")


def _check_conditions(template: dict) -> None:
    declared = _members(template, "Conditions")
    for section in ("Resources", "Outputs"):
        for member in _members(template, section).values():
            name = member.get("Condition") if isinstance(member, dict) else None
            if isinstance(name, str) and name not in declared:
                raise _no_condition(name, section)
    for expression in declared.values():
        for name in _named_conditions(expression):
            if name not in declared:
                raise _no_condition(name, "Conditions")


def _no_condition(name: str, section: str) -> TemplateRefused:
    where = f"in the {section} block of the template"
    return TemplateRefused(f"Template format error: Unresolved condition dependency {name} {where}")


def _named_conditions(node):
    if isinstance(node, list):
        for value in node:
            yield from _named_conditions(value)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Condition" and isinstance(value, str):
                yield value
            else:
                yield from _named_conditions(value)


def _check_functions(node, conditions: dict) -> None:
    if isinstance(node, list):
        for value in node:
            _check_functions(value, conditions)
    if not isinstance(node, dict):
        return
    if len(node) == 1:
        _check_function(*next(iter(node.items())), conditions)
    for key, value in node.items():
        # Text in Metadata is not evaluated, unless it is a function.
        if key != "Metadata":
            _check_functions(value, conditions)


def _check_function(name: str, argument, conditions: dict) -> None:
    if str(name).startswith("Fn::") and not str(name).startswith("Fn::ForEach"):
        if name not in FUNCTIONS and name not in NEWER_FUNCTIONS and name != "Fn::Transform":
            known = ", ".join(FUNCTIONS)
            raise TemplateRefused(
                f"Template format error: Encountered unsupported function: {name} Supported functions are: [{known}]"
            )
    if name == "Ref" and not isinstance(argument, str):
        raise TemplateRefused("Template error: every Ref object must have a single String value.")
    if name == "Fn::GetAtt" and not _is_attribute(argument):
        raise TemplateRefused(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
            "resource attribute"
        )
    if name == "Fn::If":
        if not isinstance(argument, list) or len(argument) != 3:
            raise TemplateRefused("Template error: Fn::If requires a list argument with three elements")
        if isinstance(argument[0], str) and argument[0] not in conditions:
            raise TemplateRefused(f"Template error: unresolved condition dependency {argument[0]} in Fn::If")


def _is_attribute(argument) -> bool:
    if isinstance(argument, str):
        return all(argument.partition("."))
    return isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and all(argument)
