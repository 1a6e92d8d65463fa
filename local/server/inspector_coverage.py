"""What Amazon Inspector knows of the images in ECR, of which MiniStack knows nothing: ListCoverage and
GetClustersForImage, and the account's state in BatchGetAccountStatus.

https://docs.aws.amazon.com/inspector/v2/APIReference/API_EcrContainerImageMetadata.html. Where a container runs is the local
AWS's own: the annotation `local.in-use` of an image's manifest, JSON such as
`[{"cluster": "arn:aws:eks:...:cluster/prod", "at": "2026-11-01T12:00:00Z", "namespace": "shop", "workload": "orders",
"pods": 2}]`.

Inspector is not enabled until a test calls Enable with ECR. Unconfirmed: what it answers until then (here: an empty list,
because ListCoverage declares no error for it, and AccessDeniedException for GetClustersForImage, which does).
"""

import json
from datetime import datetime

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecr, inspector2

from image_times import annotations_of
from pinned import private
from pull_times import KEY as PULLED
from registry_scanning import in_effect
from scan_contents import is_scannable

ANNOTATION = "local.in-use"
MAX_COVERAGE, MAX_CLUSTERS = 200, 100


def install() -> None:
    handlers = private(inspector2, "_path_handlers")
    handlers["/coverage/list"] = _list
    handlers["/cluster/get"] = _clusters
    own = private(inspector2, "_batch_get_account_status")

    def batch_get_account_status(data, account_id):
        body = json.loads(own(data, account_id)[2])
        for account in body["accounts"]:
            states = [each["status"] for each in account["resourceState"].values()]
            account["state"]["status"] = "ENABLED" if "ENABLED" in states else "DISABLED"
        return json_response(body)

    handlers["/status/batch/get"] = batch_get_account_status


def _is_enabled() -> bool:
    return private(inspector2, "_get_config")(get_account_id())["ecr"]["status"] == "ENABLED"


def _list(data: dict, account_id: str) -> tuple:
    criteria = data.get("filterCriteria") or {}
    found = [each for each in _coverage(account_id) if _is_selected(each, criteria)] if _is_enabled() else []
    page, token = _paged(data, found, MAX_COVERAGE)
    return json_response({"coveredResources": page, **token})


def _paged(data: dict, entries: list, most: int) -> tuple[list, dict]:
    limit, first = min(data.get("maxResults") or 100, most), int(data.get("nextToken") or 0)
    left = len(entries) > first + limit
    return entries[first : first + limit], {"nextToken": str(first + limit)} if left else {}


def _coverage(account_id: str):
    for name, images in private(ecr, "_images").items():
        record = private(ecr, "_repositories").get(name)
        frequency = in_effect(record)["scanFrequency"] if record is not None else "MANUAL"
        # Inspector does not know images of several architectures.
        for image in (each for each in images if record is not None and is_scannable(each)):
            uses = _uses(image)
            yield {
                "resourceType": "AWS_ECR_CONTAINER_IMAGE",
                "resourceId": _resource_id(name, image, account_id),
                "accountId": account_id,
                "scanType": "PACKAGE",
                "scanStatus": {"statusCode": "ACTIVE", "reason": "SUCCESSFUL"},
                "resourceMetadata": {
                    "ecrRepository": {"name": name, "scanFrequency": frequency},
                    "ecrImage": {
                        "tags": list(image.get("imageTags") or []),
                        **({"imagePulledAt": image[PULLED]} if PULLED in image else {}),
                        **({"lastInUseAt": max(each["at"] for each in uses)} if uses else {}),
                        "inUseCount": sum(each["pods"] for each in uses),
                    },
                },
            }


def _resource_id(name: str, image: dict, account_id: str) -> str:
    return f"arn:aws:ecr:{get_region()}:{account_id}:repository/{name}/{image['imageDigest']}"


def _uses(image: dict) -> list:
    given = json.loads(annotations_of(image).get(ANNOTATION, "[]"))
    return [{"pods": 1, **each, "at": datetime.fromisoformat(each["at"].replace("Z", "+00:00")).timestamp()} for each in given]


def _is_selected(coverage: dict, criteria: dict) -> bool:
    """All criteria, and of each any condition."""
    image = coverage["resourceMetadata"]["ecrImage"]
    texts = {
        "resourceType": [coverage["resourceType"]],
        "resourceId": [coverage["resourceId"]],
        "accountId": [coverage["accountId"]],
        "scanType": [coverage["scanType"]],
        "scanStatusCode": [coverage["scanStatus"]["statusCode"]],
        "scanStatusReason": [coverage["scanStatus"]["reason"]],
        "ecrRepositoryName": [coverage["resourceMetadata"]["ecrRepository"]["name"]],
        "ecrImageTags": image["tags"],
    }
    numbers = {
        "ecrImageInUseCount": image["inUseCount"],
        "ecrImageLastInUseAt": image.get("lastInUseAt"),
        "imagePulledAt": image.get("imagePulledAt"),
    }
    return all(
        any(
            _is_text(each, texts[name]) if name in texts else _is_within(each, numbers.get(name))
            for each in conditions
        )
        for name, conditions in criteria.items()
    )


def _is_text(condition: dict, values: list) -> bool:
    return (condition["value"] in values) == (condition["comparison"] == "EQUALS")


def _is_within(condition: dict, value: float | None) -> bool:
    if value is None:
        return False
    lower = condition.get("lowerInclusive", condition.get("startInclusive", value))
    upper = condition.get("upperInclusive", condition.get("endInclusive", value))
    return lower <= value <= upper


def _clusters(data: dict, account_id: str) -> tuple:
    if not _is_enabled():
        return error_response_json("AccessDeniedException", "Amazon Inspector is not enabled for this account.", 403)
    wanted = (data.get("filter") or {}).get("resourceId")
    uses = [
        use
        for name, images in private(ecr, "_images").items()
        for image in images
        if _resource_id(name, image, account_id) == wanted
        for use in _uses(image)
    ]
    page, token = _paged(data, [_cluster(use) for use in uses], MAX_CLUSTERS)
    return json_response({"cluster": page, **token})


def _cluster(use: dict) -> dict:
    workloads = [{"name": use["workload"], "type": "Deployment"}] if "workload" in use else []
    metadata = {"awsEksMetadataDetails": {"namespace": use.get("namespace", "default"), "workloadInfoList": workloads}}
    detail = {"lastInUse": use["at"], "runningUnitCount": use["pods"], "stoppedUnitCount": 0, "clusterMetadata": metadata}
    return {"clusterArn": use["cluster"], "clusterDetails": [detail]}
