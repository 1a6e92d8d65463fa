"""The images of a repository: ListImages and DescribeImages in pages and with filters, BatchGetImage and
BatchDeleteImage by tag, digest or both, and the manifest of PutImage. MiniStack returns all images in one page, and
deletes the image if one of its tags is deleted.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html: a tag is removed, and the image with
its last tag; a digest deletes the image and all its tags. An image that a manifest list references cannot be
deleted (containers-roadmap#1567). Images are in the order of their first push; ECR documents no order. Unconfirmed:
ImageNotFound, as in moto, for a digest with the tag of another image; the token of a page survives deletions.
"""

import base64
import itertools
import json
import re

from ministack.core.responses import get_account_id, json_response
from ministack.services import ecr
from moto.ecr.exceptions import ImageNotFoundException

from ecr_api import EcrError, answer_of, operation, repository
from image_status import status_of
from pinned import private, replace

DEFAULT_PAGE = 100
# The key of an image's place among all images, in MiniStack's record of it.
ORDER = "localOrder"
_places = itertools.count(1)
DIGEST = re.compile(r"[0-9a-zA-Z_+.-]+:[0-9a-fA-F]{64}")


def install() -> None:
    operation("ListImages", _list)
    replace("_batch_get_image", _batch_get, ecr)
    replace("_batch_delete_image", _batch_delete, ecr)
    operation("BatchDeleteImage", lambda request: answer_of(private(ecr, "_batch_delete_image")(request)))


def images_of(name: str) -> list:
    """MiniStack's records of the images of a repository, which is the list itself."""
    images = private(ecr, "_images").get(name, [])
    for image in images:
        if ORDER not in image:
            image[ORDER] = next(_places)
    return images


def tags_of(image: dict) -> list:
    return image.get("imageTags") or []


def described(request: dict) -> tuple[list, str | None]:
    """The images that DescribeImages returns, and the token of the next page."""
    name, wanted = request["repositoryName"], request.get("imageIds") or []
    if not wanted:
        chosen = [image for image in images_of(name) if _is_selected(image, request)]
        return _page(request, [((image[ORDER], ""), image) for image in chosen])
    for option in ("maxResults", "nextToken"):
        if request.get(option) is not None:
            raise EcrError("InvalidParameterException", f"imageIds cannot be used with {option}")
    found = []
    for each in wanted:
        image = find(name, each)
        if image is None:
            raise ImageNotFoundException(words_of(each), name, get_account_id())
        if image not in found:
            found.append(image)
    return found, None


def find(name: str, image_id: dict) -> dict | None:
    """The image with this digest and this tag, as far as they are given."""
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if digest is None and tag is None:
        return None
    for image in images_of(name):
        if digest in (None, image["imageDigest"]) and (tag is None or tag in tags_of(image)):
            return image
    return None


def _list(request: dict) -> dict:
    """One entry for each tag of an image; one without a tag for an untagged image."""
    name = request["repositoryName"]
    repository(name)
    chosen = [image for image in images_of(name) if _is_selected(image, request)]
    page, token = _page(
        request,
        [
            ((image[ORDER], tag or ""), _image_id(image, tag))
            for image in chosen
            for tag in sorted(tags_of(image)) or [None]
        ],
    )
    return {"imageIds": page, **({} if token is None else {"nextToken": token})}


def _image_id(image: dict, tag: str | None) -> dict:
    return {"imageDigest": image["imageDigest"], **({} if tag is None else {"imageTag": tag})}


def _is_selected(image: dict, request: dict) -> bool:
    chosen = request.get("filter") or {}
    status = chosen.get("tagStatus") or "ANY"
    # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImagesFilter.html
    has_status = (chosen.get("imageStatus") or "ACTIVE") in (status_of(image), "ANY")
    return has_status and (status == "ANY" or (status == "TAGGED") == bool(tags_of(image)))


def _page(request: dict, entries: list) -> tuple[list, str | None]:
    """A page of entries, each with its place. The token is the last place: deletions between pages skip nothing."""
    limit = request.get("maxResults") or DEFAULT_PAGE
    after = _decoded(request["nextToken"]) if request.get("nextToken") else (0, "")
    rest = [(place, entry) for place, entry in entries if place > after]
    page = [entry for _, entry in rest[:limit]]
    if len(rest) <= limit:
        return page, None
    return page, base64.urlsafe_b64encode(json.dumps(rest[limit - 1][0]).encode()).decode()


def _decoded(token: str) -> tuple[int, str]:
    try:
        image, tag = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        return int(image), str(tag)
    except (TypeError, ValueError):
        raise EcrError("InvalidParameterException", "Invalid parameter at 'nextToken'") from None


def _batch_get(request: dict) -> tuple:
    name, images, failures = request["repositoryName"], [], []
    repository(name)
    for wanted in request["imageIds"]:
        image = find(name, wanted)
        failure = _failure(name, wanted)
        if failure is not None:
            failures.append(failure)
            continue
        tag = wanted.get("imageTag") or next(iter(tags_of(image)), None)
        images.append(
            {
                "registryId": get_account_id(),
                "repositoryName": name,
                "imageId": _image_id(image, tag),
                "imageManifest": image.get("imageManifest", "{}"),
                "imageManifestMediaType": image["imageManifestMediaType"],
            }
        )
    return json_response({"images": images, "failures": failures})


def _batch_delete(request: dict) -> tuple:
    name, deleted, failures = request["repositoryName"], [], []
    repository(name)
    # Of the state before the call: a list and its images in one call leave the images.
    lists = referencing_lists(name)
    for wanted in request["imageIds"]:
        failure = _failure(name, wanted)
        image = None if failure else find(name, wanted)
        is_whole = image is not None and ("imageDigest" in wanted or len(tags_of(image)) == 1)
        if is_whole and image["imageDigest"] in lists:
            reason = f"Requested image referenced by manifest list: [{', '.join(lists[image['imageDigest']])}]"
            failure = {"imageId": wanted, "failureCode": "ImageReferencedByManifestList", "failureReason": reason}
        if failure is not None:
            failures.append(failure)
        elif is_whole:
            deleted += [_image_id(image, tag) for tag in tags_of(image) or [None]]
            images_of(name).remove(image)
            private(ecr, "_manifest_blobs").get(name, {}).pop(image["imageDigest"], None)
        else:
            deleted.append(_image_id(image, wanted["imageTag"]))
            tags_of(image).remove(wanted["imageTag"])
    return json_response({"imageIds": deleted, "failures": failures})


def _failure(name: str, wanted: dict) -> dict | None:
    digest = wanted.get("imageDigest")
    if digest is None and wanted.get("imageTag") is None:
        code, reason = "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"
    elif digest is not None and DIGEST.fullmatch(digest) is None:
        code = "InvalidImageDigest"
        reason = (
            "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
        )
    elif find(name, wanted) is None:
        code, reason = "ImageNotFound", "Requested image not found"
    else:
        return None
    return {"imageId": wanted, "failureCode": code, "failureReason": reason}


def referencing_lists(name: str) -> dict:
    """The digests of the manifest lists that reference an image, by the image's digest."""
    found: dict = {}
    for image in images_of(name):
        try:
            manifest = json.loads(image.get("imageManifest") or "{}")
        except ValueError:
            continue
        for part in manifest.get("manifests") or [] if isinstance(manifest, dict) else []:
            found.setdefault(part.get("digest"), []).append(image["imageDigest"])
    return found


def with_media_type(request: dict) -> dict:
    """PutImage with the manifest's media type, which must be in one of the two; raises ECR's errors."""
    try:
        manifest = json.loads(request["imageManifest"])
    except ValueError:
        raise EcrError(
            "InvalidParameterException",
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        ) from None
    media_type = request.get("imageManifestMediaType") or (
        manifest.get("mediaType") if isinstance(manifest, dict) else None
    )
    if media_type is None:
        raise EcrError(
            "InvalidParameterException", "image manifest mediatype not provided in manifest or parameter"
        )
    return {**request, "imageManifestMediaType": media_type}


def words_of(image_id: dict) -> str:
    """An image ID as in ECR's messages."""
    digest, tag = image_id.get("imageDigest", "null"), image_id.get("imageTag", "null")
    return f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"
