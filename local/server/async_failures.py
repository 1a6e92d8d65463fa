"""What happens to an event when all asynchronous invocations of a function fail.

A dead-letter queue receives the event, with the error in the message attributes; a destination receives a record of
the invocation; a function can have both
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). MiniStack sends only one of them,
and ignores the dead-letter queue of a function in a template. AWS waits one minute before the first retry and two
before the second; here it is a fraction of a second.
"""

import json
import logging
from datetime import datetime, timezone

from ministack.core.responses import new_uuid
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

import queues
from pinned import private, replace

TYPE = "AWS::Lambda::Function"
KEY = "DeadLetterConfig"
SECONDS_BEFORE_A_RETRY = 0.2

logger = logging.getLogger("async_failures")


def install() -> None:
    own = private(lambda_svc, "_route_async_failure")

    def route(target_arn, name, event, result):
        # MiniStack handles topics and functions as destinations.
        if ":sqs:" in target_arn:
            _deliver(name, event, result)
        else:
            own(target_arn, name, event, result)

    replace("_LAMBDA_ASYNC_RETRY_BASE_SECONDS", SECONDS_BEFORE_A_RETRY, lambda_svc)
    replace("_route_async_failure", route, lambda_svc)
    _install_in_cloudformation()


def _install_in_cloudformation() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def create_function(logical_id, props, stack_name):
        return _with_dead_letters(props, create(logical_id, props, stack_name))

    def update_function(physical_id, old_props, new_props, stack_name, *others, **named):
        return _with_dead_letters(new_props, update(physical_id, old_props, new_props, stack_name, *others, **named))

    handler.update(create=create_function, update=update_function)


def _with_dead_letters(props: dict, made: tuple) -> tuple:
    config = private(lambda_svc, "_functions")[made[0]]["config"]
    config.pop(KEY, None)
    if (props.get(KEY) or {}).get("TargetArn"):
        config[KEY] = props[KEY]
    return made


def _deliver(name: str, event: dict, result: dict) -> None:
    function = private(lambda_svc, "_functions").get(name)
    if function is None:
        logger.warning("A failure of %s is lost: the function no longer exists", name)
        return
    settings = private(lambda_svc, "_event_invoke_config")
    async_settings = settings(function, None) or settings(function, "$LATEST") or {}
    destination = ((async_settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    dead_letters = (function["config"].get(KEY) or {}).get("TargetArn")
    request_id = new_uuid()
    payload = result["body"] if isinstance(result.get("body"), dict) else {}
    if destination:
        calls = async_settings.get("MaximumRetryAttempts", 2) + 1
        record = _record(function["config"]["FunctionArn"], request_id, calls, event, result, payload)
        _send(destination, json.dumps(record), {})
    if dead_letters:
        attributes = {
            "RequestID": request_id,
            "ErrorCode": 200,
            "ErrorMessage": str(payload.get("errorMessage", ""))[:1024] or "Unhandled",
        }
        _send(dead_letters, json.dumps(event), attributes)


def _record(arn: str, request_id: str, calls: int, event: dict, result: dict, payload: dict) -> dict:
    return {
        "version": "1.0",
        "timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": calls,
        },
        "requestPayload": event,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": result.get("function_error") or "Unhandled",
        },
        "responsePayload": payload,
    }


def _send(arn: str, body: str, attributes: dict) -> None:
    if queues.exists(arn):
        queues.send(arn, body, attributes)
    else:
        logger.warning("A failure is lost: the queue %s does not exist", arn)
