"""One create or update of a stack while it runs."""

import asyncio
from dataclasses import dataclass, field

from ministack.services.cloudformation import engine, stacks

import stack_conditions
from pinned import private

# The operations that are running, by stack id.
running: dict[str, "Operation"] = {}


@dataclass
class Operation:
    stack: dict
    template: dict
    parameters: dict
    # The stack before an update; None for a create.
    previous: dict | None
    retain_except_on_create: bool = False
    # Set by a failure, by DeleteStack and by CancelUpdateStack: nothing more starts, and what runs is cancelled.
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    is_deleted: bool = False
    is_cancelled: bool = False
    # The resources that failed or were cancelled, each with CREATE or UPDATE.
    failed: list[tuple[str, str]] = field(default_factory=list)
    # Updates in place that were begun: the properties before and after.
    attempted: dict[str, tuple[dict, dict]] = field(default_factory=dict)
    # The old id and record of each replaced resource, and MiniStack's own deletions of it.
    replaced: dict[str, tuple[str, dict, list]] = field(default_factory=dict)

    def __post_init__(self):
        self.definitions = self.template.get("Resources") or {}
        self.conditions = stack_conditions.evaluate(self.template, self.parameters, self.stack["StackName"])
        self.tags = self.stack.get("Tags") or []
        self.previous_tags = (self.previous or {}).get("Tags") or []
        self.previous_resources = (self.previous or {}).get("_resources") or {}

    @property
    def is_update(self) -> bool:
        return self.previous is not None

    def resolve(self, value):
        """A part of the template with its intrinsic functions resolved."""
        return private(engine, "_resolve_refs")(
            value, self.stack["_resources"], self.parameters, self.conditions, self.template.get("Mappings") or {},
            self.stack["StackName"], self.stack["StackId"],
        )  # fmt: skip

    def tagged(self, kind: str, logical_id: str, props: dict, tags: list) -> dict:
        """Properties with the stack's tags, as the type's handler receives them."""
        return private(stacks, "_with_stack_tags")(
            kind, props, tags, self.stack["StackName"], self.stack["StackId"], logical_id
        )

    def policy(self, logical_id: str, attribute: str) -> str:
        """DeletionPolicy or UpdateReplacePolicy of a resource of the new template."""
        return private(stacks, "_resource_policy")(
            self.definitions.get(logical_id), attribute, self.stack["_resources"], self.parameters, self.conditions,
            self.template.get("Mappings") or {}, self.stack["StackName"], self.stack["StackId"],
        )  # fmt: skip

    def keeps(self, logical_id: str, attribute: str) -> bool:
        return self.policy(logical_id, attribute) in private(stacks, "_RETAINING_POLICIES")
