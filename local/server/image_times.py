"""Images of earlier days, which tests need: annotations of the manifest set when an image was pushed and last pulled.

This is the local AWS's own. `local.pushed-at` and `local.pulled-at` are times such as `2026-11-01T12:00:00Z`, and are
read at the first push of the image. A time that cannot be read is an error.
"""

import json
from datetime import datetime

from ministack.services import ecr

from ecr_api import EcrError
from image_events import on_push
from pinned import private
from pull_times import KEY

ANNOTATIONS = {"local.pushed-at": "imagePushedAt", "local.pulled-at": KEY}
# In MiniStack's record of an image: whether its annotations were read.
READ = "localTimesRead"


def install() -> None:
    on_push(_set_times)


def annotations_of(image: dict) -> dict:
    """The annotations of an image's manifest."""
    try:
        manifest = json.loads(image.get("imageManifest") or "{}")
    except ValueError:
        return {}
    found = manifest.get("annotations") if isinstance(manifest, dict) else None
    return found if isinstance(found, dict) else {}


def _set_times(name: str, digest: str, _tag: str | None) -> None:
    image = next((each for each in private(ecr, "_images").get(name, []) if each["imageDigest"] == digest), None)
    if image is None or image.get(READ):
        return
    image[READ] = True
    given = annotations_of(image)
    image.update({key: _time(name, given[name]) for name, key in ANNOTATIONS.items() if name in given})


def _time(annotation: str, text: str) -> int:
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())
    except (AttributeError, ValueError):
        raise EcrError("InvalidParameterException", f"The annotation {annotation} is not a time: {text}") from None
