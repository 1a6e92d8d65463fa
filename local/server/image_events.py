"""EventBridge events of pushes and deletes (`ECR Image Action`), which MiniStack does not send.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html. The event of an untagged image has
no image-tag. Unconfirmed: deleting an image with several tags sends one event for each tag.
"""

import json

from ministack.services import ecr, eventbridge

from pinned import private, replace

# The limit of PutEvents.
MAX_ENTRIES = 10

_listeners: list = []


def install() -> None:
    _install_pushes()
    _install_deletes()


def on_push(listener) -> None:
    """Calls `listener(repository_name, image_digest, tag_or_none)` after every push, by either API."""
    _listeners.append(listener)


def send(source: str, detail_type: str, resources: list, details: list) -> None:
    """Sends one event for each detail to the default bus, as an AWS service."""
    entries = [
        {"Source": source, "DetailType": detail_type, "Resources": resources, "Detail": json.dumps(detail)}
        for detail in details
    ]
    for first in range(0, len(entries), MAX_ENTRIES):
        put_events = private(eventbridge, "_put_events")
        put_events({"Entries": entries[first : first + MAX_ENTRIES]}, allow_aws_source=True)


def _install_pushes() -> None:
    own_put_image, own_put_manifest = private(ecr, "_put_image"), private(ecr, "_v2_put_manifest")

    def put_image(request):
        answer = own_put_image(request)
        if answer[0] == 200:
            digest = json.loads(answer[2])["image"]["imageId"]["imageDigest"]
            _pushed(request["repositoryName"], digest, request.get("imageTag"))
        return answer

    def put_manifest(name, ref, headers, body):
        answer = own_put_manifest(name, ref, headers, body)
        if answer[0] == 201:
            _pushed(name, answer[1]["Docker-Content-Digest"], None if ref.startswith("sha256:") else ref)
        return answer

    replace("_put_image", put_image, ecr)
    replace("_v2_put_manifest", put_manifest, ecr)


def _pushed(name: str, digest: str, tag: str | None) -> None:
    _send_action("PUSH", name, digest, [tag])
    for listener in _listeners:
        listener(name, digest, tag)


def _install_deletes() -> None:
    own_delete_images, own_delete_manifest = private(ecr, "_batch_delete_image"), private(ecr, "_v2_delete_manifest")

    def delete_images(request):
        return _with_delete_events(request.get("repositoryName"), lambda: own_delete_images(request))

    def delete_manifest(name, ref):
        return _with_delete_events(name, lambda: own_delete_manifest(name, ref))

    replace("_batch_delete_image", delete_images, ecr)
    replace("_v2_delete_manifest", delete_manifest, ecr)


def _with_delete_events(name: str, delete):
    images = private(ecr, "_images")
    before = list(images.get(name, []))
    answer = delete()
    left = [image["imageDigest"] for image in images.get(name, [])]
    for image in before:
        if image["imageDigest"] not in left:
            _send_action("DELETE", name, image["imageDigest"], image.get("imageTags") or [None])
    return answer


def _send_action(action: str, name: str, digest: str, tags: list) -> None:
    details = [
        {
            "result": "SUCCESS",
            "repository-name": name,
            "image-digest": digest,
            "action-type": action,
            **({} if tag is None else {"image-tag": tag}),
        }
        for tag in tags
    ]
    send("aws.ecr", "ECR Image Action", [], details)
