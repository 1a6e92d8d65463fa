"""DescribeStackResources by PhysicalResourceId: the resources of the stack that has it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html: either the stack or the
physical ID, which a stack's LogicalResourceId may narrow down; only the first 100 resources. The message for an ID of no stack
is one that users report; MiniStack ignores the ID.
"""

import re

from ministack.services.cloudformation import _stacks, handlers

from pinned import private

MAX_RESOURCES = 100
# What an operation leaves of a resource that its stack no longer has.
GONE = ("DELETE_COMPLETE", "DELETE_SKIPPED")


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    value_of, refusal = private(handlers, "_p"), private(handlers, "_error")
    own = actions["DescribeStackResources"]

    def describe(params: dict) -> tuple:
        stack, physical_id = value_of(params, "StackName"), value_of(params, "PhysicalResourceId")
        if stack and physical_id:
            return refusal("ValidationError", "StackName and PhysicalResourceId cannot be specified together")
        if not stack and not physical_id:
            return refusal("ValidationError", "Either StackName or PhysicalResourceId must be specified")
        if not physical_id:
            return _first(own(params))
        owner = _owner(physical_id)
        if owner is None:
            return refusal("ValidationError", f"Stack for {physical_id} does not exist")
        return _first(own({**params, "StackName": [owner]}))

    actions["DescribeStackResources"] = describe


def _owner(physical_id: str) -> str | None:
    """The ID of the stack that has a resource of this physical ID."""
    for stack in _stacks.values():
        if stack.get("StackStatus") == "DELETE_COMPLETE":
            continue
        for record in stack.get("_resources", {}).values():
            if record.get("PhysicalResourceId") == physical_id and record.get("ResourceStatus") not in GONE:
                return stack["StackId"]
    return None


def _first(answer: tuple) -> tuple:
    status, headers, body = answer
    members = re.findall(rb"<member>.*?</member>", body, re.DOTALL)
    for member in members[MAX_RESOURCES:]:
        body = body.replace(member, b"", 1)
    return status, headers, body
