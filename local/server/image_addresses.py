"""Addresses of images as task definitions, functions and projects name them, and the digest that each has now."""

import re

from ministack.core.responses import request_scope
from ministack.services import ecr

from pinned import private

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/docker-pull-ecr-image.html; the second form is dual-stack.
_ADDRESS = re.compile(
    r"(?P<account>\d{12})\.(?:dkr\.ecr|dkr-ecr)(?:-fips)?\.(?P<region>[a-z0-9-]+)"
    r"\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))"
    r"/(?P<repository>[^:@]+)(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def is_ecr_address(text: str) -> bool:
    """Whether the text is the address of an image in a private registry of ECR."""
    return _ADDRESS.fullmatch(text) is not None


def image_at(text: str) -> dict | None:
    """MiniStack's record of the image at an address; None if there is none. Without a tag or digest it is `latest`."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return None
    with request_scope(found["account"], found["region"]):
        images = list(private(ecr, "_images").get(found["repository"], []))
    tag = found["tag"] or "latest"
    for image in images:
        if image["imageDigest"] == found["digest"] or (found["digest"] is None and tag in image.get("imageTags", [])):
            return image
    return None


def digest_at(text: str) -> str | None:
    """The digest of the image at an address: the one that it names, else that of the image with its tag now."""
    found = _ADDRESS.fullmatch(text)
    if found is not None and found["digest"] is not None:
        return found["digest"]
    image = image_at(text)
    return None if image is None else image["imageDigest"]


def with_digest(text: str) -> str | None:
    """The address with its digest instead of its tag; None if there is no such image."""
    digest, found = digest_at(text), _ADDRESS.fullmatch(text)
    return None if digest is None or found is None else f"{text[: found.end('repository')]}@{digest}"
