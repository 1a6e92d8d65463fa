"""Features of custom resource requests and responses that MiniStack does not support.

The request also has the ServiceToken at its top level
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html). A response of more than 4,096
bytes is rejected, and so is a success without a PhysicalResourceId of 1 to 1,024 bytes
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html); the size is measured without
white space. Functions find the local AWS through AWS_ENDPOINT_URL.

The function is invoked asynchronously: a failed invocation is retried, and an event can be delivered more than once
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html), here if a tag of the stack asks for it. A response
after ServiceTimeout seconds, 1 to 3600, is too late
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html).
After a failed Create, CloudFormation sends a Delete with the id of the FAILED response, or a generated id: here that is
part of the rollback (stack_provision.py), and of this file for a nested stack.
"""

import json
import logging
import os
from contextvars import ContextVar

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc
from ministack.services.cloudformation import _stacks, custom_resource

from nested_statuses import in_progress
from pinned import private, replace

MAX_BYTES = 4096
MAX_ID_BYTES = 1024

MAX_SECONDS = 3600
# A tag of a stack: how many times each request to its custom resources is delivered.
DELIVERIES_TAG = "local.deliveries"
NO_RESPONSE = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId "
    "[{request_id}]. If you are using the Python cfn-response module, you may need to update your Lambda function code "
    "so that CloudFormation can attach the updated version."
)

logger = logging.getLogger("custom_resources")

# The request that the engine of stacks waits for: it can abandon it, and sends the Delete after a failed Create itself.
engine_request: ContextVar[dict | None] = ContextVar("engine_request", default=None)
# The request that the current thread sends: its token and id.
_sent: ContextVar[dict | None] = ContextVar("custom_resource_request", default=None)
# The physical ids of FAILED responses, by token.
_failed_ids: dict = {}


class RequestFailed(RuntimeError):
    """A request that was sent and has failed, with the physical id of the FAILED response, if there is one."""

    def __init__(self, message: str, physical_id: str | None):
        super().__init__(message)
        self.physical_id = physical_id


def install() -> None:
    # Inherited by the functions' processes; MiniStack sets it only for containers.
    os.environ["AWS_ENDPOINT_URL"] = private(custom_resource, "_gateway_url")()
    _install_invocation()
    _install_response()
    _install_requests()


def _install_invocation() -> None:
    own = private(lambda_svc, "_execute_function_with_config_scope")
    register = private(custom_resource, "register_token")

    def execute(record, event):
        if isinstance(event, dict) and {"ResponseURL", "ResourceProperties", "RequestType"} <= event.keys():
            token = event["ResourceProperties"].get("ServiceToken")
            event = {**event, **({} if token is None else {"ServiceToken": token})}
        sent = _sent.get()
        if sent is None:
            return own(record, event)
        sent["request_id"] = event["RequestId"]
        _sent.set(None)
        # Asynchronous invocations are delivered at least once; a stack with this tag sees what that means.
        for _ in range(0 if "abandoned" in sent else _deliveries(event["StackId"])):
            lambda_svc.invoke_async_with_retry(record, event)
        return {}

    def register_token(token: str):
        sent = _sent.get()
        if sent is not None:
            sent["token"] = token
        return register(token)

    replace("_execute_function_with_config_scope", execute, lambda_svc)
    replace("register_token", register_token, custom_resource)


def _deliveries(stack_id: str) -> int:
    stacks = [stack for stack in _stacks.values() if stack["StackId"] == stack_id]
    tags = [tag for stack in stacks for tag in stack.get("Tags") or [] if tag["Key"] == DELIVERIES_TAG]
    return int(tags[0]["Value"]) if tags else 1


def _install_response() -> None:
    own = private(custom_resource, "deliver_response")

    def deliver(token: str, response) -> bool:
        given = response if isinstance(response, dict) else {}
        problem = _problem(given)
        if problem is not None:
            given = {**given, "Status": "FAILED", "Reason": problem}
        elif given["Status"] == "FAILED":
            _failed_ids[token] = given.get("PhysicalResourceId")
            given = {**given, "Reason": _reason(given)}
        return own(token, given)

    replace("deliver_response", deliver, custom_resource)


def _reason(response: dict) -> str:
    """The reason in the stack event for a FAILED response."""
    message = response.get("Reason") or "No reason was given."
    return (
        "Received response status [FAILED] from custom resource. "
        f"Message returned: {message} (RequestId: {response.get('RequestId')})"
    )


def _problem(response: dict) -> str | None:
    """The reason why CloudFormation rejects a response, or None.

    The messages about size and id are those of real stack events; the one about Status is unconfirmed.
    """
    if len(json.dumps(response, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_BYTES:
        return "Response object is too long."
    if response.get("Status") not in ("SUCCESS", "FAILED"):
        return "Invalid response: Status must be SUCCESS or FAILED."
    physical_id = response.get("PhysicalResourceId")
    if response["Status"] == "FAILED" and not physical_id:
        return None
    if not isinstance(physical_id, str) or not 1 <= len(physical_id.encode()) <= MAX_ID_BYTES:
        return "Invalid PhysicalResourceId"
    return None


def _install_requests() -> None:
    own = private(custom_resource, "invoke_custom_resource")

    def send(request_type, logical_id, props, stack_name, stack_id, resource_type, **others):
        sent = engine_request.get()
        if sent is not None:
            return send_as(sent, request_type, logical_id, props, stack_name, stack_id, resource_type, **others)
        with in_progress(request_type, stack_name, logical_id, resource_type, others.get("physical_id")):
            return send_as({}, request_type, logical_id, props, stack_name, stack_id, resource_type, **others)

    def send_as(sent, request_type, logical_id, props, stack_name, stack_id, resource_type, **others):
        _sent.set(sent)
        try:
            return own(request_type, logical_id, props, stack_name, stack_id, resource_type, **others)
        except TimeoutError:
            raise RequestFailed(NO_RESPONSE.format(**sent), None) from None
        except RuntimeError as problem:
            raise RequestFailed(str(problem), _failed_ids.get(sent["token"])) from None
        finally:
            _failed_ids.pop(sent.get("token"), None)
            _sent.set(None)

    def invoke(request_type, logical_id, props, stack_name, stack_id, resource_type, **others):
        if request_type != "Delete":
            _check_timeout(logical_id, props.get("ServiceTimeout"))
        try:
            return send(request_type, logical_id, props, stack_name, stack_id, resource_type, **others)
        except RequestFailed as problem:
            if request_type == "Create" and engine_request.get() is None:
                physical_id = problem.physical_id or f"{stack_name}-{logical_id}-{new_uuid()}"
                _clean_up(send, logical_id, props, stack_name, stack_id, resource_type, physical_id)
            raise

    replace("invoke_custom_resource", invoke, custom_resource)


def _check_timeout(logical_id: str, seconds) -> None:
    """ServiceTimeout is a whole number of seconds; the wording is that of other properties."""
    if seconds is None:
        return
    text = str(seconds)
    problem = None
    if isinstance(seconds, bool) or not text.lstrip("-").isdigit():
        problem = "expected type: Integer, found: String"
    elif int(text) < 1:
        problem = f"{text} is not greater or equal to 1"
    elif int(text) > MAX_SECONDS:
        problem = f"{text} is not less or equal to {MAX_SECONDS}"
    if problem is not None:
        failed = f"Properties validation failed for resource {logical_id} with message:"
        raise ValueError(f"{failed}\n#/ServiceTimeout: {problem}")


def abandon(request: dict) -> None:
    """Ends the wait for the response to a request that was cancelled; a later response is ignored."""
    request["abandoned"] = True
    with private(custom_resource, "_lock"):
        entry = private(custom_resource, "_pending").pop(request.get("token"), None)
    if entry is not None:
        entry["event"].set()


def _clean_up(own, logical_id, props, stack_name, stack_id, resource_type, physical_id) -> None:
    try:
        own("Delete", logical_id, props, stack_name, stack_id, resource_type, physical_id=physical_id)
    except (RuntimeError, ValueError) as problem:
        # The stack event has the first failure; this one is only logged.
        logger.warning("Delete of %s after its failed Create: %s", physical_id, problem)
