"""The archive storage class of images (UpdateImageStorageClass), which MiniStack does not have.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UpdateImageStorageClass.html. DescribeImages and ListImages return
active images only, unless they ask for another status. An image that a manifest list references cannot be archived
before the list. AWS takes up to 20 minutes to restore an image; here it is active at once. An archived image can still
be pulled here, and the minimum of 90 days is not checked.
"""

import time

from ministack.core.responses import get_account_id
from moto.ecr.exceptions import ImageNotFoundException

from ecr_api import EcrError, operation, repository
from image_status import ACTIVATED_AT, ARCHIVED_AT, STATUS, status_of
from images import find, referencing_lists, words_of


def install() -> None:
    operation("UpdateImageStorageClass", _update)


def _update(request: dict) -> dict:
    name, wanted = request["repositoryName"], request["imageId"]
    repository(name)
    image = find(name, wanted)
    if image is None:
        raise ImageNotFoundException(words_of(wanted), name, get_account_id())
    before, after = status_of(image), "ARCHIVED" if request["targetStorageClass"] == "ARCHIVE" else "ACTIVE"
    lists = referencing_lists(name).get(image["imageDigest"], [])
    active = [each for each in lists if status_of(find(name, {"imageDigest": each}) or {}) == "ACTIVE"]
    if after == "ARCHIVED" and active:
        raise EcrError(
            "ImageStorageClassUpdateNotSupportedException",
            f"Requested image referenced by manifest list: [{', '.join(active)}]",
        )
    if before != after:
        image[STATUS] = after
        image[ARCHIVED_AT if after == "ARCHIVED" else ACTIVATED_AT] = int(time.time())
    return {
        "registryId": get_account_id(),
        "repositoryName": name,
        "imageId": {**wanted, "imageDigest": image["imageDigest"]},
        "imageStatus": after,
    }
