"""Image scans and their findings, which MiniStack does not support: on push, if that is effective, or by
StartImageScan.

The findings come from the image itself (scan_contents.py). The registry's scanning configuration determines whether a
scan is basic or enhanced (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html). An image is
scanned at most once in 24 hours, including the scan on push. Unconfirmed: the message of
UnsupportedImageTypeException, and that the current basic scanning has the status IN_PROGRESS while it runs.
"""

import contextvars
import threading
import time

from ministack.core.responses import get_account_id
from ministack.services import ecr

import image_events
import scan_events
from ecr_api import EcrError, operation, repository
from pinned import private
from registry_scanning import configuration as registry_configuration
from registry_scanning import in_effect as scanning_in_effect
from scan_contents import contents_of, is_scannable
from scan_findings import basic, enhanced, severity_counts

SECONDS_OF_A_SCAN = 0.3
DAY = 24 * 60 * 60
# The key of the last scan in MiniStack's record of an image.
KEY = "localScan"


def install() -> None:
    operation("StartImageScan", _start)
    operation("DescribeImageScanFindings", _describe)
    image_events.on_push(_scan_on_push)


def _scan_on_push(name: str, digest: str, _tag: str | None) -> None:
    record = repository(name)
    image = _image(record, {"imageDigest": digest})
    frequency = scanning_in_effect(record)["scanFrequency"]
    if frequency != "MANUAL" and is_scannable(image) and not _was_scanned_today(image):
        _begin(record, image, frequency)


def _start(request: dict) -> dict:
    record = repository(request["repositoryName"])
    image = _image(record, request["imageId"])
    if registry_configuration()["scanType"] == "ENHANCED":
        # The message of ECR (alexjurkiewicz/ecr-scan-image#44).
        raise EcrError("ValidationException", "This feature is disabled")
    if not is_scannable(image):
        raise EcrError("UnsupportedImageTypeException", "Images of this media type cannot be scanned")
    if _was_scanned_today(image):
        raise EcrError("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.")
    _begin(record, image, "MANUAL")
    return {**_identity(request, image), "imageScanStatus": {"status": image[KEY]["status"]}}


def _was_scanned_today(image: dict) -> bool:
    return KEY in image and time.time() - image[KEY]["startedAt"] < DAY


def _begin(record: dict, image: dict, frequency: str) -> None:
    scan_type = registry_configuration()["scanType"]
    image[KEY] = {
        "type": scan_type,
        "frequency": frequency,
        "startedAt": time.time(),
        "status": "IN_PROGRESS" if scan_type == "BASIC" else "PENDING",
        "description": "",
    }
    # The context has the account and region of the request.
    timer = threading.Timer(SECONDS_OF_A_SCAN, contextvars.copy_context().run, (_finish, record, image))
    timer.daemon = True
    timer.start()


def _finish(record: dict, image: dict) -> None:
    if not any(each is image for each in private(ecr, "_images").get(record["repositoryName"], [])):
        return
    contents = contents_of(record["repositoryName"], image)
    scan = image[KEY]
    if contents["status"] == "COMPLETE" and scan["frequency"] == "CONTINUOUS_SCAN":
        contents = {**contents, "status": "ACTIVE", "description": "Continuous scan is selected for image."}
    image[KEY] = {**scan, **contents, "completedAt": int(time.time())}
    scan_events.send(record, image, image[KEY])


def _describe(request: dict) -> dict:
    name = request["repositoryName"]
    record = repository(name)
    image = _image(record, request["imageId"])
    if KEY not in image:
        raise EcrError(
            "ScanNotFoundException",
            f"Image scan does not exist for the image with '{_words_of(request['imageId'])}' in the repository with "
            f"name '{name}' in the registry with id '{record['registryId']}'",
        )
    scan = image[KEY]
    answer = {
        **_identity(request, image),
        "imageScanStatus": {"status": scan["status"], "description": scan["description"]},
    }
    if scan["status"] not in ("COMPLETE", "ACTIVE"):
        return answer
    key, make = ("findings", basic) if scan["type"] == "BASIC" else ("enhancedFindings", enhanced)
    found = make(record, image, scan)
    first, limit = _offset(request.get("nextToken")), request.get("maxResults", 100)
    answer["imageScanFindings"] = {
        "imageScanCompletedAt": scan["completedAt"],
        "vulnerabilitySourceUpdatedAt": scan["completedAt"],
        "findingSeverityCounts": severity_counts(found),
        key: found[first : first + limit],
    }
    if first + limit < len(found):
        answer["nextToken"] = str(first + limit)
    return answer


def _offset(token: str | None) -> int:
    if token is not None and not token.isdecimal():
        raise EcrError("InvalidParameterException", "Invalid parameter at 'nextToken'")
    return int(token or 0)


def _identity(request: dict, image: dict) -> dict:
    return {
        "registryId": get_account_id(),
        "repositoryName": request["repositoryName"],
        "imageId": {**request["imageId"], "imageDigest": image["imageDigest"]},
    }


def _image(record: dict, image_id: dict) -> dict:
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if not digest and not tag:
        raise EcrError("InvalidParameterException", "Invalid parameter at 'imageId': a digest or a tag is required")
    for image in private(ecr, "_images").get(record["repositoryName"], []):
        if digest in (None, image["imageDigest"]) and (not tag or tag in image.get("imageTags", [])):
            return image
    raise EcrError(
        "ImageNotFoundException",
        f"The image with imageId {_words_of(image_id)} does not exist within the repository with name "
        f"'{record['repositoryName']}' in the registry with id '{record['registryId']}'",
    )


def _words_of(image_id: dict) -> str:
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"
