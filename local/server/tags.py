"""The limits of a repository's tags, which MiniStack takes as they come: 50 tags, and the grammar of both parts.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
"""

import re

from ministack.services import ecr

from ecr_api import EcrError, answer_of, operation
from pinned import private

MOST_TAGS = 50
# Letters, digits and spaces of any script, and these signs.
ALLOWED = re.compile(r"[\w\s.:/=+\-@]*", re.UNICODE)


def install() -> None:
    operation("TagResource", _tag)


def _tag(request: dict) -> dict:
    record = private(ecr, "_find_repo_by_arn")(request["resourceArn"])
    for tag in request["tags"]:
        key, value = tag["Key"], tag.get("Value", "")
        is_sound = 1 <= len(key) <= 128 and len(value) <= 256 and ALLOWED.fullmatch(key) and ALLOWED.fullmatch(value)
        if not is_sound or key.lower().startswith("aws:"):
            raise EcrError("InvalidTagParameterException", f"The tag {key!r} with the value {value!r} is not valid")
    if record is not None:
        keys = {tag["Key"] for tag in record.get("tags", [])} | {tag["Key"] for tag in request["tags"]}
        if len(keys) > MOST_TAGS:
            raise EcrError("TooManyTagsException", f"A repository has at most {MOST_TAGS} tags")
    return answer_of(private(ecr, "_tag_resource")(request))
