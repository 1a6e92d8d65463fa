"""Last pull times (`lastRecordedPullTime` of DescribeImages), which MiniStack does not record.

A pull is a GET of a manifest by the registry API, or BatchGetImage. AWS records it at most once in 24 hours; here it is
recorded immediately. If DescribeImages requests an image that does not exist, the whole call fails
(ImageNotFoundException among the errors of
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html); MiniStack omits the image.
"""

import time

from ministack.core.responses import get_account_id
from ministack.services import ecr
from moto.ecr.exceptions import ImageNotFoundException

from ecr_api import answer_of, operation, repository
from image_sizes import size_of
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
    name = request["repositoryName"]
    repository(name)
    for wanted in request.get("imageIds") or []:
        if private(ecr, "_find_image")(name, wanted) is None:
            raise ImageNotFoundException(_words(wanted), name, get_account_id())
    answer = answer_of(private(ecr, "_describe_images")(request))
    images = {each["imageDigest"]: each for each in private(ecr, "_images").get(name, [])}
    for detail in answer["imageDetails"]:
        image = images[detail["imageDigest"]]
        detail["imageSizeInBytes"] = size_of(image, list(images.values()))
        if image.get(KEY) is not None:
            detail[KEY] = image[KEY]
    return answer


def _words(image_id: dict) -> str:
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"
