"""Code of functions in a bucket of another account; MiniStack looks in the buckets of the function's own account.

Lambda reads it with the rights of whoever creates the function, so the bucket's policy must allow that account
(https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html).
"""

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import lambda_svc, s3

from pinned import private, replace


def install() -> None:
    own = private(lambda_svc, "_fetch_code_from_s3")

    def fetch_code(bucket, key, version_id=None):
        owner, caller = private(s3, "_bucket_owner_account")(bucket), get_account_id()
        if owner is None or owner == caller:
            return own(bucket, key, version_id)
        if not private(s3, "_foreign_bucket_allows")(owner, bucket, key, "GET", {}, caller):
            return None
        with request_scope(owner, get_region()):
            return own(bucket, key, version_id)

    replace("_fetch_code_from_s3", fetch_code, lambda_svc)
