"""The status of each resource while an operation runs: its record in the stack, and the stack's events.

DescribeStackResource shows a resource from its first event on: without a physical id while it is created, with it
afterwards (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html; recorded events of
AWS in LocalStack's tests/aws/services/cloudformation/engine/test_conditions.snapshot.json). In MiniStack a resource
appears only when it is complete.
"""

from ministack.core.responses import now_iso
from ministack.services.cloudformation import handlers, stacks

from pinned import private

STACK = "AWS::CloudFormation::Stack"
# An empty element instead of a missing one would be a physical id.
NO_ID = "<PhysicalResourceId></PhysicalResourceId>"


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    for name in ("DescribeStackResource", "DescribeStackResources", "ListStackResources"):
        actions[name] = _without_empty_ids(actions[name])


def _without_empty_ids(own):
    def describe(params):
        status, headers, body = own(params)
        return status, headers, body.replace(NO_ID.encode(), b"")

    return describe


def mark(stack: dict, logical_id: str, status: str, reason: str = "", event_id: str | None = None, **values) -> dict:
    """Changes the record of a resource, and adds the event. `values` are fields of the record.

    `event_id` is the physical id in the event, if not the record's.
    """
    record = stack["_resources"].setdefault(logical_id, {"LogicalResourceId": logical_id, "Attributes": {}})
    record.update(values, ResourceStatus=status, Timestamp=now_iso())
    record.pop("ResourceStatusReason", None)
    if reason:
        record["ResourceStatusReason"] = reason
    shown = record.get("PhysicalResourceId", "") if event_id is None else event_id
    event(stack, logical_id, record.get("ResourceType", ""), status, reason, shown)
    return record


def event(stack: dict, logical_id: str, kind: str, status: str, reason: str = "", physical_id: str = "") -> None:
    """Adds an event of a resource."""
    private(stacks, "_add_event")(
        stack["StackId"], stack["StackName"], logical_id, kind, status, reason, physical_id
    )


def stack_status(stack: dict, status: str, reason: str = "", kept: bool = False) -> None:
    """Changes the status of the stack, and adds the event; `kept` reasons are also shown by DescribeStacks."""
    stack["StackStatus"] = status
    stack["StackStatusReason"] = reason if kept else ""
    event(stack, stack["StackName"], STACK, status, reason, stack["StackId"])
