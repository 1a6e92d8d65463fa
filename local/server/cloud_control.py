"""Hooks of Cloud Control API, which are called before it creates or updates a resource.

https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/hooks-concepts.html: TargetOperations CLOUD_CONTROL. The event
has no stack, and RESOURCE as its targetType. The request has a HooksRequestToken, which is the TargetId of the results; where a
hook with FailureMode FAIL has failed, it ends FAILED with NonCompliant
(https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_ProgressEvent.html). MiniStack only stores what is
created with Cloud Control API: no repository is there.
"""

import json

from ministack.core.concurrency import run_reentrant
from ministack.core.responses import json_response, new_uuid
from ministack.services import cloudcontrol

import hook_calls
import hook_results
from pinned import private, replace

VERBS = {"CreateResource": "CREATE", "UpdateResource": "UPDATE"}


def install() -> None:
    own = private(cloudcontrol, "handle_request")

    async def handle_request(method, path, headers, body, query_params):
        verb = VERBS.get(headers.get("x-amz-target", "").rsplit(".", 1)[-1])
        request = _request(verb, body) if verb else None
        if request is None:
            return await own(method, path, headers, body, query_params)
        token, failed = new_uuid(), []
        for arn, hook in hook_calls.meant("CLOUD_CONTROL", request["kind"], verb):
            target = {"TargetType": "RESOURCE", "TargetTypeName": request["kind"], "TargetId": request["logical_id"],
                      "Action": verb}  # fmt: skip
            result = hook_results.add(hook, arn, target, token)
            result.update(TargetType="CLOUD_CONTROL", TargetId=token)
            await run_reentrant(hook_calls.call, hook, result, "CLOUD_CONTROL", request)
            if result["Status"] != "HOOK_COMPLETE_SUCCEEDED" and hook["FailureMode"] == "FAIL":
                failed.append(hook["Alias"])
        if failed:
            return _refused(request, token, failed)
        return _with_token(await own(method, path, headers, body, query_params), token)

    replace("handle_request", handle_request, cloudcontrol)


def _request(verb: str, body: bytes) -> dict | None:
    """What a hook is asked about; None for a request that Cloud Control API refuses itself."""
    try:
        data = json.loads(body or b"{}")
        kind = data["TypeName"]
        if verb == "CREATE":
            props, previous = json.loads(data["DesiredState"]), None
        else:
            record = private(cloudcontrol, "_resources").get(
                private(cloudcontrol, "_resource_key")(kind, data.get("Identifier"))
            )
            previous = json.loads(record["Properties"])
            props = private(cloudcontrol, "_apply_json_patch")(
                json.loads(record["Properties"]), json.loads(data["PatchDocument"])
            )
    except (KeyError, TypeError, ValueError, private(cloudcontrol, "_PatchError")):
        return None
    logical_id = f"{kind.replace('::', '-')}-{new_uuid()}"
    return {"kind": kind, "verb": verb, "logical_id": logical_id, "props": props, "previous": previous}


def _refused(request: dict, token: str, failed: list) -> tuple:
    progress = private(cloudcontrol, "_progress_event")(
        request["verb"], "FAILED", type_name=request["kind"], error_code="NonCompliant",
        status_message=str(hook_calls.HooksFailed(failed)),
    )  # fmt: skip
    progress["HooksRequestToken"] = token
    private(cloudcontrol, "_record_request")(progress)
    return json_response({"ProgressEvent": progress})


def _with_token(answer: tuple, token: str) -> tuple:
    status, headers, body = answer
    if status != 200:
        return answer
    content = json.loads(body)
    content["ProgressEvent"]["HooksRequestToken"] = token
    private(cloudcontrol, "_requests")[content["ProgressEvent"]["RequestToken"]] = content["ProgressEvent"]
    return json_response(content)
