"""A family of task definitions stands for its latest ACTIVE revision; MiniStack takes the latest of all. A deregistered one
starts nothing new.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html, API_DeregisterTaskDefinition.html: running
tasks and services are not affected. Unconfirmed: the words of the refusal.
"""

from ministack.core.responses import error_response_json
from ministack.services import ecs

from pinned import private, replace


def install() -> None:
    own = private(ecs, "_resolve_td_key")

    def resolve(ref):
        is_family = bool(ref) and ":" not in ref
        return (_latest_active(ref) if is_family else None) or own(ref)

    replace("_resolve_td_key", resolve, ecs)
    # A service keeps starting tasks from a revision that was deregistered: MiniStack calls `_run_task` for them.
    actions = private(ecs, "_ACTION_MAP")
    for action in ("RunTask", "CreateService"):
        actions[action] = _active_only(actions[action])


def _latest_active(family: str) -> str | None:
    definitions = private(ecs, "_task_defs").values()
    active = [each["revision"] for each in definitions if each["family"] == family and each["status"] == "ACTIVE"]
    return f"{family}:{max(active)}" if active else None


def _active_only(own):
    def operation(data):
        key = private(ecs, "_resolve_td_key")(data.get("taskDefinition", ""))
        definition = private(ecs, "_task_defs").get(key)
        if definition is not None and definition["status"] != "ACTIVE":
            return error_response_json("ClientException", "TaskDefinition is inactive", 400)
        return own(data)

    return operation
