"""ListHookResults and GetHookResult: the results of hooks with their annotations, newest first.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListHookResults.html and API_GetHookResult.html.
AWS keeps them for 90 days; here they are kept until the server ends.
"""

from ministack.core.responses import AccountRegionScopedDict, new_uuid, now_iso
from ministack.services.cloudformation import handlers, helpers

from pinned import private

# By HookResultId, in the order of the invocations.
results = AccountRegionScopedDict()

STATUSES = ("HOOK_IN_PROGRESS", "HOOK_COMPLETE_SUCCEEDED", "HOOK_COMPLETE_FAILED", "HOOK_FAILED")
SUMMARY = ("HookResultId", "InvocationPoint", "FailureMode", "TypeName", "TypeVersionId",
           "TypeConfigurationVersionId", "Status", "HookStatusReason", "InvokedAt", "TargetType", "TargetId", "TypeArn",
           "HookExecutionTarget")  # fmt: skip
DETAILS = ("HookResultId", "InvocationPoint", "FailureMode", "TypeName", "OriginalTypeName", "TypeVersionId",
           "TypeConfigurationVersionId", "TypeArn", "Status", "HookStatusReason", "InvokedAt")  # fmt: skip
ANNOTATION = ("AnnotationName", "Status", "StatusMessage", "RemediationMessage", "RemediationLink", "SeverityLevel")


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    actions["ListHookResults"] = _list
    actions["GetHookResult"] = _get


def add(hook: dict, arn: str, target: dict, execution_target: str) -> dict:
    """A new result, in progress."""
    result = {
        "HookResultId": new_uuid(),
        "InvocationPoint": "PRE_PROVISION",
        "FailureMode": hook["FailureMode"],
        "TypeName": hook["Alias"],
        "OriginalTypeName": "AWS::Hooks::LambdaHook",
        "TypeVersionId": "00000001",
        "TypeConfigurationVersionId": "1",
        "TypeArn": arn,
        "Status": "HOOK_IN_PROGRESS",
        "InvokedAt": now_iso(),
        "TargetType": target["TargetType"],
        "TargetId": target["TargetId"],
        "HookExecutionTarget": execution_target,
        "Target": target,
        "Annotations": [],
    }
    results[result["HookResultId"]] = result
    return result


def _list(params: dict) -> tuple:
    value_of, refusal = private(helpers, "_p"), private(helpers, "_error")
    asked = {name: value_of(params, name) for name in ("TargetType", "TargetId", "TypeArn", "Status")}
    if bool(asked["TargetType"]) != bool(asked["TargetId"]):
        return refusal("ValidationError", "TargetType and TargetId must be specified together")
    if asked["Status"] and not asked["TypeArn"]:
        return refusal("ValidationError", "Status can only be specified together with TypeArn")
    if asked["Status"] and asked["Status"] not in STATUSES:
        return refusal("ValidationError", f"Status must be one of {', '.join(STATUSES)}")
    wanted = [name for name, value in asked.items() if value]
    found = [each for each in results.values() if all(each[name] == asked[name] for name in wanted)]
    members = "".join(f"<member>{_fields(each, SUMMARY)}</member>" for each in reversed(found))
    target = "".join(f"<{name}>{asked[name]}</{name}>" for name in ("TargetType", "TargetId") if asked[name])
    return private(helpers, "_xml")(
        200,
        "ListHookResultsResponse",
        f"<ListHookResultsResult>{target}<HookResults>{members}</HookResults></ListHookResultsResult>",
    )


def _get(params: dict) -> tuple:
    result_id = private(helpers, "_p")(params, "HookResultId")
    if result_id not in results:
        return private(helpers, "_error")("HookResultNotFound", f"Hook result {result_id} does not exist", 404)
    result = results[result_id]
    target = _fields(result["Target"], ("TargetType", "TargetTypeName", "TargetId", "Action"))
    annotations = "".join(f"<member>{_fields(each, ANNOTATION)}</member>" for each in result["Annotations"])
    inner = f"{_fields(result, DETAILS)}<Target>{target}</Target><Annotations>{annotations}</Annotations>"
    return private(helpers, "_xml")(200, "GetHookResultResponse", f"<GetHookResultResult>{inner}</GetHookResultResult>")


def _fields(values: dict, names: tuple) -> str:
    escaped = private(helpers, "_esc")
    return "".join(f"<{name}>{escaped(values[name])}</{name}>" for name in names if values.get(name))
