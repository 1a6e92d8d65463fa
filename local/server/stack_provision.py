"""The creation or update of one resource of a stack, with its statuses.

A resource that an update does not change has no events; one that is new in an update is created (CREATE_...), as in
LocalStack's recordings (tests/aws/services/cloudformation/test_change_set_fn_transform.snapshot.json).
"""

import copy
import logging
from typing import NamedTuple

from ministack.services.cloudformation import engine, stacks

import hook_calls
import stack_calls
from custom_resources import RequestFailed
from pinned import private
from stack_operation import Operation
from stack_records import mark

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
REPLACED = "Requested update required the provider to create a new physical resource"

logger = logging.getLogger("stack_provision")


class _Wanted(NamedTuple):
    """A resource as the template has it now."""

    logical_id: str
    kind: str
    # As the stack keeps them, and with the stack's tags.
    props: dict
    tagged: dict
    dynamic: dict


async def provision(operation: Operation, logical_id: str) -> bool:
    """Creates or updates a resource; whether it succeeded. A failure stops the operation."""
    previous = operation.previous_resources.get(logical_id)
    verb = "CREATE" if previous is None else "UPDATE"
    kind = operation.definitions[logical_id].get("Type", "AWS::CloudFormation::CustomResource")
    try:
        wanted = _resolved(operation, logical_id, kind, previous)
        if previous is None:
            await _create(operation, wanted)
        else:
            await _update(operation, wanted, previous)
        return True
    except stack_calls.Cancelled:
        _cancelled(operation, logical_id, kind, verb)
    except Exception as problem:
        logger.info("%s of %s failed: %s", verb, logical_id, problem)
        _failed(operation, logical_id, kind, verb, problem)
    return False


def _resolved(operation: Operation, logical_id: str, kind: str, previous: dict | None) -> _Wanted:
    definition = operation.definitions[logical_id]
    no_value = private(engine, "_NO_VALUE")
    props = operation.resolve(copy.deepcopy(definition.get("Properties") or {}))
    props = {name: value for name, value in props.items() if value is not no_value} if isinstance(props, dict) else {}
    before = (operation.previous or {}).get("_template") or {}
    unchanged = (before.get("Resources") or {}).get(logical_id) == definition
    same_stack = (
        operation.is_update
        and operation.template == before
        and operation.parameters == (operation.previous or {}).get("_resolved_params")
    )
    # An ssm reference is resolved again if the template or its parameters changed, a secret only with its resource.
    props, dynamic = private(engine, "_resolve_dynamic_references")(
        props, (previous or {}).get("_dynamic"), reuse_ssm=same_stack, reuse_secrets=previous is not None and unchanged
    )
    return _Wanted(logical_id, kind, props, operation.tagged(kind, logical_id, props, operation.tags), dynamic)


async def _create(operation: Operation, wanted: _Wanted) -> None:
    logical_id, kind = wanted.logical_id, wanted.kind
    mark(operation.stack, logical_id, "CREATE_IN_PROGRESS", ResourceType=kind, Properties=wanted.props)
    await hook_calls.before_provisioning(operation.stack, logical_id, kind, "CREATE", wanted.props, None)
    (physical_id, attributes), seed = await stack_calls.call(
        operation.stop, kind,
        private(stacks, "_provision_keeping_seed"), kind, logical_id, wanted.tagged, operation.stack["StackName"],
    )  # fmt: skip
    mark(operation.stack, logical_id, "CREATE_IN_PROGRESS", "Resource creation Initiated", physical_id)
    _complete(operation, wanted, "CREATE_COMPLETE", physical_id, attributes, seed)


async def _update(operation: Operation, wanted: _Wanted, previous: dict) -> None:
    logical_id, kind, stack = wanted.logical_id, wanted.kind, operation.stack
    old_id, old_attributes = previous.get("PhysicalResourceId", logical_id), previous.get("Attributes", {})
    old = operation.tagged(kind, logical_id, previous.get("Properties", {}), operation.previous_tags)
    if old == wanted.tagged:
        stack["_resources"][logical_id].update(Properties=wanted.props, _dynamic=wanted.dynamic)
        return
    replaces = private(stacks, "_replacing_change")(kind, old, wanted.tagged)
    mark(stack, logical_id, "UPDATE_IN_PROGRESS", REPLACING if replaces else "", ResourceType=kind)
    before = previous.get("Properties", {})
    await hook_calls.before_provisioning(stack, logical_id, kind, "UPDATE", wanted.props, before)
    if not replaces and not private(stacks, "_custom_named_replacement_error")(kind, old, wanted.tagged):
        operation.attempted[logical_id] = (old, wanted.tagged)
    pending: list = []
    private(stacks, "_RETAIN_REPLACED").set(operation.keeps(logical_id, "UpdateReplacePolicy"))
    private(stacks, "_DEFERRED_PREDECESSOR_DELETES").set(pending)
    private(stacks, "_NAME_SEED").set(previous.get("_name_seed", ""))
    (physical_id, attributes), seed = await stack_calls.call(
        operation.stop, kind,
        private(stacks, "_update_keeping_seed"),
        kind, old_id, old, wanted.tagged, stack["StackName"], logical_id, old_attributes,
    )  # fmt: skip
    if physical_id != old_id or pending:
        operation.replaced[logical_id] = (old_id, previous, pending)
        if stack_calls.is_custom(kind):
            mark(stack, logical_id, "UPDATE_IN_PROGRESS", REPLACED, physical_id)
    _complete(operation, wanted, "UPDATE_COMPLETE", physical_id, attributes, seed)


def _complete(operation: Operation, wanted: _Wanted, status: str, physical_id: str, attributes: dict, seed: str):
    mark(
        operation.stack, wanted.logical_id, status, ResourceType=wanted.kind, PhysicalResourceId=physical_id,
        Properties=wanted.props, Attributes=attributes, _dynamic=wanted.dynamic, _name_seed=seed,
    )  # fmt: skip


def _cancelled(operation: Operation, logical_id: str, kind: str, verb: str) -> None:
    operation.failed.append((logical_id, verb))
    if verb == "UPDATE":
        mark(operation.stack, logical_id, "UPDATE_FAILED", "Resource update cancelled")
        return
    mark(operation.stack, logical_id, "CREATE_FAILED", "Resource creation cancelled")
    operation.stack["_resources"][logical_id]["PhysicalResourceId"] = stack_calls.generated_id(
        operation.stack["StackName"], logical_id
    )


def _failed(operation: Operation, logical_id: str, kind: str, verb: str, problem: Exception) -> None:
    operation.failed.append((logical_id, verb))
    operation.stop.set()
    values = {"ResourceType": kind}
    if verb == "CREATE" and isinstance(problem, RequestFailed):
        # What the Create has done so far is deleted under this id.
        generated = stack_calls.generated_id(operation.stack["StackName"], logical_id)
        values["PhysicalResourceId"] = problem.physical_id or generated
    mark(operation.stack, logical_id, f"{verb}_FAILED", str(problem), **values)
