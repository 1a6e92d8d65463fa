"""CloudTrail events of pushes (`PutImage`, by either API), which MiniStack does not record
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/logging-using-cloudtrail.html). AWS takes minutes; here an event
is available immediately. The local registry has no login, so every push is by the same user.
"""

import json
import time
import uuid

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail

from image_events import on_push
from pinned import private


def install() -> None:
    private(cloudtrail, "_get_event_queue")
    on_push(_record)


def _record(name: str, digest: str, tag: str | None) -> None:
    account, image_id = get_account_id(), {"imageDigest": digest, **({} if tag is None else {"imageTag": tag})}
    now, event_id = time.time(), str(uuid.uuid4())
    event = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{account}:user/local", "accountId": account},
        "eventTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
        "eventSource": "ecr.amazonaws.com",
        "eventName": "PutImage",
        "awsRegion": get_region(),
        "requestParameters": {"repositoryName": name, "registryId": account, **image_id},
        "responseElements": {"image": {"registryId": account, "repositoryName": name, "imageId": image_id}},
        "eventID": event_id,
        "eventType": "AwsApiCall",
        "readOnly": False,
    }
    private(cloudtrail, "_get_event_queue")().append(
        {
            "EventId": event_id,
            "EventName": "PutImage",
            "EventSource": "ecr.amazonaws.com",
            "EventTime": now,
            "Username": "local",
            "ReadOnly": "false",
            "Resources": [],
            "CloudTrailEvent": json.dumps(event),
        }
    )
