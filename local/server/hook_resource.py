"""`AWS::CloudFormation::LambdaHook`, which MiniStack rejects as an unrecognized resource type.

It activates a hook of its Alias, which is unique in an account and region and create-only; `Ref` returns the hook's ARN
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-lambdahook.html).
"""

import re

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::CloudFormation::LambdaHook"
REQUIRED = ("Alias", "ExecutionRole", "FailureMode", "HookStatus", "LambdaFunction", "TargetOperations")
ALIAS = r"^(?!(?i:aws))[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}$"
OPERATIONS = ("RESOURCE", "STACK", "CHANGE_SET", "CLOUD_CONTROL")

# The properties of the hooks by ARN, in the account and region of the request.
hooks = AccountRegionScopedDict()


def install() -> None:
    private(provisioners, "_RESOURCE_HANDLERS")[TYPE] = {"create": _create, "update": _update, "delete": _delete}
    private(provisioners, "_CUSTOM_NAME_REPLACEMENT")[TYPE] = {"name": "Alias"}


def _create(logical_id: str, props: dict, stack_name: str) -> tuple:
    _check(props)
    name = props["Alias"].replace("::", "-")
    arn = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:type/hook/{name}"
    if arn in hooks:
        raise ValueError(f"Resource of type '{TYPE}' with identifier '{arn}' already exists.")
    hooks[arn] = props
    return arn, {"HookArn": arn}


def _update(physical_id: str, old_props: dict, new_props: dict, stack_name: str) -> tuple:
    _check(new_props)
    if new_props["Alias"] != old_props.get("Alias"):
        return _create("", new_props, stack_name)
    hooks[physical_id] = new_props
    return physical_id, {"HookArn": physical_id}


def _delete(physical_id: str, props: dict) -> None:
    hooks.pop(physical_id, None)


def _check(props: dict) -> None:
    missing = [name for name in REQUIRED if not props.get(name)]
    if missing:
        raise ValueError("\n".join(f"#: required key [{name}] not found" for name in missing))
    if not re.match(ALIAS, str(props["Alias"])):
        raise ValueError(f"#/Alias: string [{props['Alias']}] does not match pattern {ALIAS}")
    for name, allowed in (("FailureMode", ("FAIL", "WARN")), ("HookStatus", ("ENABLED", "DISABLED"))):
        if props[name] not in allowed:
            raise ValueError(f"#/{name}: {props[name]} is not a valid enum value")
    if not all(each in OPERATIONS for each in props["TargetOperations"]):
        raise ValueError("#/TargetOperations: failed validation constraint for keyword [enum]")
    filters = props.get("StackFilters")
    if filters is not None and not ("StackNames" in filters or "StackRoles" in filters):
        raise ValueError("#/StackFilters: expected at least one of StackNames and StackRoles")
