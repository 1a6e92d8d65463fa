"""Calls of ECR as events of EventBridge (`AWS API Call via CloudTrail`), while a trail logs; MiniStack has none.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html: CloudTrail sends the events of
management calls that change something, if a trail logs them, in that account and Region. AWS takes seconds to minutes; here
the event comes at once. What CloudFormation does has its name in place of an address. Only the calls below are sent.
"""

import json
import time
import uuid

from ministack import app
from ministack.core import router
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, ecr, iam, sts
from ministack.services.cloudformation import provisioners

import image_events
from pinned import private, replace

TYPE = "AWS::ECR::Repository"
CLOUDFORMATION = "cloudformation.amazonaws.com"
CALLS = (
    "CreateRepository",
    "DeleteRepository",
    "PutImageTagMutability",
    "PutImageScanningConfiguration",
    "PutLifecyclePolicy",
    "DeleteLifecyclePolicy",
    "SetRepositoryPolicy",
)
PREFIX = "AmazonEC2ContainerRegistry_V20150921."


def install() -> None:
    private(cloudtrail, "_visible_trail_items")
    dispatch = private(app, "_dispatch_service_request")

    async def dispatch_service_request(method, path, headers, body, query_params, request_id):
        answer = await dispatch(method, path, headers, body, query_params, request_id)
        target = headers.get("x-amz-target", "")
        if target.startswith(PREFIX) and target[len(PREFIX) :] in CALLS:
            _called(target[len(PREFIX) :], headers, query_params, body, answer)
        return answer

    replace("_dispatch_service_request", dispatch_service_request, app)
    _install_in_cloudformation()


def _install_in_cloudformation() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def create_repository(logical_id, props, stack_name):
        made = create(logical_id, props, stack_name)
        _stack_called("CreateRepository", {"repositoryName": made[0]})
        return made

    def update_repository(physical_id, old_props, new_props, stack_name, *others, **named):
        made = update(physical_id, old_props, new_props, stack_name, *others, **named)
        if old_props.get("ImageTagMutability") != new_props.get("ImageTagMutability"):
            value = new_props.get("ImageTagMutability", "MUTABLE")
            _stack_called("PutImageTagMutability", {"repositoryName": physical_id, "imageTagMutability": value})
        if old_props.get("ImageScanningConfiguration") != new_props.get("ImageScanningConfiguration"):
            _stack_called("PutImageScanningConfiguration", {"repositoryName": physical_id})
        return made

    handler.update(create=create_repository, update=update_repository)


def _is_logging() -> bool:
    return any(trail.get("IsLogging") for _, _, trail in private(cloudtrail, "_visible_trail_items")())


def _called(name: str, headers: dict, query_params: dict, body: bytes, answer: tuple) -> None:
    if not _is_logging():
        return
    response = _json(answer[2])
    failed = {"errorCode": response.get("__type", "ServerException").rpartition("#")[2]} if answer[0] >= 400 else {}
    _send(
        name,
        _identity(router.extract_access_key_id(headers, query_params) or "test"),
        {"sourceIPAddress": "127.0.0.1", "userAgent": headers.get("user-agent", "")},
        _json(body),
        {**failed, "responseElements": None if failed else response},
    )


def _stack_called(name: str, request: dict) -> None:
    if not _is_logging():
        return
    identity = {**_identity("test"), "invokedBy": CLOUDFORMATION}
    caller = {"sourceIPAddress": CLOUDFORMATION, "userAgent": CLOUDFORMATION}
    found = private(ecr, "_repositories").get(request["repositoryName"])
    shape = private(ecr, "_repo_shape")(found) if found and name == "CreateRepository" else None
    _send(name, identity, caller, request, {"responseElements": shape and {"repository": shape}})


def _send(name: str, identity: dict, caller: dict, request: dict, outcome: dict) -> None:
    account = get_account_id()
    detail = {
        "eventVersion": "1.11",
        "userIdentity": identity,
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "eventSource": "ecr.amazonaws.com",
        "eventName": name,
        "awsRegion": get_region(),
        **caller,
        "requestParameters": request,
        **outcome,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
    }
    image_events.send("aws.ecr", "AWS API Call via CloudTrail", [], [json.loads(json.dumps(detail, default=str))])


def _identity(key: str) -> dict:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    account, session = get_account_id(), private(sts, "_sessions").get(key)
    if session is None:
        arn = f"arn:aws:iam::{account}:user/{key}"
        return {"type": "IAMUser", "principalId": key, "arn": arn, "accountId": account, "userName": key}
    arn = session["Arn"]
    role = arn.split("/")[1]
    known = private(iam, "_roles").get(role) or {}
    return {
        "type": "AssumedRole",
        "arn": arn,
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": known.get("Arn", f"arn:aws:iam::{account}:role/{role}"),
                "accountId": account,
                "userName": role,
            }
        },
    }


def _json(body: bytes) -> dict:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return {}
