"""Validation and pagination that MiniStack does not support: names, lists of repositories, lifecycle policies."""

import base64

from ministack.core.responses import get_account_id
from ministack.services import ecr
from ministack.services.cloudformation import provisioners
from moto.ecr.exceptions import (
    LifecyclePolicyNotFoundException,
    RepositoryAlreadyExistsException,
    RepositoryNotEmptyException,
    RepositoryNotFoundException,
    RepositoryPolicyNotFoundException,
)

from ecr_api import EcrError, answer_of, operation, repository
from lifecycle_grammar import check_lifecycle_policy
from pinned import private, replace

TYPE = "AWS::ECR::Repository"


def install() -> None:
    operation("DescribeRepositories", _describe)
    operation("PutLifecyclePolicy", _put_lifecycle_policy)
    operation("GetLifecyclePolicy", lambda request: _existing_lifecycle_policy("_get_lifecycle_policy", request))
    operation("DeleteLifecyclePolicy", lambda request: _existing_lifecycle_policy("_delete_lifecycle_policy", request))
    _install_not_found()
    _install_in_cloudformation()


def _describe(request: dict) -> dict:
    """By name, or by page of maxResults (default: 100); the two cannot be combined."""
    names = request.get("repositoryNames") or []
    if names and ("maxResults" in request or "nextToken" in request):
        raise EcrError("InvalidParameterException", "repositoryNames cannot be used with maxResults or nextToken")
    shape = private(ecr, "_repo_shape")
    if names:
        return {"repositories": [shape(repository(name)) for name in names]}
    limit = request.get("maxResults", 100)
    every = sorted(private(ecr, "_repositories").values(), key=lambda each: each["repositoryName"])
    after = _decoded(request.get("nextToken") or "")
    rest = [each for each in every if each["repositoryName"] > after]
    page = rest[:limit]
    answer = {"repositories": [shape(each) for each in page]}
    if len(rest) > limit:
        answer["nextToken"] = base64.urlsafe_b64encode(page[-1]["repositoryName"].encode()).decode()
    return answer


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise EcrError("InvalidParameterException", "Invalid parameter at 'nextToken'") from None


def _put_lifecycle_policy(request: dict) -> dict:
    repository(request["repositoryName"])
    text = request["lifecyclePolicyText"]
    check_lifecycle_policy(text)
    private(ecr, "_lifecycle_policies")[request["repositoryName"]] = text
    return {"repositoryName": request["repositoryName"], "lifecyclePolicyText": text}


def _existing_lifecycle_policy(own: str, request: dict) -> dict:
    """MiniStack's operation, with ECR's error if there is no policy (prowler#2411, former2#16)."""
    name = request["repositoryName"]
    repository(name)
    if name not in private(ecr, "_lifecycle_policies"):
        raise LifecyclePolicyNotFoundException(name, get_account_id())
    return answer_of(private(ecr, own)(request))


def _install_not_found() -> None:
    """Adds the registry to MiniStack's messages, as in ECR's."""
    own = private(ecr, "error_response_json")
    errors = (
        RepositoryNotFoundException,
        RepositoryAlreadyExistsException,
        RepositoryNotEmptyException,
        RepositoryPolicyNotFoundException,
    )
    by_code = {each.code: each for each in errors}

    def error_response(code, message, status, *args, **kwargs):
        if code in by_code and "'" in message:
            message = by_code[code](message.split("'")[1], get_account_id()).message
        return own(code, message, status, *args, **kwargs)

    replace("error_response_json", error_response, ecr)


def _install_in_cloudformation() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def checked(props: dict) -> None:
        text = (props.get("LifecyclePolicy") or {}).get("LifecyclePolicyText")
        if text is None:
            return
        try:
            check_lifecycle_policy(text)
        except EcrError as error:
            raise ValueError(f"{error} (Service: Ecr, Status Code: 400)") from None

    def create_repository(logical_id, props, stack_name):
        name = props.get("RepositoryName")
        if name in private(ecr, "_repositories"):
            raise ValueError(
                f"Resource of type '{TYPE}' with identifier '{name}' already exists. (HandlerErrorCode: AlreadyExists)"
            )
        checked(props)
        return create(logical_id, props, stack_name)

    def update_repository(physical_id, old_props, new_props, stack_name, logical_id=None):
        checked(new_props)
        return update(physical_id, old_props, _with_kept_settings(physical_id, new_props), stack_name, logical_id)

    handler.update(create=create_repository, update=update_repository)


def _with_kept_settings(name: str, props: dict) -> dict:
    """CloudFormation keeps tag mutability and scanning when their properties are removed (aws-cdk#21342)."""
    current = private(ecr, "_repositories").get(name)
    if current is None:
        return props
    kept = dict(props)
    kept.setdefault("ImageScanningConfiguration", {"ScanOnPush": current["imageScanningConfiguration"]["scanOnPush"]})
    if "ImageTagMutability" not in props:
        kept["ImageTagMutability"] = current["imageTagMutability"]
        filters = current.get("imageTagMutabilityExclusionFilters")
        if filters:
            kept["ImageTagMutabilityExclusionFilters"] = [
                {
                    "ImageTagMutabilityExclusionFilterType": each["filterType"],
                    "ImageTagMutabilityExclusionFilterValue": each["filter"],
                }
                for each in filters
            ]
    return kept
