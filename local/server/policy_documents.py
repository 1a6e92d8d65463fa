"""The policies of repositories and of the registry, which MiniStack stores unchecked.

A statement of a repository's policy has no `Resource` and no `NotResource`: it is about the repository itself
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html, aws-cdk#24314); one of the registry's
must have one (https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html, pulumi-aws#2326). ECR's
message names no cause. The scope of registry policies is V2, which allows every action of ECR.
"""

import json

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ecr
from ministack.services.cloudformation import provisioners
from moto.ecr.exceptions import RegistryPolicyNotFoundException

from ecr_api import EcrError, answer_of, operation, repository
from pinned import private
from registry_settings import resource_type

REPOSITORY_TYPE = "AWS::ECR::Repository"
KNOWN = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"}
RESOURCES = {"Resource", "NotResource"}
_registry = AccountRegionScopedDict()


def install() -> None:
    operation("SetRepositoryPolicy", _set)
    operation("PutRegistryPolicy", _put)
    operation("GetRegistryPolicy", _get)
    operation("DeleteRegistryPolicy", _delete)
    _install_in_cloudformation()


def check(text: str, of: str) -> None:
    """Raises ECR's error for a policy that it refuses; `of` is `repository` or `registry`."""
    try:
        policy = json.loads(text)
    except ValueError:
        policy = None
    if not _is_policy(policy, of):
        raise EcrError(
            "InvalidParameterException",
            f"Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid {of} policy provided'",
        )


def _is_policy(policy, of: str) -> bool:
    if not isinstance(policy, dict) or not set(policy) <= {"Version", "Id", "Statement"}:
        return False
    if policy.get("Version", "2012-10-17") not in ("2012-10-17", "2008-10-17"):
        return False
    statements = _listed(policy.get("Statement"))
    return bool(statements) and all(isinstance(each, dict) and _is_statement(each, of) for each in statements)


def _is_statement(statement: dict, of: str) -> bool:
    keys = set(statement)
    resources = keys & RESOURCES
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    return (
        keys - RESOURCES <= KNOWN
        and len(resources) == (1 if of == "registry" else 0)
        and statement.get("Effect") in ("Allow", "Deny")
        and len(keys & {"Principal", "NotPrincipal"}) == 1
        and len(keys & {"Action", "NotAction"}) == 1
        and bool(actions)
        and all(isinstance(each, str) and (each == "*" or each.lower().startswith("ecr:")) for each in actions)
    )


def _listed(value) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def _set(request: dict) -> dict:
    repository(request["repositoryName"])
    check(request["policyText"], "repository")
    return answer_of(private(ecr, "_set_repository_policy")(request))


def _put(request: dict) -> dict:
    check(request["policyText"], "registry")
    _registry["policy"] = request["policyText"]
    return _answer()


def _get(_request: dict) -> dict:
    if "policy" not in _registry:
        raise RegistryPolicyNotFoundException(get_account_id())
    return _answer()


def _delete(request: dict) -> dict:
    answer = _get(request)
    _registry.pop("policy")
    return answer


def _answer() -> dict:
    return {"registryId": get_account_id(), "policyText": _registry["policy"]}


def _install_in_cloudformation() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[REPOSITORY_TYPE]
    create, update = handler["create"], handler["update"]

    def checked(props: dict) -> None:
        policy = props.get("RepositoryPolicyText")
        if policy is None:
            return
        try:
            check(_text(policy), "repository")
        except EcrError as error:
            raise ValueError(f"{error} (Service: Ecr, Status Code: 400)") from None

    def create_repository(logical_id, props, stack_name):
        checked(props)
        return create(logical_id, props, stack_name)

    def update_repository(physical_id, old_props, new_props, *others, **named):
        checked(new_props)
        return update(physical_id, old_props, new_props, *others, **named)

    handler.update(create=create_repository, update=update_repository)

    def put(props: dict) -> tuple:
        answer = _put({"policyText": _text(props["PolicyText"])})
        return answer["registryId"], {"RegistryId": answer["registryId"]}

    resource_type(
        "AWS::ECR::RegistryPolicy",
        create=put,
        update=lambda _identifier, props: put(props),
        delete=lambda _identifier: _registry.pop("policy", None),
    )


def _text(policy) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
