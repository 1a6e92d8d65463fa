"""The rollback of a failed create or update, and what is left of one that fails.

A create deletes what it made. An update first sends each changed resource back to its previous properties
(UPDATE_ROLLBACK_IN_PROGRESS), then deletes what it made (UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS); a resource that
cannot be sent back leaves the stack UPDATE_ROLLBACK_FAILED until ContinueUpdateRollback
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html).
"""

from ministack.services.cloudformation import _stacks, handlers, stacks

import stack_calls
from pinned import private, replace
from stack_deletion import delete_all, failure_reason, item_of
from stack_graph import dependencies, in_order
from stack_operation import Operation
from stack_records import mark, stack_status

# What an update changed in the record of its stack, and a rollback restores.
RESTORED = ("_template", "_template_body", "_resolved_params", "_conditions", "Parameters", "Tags", "Outputs")


def install() -> None:
    own = private(stacks, "_roll_back_operation")

    async def roll_back_operation(stack_name, stack_id, stack, operation, reason_override=""):
        # MiniStack's own operations are those that import resources.
        kept = operation.get("_operation")
        if kept is None:
            await own(stack_name, stack_id, stack, operation, reason_override)
            return
        kept.retain_except_on_create = operation["retain_except_on_create"]
        await roll_back(kept, reason_override)

    async def continue_rollback(stack_name, stack_id, skipped):
        operation = _stacks[stack_name]["_rollback_operation"]
        operation.attempted = {key: value for key, value in operation.attempted.items() if key not in skipped}
        operation.failed = [entry for entry in operation.failed if entry[0] not in skipped]
        await _roll_back_update(operation, "User Initiated", skipped)

    replace("_roll_back_operation", roll_back_operation, stacks, handlers)
    replace("_continue_update_rollback_async", continue_rollback, stacks, handlers)


async def roll_back(operation: Operation, reason: str = "") -> None:
    """Rolls an operation back that has failed."""
    operation.stack.pop("_failed_operation", None)
    if operation.is_update:
        await _roll_back_update(operation, reason or reason_of(operation))
    else:
        await _roll_back_create(operation, reason or f"{reason_of(operation)}Rollback requested by user.")


def reason_of(operation: Operation) -> str:
    """The resources that failed, as the stack reports them."""
    if operation.is_cancelled:
        return "User Initiated"
    parts = []
    for verb in ("CREATE", "UPDATE"):
        names = [logical_id for logical_id, failed in operation.failed if failed == verb]
        if names:
            parts.append(f"The following resource(s) failed to {verb.lower()}: [{', '.join(names)}]. ")
    return "".join(parts)


async def _roll_back_create(operation: Operation, reason: str) -> None:
    stack = operation.stack
    stack_status(stack, "ROLLBACK_IN_PROGRESS", reason, kept=True)
    items = {
        name: item_of(name, record, _policy_of_new(operation, name))
        for name, record in dict(stack["_resources"]).items()
    }
    failed = await delete_all(stack, items, operation.definitions)
    if operation.is_deleted:
        return
    if failed:
        stack_status(stack, "ROLLBACK_FAILED", failure_reason(failed), kept=True)
    else:
        stack_status(stack, "ROLLBACK_COMPLETE")


def _policy_of_new(operation: Operation, logical_id: str) -> str:
    """RetainExceptOnCreate does not apply to a rollback of the creation."""
    policy = operation.policy(logical_id, "DeletionPolicy")
    kept = policy == "Retain" and not operation.retain_except_on_create
    return "Retain" if kept else "Delete"


async def _roll_back_update(operation: Operation, reason: str, skipped=frozenset()) -> None:
    stack, previous = operation.stack, operation.previous_resources
    stack_status(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason, kept=True)
    for logical_id in skipped:
        mark(stack, logical_id, "UPDATE_COMPLETE", "Resource rollback skipped by user")
    failed: list[str] = []

    async def revert(logical_id: str) -> bool:
        problem = await _revert(operation, logical_id)
        if problem is not None:
            failed.append(logical_id)
        return problem is None

    before = (operation.previous or {}).get("_template") or {}
    back = {name for name, verb in operation.failed if verb == "UPDATE"} | set(operation.attempted)
    back -= set(operation.replaced)
    left = await in_order(dependencies(before.get("Resources") or {}, back), revert)
    if failed:
        stack["_rollback_operation"] = operation
        stack["_rollback_failed"] = {name: {} for name in [*failed, *left]}
        names = ", ".join(sorted(failed))
        stack_status(stack, "UPDATE_ROLLBACK_FAILED",
                     f"The following resource(s) failed to update: [{names}]. ", kept=True)  # fmt: skip
        return
    for name in ("_rollback_operation", "_rollback_failed"):
        stack.pop(name, None)
    await _clean_up(operation)


async def _revert(operation: Operation, logical_id: str) -> str | None:
    """Sends a resource back to its previous properties; why it failed, or None."""
    stack, previous = operation.stack, operation.previous_resources[logical_id]
    kind, physical_id = previous.get("ResourceType", ""), previous.get("PhysicalResourceId", "")
    old, applied = operation.attempted.get(logical_id, ({}, {}))
    has_failed = any(logical_id == name for name, _ in operation.failed)
    # A provider may have changed something before it failed, a handler of a type has not.
    if applied != old and (not has_failed or private(stacks, "_sends_back_failed_update")(kind)):
        mark(stack, logical_id, "UPDATE_IN_PROGRESS")
        private(stacks, "_NAME_SEED").set(previous.get("_name_seed", ""))
        try:
            await stack_calls.call(
                None, kind,
                private(stacks, "_update_resource"),
                kind, physical_id, applied, old, stack["StackName"], logical_id, previous.get("Attributes", {}),
            )  # fmt: skip
        except Exception as problem:
            mark(stack, logical_id, "UPDATE_FAILED", str(problem))
            return str(problem)
    operation.attempted.pop(logical_id, None)
    operation.failed = [entry for entry in operation.failed if entry[0] != logical_id]
    stack["_resources"][logical_id] = dict(previous)
    mark(stack, logical_id, "UPDATE_COMPLETE")
    return None


async def _clean_up(operation: Operation) -> None:
    stack, previous = operation.stack, operation.previous_resources
    items = {}
    for name, record in dict(stack["_resources"]).items():
        if name not in previous:
            items[name] = item_of(name, record, _policy_of_new(operation, name))
        elif record.get("PhysicalResourceId") != previous[name].get("PhysicalResourceId"):
            items[name] = item_of(name, record)._replace(is_recorded=False)
            stack["_resources"][name] = dict(previous[name])
    for name in RESTORED:
        if name in (operation.previous or {}):
            stack[name] = (operation.previous or {})[name]
    stack_status(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    # A failure here is only an event, and its resource leaves the stack.
    for name in await delete_all(stack, items, operation.definitions):
        if name not in previous:
            stack["_resources"].pop(name, None)
    stack_status(stack, "UPDATE_ROLLBACK_COMPLETE")
