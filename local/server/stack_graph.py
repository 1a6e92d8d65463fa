"""The order of a stack's resources: independent ones at the same time, dependent ones after each other.

A resource waits for those that it names in Ref, Fn::GetAtt, Fn::Sub or DependsOn; a deletion has the reverse order
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html). MiniStack
handles one resource after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from ministack.services.cloudformation import engine

from pinned import private

Waits = dict[str, set[str]]
# Whether it succeeded.
Action = Callable[[str], Awaitable[bool]]


def dependencies(definitions: dict, logical_ids: Iterable[str]) -> Waits:
    """For each resource, those that it waits for."""
    every = set(logical_ids)
    find = private(engine, "_extract_deps")
    return {name: find(definitions.get(name) or {}, every) - {name} for name in every}


def dependents(definitions: dict, logical_ids: Iterable[str]) -> Waits:
    """For each resource, those that wait for it."""
    found = dependencies(definitions, logical_ids)
    return {name: {other for other, waits in found.items() if name in waits} for name in found}


async def in_order(waits: Waits, action: Action, stop: asyncio.Event | None = None) -> set[str]:
    """Runs `action` for each resource as soon as it has succeeded for all those that the resource waits for.

    Once `stop` is set, nothing more is started. Returns the resources that were not started.
    """
    waiting = dict(waits)
    running: dict[asyncio.Future, str] = {}
    done: set[str] = set()
    while True:
        for name in sorted(waiting) if stop is None or not stop.is_set() else []:
            if waiting[name] <= done:
                del waiting[name]
                running[asyncio.ensure_future(action(name))] = name
        if not running:
            return set(waiting)
        finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            name = running.pop(task)
            if task.result():
                done.add(name)
