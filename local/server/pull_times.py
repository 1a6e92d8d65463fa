"""When an image was last pulled: `lastRecordedPullTime` of DescribeImages, which MiniStack does not record.

A pull is a GET of a manifest by the registry's API, or BatchGetImage. AWS records it at most once in 24 hours; here it
is at once.
"""

import time

from ministack.services import ecr

from ecr_api import answer_of, operation
from pinned import private, replace

KEY = "lastRecordedPullTime"


def install() -> None:
    operation("BatchGetImage", _batch_get_image)
    operation("DescribeImages", _describe_images)
    own = private(ecr, "_v2_get_manifest")

    def get_manifest(name, ref):
        answer = own(name, ref)
        if answer[0] == 200:
            _record(name, answer[1]["Docker-Content-Digest"])
        return answer

    replace("_v2_get_manifest", get_manifest, ecr)


def _record(name: str, digest: str) -> None:
    for image in private(ecr, "_images").get(name, []):
        if image["imageDigest"] == digest:
            image[KEY] = int(time.time())


def _batch_get_image(request: dict) -> dict:
    answer = answer_of(private(ecr, "_batch_get_image")(request))
    for image in answer["images"]:
        _record(request["repositoryName"], image["imageId"]["imageDigest"])
    return answer


def _describe_images(request: dict) -> dict:
    answer = answer_of(private(ecr, "_describe_images")(request))
    pulled = {each["imageDigest"]: each.get(KEY) for each in private(ecr, "_images").get(request["repositoryName"], [])}
    for detail in answer["imageDetails"]:
        if pulled.get(detail["imageDigest"]) is not None:
            detail[KEY] = pulled[detail["imageDigest"]]
    return answer
