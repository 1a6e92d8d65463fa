"""What a function's role allows: the calls of functions are checked against their roles' policies, as IAM does; those of
everybody else are not. MiniStack checks everybody's or nobody's.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html. A function whose role does not exist has all
permissions, so that a test need not make one. Policies are read at each call: a change takes effect at once. Only
identity-based policies, permissions boundaries and the policies of buckets count; each call counts as one over TLS, which
the local AWS does not have.
"""

import hashlib
import json

from ministack import app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, router
from ministack.core.responses import get_account_id
from ministack.services import iam, lambda_svc, sts

from pinned import private, replace

# The operations of ECR on the registry, which support no resource
# (https://docs.aws.amazon.com/service-authorization/latest/reference/list_ecr.html).
OF_THE_REGISTRY = (
    "AccountSetting",
    "AuthorizationToken",
    "PullTimeUpdateExclusion",
    "PullTimeUpdateExclusions",
    "Registry",
    "RegistryPolicy",
    "RegistryScanningConfiguration",
    "ReplicationConfiguration",
)
_keys: set = set()


def install() -> None:
    own = private(lambda_runtime, "execution_credentials")
    replace("execution_credentials", lambda config: _session(config) or own(config), lambda_runtime, lambda_svc)
    dispatch = private(app, "_dispatch_service_request")

    async def dispatch_service_request(method, path, headers, body, query_params, request_id):
        if router.extract_access_key_id(headers, query_params) in _keys:
            refusal = _refusal(method, path, headers, body, query_params, request_id)
            if refusal is not None:
                return refusal
        return await dispatch(method, path, headers, body, query_params, request_id)

    replace("_dispatch_service_request", dispatch_service_request, app)
    resolve = private(iam_evaluator, "_resolve_condition_key")

    def resolve_condition_key(key: str, context):
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    replace("_resolve_condition_key", resolve_condition_key, iam_evaluator)


def _session(config: dict) -> dict | None:
    """The credentials of a function: a session of its role; None if the role does not exist."""
    role = config.get("Role", "").rsplit("/", 1)[-1]
    if role not in private(iam, "_roles"):
        return None
    digest = hashlib.sha256(f"{config['FunctionArn']}:{config['Role']}".encode()).hexdigest()
    key, secret, token = f"ASIA{digest[:16].upper()}", f"secret-{digest}", f"token-{digest}"
    account, name = config["Role"].split(":")[4], config["FunctionName"][:64]
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{name}",
            "UserId": f"{role}:{name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    _keys.add(key)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def _refusal(method: str, path: str, headers: dict, body: bytes, query_params: dict, request_id: str) -> tuple | None:
    """The service's denial of a call; None if the function's role allows it."""
    given = private(app, "_routing_params")(method, path, headers, body, query_params)
    service, region = router.detect_service(method, path, headers, given), router.extract_region(headers)
    action = iam_actions.extract_iam_action(service, method, path, headers, body, given)
    if action is None:
        return None
    if service in ("sqs", "sns"):
        # A batch is no action of its own: it needs the permission of a single call
        # (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html).
        action = action.removesuffix("Batch")
    key, context = router.extract_access_key_id(headers, query_params), _context(service, action, body, given)
    if service == "dynamodb":
        checks = _items(action, body, region)
    elif service == "ecr":
        checks = [(action, resource) for resource in _repositories(action, body, region)]
    else:
        account = get_account_id()
        resource = iam_actions.extract_resource_arn(service, method, path, headers, body, given, region, account)
        checks = [(action, resource)]
    for checked, resource in checks:
        denied = iam_evaluator.enforce(key, checked, service, region, resource, context)
        if denied is not None:
            return _denial(service, checked, resource, denied, headers, request_id)
    return None


def _denial(service: str, action: str, resource: str, denied, headers: dict, request_id: str) -> tuple:
    caller = private(sts, "_sessions")[router.extract_access_key_id(headers)]["Arn"]
    is_explicit = getattr(denied, "decision", "") == "Deny"
    message = iam_actions.identity_denial_message(action, caller, resource, is_explicit)
    return iam_actions.access_denied_response(
        service, action, caller, request_id, message=message, headers=headers, resource_arn=resource
    )


def _context(service: str, action: str, body: bytes, given: dict) -> dict:
    context = iam_actions.request_tag_context(service, action, body, given)
    if service == "dynamodb":
        return {**context, **(iam_actions.dynamodb_service_context(body) or {})}
    if action in ("ecr:GetAccountSetting", "ecr:PutAccountSetting"):
        return {**context, "ecr:AccountSetting": _json(body).get("name", "")}
    return context


def _items(action: str, body: bytes, region: str) -> list:
    """What a call of DynamoDB needs; a transaction is no action of its own, but those of its items."""
    account = get_account_id()
    return iam_actions.dynamodb_transaction_checks(action, body, region, account) or [
        (action, resource) for resource in iam_actions.dynamodb_resource_arns(body, region, account) or ["*"]
    ]


def _repositories(action: str, body: bytes, region: str) -> list:
    """The repositories of a call of ECR; MiniStack knows `repositoryName` only."""
    request, prefix = _json(body), f"arn:aws:ecr:{region}:"
    if action.endswith(OF_THE_REGISTRY) or "PullThroughCacheRule" in action or "CreationTemplate" in action:
        return ["*"]
    if "resourceArn" in request:
        return [request["resourceArn"]]
    account = request.get("registryId") or get_account_id()
    names = request.get("repositoryNames") or [request.get("repositoryName") or "*"]
    return [f"{prefix}{account}:repository/{name}" for name in names]


def _json(body: bytes) -> dict:
    try:
        return json.loads(body or b"{}")
    except ValueError:
        return {}
