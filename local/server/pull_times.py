"""Last pull times (`lastRecordedPullTime` of DescribeImages), which MiniStack does not record.

A pull is a GET of a manifest by the registry API, or BatchGetImage, which only reads the manifest
(https://github.com/aws/containers-roadmap/issues/2390), unless the caller is excluded (pull_time_exclusions.py). AWS
records it at most once in 24 hours; here it is recorded immediately. Here are also the details of DescribeImages
(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html); images.py selects the images.
"""

import time

from ministack.core.responses import get_account_id
from ministack.services import ecr

from ecr_api import answer_of, operation, repository
from image_sizes import size_of
from image_status import status_of, times_of
from images import described, images_of, tags_of
from pinned import private, replace
from pull_time_exclusions import is_recorded

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
    if not is_recorded():
        return
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
    page, token = described(request)
    images = images_of(name)
    details = [_detail(name, image, images) for image in page]
    return {"imageDetails": details, **({} if token is None else {"nextToken": token})}


def _detail(name: str, image: dict, images: list) -> dict:
    media_type, tags = image["imageManifestMediaType"], tags_of(image)
    return {
        "registryId": get_account_id(),
        "repositoryName": name,
        "imageDigest": image["imageDigest"],
        # An untagged image has no list of tags, not an empty one.
        **({"imageTags": list(tags)} if tags else {}),
        "imageSizeInBytes": size_of(image, images),
        "imagePushedAt": image["imagePushedAt"],
        "imageManifestMediaType": media_type,
        "artifactMediaType": media_type,
        "imageStatus": status_of(image),
        **times_of(image),
        **({} if image.get(KEY) is None else {KEY: image[KEY]}),
    }
