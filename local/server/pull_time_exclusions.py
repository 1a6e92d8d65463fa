"""Pull time update exclusions, which MiniStack does not support: pulls of these roles and users are not recorded.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html; a registry has at most 100. In
CloudFormation a change of the principal replaces the resource. Unconfirmed: the messages, and that an exclusion takes
effect at once. Whether the principal exists is not checked.
"""

import time
from contextvars import ContextVar

from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ecr, sts

from ecr_api import EcrError, operation
from pinned import private, replace
from registry_settings import page, resource_type

TYPE = "AWS::ECR::PullTimeUpdateExclusion"
MAX_EXCLUSIONS = 100
# When each was made, by the ARN of its principal.
_exclusions = AccountRegionScopedDict()
_caller = ContextVar("caller", default="")


def install() -> None:
    operation("RegisterPullTimeUpdateExclusion", _register)
    operation("DeregisterPullTimeUpdateExclusion", _deregister)
    operation("ListPullTimeUpdateExclusions", _list)
    resource_type(
        TYPE,
        create=lambda props: (_register({"principalArn": props["PrincipalArn"]})["principalArn"], {}),
        update=lambda identifier, _props: (identifier, {}),
        delete=lambda identifier: _exclusions.pop(identifier, None),
        create_only=("PrincipalArn",),
        identifier="PrincipalArn",
    )
    own = private(ecr, "handle_request")

    async def handle_request(method, path, headers, body, query_params):
        token = _caller.set(router.extract_access_key_id(headers, query_params) or "")
        try:
            return await own(method, path, headers, body, query_params)
        finally:
            _caller.reset(token)

    replace("handle_request", handle_request, ecr)


def is_recorded() -> bool:
    """Whether a pull by the caller of this request is recorded."""
    session = private(sts, "_sessions").get(_caller.get())
    return session is None or _role_of(session["Arn"]) not in {_without_path(each) for each in _exclusions}


def _role_of(arn: str) -> str:
    """The role of a session, `arn:aws:sts::ID:assumed-role/ROLE/SESSION`, which does not have the role's path."""
    kind, role, _session = arn.split(":")[5].split("/", 2)
    return f"{arn.split(':')[4]}/{role}" if kind == "assumed-role" else ""


def _without_path(arn: str) -> str:
    return f"{arn.split(':')[4]}/{arn.rsplit('/', 1)[-1]}"


def _register(request: dict) -> dict:
    arn = request["principalArn"]
    if arn in _exclusions:
        raise EcrError(
            "ExclusionAlreadyExistsException",
            f"The pull time update exclusion for '{arn}' already exists in the registry with id '{get_account_id()}'",
        )
    if len(_exclusions) >= MAX_EXCLUSIONS:
        raise EcrError("LimitExceededException", f"A registry can have at most {MAX_EXCLUSIONS} exclusions")
    _exclusions[arn] = time.time()
    return {"principalArn": arn, "createdAt": _exclusions[arn]}


def _deregister(request: dict) -> dict:
    arn = request["principalArn"]
    if arn not in _exclusions:
        raise EcrError(
            "ExclusionNotFoundException",
            f"The pull time update exclusion for '{arn}' does not exist in the registry with id '{get_account_id()}'",
        )
    _exclusions.pop(arn)
    return {"principalArn": arn}


def _list(request: dict) -> dict:
    found, token = page(request, [{"principalArn": each} for each in _exclusions], "principalArn")
    arns = [each["principalArn"] for each in found]
    return {"pullTimeUpdateExclusions": arns, **({} if token is None else {"nextToken": token})}
