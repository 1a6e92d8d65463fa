"""Lifecycle policy previews, which MiniStack does not support.

All rules are evaluated together, then applied by priority: an image that matches a rule's selection cannot be expired
by a rule of lower priority (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html). A preview
is IN_PROGRESS in the first response, because AWS's takes a while.
"""

import json
import re
import time

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ecr
from moto.ecr.exceptions import LifecyclePolicyNotFoundException

import pull_times
from ecr_api import EcrError, operation, repository
from image_status import ACTIVATED_AT, ARCHIVED_AT, status_of
from lifecycle_grammar import check_lifecycle_policy
from pinned import private

DAY = 24 * 60 * 60
_previews = AccountRegionScopedDict()


def install() -> None:
    operation("StartLifecyclePolicyPreview", _start)
    operation("GetLifecyclePolicyPreview", _get)


def _start(request: dict) -> dict:
    name = request["repositoryName"]
    record = repository(name)
    text = request.get("lifecyclePolicyText") or private(ecr, "_lifecycle_policies").get(name)
    if text is None:
        raise LifecyclePolicyNotFoundException(name, get_account_id())
    check_lifecycle_policy(text)
    if (_preview_of(record) or {}).get("status") == "IN_PROGRESS":
        raise EcrError(
            "LifecyclePolicyPreviewInProgressException",
            f"A lifecycle policy preview for the repository with name '{name}' is already in progress",
        )
    _previews[name] = {
        "repository": record,
        "status": "IN_PROGRESS",
        "text": text,
        "results": affected(json.loads(text)["rules"], private(ecr, "_images").get(name, []), time.time()),
    }
    return {**_identity(name), "lifecyclePolicyText": text, "status": "IN_PROGRESS"}


def _get(request: dict) -> dict:
    name = request["repositoryName"]
    preview = _preview_of(repository(name))
    if preview is None:
        raise EcrError(
            "LifecyclePolicyPreviewNotFoundException",
            f"Lifecycle policy preview does not exist for the repository with name '{name}' in the registry with id "
            f"'{get_account_id()}'",
        )
    if preview["status"] == "IN_PROGRESS":
        _previews[name] = {**preview, "status": "COMPLETE"}
        return {**_identity(name), "lifecyclePolicyText": preview["text"], "status": "IN_PROGRESS"}
    results = [each for each in preview["results"] if _is_wanted(each, request)]
    limit, first = request.get("maxResults", 100), int(request.get("nextToken") or 0)
    answer = {
        **_identity(name),
        "lifecyclePolicyText": preview["text"],
        "status": "COMPLETE",
        "previewResults": results[first : first + limit],
        "summary": _summary(preview["results"]),
    }
    if first + limit < len(results):
        answer["nextToken"] = str(first + limit)
    return answer


def _is_wanted(result: dict, request: dict) -> bool:
    """Whether the request's images, by digest or tag, and its tag status select a result."""
    tags, wanted = result["imageTags"], request.get("imageIds")
    status = (request.get("filter") or {}).get("tagStatus") or "ANY"
    if status != "ANY" and (status == "TAGGED") != bool(tags):
        return False
    return not wanted or any(
        each.get("imageDigest") == result["imageDigest"] or each.get("imageTag") in tags for each in wanted
    )


def _preview_of(record: dict) -> dict | None:
    """The preview of this repository, not of an earlier one with the same name."""
    preview = _previews.get(record["repositoryName"])
    return preview if preview is not None and preview["repository"] is record else None


def _identity(name: str) -> dict:
    return {"registryId": get_account_id(), "repositoryName": name}


def _summary(results: list) -> dict:
    archived = [result for result in results if result["action"]["type"] == "TRANSITION"]
    summary: dict = {"expiringImageTotalCount": len(results) - len(archived)}
    if archived:
        summary["transitioningImageTotalCounts"] = [
            {"targetStorageClass": "ARCHIVE", "imageTotalCount": len(archived)}
        ]
    return summary


def affected(rules: list, images: list, now: float) -> list:
    """The images that the rules expire or archive, each with its rule."""
    # Times have a resolution of one second; of images with the same time the later in the list is the newer.
    newest_first = sorted(reversed(images), key=lambda image: image.get("imagePushedAt", 0), reverse=True)
    results: list = []
    taken: set = set()
    for rule in sorted(rules, key=lambda each: each["rulePriority"]):
        selection = rule["selection"]
        # An image of an earlier rule still counts, "as if it had not been expired", but this rule cannot expire it.
        matched = [image for image in newest_first if _selects(selection, image)]
        due = [image for image in _due(selection, matched, now) if image["imageDigest"] not in taken]
        results += [_result(image, rule) for image in due]
        taken |= {image["imageDigest"] for image in matched}
    return results


def _selects(selection: dict, image: dict) -> bool:
    tags = image.get("imageTags") or []
    # A rule without a storage class is one about images that are not archived.
    if (selection.get("storageClass") == "archive") != (status_of(image) == "ARCHIVED"):
        return False
    if selection["tagStatus"] != "tagged":
        return selection["tagStatus"] == "any" or not tags
    patterns = selection.get("tagPatternList") or [f"{prefix}*" for prefix in selection["tagPrefixList"]]
    # Every entry must match some tag of the image.
    return all(any(_matches(pattern, tag) for tag in tags) for pattern in patterns)


def _matches(pattern: str, tag: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), tag) is not None


def _due(selection: dict, newest_first: list, now: float) -> list:
    number = selection["countNumber"]
    if selection["countType"] == "imageCountMoreThan":
        return newest_first[number:]
    return [image for image in newest_first if now - _counted_from(selection["countType"], image, now) > number * DAY]


def _counted_from(count_type: str, image: dict, now: float) -> float:
    pushed = image.get("imagePushedAt", now)
    if count_type == "sinceImageTransitioned":
        return image.get(ARCHIVED_AT, now)
    if count_type == "sinceImagePulled":
        # An image that was never pulled counts from its push, and one that was restored not from before that.
        return max(image.get(pull_times.KEY, pushed), image.get(ACTIVATED_AT, 0))
    return pushed


def _result(image: dict, rule: dict) -> dict:
    is_transition = rule["action"]["type"] == "transition"
    return {
        "imageTags": list(image.get("imageTags") or []),
        "imageDigest": image["imageDigest"],
        "imagePushedAt": image.get("imagePushedAt", 0),
        "action": {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"} if is_transition else {"type": "EXPIRE"},
        "appliedRulePriority": rule["rulePriority"],
        "storageClass": "ARCHIVE" if status_of(image) == "ARCHIVED" else "STANDARD",
    }
