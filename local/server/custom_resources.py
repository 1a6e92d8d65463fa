"""Features of custom resource requests and responses that MiniStack does not support.

The request also has the ServiceToken at its top level
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html). A response of more than 4,096
bytes is rejected, and so is a success without a PhysicalResourceId of 1 to 1,024 bytes
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html); the size is measured without
white space. After a failed Create, CloudFormation sends a Delete with the id of the FAILED response, or a generated
id. Functions find the local AWS through AWS_ENDPOINT_URL.
"""

import json
import logging
import os

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from pinned import private, replace

MAX_BYTES = 4096
MAX_ID_BYTES = 1024

logger = logging.getLogger("custom_resources")

# The physical id of the latest FAILED response, by stack id and logical id.
_failed_ids: dict = {}


def install() -> None:
    # Inherited by the functions' processes; MiniStack sets it only for containers.
    os.environ["AWS_ENDPOINT_URL"] = private(custom_resource, "_gateway_url")()
    _install_service_token()
    _install_response()
    _install_delete_after_failed_create()


def _install_service_token() -> None:
    own = private(lambda_svc, "_execute_function_with_config_scope")

    def execute(record, event):
        if isinstance(event, dict) and {"ResponseURL", "ResourceProperties", "RequestType"} <= event.keys():
            token = event["ResourceProperties"].get("ServiceToken")
            event = {**event, **({} if token is None else {"ServiceToken": token})}
        return own(record, event)

    replace("_execute_function_with_config_scope", execute, lambda_svc)


def _install_response() -> None:
    own = private(custom_resource, "deliver_response")

    def deliver(token: str, response) -> bool:
        given = response if isinstance(response, dict) else {}
        problem = _problem(given)
        if problem is not None:
            given = {**given, "Status": "FAILED", "Reason": problem}
        elif given["Status"] == "FAILED":
            _failed_ids[given.get("StackId"), given.get("LogicalResourceId")] = given.get("PhysicalResourceId")
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


def _install_delete_after_failed_create() -> None:
    own = private(custom_resource, "invoke_custom_resource")

    def invoke(request_type, logical_id, props, stack_name, stack_id, resource_type, **others):
        try:
            return own(request_type, logical_id, props, stack_name, stack_id, resource_type, **others)
        except (RuntimeError, TimeoutError):
            if request_type == "Create":
                physical_id = _failed_ids.pop((stack_id, logical_id), None) or f"{stack_name}-{logical_id}-{new_uuid()}"
                _clean_up(own, logical_id, props, stack_name, stack_id, resource_type, physical_id)
            raise

    replace("invoke_custom_resource", invoke, custom_resource)


def _clean_up(own, logical_id, props, stack_name, stack_id, resource_type, physical_id) -> None:
    try:
        own("Delete", logical_id, props, stack_name, stack_id, resource_type, physical_id=physical_id)
    except (RuntimeError, TimeoutError, ValueError) as problem:
        # The stack event has the first failure; this one is only logged.
        logger.warning("Delete of %s after its failed Create: %s", physical_id, problem)
