"""Lambda hooks, which are called before a resource is created or updated.

The event, the response, its limits, and what a stack's events show of it:
https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/lambda-hooks-create-lambda-function.html and
https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/hooks-view-invocations.html. A hook that fails counts
as failed (the function's own Timeout ends it; AWS waits for 30 seconds); with FailureMode FAIL the resource then fails, with WARN it goes on. IN_PROGRESS is
asked again up to three times. Resources of nested stacks, deletions, STACK and CHANGE_SET operations are left out.
"""

import json

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import get_account_id, new_uuid
from ministack.services import lambda_svc
from ministack.services.cloudformation import _stack_events, handlers

import hook_results
from hook_resource import hooks
from pinned import private
from stack_records import event

MAX_ATTEMPTS = 4
MAX_MESSAGE = {"RESOURCE": 4096, "CLOUD_CONTROL": 1024}
# ListHookResults and the stack's events have less.
MAX_REASON = 1024
ANNOTATION = {
    "annotationName": "AnnotationName",
    "status": "Status",
    "statusMessage": "StatusMessage",
    "remediationMessage": "RemediationMessage",
    "remediationLink": "RemediationLink",
    "severityLevel": "SeverityLevel",
}
EVENT_FIELDS = ("HookType", "HookStatus", "HookStatusReason", "HookInvocationPoint", "HookInvocationId",
                "HookFailureMode")  # fmt: skip


class HooksFailed(Exception):
    """Hooks with FailureMode FAIL have failed, in CloudFormation's words."""

    def __init__(self, names: list):
        super().__init__(f"The following hook(s) failed: [{', '.join(names)}]")


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    own = actions["DescribeStackEvents"]

    def describe(params: dict) -> tuple:
        status, headers, body = own(params)
        stack = private(handlers, "_resolve_stack")((params.get("StackName") or [""])[0])
        if status == 200 and stack:
            for each in _stack_events.get(stack["StackId"], []):
                shown = private(hook_results, "_fields")(each, EVENT_FIELDS)
                if shown:
                    mark = f"<EventId>{each['EventId']}</EventId>"
                    body = body.replace(mark.encode(), f"{mark}{shown}".encode())
        return status, headers, body

    actions["DescribeStackEvents"] = describe
    for name in ("CreateStack", "UpdateStack", "CreateChangeSet"):
        actions[name] = _with_role(actions[name])


def _with_role(own):
    """The same operation, which keeps the stack's role for filters: CloudFormation uses it for later ones too."""

    def act(params: dict) -> tuple:
        answer = own(params)
        stack = private(handlers, "_resolve_stack")((params.get("StackName") or [""])[0])
        role = (params.get("RoleARN") or [""])[0]
        if stack and role:
            stack["RoleARN"] = role
        return answer

    return act


async def before_provisioning(stack: dict, logical_id: str, kind: str, verb: str, props: dict, previous: dict | None):
    """Calls the hooks of a stack's resource. Raises HooksFailed."""
    called = [(arn, hook) for arn, hook in list(hooks.items()) if _is_meant(hook, "RESOURCE", kind, verb, stack)]
    request = {"kind": kind, "verb": verb, "logical_id": logical_id, "props": props, "previous": previous}
    failed = []
    for arn, hook in called:
        target = {"TargetType": "RESOURCE", "TargetTypeName": kind, "TargetId": logical_id, "Action": verb}
        result = hook_results.add(hook, arn, target, stack["StackId"])
        _show(stack, logical_id, kind, verb, result)
        await run_reentrant(call, hook, result, "RESOURCE", {**request, "stack_id": stack["StackId"]})
        _show(stack, logical_id, kind, verb, result)
        if result["Status"] != "HOOK_COMPLETE_SUCCEEDED" and hook["FailureMode"] == "FAIL":
            failed.append(hook["Alias"])
    if failed:
        raise HooksFailed(failed)


def _show(stack: dict, logical_id: str, kind: str, verb: str, result: dict) -> None:
    """An event of the resource about a hook."""
    physical_id = stack["_resources"].get(logical_id, {}).get("PhysicalResourceId", "")
    event(stack, logical_id, kind, f"{verb}_IN_PROGRESS", "", physical_id)
    _stack_events[stack["StackId"]][-1].update(
        HookType=result["TypeName"], HookStatus=result["Status"], HookStatusReason=result.get("HookStatusReason", ""),
        HookInvocationPoint=result["InvocationPoint"], HookInvocationId=result["HookResultId"],
        HookFailureMode=result["FailureMode"],
    )  # fmt: skip


def meant(operation: str, kind: str, verb: str) -> list:
    """The hooks of an operation that is not a stack's: filters of stacks do not apply."""
    return [(arn, hook) for arn, hook in list(hooks.items()) if _is_meant(hook, operation, kind, verb, None)]


def _is_meant(hook: dict, operation: str, kind: str, verb: str, stack: dict | None) -> bool:
    filters = hook.get("TargetFilters") or {}
    names, actions = filters.get("TargetNames"), filters.get("Actions")
    return (
        hook["HookStatus"] == "ENABLED"
        and operation in hook["TargetOperations"]
        and (not names or any(_matches(name, kind) for name in names))
        and (not actions or verb in actions)
        and (stack is None or _is_of_filters(hook.get("StackFilters"), stack))
    )


def _matches(name: str, kind: str) -> bool:
    """A target name may end in a wildcard: AWS::ECR::*."""
    return kind.startswith(name[:-1]) if name.endswith("*") else kind == name


def _is_of_filters(filters: dict | None, stack: dict) -> bool:
    if not filters:
        return True
    found = [
        _is_of(filters[name], value)
        for name, value in (("StackNames", stack["StackName"]), ("StackRoles", stack.get("RoleARN", "")))
        if name in filters
    ]
    return any(found) if filters.get("FilteringCriteria") == "ANY" else all(found)


def _is_of(listed: dict, value: str) -> bool:
    """Whether a stack is among those that a list includes, and not among those that it excludes."""
    return ("Include" not in listed or value in listed["Include"]) and value not in listed.get("Exclude", [])


def call(hook: dict, result: dict, operation: str, request: dict) -> None:
    """Calls a hook's function, and completes the result."""
    answer = _answer(hook, operation, request)
    status = answer.get("hookStatus") if isinstance(answer, dict) else None
    message = str(answer.get("message") or "")[: MAX_MESSAGE[operation]] if isinstance(answer, dict) else ""
    if status == "SUCCESS":
        result["Status"] = "HOOK_COMPLETE_SUCCEEDED"
    elif status == "FAILED":
        is_judged = answer.get("errorCode") == "NonCompliant"
        result["Status"] = "HOOK_COMPLETE_FAILED" if is_judged else "HOOK_FAILED"
    else:
        result["Status"] = "HOOK_FAILED"
        message = message or "The hook's function failed, or its response is not one of a hook"
    outcome = "succeeded" if status == "SUCCESS" else "failed"
    result["HookStatusReason"] = f"Hook {outcome} with message: {message}"[:MAX_REASON]
    given = answer.get("annotations") if isinstance(answer, dict) else None
    result["Annotations"] = [
        {ours: str(each[theirs]) for theirs, ours in ANNOTATION.items() if each.get(theirs)}
        for each in (given if isinstance(given, list) else [])
        if isinstance(each, dict)
    ]


def _answer(hook: dict, operation: str, request: dict):
    """The function's last response; None if it failed, took too long, or never ended."""
    answer = None
    token, callback = new_uuid(), None
    for attempt in range(1, MAX_ATTEMPTS):
        answer = _invoke(hook["LambdaFunction"], _event(hook, operation, request, token, attempt, callback))
        if not isinstance(answer, dict) or answer.get("clientRequestToken") != token:
            return None
        if answer.get("hookStatus") != "IN_PROGRESS":
            return answer
        callback = answer.get("callbackContext")
    return None


def _event(hook: dict, operation: str, request: dict, token: str, attempt: int, callback) -> dict:
    is_of_stack = operation == "RESOURCE"
    return {
        "clientRequestToken": token,
        "awsAccountId": get_account_id(),
        "stackId": request["stack_id"] if is_of_stack else "",
        "changeSetId": "",
        "hookTypeName": hook["Alias"],
        "hookTypeVersion": "00000001",
        "hookModel": {"LambdaFunction": hook["LambdaFunction"]},
        "actionInvocationPoint": f"{request['verb']}_PRE_PROVISION",
        "requestData": {
            "targetName": request["kind"],
            "targetType": request["kind"] if is_of_stack else "RESOURCE",
            "targetLogicalId": request["logical_id"],
            "targetModel": {
                "resourceProperties": request["props"],
                "previousResourceProperties": request["previous"],
            },
        },
        "requestContext": {"invocation": attempt, "callbackContext": callback},
    }


def _invoke(function: str, event_of_hook: dict):
    record, config, _ = private(lambda_svc, "_get_func_record_for_ref")(function)
    if record is None or config is None:
        return None
    runnable = private(lambda_svc, "_execution_record_for_config")(record, config)
    result = private(lambda_svc, "_execute_function_with_config_scope")(runnable, event_of_hook)
    if result.get("error"):
        return None
    body = result.get("body")
    try:
        return json.loads(body) if isinstance(body, (str, bytes)) else body
    except ValueError:
        return None
