"""The size of an image: the sum of its layers and its configuration; for an image index the size of its largest image
(imageSizeInBytes of https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html); MiniStack
returns the length of the manifest.
"""

import json


def size_of(image: dict, images: list) -> int:
    """The size of one of a repository's images, in bytes."""
    try:
        manifest = json.loads(image.get("imageManifest") or "{}")
    except ValueError:
        return 0
    if "manifests" in manifest:
        parts = {part.get("digest") for part in manifest["manifests"]}
        return max((size_of(each, []) for each in images if each["imageDigest"] in parts), default=0)
    blobs = [*(manifest.get("layers") or []), manifest.get("config") or {}]
    return sum(int(blob.get("size") or 0) for blob in blobs)
