"""Calls to the handler of a resource's type, which a failure of another resource can cancel.

When a resource fails, CloudFormation cancels those that are still in progress ("Resource creation cancelled"). It does
not wait for the response of a custom resource, and sends it a Delete with a generated id, possibly while its Create is
still running (aws-cloudformation/cloudformation-coverage-roadmap#1730, #1814).
"""

import asyncio

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import new_uuid
from ministack.services.cloudformation import stacks

import custom_resources
from pinned import private


class Cancelled(Exception):
    """The operation has ended before the resource."""


def is_custom(kind: str) -> bool:
    """Whether a resource type has a function as its provider."""
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"


def generated_id(stack_name: str, logical_id: str) -> str:
    """The physical id of a custom resource that has not responded."""
    return f"{stack_name}-{logical_id}-{new_uuid().replace('-', '')[:13].upper()}"


async def call(stop: asyncio.Event | None, kind: str, function, *args):
    """The result of `function`, on a thread if the type can wait; raises Cancelled once `stop` is set."""
    if not private(stacks, "_runs_on_worker_thread")(kind):
        return function(*args)
    if not is_custom(kind):
        return await run_reentrant(function, *args)
    request: dict = {}
    custom_resources.engine_request.set(request)
    work = asyncio.ensure_future(run_reentrant(function, *args))
    if stop is None:
        return await work
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if work.done():
        return work.result()
    # Nobody waits for its result any longer.
    work.add_done_callback(lambda ended: ended.exception())
    custom_resources.abandon(request)
    raise Cancelled
