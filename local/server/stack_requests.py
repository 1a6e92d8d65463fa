"""Requests that a stack does not accept in its current status, in AWS's words.

An update or a deletion has to wait for the operation that is in progress; only a creation and its rollback can be
deleted (aws-amplify/amplify-backend#2366, aws/aws-toolkit-azure-devops#317; messages as users reported them). MiniStack
updates in place of the operation that runs.
"""

from ministack.services.cloudformation import handlers, helpers

from pinned import private


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    actions["UpdateStack"] = _checked(actions["UpdateStack"], _updates)
    actions["CreateChangeSet"] = _checked(actions["CreateChangeSet"], _changes)
    actions["DeleteStack"] = _checked(actions["DeleteStack"], _deletes)


def _checked(own, problem_of):
    def act(params):
        stack = private(handlers, "_resolve_stack")((params.get("StackName") or [""])[0])
        problem = None if stack is None else problem_of(stack, params)
        return own(params) if problem is None else private(helpers, "_error")("ValidationError", problem)

    return act


def _is_busy(stack: dict) -> bool:
    return stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] != "REVIEW_IN_PROGRESS"


def _updates(stack: dict, params: dict) -> str | None:
    settled = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE",
               "IMPORT_ROLLBACK_COMPLETE", "DELETE_COMPLETE")  # fmt: skip
    if stack["StackStatus"] in settled:
        return None
    return f"Stack:{stack['StackId']} is in {stack['StackStatus']} state and can not be updated."


def _changes(stack: dict, params: dict) -> str | None:
    is_new = (params.get("ChangeSetType") or ["UPDATE"])[0] == "CREATE"
    return _updates(stack, params) if not is_new and stack["StackStatus"] != "REVIEW_IN_PROGRESS" else None


def _deletes(stack: dict, params: dict) -> str | None:
    if _is_busy(stack) and stack["StackStatus"].startswith("UPDATE_"):
        return f"Stack [{stack['StackId']}] cannot be deleted while in status {stack['StackStatus']}"
    return None
