"""Whose the resource of a call is: a bucket may be another account's, and MiniStack says that it is the caller's.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
"""

from ministack.core import iam_evaluator
from ministack.services import s3

from pinned import private, replace

_KEYS = ("aws:resourceaccount", "s3:resourceaccount")
_BUCKETS = "arn:aws:s3:::"


def install() -> None:
    own = private(iam_evaluator, "_resolve_condition_key")
    owner_of = private(s3, "_bucket_owner_account")

    def resolve(key, context):
        if key.lower() not in _KEYS:
            return own(key, context)
        # What SimulateCustomPolicy was given.
        given = context.service_context.get(key.lower())
        if given is not None:
            return given
        arn = context.resource_arn or ""
        owner = owner_of(arn.removeprefix(_BUCKETS).split("/")[0]) if arn.startswith(_BUCKETS) else None
        return owner or own(key, context)

    replace("_resolve_condition_key", resolve, iam_evaluator)
