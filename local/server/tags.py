"""The limits of repository tags, which MiniStack does not validate: 50 tags, and the format of keys and values; and
the name of a missing repository in the error, which MiniStack omits.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
"""

import re

from ministack.services import ecr
from moto.ecr.exceptions import RepositoryNotFoundException

from ecr_api import EcrError, answer_of, operation
from pinned import private

MAX_TAGS = 50
# Letters, digits and spaces of any script, and these characters.
ALLOWED = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)


def install() -> None:
    operation("TagResource", _tag)
    operation("UntagResource", _untag)
    operation("ListTagsForResource", _list)


def _tag(request: dict) -> dict:
    record = _repository(request)
    for tag in request["tags"]:
        key, value = tag["Key"], tag.get("Value", "")
        is_sound = 1 <= len(key) <= 128 and len(value) <= 256 and ALLOWED.fullmatch(key) and ALLOWED.fullmatch(value)
        if not is_sound or key.lower().startswith("aws:"):
            raise EcrError("InvalidTagParameterException", f"The tag {key!r} with the value {value!r} is not valid")
    keys = {tag["Key"] for tag in record.get("tags", [])} | {tag["Key"] for tag in request["tags"]}
    if len(keys) > MAX_TAGS:
        raise EcrError("TooManyTagsException", f"A repository has at most {MAX_TAGS} tags")
    return answer_of(private(ecr, "_tag_resource")(request))


def _untag(request: dict) -> dict:
    _repository(request)
    return answer_of(private(ecr, "_untag_resource")(request))


def _list(request: dict) -> dict:
    _repository(request)
    return answer_of(private(ecr, "_list_tags_for_resource")(request))


def _repository(request: dict) -> dict:
    arn = request["resourceArn"]
    if re.fullmatch(r"arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/.+", arn) is None:
        raise EcrError(
            "InvalidParameterException",
            "Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'",
        )
    record = private(ecr, "_find_repo_by_arn")(arn)
    if record is None:
        # The registry is that of the ARN, which may be another account's.
        raise RepositoryNotFoundException(arn.rpartition(":repository/")[2], arn.split(":")[4])
    return record
