"""The create and update of a stack, with independent resources at the same time.

When a resource fails, nothing more is started, and those in progress are cancelled (stack_calls.py); then the stack is
rolled back. After an update, what the new template does not have, and what was replaced, is deleted while the stack is
UPDATE_COMPLETE_CLEANUP_IN_PROGRESS
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html). Imports of resources remain
MiniStack's.
"""

import logging

from ministack.services.cloudformation import _exports, _stacks, changesets, handlers, stacks

from failed_transforms import FailedTemplate
from pinned import private, replace
from stack_deletion import Item, delete_all, item_of
from stack_graph import dependencies, in_order
from stack_operation import Operation, running
from stack_provision import provision
from stack_records import event, stack_status
from stack_rollback import reason_of, roll_back

logger = logging.getLogger("stack_deploy")


def install() -> None:
    own = private(stacks, "_deploy_stack_async")

    async def deploy(stack_name, stack_id, template, param_values, disable_rollback, tags, is_update=False,
                     previous_stack=None, retain_except_on_create=False, imports=None):  # fmt: skip
        if imports:
            await own(stack_name, stack_id, template, param_values, disable_rollback, tags, is_update,
                      previous_stack, retain_except_on_create, imports)  # fmt: skip
            return
        previous = (previous_stack or {}) if is_update else None
        operation = Operation(_stacks[stack_name], template, param_values, previous, retain_except_on_create)
        running[stack_id] = operation
        try:
            await _deploy(operation, disable_rollback)
        except Exception as problem:
            logger.exception("The operation of %s broke off", stack_name)
            verb = "UPDATE" if is_update else "CREATE"
            stack_status(operation.stack, f"{verb}_FAILED", str(problem), kept=True)
        finally:
            running.pop(stack_id, None)
            operation.ended.set()

    replace("_deploy_stack_async", deploy, stacks, handlers, changesets)
    _install_cancel()


def _install_cancel() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    own = actions["CancelUpdateStack"]

    def cancel(params):
        answer = own(params)
        if answer[0] == 200:
            stack = private(handlers, "_resolve_stack")(params["StackName"][0])
            operation = running.get(stack["StackId"])
            if operation is not None:
                operation.is_cancelled = True
                operation.stop.set()
        return answer

    actions["CancelUpdateStack"] = cancel


async def _deploy(operation: Operation, disable_rollback: bool) -> None:
    stack = operation.stack
    stack.pop("_failed_operation", None)
    if not operation.is_update:
        stack.update(_template=operation.template, _resolved_params=operation.parameters)
    if isinstance(operation.template, FailedTemplate):
        await _fail_transform(operation, operation.template.reason)
        return
    ordered = private(stacks, "_topological_sort")(operation.definitions, operation.conditions)
    if not stack.get("_disable_validation") and private(stacks, "_fail_property_validation")(
        stack, stack["StackId"], stack["StackName"], operation.definitions, ordered, operation.parameters,
        operation.conditions, operation.template.get("Mappings") or {}, disable_rollback,
        previous_stack=operation.previous,
    ):  # fmt: skip
        return
    waits = dependencies(operation.definitions, ordered)
    await in_order(waits, lambda name: provision(operation, name), operation.stop)
    if operation.is_deleted:
        return
    if operation.is_cancelled:
        private(stacks, "CLIENT_REQUEST_TOKEN").set(stack.pop("_cancel_token", ""))
    stack.pop("_cancel_requested", None)
    problem = None if operation.stop.is_set() else _publish(operation, set(ordered))
    if operation.stop.is_set() or problem is not None:
        await _fail(operation, disable_rollback, problem)
    else:
        await _succeed(operation, set(ordered))


async def _fail_transform(operation: Operation, reason: str) -> None:
    """A macro has failed: nothing was changed, so there is nothing to roll back."""
    await roll_back(operation, reason if operation.is_update else f"{reason}. Rollback requested by user.")


def _publish(operation: Operation, present: set[str]) -> str | None:
    """Sets outputs and exports; why an output cannot be resolved, or None."""
    stack = operation.stack
    surviving = {name: record for name, record in stack["_resources"].items() if name in present}
    try:
        outputs, exports = private(stacks, "_resolve_stack_outputs")(
            operation.template.get("Outputs") or {}, operation.conditions, surviving, operation.parameters,
            operation.template.get("Mappings") or {}, stack["StackName"], stack["StackId"],
        )  # fmt: skip
    except Exception as problem:
        return str(problem)
    _exports.update(exports)
    stack.update(Outputs=outputs, _template=operation.template, _resolved_params=operation.parameters)
    return None


async def _fail(operation: Operation, disable_rollback: bool, problem: str | None) -> None:
    stack, verb = operation.stack, "UPDATE" if operation.is_update else "CREATE"
    if problem is not None:
        event(stack, stack["StackName"], "AWS::CloudFormation::Stack", f"{verb}_FAILED", problem, stack["StackId"])
    if not disable_rollback:
        await roll_back(operation, "" if problem is None else f"{problem} Rollback requested by user.")
        return
    stack["_failed_operation"] = {
        "_operation": operation,
        "is_update": operation.is_update,
        "retain_except_on_create": operation.retain_except_on_create,
    }
    stack_status(stack, f"{verb}_FAILED", problem or reason_of(operation), kept=True)


async def _succeed(operation: Operation, present: set[str]) -> None:
    stack = operation.stack
    if not operation.is_update:
        stack_status(stack, "CREATE_COMPLETE")
        return
    stack_status(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    before = (operation.previous or {}).get("_template") or {}
    items = {
        name: Item(name, record.get("ResourceType", ""), old_id, record.get("Properties") or {},
                   "Retain" if operation.keeps(name, "UpdateReplacePolicy") else "Delete",
                   is_recorded=False, pending=tuple(pending))
        for name, (old_id, record, pending) in operation.replaced.items()
    }  # fmt: skip
    for name, record in dict(stack["_resources"]).items():
        if name not in present:
            items[name] = item_of(name, record, _policy_before(operation, name))
    failed = await delete_all(stack, items, before.get("Resources") or {})
    stack_status(
        stack, "UPDATE_COMPLETE", "Update successful. One or more resources could not be deleted." if failed else ""
    )


def _policy_before(operation: Operation, logical_id: str) -> str:
    previous = operation.previous or {}
    template = previous.get("_template") or {}
    return private(stacks, "_resource_policy")(
        (template.get("Resources") or {}).get(logical_id), "DeletionPolicy", operation.previous_resources,
        previous.get("_resolved_params", {}), previous.get("_conditions", operation.conditions),
        template.get("Mappings") or {}, operation.stack["StackName"], operation.stack["StackId"],
    )  # fmt: skip
