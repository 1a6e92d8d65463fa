"""The status of a custom resource of a nested stack while its request runs, as in any other stack (stack_records.py).

MiniStack creates the resources of a nested stack one after the other, and records each one when it is complete.
"""

from contextlib import contextmanager

from ministack.core.responses import now_iso
from ministack.services.cloudformation import _stacks


@contextmanager
def in_progress(request_type: str, stack_name: str, logical_id: str, kind: str, physical_id: str | None):
    """Records that the request runs; afterwards the record is MiniStack's again."""
    records = (_stacks.get(stack_name) or {}).setdefault("_resources", {})
    before = records.get(logical_id)
    running = {
        **(before or {"LogicalResourceId": logical_id, "ResourceType": kind, "Properties": {}, "Attributes": {}}),
        "ResourceStatus": f"{request_type.upper()}_IN_PROGRESS",
        "Timestamp": now_iso(),
    }
    if physical_id is not None:
        running["PhysicalResourceId"] = physical_id
    records[logical_id] = running
    try:
        yield
    finally:
        if before is not None:
            records[logical_id] = before
        else:
            records.pop(logical_id, None)
