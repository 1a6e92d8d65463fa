"""The key of a repository that is encrypted with KMS and names none: the AWS managed key `alias/aws/ecr`, whose ARN ECR
returns (https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html); MiniStack returns no key.
"""

import uuid

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecr

from pinned import private, replace

KEY = "encryptionConfiguration"


def install() -> None:
    own = private(ecr, "_create_repository")

    def create_repository(request):
        encryption = request.get(KEY) or {}
        if encryption.get("encryptionType", "AES256") == "AES256" or encryption.get("kmsKey"):
            return own(request)
        return own({**request, KEY: {**encryption, "kmsKey": _managed_key()}})

    replace("_create_repository", create_repository, ecr)


def _managed_key() -> str:
    # One key for each account and region.
    name = uuid.uuid5(uuid.NAMESPACE_URL, f"{get_account_id()} {get_region()} alias/aws/ecr")
    return f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{name}"
