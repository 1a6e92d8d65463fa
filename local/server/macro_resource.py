"""`AWS::CloudFormation::Macro`, which MiniStack rejects as an unrecognized resource type.

The name of a macro is unique in an account and region; Name is create-only, and `Ref` returns it
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-macro.html).
"""

from ministack.core.responses import AccountRegionScopedDict
from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::CloudFormation::Macro"

# The properties of the macros by name, in the account and region of the request.
macros = AccountRegionScopedDict()


def install() -> None:
    private(provisioners, "_RESOURCE_HANDLERS")[TYPE] = {"create": _create, "update": _update, "delete": _delete}
    # Name is create-only: a change replaces the macro.
    private(provisioners, "_CUSTOM_NAME_REPLACEMENT")[TYPE] = {"name": "Name"}


def _create(logical_id: str, props: dict, stack_name: str) -> tuple:
    name = _required(props, "Name")
    _required(props, "FunctionName")
    if name in macros:
        raise ValueError(f"Macro already exists: {name}")
    macros[name] = props
    return name, {}


def _update(physical_id: str, old_props: dict, new_props: dict, stack_name: str) -> tuple:
    _required(new_props, "FunctionName")
    if new_props["Name"] != physical_id:
        return _create("", new_props, stack_name)
    macros[physical_id] = new_props
    return physical_id, {}


def _delete(physical_id: str, props: dict) -> None:
    macros.pop(physical_id, None)


def _required(props: dict, name: str) -> str:
    value = props.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"Property {name} cannot be empty.")
    return value
