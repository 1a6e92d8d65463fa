"""What a change set lists, and its name.

A resource whose condition becomes true is added, one whose condition becomes false is removed
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html); MiniStack compares
the templates alone. A change set of a new stack without any resource can be executed, and the change sets of a stack in
review belong to one stack (LocalStack's recordings, engine/test_conditions.snapshot.json and
test_change_sets.snapshot.json in tests/aws/services/cloudformation). The name of a change set can be used again once it
was executed or deleted
(https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html).
"""

from ministack.services.cloudformation import _change_sets, _stack_events, _stacks, changesets, handlers

import stack_conditions
from pinned import private, replace


def install() -> None:
    _install_conditions()
    actions = private(handlers, "_ACTION_HANDLERS")
    own = actions["CreateChangeSet"]

    def create(params):
        stack = private(handlers, "_resolve_stack")((params.get("StackName") or [""])[0])
        _release_name(stack, (params.get("ChangeSetName") or [""])[0])
        in_review = stack if stack is not None and stack["StackStatus"] == "REVIEW_IN_PROGRESS" else None
        known = set(_change_sets)
        answer = own(params)
        for change_set_id in set(_change_sets) - known:
            _settle(_change_sets[change_set_id])
        return answer if in_review is None else _kept(in_review, answer, set(_change_sets) - known)

    actions["CreateChangeSet"] = create


def _install_conditions() -> None:
    own = private(changesets, "_resolve_props_for_diff")

    def resolve(template, params, stack_name, stack_id):
        resolved = own(template, params, stack_name, stack_id)
        if not resolved:
            return resolved
        conditions = stack_conditions.evaluate(template, params, stack_name)
        present = {
            name: resource
            for name, resource in resolved["Resources"].items()
            if resource.get("Condition") is None or conditions.get(resource["Condition"], True)
        }
        return {**resolved, "Resources": present}

    replace("_resolve_props_for_diff", resolve, changesets)


def _release_name(stack: dict | None, name: str) -> None:
    for change_set_id, each in list(_change_sets.items()):
        executed = each["ExecutionStatus"] in ("EXECUTE_COMPLETE", "EXECUTE_FAILED")
        if stack is not None and each["StackId"] == stack["StackId"] and each["ChangeSetName"] == name and executed:
            _change_sets.pop(change_set_id)


def _settle(change_set: dict) -> None:
    if change_set["ChangeSetType"] == "CREATE" and "didn't contain changes" in change_set["StatusReason"]:
        change_set.update(Status="CREATE_COMPLETE", ExecutionStatus="AVAILABLE", StatusReason="")


def _kept(stack: dict, answer: tuple, created: set) -> tuple:
    """MiniStack replaces a stack in review by another one, and removes it if the change set is rejected."""
    name, stack_id = stack["StackName"], stack["StackId"]
    other = _stacks.get(name)
    _stacks[name] = stack
    if other is None or other is stack:
        return answer
    _stack_events.pop(other["StackId"], None)
    for change_set_id in created:
        _change_sets[change_set_id]["StackId"] = stack_id
    status, headers, body = answer
    return status, headers, body.replace(other["StackId"].encode(), stack_id.encode())
