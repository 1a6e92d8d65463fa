"""What a custom resource's request and response have that MiniStack leaves out.

The request names the ServiceToken at its top level too
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html), and a response of more than
4,096 bytes is refused (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html).
Functions find the local AWS through AWS_ENDPOINT_URL.
"""

import json
import os

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from pinned import private, replace

MOST_BYTES = 4096


def install() -> None:
    # The functions' processes inherit it; MiniStack sets it for containers only.
    os.environ["AWS_ENDPOINT_URL"] = private(custom_resource, "_gateway_url")()
    _install_service_token()
    _install_limit()


def _install_service_token() -> None:
    own = private(lambda_svc, "_execute_function_with_config_scope")

    def execute(record, event):
        if isinstance(event, dict) and {"ResponseURL", "ResourceProperties", "RequestType"} <= event.keys():
            token = event["ResourceProperties"].get("ServiceToken")
            event = {**event, **({} if token is None else {"ServiceToken": token})}
        return own(record, event)

    replace("_execute_function_with_config_scope", execute, lambda_svc)


def _install_limit() -> None:
    own = private(custom_resource, "deliver_response")

    def deliver(token: str, response: dict) -> bool:
        size = len(json.dumps(response, ensure_ascii=False, separators=(",", ":")).encode())
        if size > MOST_BYTES:
            response = {"Status": "FAILED", "Reason": f"Response is too long: {size} bytes, and {MOST_BYTES} are allowed."}
        return own(token, response)

    replace("deliver_response", deliver, custom_resource)
