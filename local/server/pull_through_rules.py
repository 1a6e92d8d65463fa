"""Pull through cache rules, which MiniStack does not support. Nothing is pulled from an upstream registry.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html has the upstream registries, and those
that need a secret; a registry has at most 50 rules
(https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html). In CloudFormation every property is
create-only. Unconfirmed: the messages.
"""

import re
import time

from ministack.core.responses import AccountRegionScopedDict, get_account_id

from ecr_api import EcrError, operation
from registry_settings import api_names, page, resource_type

TYPE = "AWS::ECR::PullThroughCacheRule"
MAX_RULES = 50
KEYS = ("ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRegistry", "credentialArn", "customRoleArn")
UPSTREAMS = {
    "public.ecr.aws": "ecr-public",
    "quay.io": "quay",
    "registry.k8s.io": "k8s",
    "registry-1.docker.io": "docker-hub",
    "ghcr.io": "github-container-registry",
    "registry.gitlab.com": "gitlab-container-registry",
    "cgr.dev": "chainguard",
}
PATTERNS = {
    r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?": "ecr",
    r"[a-z0-9]+\.azurecr\.io": "azure-container-registry",
}
NEEDING_SECRET = {
    "docker-hub",
    "github-container-registry",
    "gitlab-container-registry",
    "azure-container-registry",
    "chainguard",
}
_rules = AccountRegionScopedDict()


def install() -> None:
    operation("CreatePullThroughCacheRule", _create)
    operation("DescribePullThroughCacheRules", _describe)
    operation("UpdatePullThroughCacheRule", _update)
    operation("DeletePullThroughCacheRule", _delete)
    operation("ValidatePullThroughCacheRule", _validate)
    resource_type(
        TYPE,
        create=lambda props: (_create(api_names(props))["ecrRepositoryPrefix"], {}),
        update=lambda identifier, _props: (identifier, {}),
        delete=lambda identifier: _rules.pop(identifier, None),
        create_only=tuple(f"{key[0].upper()}{key[1:]}" for key in (*KEYS, "upstreamRepositoryPrefix")),
        identifier="EcrRepositoryPrefix",
    )


def _create(request: dict) -> dict:
    prefix, url = request["ecrRepositoryPrefix"], request.get("upstreamRegistryUrl") or ""
    if prefix in _rules:
        raise EcrError(
            "PullThroughCacheRuleAlreadyExistsException",
            f"A pull through cache rule with the prefix '{prefix}' already exists in the registry with id "
            f"'{get_account_id()}'",
        )
    upstream = _upstream(url)
    if upstream is None or request.get("upstreamRegistry") not in (None, upstream):
        raise EcrError("UnsupportedUpstreamRegistryException", f"The upstream registry '{url}' is not supported")
    if upstream in NEEDING_SECRET and not request.get("credentialArn"):
        raise EcrError("InvalidParameterException", f"The upstream registry '{url}' requires a credentialArn")
    if len(_rules) >= MAX_RULES:
        raise EcrError("LimitExceededException", f"A registry can have at most {MAX_RULES} pull through cache rules")
    now = time.time()
    given = {key: request[key] for key in KEYS if request.get(key)}
    _rules[prefix] = {
        **given,
        "upstreamRegistry": upstream,
        "upstreamRepositoryPrefix": request.get("upstreamRepositoryPrefix") or "ROOT",
        "registryId": get_account_id(),
        "createdAt": now,
        "updatedAt": now,
    }
    return _without(_rules[prefix], "updatedAt")


def _upstream(url: str) -> str | None:
    matching = (name for pattern, name in PATTERNS.items() if re.fullmatch(pattern, url))
    return UPSTREAMS.get(url) or next(matching, None)


def _describe(request: dict) -> dict:
    prefixes = request.get("ecrRepositoryPrefixes")
    records = [_rule(prefix) for prefix in prefixes] if prefixes else list(_rules.values())
    found, token = page(request, records, "ecrRepositoryPrefix")
    return {"pullThroughCacheRules": found, **({} if token is None else {"nextToken": token})}


def _update(request: dict) -> dict:
    rule = _rule(request["ecrRepositoryPrefix"])
    rule.update({key: request[key] for key in ("credentialArn", "customRoleArn") if request.get(key)})
    rule["updatedAt"] = time.time()
    return _without(rule, "createdAt", "upstreamRegistryUrl", "upstreamRegistry")


def _delete(request: dict) -> dict:
    rule = _rule(request["ecrRepositoryPrefix"])
    _rules.pop(request["ecrRepositoryPrefix"])
    return _without(rule, "updatedAt", "upstreamRegistry")


def _validate(request: dict) -> dict:
    rule = _rule(request["ecrRepositoryPrefix"])
    return {**_without(rule, "createdAt", "updatedAt", "upstreamRegistry"), "isValid": True}


def _rule(prefix: str) -> dict:
    if prefix not in _rules:
        raise EcrError(
            "PullThroughCacheRuleNotFoundException",
            f"The pull through cache rule with the prefix '{prefix}' does not exist in the registry with id "
            f"'{get_account_id()}'",
        )
    return _rules[prefix]


def _without(record: dict, *keys: str) -> dict:
    return {key: value for key, value in record.items() if key not in keys}
