"""Repository creation templates, which MiniStack does not support. They are stored and checked; nothing creates a
repository from one, because nothing is replicated, cached or created on push.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html. Unconfirmed: the messages of
the two exceptions.
"""

import time

from ministack.core.responses import AccountRegionScopedDict, get_account_id

from ecr_api import EcrError, operation
from exclusion_filters import KEY, check_mutability
from lifecycle_grammar import check_lifecycle_policy
from policy_documents import check as check_policy
from registry_settings import api_names, page, resource_type

TYPE = "AWS::ECR::RepositoryCreationTemplate"
DEFAULTS = {
    "imageTagMutability": "MUTABLE",
    "encryptionConfiguration": {"encryptionType": "AES256"},
}
_templates = AccountRegionScopedDict()


def install() -> None:
    operation("CreateRepositoryCreationTemplate", _create)
    operation("DescribeRepositoryCreationTemplates", _describe)
    operation("UpdateRepositoryCreationTemplate", _update)
    operation("DeleteRepositoryCreationTemplate", _delete)
    resource_type(
        TYPE,
        create=lambda props: _as_resource(_create(_request(props))),
        update=lambda _prefix, props: _as_resource(_replace(_request(props))),
        delete=lambda prefix: _templates.pop(prefix, None),
        create_only=("Prefix",),
        identifier="Prefix",
    )


def _create(request: dict) -> dict:
    prefix = request["prefix"]
    if prefix in _templates:
        raise EcrError(
            "TemplateAlreadyExistsException",
            f"The repository creation template with the prefix '{prefix}' already exists in the registry with id "
            f"'{get_account_id()}'",
        )
    _check(request)
    now = time.time()
    _templates[prefix] = {**DEFAULTS, **_given(request), "createdAt": now, "updatedAt": now}
    return _answer(_templates[prefix])


def _describe(request: dict) -> dict:
    # A prefix without a template is left out.
    wanted = request.get("prefixes")
    records = [each for each in _templates.values() if not wanted or each["prefix"] in wanted]
    found, token = page(request, records, "prefix")
    return {
        "registryId": get_account_id(),
        "repositoryCreationTemplates": found,
        **({} if token is None else {"nextToken": token}),
    }


def _update(request: dict) -> dict:
    """Keeps what the request leaves out."""
    template = {**_template(request["prefix"]), **_given(request)}
    if not template["imageTagMutability"].endswith("_WITH_EXCLUSION") and KEY not in request:
        template.pop(KEY, None)
    return _kept(template)


def _replace(request: dict) -> dict:
    """As CloudFormation updates: what the template no longer has gets its default."""
    created = _template(request["prefix"])["createdAt"]
    return _kept({**DEFAULTS, **_given(request), "createdAt": created})


def _kept(template: dict) -> dict:
    _check(template)
    _templates[template["prefix"]] = {**template, "updatedAt": time.time()}
    return _answer(_templates[template["prefix"]])


def _delete(request: dict) -> dict:
    answer = _answer(_template(request["prefix"]))
    _templates.pop(request["prefix"])
    return answer


def _check(request: dict) -> None:
    check_mutability(request.get("imageTagMutability", "MUTABLE"), request.get(KEY))
    if request.get("lifecyclePolicy"):
        check_lifecycle_policy(request["lifecyclePolicy"])
    if request.get("repositoryPolicy"):
        check_policy(request["repositoryPolicy"], "repository")


def _given(request: dict) -> dict:
    return {key: value for key, value in request.items() if value is not None}


def _template(prefix: str) -> dict:
    if prefix not in _templates:
        raise EcrError(
            "TemplateNotFoundException",
            f"The repository creation template with the prefix '{prefix}' does not exist in the registry with id "
            f"'{get_account_id()}'",
        )
    return _templates[prefix]


def _answer(template: dict) -> dict:
    return {"registryId": get_account_id(), "repositoryCreationTemplate": dict(template)}


def _request(props: dict) -> dict:
    """The properties as a request: tags keep the case of their names, filters have other ones in templates."""
    request = api_names({key: value for key, value in props.items() if key != "ResourceTags"})
    if "ResourceTags" in props:
        request["resourceTags"] = props["ResourceTags"]
    filters = request.get(KEY)
    if filters is not None:
        request[KEY] = [
            {
                "filterType": each.get("imageTagMutabilityExclusionFilterType"),
                "filter": each.get("imageTagMutabilityExclusionFilterValue"),
            }
            for each in filters
        ]
    return request


def _as_resource(answer: dict) -> tuple:
    template = answer["repositoryCreationTemplate"]
    times = {
        name: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(template[key]))
        for name, key in (("CreatedAt", "createdAt"), ("UpdatedAt", "updatedAt"))
    }
    return template["prefix"], times
