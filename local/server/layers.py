"""Uploads of layers by ECR's own operations, which MiniStack answers without keeping anything; `docker push` uses the
registry API.

Parts arrive in order, and the layer's digest is that of the uploaded bytes
(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CompleteLayerUpload.html). The smallest size of a part is
not checked.
"""

import base64
import hashlib
import re
import uuid

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ecr
from moto.ecr.exceptions import InvalidLayerPartException, UploadNotFoundException

from ecr_api import EcrError, operation, repository
from pinned import private

PART_SIZE = 10 * 1024 * 1024
MEDIA_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_uploads = AccountRegionScopedDict()


def install() -> None:
    operation("InitiateLayerUpload", _initiate)
    operation("UploadLayerPart", _upload)
    operation("CompleteLayerUpload", _complete)
    operation("BatchCheckLayerAvailability", _check)


def _initiate(request: dict) -> dict:
    repository(request["repositoryName"])
    upload = str(uuid.uuid4())
    _uploads[upload] = bytearray()
    return {"uploadId": upload, "partSize": PART_SIZE}


def _upload(request: dict) -> dict:
    parts = _upload_of(request)
    if request["partFirstByte"] != len(parts):
        name, upload = request["repositoryName"], request["uploadId"]
        message = InvalidLayerPartException(get_account_id(), name, upload, len(parts) - 1).message
        raise EcrError(
            "InvalidLayerPartException", message, {**_identity(request), "lastValidByteReceived": len(parts) - 1}
        )
    parts += base64.b64decode(request["layerPartBlob"])
    return {**_identity(request), "lastByteReceived": len(parts) - 1}


def _complete(request: dict) -> dict:
    parts = bytes(_upload_of(request))
    digest = f"sha256:{hashlib.sha256(parts).hexdigest()}"
    private(ecr, "_layer_blobs").setdefault(request["repositoryName"], {})[digest] = parts
    _uploads.pop(request["uploadId"])
    return {**_identity(request), "layerDigest": digest}


def _check(request: dict) -> dict:
    name, layers, failures = request["repositoryName"], [], []
    repository(name)
    kept = private(ecr, "_layer_blobs").get(name, {})
    for digest in request["layerDigests"]:
        if re.fullmatch(r"sha256:[a-f0-9]{64}", digest) is None:
            failures.append(_failure(digest, "InvalidLayerDigest", f"Invalid layer digest '{digest}'"))
        elif digest not in kept:
            failures.append(_failure(digest, "MissingLayerDigest", f"Layer digest '{digest}' could not be found"))
        else:
            size = len(kept[digest])
            layers.append(
                {
                    "layerDigest": digest,
                    "layerAvailability": "AVAILABLE",
                    "layerSize": size,
                    "mediaType": MEDIA_TYPE,
                }
            )
    return {"layers": layers, "failures": failures}


def _failure(digest: str, code: str, reason: str) -> dict:
    return {"layerDigest": digest, "failureCode": code, "failureReason": reason}


def _upload_of(request: dict) -> bytearray:
    repository(request["repositoryName"])
    if request["uploadId"] not in _uploads:
        raise UploadNotFoundException(request["uploadId"], request["repositoryName"], get_account_id())
    return _uploads[request["uploadId"]]


def _identity(request: dict) -> dict:
    return {
        "registryId": get_account_id(),
        "repositoryName": request["repositoryName"],
        "uploadId": request["uploadId"],
    }
