"""The deletion of resources: of a stack, of a rollback, and of the clean-up after an update.

Resources are deleted at the same time, except that each waits for those that depend on it; where one fails, those that
it depends on stay (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-delete-stack.html).
DeleteStack during a creation cancels what is in progress and deletes what there is.
"""

import logging
from typing import NamedTuple

from ministack.services.cloudformation import _exports, _stacks, handlers, stacks

import stack_calls
from pinned import private, replace
from stack_graph import dependents, in_order
from stack_operation import running
from stack_records import event, mark, stack_status

logger = logging.getLogger("stack_deletion")


class Item(NamedTuple):
    """A physical resource to delete."""

    logical_id: str
    kind: str
    physical_id: str
    props: dict
    policy: str = "Delete"
    # A resource that was replaced has left the stack's records, and only has events.
    is_recorded: bool = True
    # MiniStack's own deletions of a resource that was replaced.
    pending: tuple = ()


def install() -> None:
    replace("_delete_stack_async", _delete_stack, stacks, handlers)


async def delete_all(stack: dict, items: dict[str, Item], definitions: dict, keeps_failed: bool = False) -> list[str]:
    """Deletes resources by their logical ids; returns those that failed.

    `keeps_failed`: a resource that cannot be deleted, and those that it depends on, leave the stack and stay.
    """
    failed: list[str] = []

    async def delete(logical_id: str) -> bool:
        problem = await _delete(stack, items[logical_id])
        if problem is None:
            return True
        if keeps_failed:
            _skip(stack, items[logical_id], problem)
        else:
            failed.append(logical_id)
            _status(stack, items[logical_id], "DELETE_FAILED", problem)
        return False

    left = await in_order(dependents(definitions, items), delete)
    for logical_id in left if keeps_failed else ():
        _skip(stack, items[logical_id])
    return failed


async def _delete(stack: dict, item: Item) -> str | None:
    """Why a resource could not be deleted, or None."""
    if item.policy in private(stacks, "_RETAINING_POLICIES"):
        if item.physical_id:
            _skip(stack, item)
        return None
    if item.physical_id:
        _status(stack, item, "DELETE_IN_PROGRESS")
    try:
        if item.policy == "Snapshot":
            private(stacks, "_snapshot_resource")(item.kind, item.physical_id, item.props)
        for function, args, named in item.pending:
            function(*args, **named)
        # A resource that failed before it had an id does not exist.
        if item.physical_id:
            await stack_calls.call(
                None, item.kind,
                private(stacks, "_delete_resource"),
                item.kind, item.physical_id, item.props, stack["StackName"], item.logical_id,
            )  # fmt: skip
    except Exception as problem:
        logger.info("Delete of %s (%s) failed: %s", item.logical_id, item.physical_id, problem)
        return str(problem)
    _status(stack, item, "DELETE_COMPLETE")
    if item.is_recorded:
        stack["_resources"].pop(item.logical_id, None)
    return None


def _status(stack: dict, item: Item, status: str, reason: str = "") -> None:
    if item.is_recorded:
        mark(stack, item.logical_id, status, reason, item.physical_id)
    else:
        event(stack, item.logical_id, item.kind, status, reason, item.physical_id)


def _skip(stack: dict, item: Item, reason: str = "") -> None:
    event(stack, item.logical_id, item.kind, "DELETE_SKIPPED", reason, item.physical_id)
    if item.is_recorded:
        stack["_resources"].pop(item.logical_id, None)


def item_of(logical_id: str, record: dict, policy: str = "Delete") -> Item:
    """The resource of a stack's record."""
    kind, physical_id = record.get("ResourceType", ""), record.get("PhysicalResourceId", "")
    return Item(logical_id, kind, physical_id, record.get("Properties") or {}, policy)


def failure_reason(failed: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(sorted(failed))}]. "


async def _delete_stack(stack_name: str, stack_id: str, retain_resources=(), force: bool = False) -> None:
    """MiniStack's `_delete_stack_async`, after what is still running for the stack."""
    stack = _stacks.get(stack_name)
    if stack is None or stack["StackId"] != stack_id or stack["StackStatus"] == "DELETE_IN_PROGRESS":
        return
    operation = running.get(stack_id)
    stack_status(stack, "DELETE_IN_PROGRESS", "User Initiated")
    if operation is not None:
        operation.is_deleted = True
        operation.stop.set()
        await operation.ended.wait()
    definitions = (stack.get("_template") or {}).get("Resources") or {}
    if operation is not None:
        definitions = {**definitions, **operation.definitions}
    records = dict(stack["_resources"])
    retained = set(retain_resources)
    if force:
        broken = [name for name, record in records.items() if record.get("ResourceStatus") == "DELETE_FAILED"]
        retained |= private(stacks, "_with_dependencies")(broken, definitions, set(records))
    items = {
        name: item_of(name, record, "Retain" if name in retained else _policy(stack, definitions, name))
        for name, record in records.items()
    }
    failed = await delete_all(stack, items, definitions, keeps_failed=force)
    if failed:
        stack_status(stack, "DELETE_FAILED", failure_reason(failed), kept=True)
        return
    for output in stack.get("Outputs", []):
        _exports.pop(output.get("ExportName"), None)
    stack_status(stack, "DELETE_COMPLETE")


def _policy(stack: dict, definitions: dict, logical_id: str) -> str:
    template = stack.get("_template") or {}
    return private(stacks, "_resource_policy")(
        definitions.get(logical_id), "DeletionPolicy", stack["_resources"], stack.get("_resolved_params", {}),
        stack.get("_conditions", {}), template.get("Mappings") or {}, stack["StackName"], stack["StackId"],
    )  # fmt: skip
