"""A function name that a stack already has cannot be used by another stack.

The words are those of real stack events (aws-cdk issue 30627). FunctionName is unique in an account and Region
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html). In MiniStack the
second stack takes the function over.
"""

from ministack.services.cloudformation import _stacks, provisioners

from pinned import private

TYPE = "AWS::Lambda::Function"


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    own = handler["create"]

    def create(logical_id: str, props: dict, stack_name: str) -> tuple:
        owner = _owner(props.get("FunctionName"), stack_name)
        if owner is not None:
            raise ValueError(f"{props['FunctionName']} already exists in stack {owner}")
        return own(logical_id, props, stack_name)

    handler["create"] = create


def _owner(name, stack_name: str) -> str | None:
    """The ID of another stack that has a function of that name."""
    for stack in _stacks.values():
        if name is None or stack.get("StackName") == stack_name or stack.get("StackStatus") == "DELETE_COMPLETE":
            continue
        for record in stack.get("_resources", {}).values():
            if record.get("ResourceType") == TYPE and record.get("PhysicalResourceId") == name:
                return stack["StackId"]
    return None
