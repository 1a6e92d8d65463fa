"""Invalid event patterns of rules in templates: CloudFormation fails, MiniStack creates a rule that never matches.
MiniStack matches valid patterns as EventBridge does.
"""

import json

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::Events::Rule"


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def create_rule(logical_id, props, stack_name):
        _check(props)
        return create(logical_id, props, stack_name)

    def update_rule(physical_id, old_props, new_props, stack_name, *others, **named):
        _check(new_props)
        return update(physical_id, old_props, new_props, stack_name, *others, **named)

    handler.update(create=create_rule, update=update_rule)


def _check(props: dict) -> None:
    pattern = props.get("EventPattern")
    text = json.dumps(pattern) if isinstance(pattern, dict) else pattern
    problem = private(eventbridge, "_event_pattern_error")(text)
    if problem is not None:
        raise ValueError(f"Event pattern is not valid. Reason: {problem} (Service: EventBridge, Status Code: 400)")
