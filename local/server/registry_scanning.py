"""The registry's scanning configuration and the effective scanning of repositories, which MiniStack does not support.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html: a filter without a wildcard
matches every name that contains it; a continuous filter takes precedence over an on-push filter; enhanced scanning
without rules scans everything continuously. Unconfirmed: whether `scanOnPush: true` is sufficient under basic
scanning if no filter matches; here the frequency is SCAN_ON_PUSH.
"""

import re

from ministack.core.responses import AccountRegionScopedDict, get_account_id
from ministack.services import ecr

from ecr_api import EcrError, operation
from pinned import private
from registry_settings import api_names, resource_type

_registry = AccountRegionScopedDict()


def install() -> None:
    operation("GetRegistryScanningConfiguration", _get)
    operation("PutRegistryScanningConfiguration", _put)
    operation("BatchGetRepositoryScanningConfiguration", _batch_get)

    def put(props: dict) -> tuple:
        _put(api_names(props))
        return get_account_id(), {"RegistryId": get_account_id()}

    resource_type(
        "AWS::ECR::RegistryScanningConfiguration",
        create=put,
        update=lambda _identifier, props: put(props),
        # The registry has its default again.
        delete=lambda _identifier: _registry.pop("configuration", None),
    )


def configuration() -> dict:
    return _registry.get("configuration") or {"scanType": "BASIC", "rules": []}


def _get(request: dict) -> dict:
    return {"registryId": get_account_id(), "scanningConfiguration": configuration()}


def _put(request: dict) -> dict:
    scan_type, rules = request.get("scanType", "BASIC"), request.get("rules", [])
    if scan_type == "BASIC" and any(rule["scanFrequency"] == "CONTINUOUS_SCAN" for rule in rules):
        raise EcrError("InvalidParameterException", "Basic scanning does not support the frequency CONTINUOUS_SCAN")
    if len({rule["scanFrequency"] for rule in rules}) != len(rules):
        raise EcrError("InvalidParameterException", "Only one rule for each scan frequency is allowed")
    _registry["configuration"] = {"scanType": scan_type, "rules": rules}
    return {"registryScanningConfiguration": configuration()}


def _batch_get(request: dict) -> dict:
    names = request["repositoryNames"]
    known = private(ecr, "_repositories")
    return {
        "scanningConfigurations": [in_effect(known[name]) for name in names if name in known],
        "failures": [
            {
                "repositoryName": name,
                "failureCode": "REPOSITORY_NOT_FOUND",
                "failureReason": "REPOSITORY_NOT_FOUND",
            }
            for name in names
            if name not in known
        ],
    }


def in_effect(repository: dict) -> dict:
    current, name = configuration(), repository["repositoryName"]
    scan_on_push = repository.get("imageScanningConfiguration", {}).get("scanOnPush", False)
    applied = {
        rule["scanFrequency"]: [each for each in rule["repositoryFilters"] if _matches(each["filter"], name)]
        for rule in current["rules"]
    }
    frequency = next((each for each in ("CONTINUOUS_SCAN", "SCAN_ON_PUSH") if applied.get(each)), None)
    if frequency is None and current["scanType"] == "ENHANCED" and not current["rules"]:
        frequency = "CONTINUOUS_SCAN"
    if frequency is None and current["scanType"] == "BASIC" and scan_on_push:
        frequency = "SCAN_ON_PUSH"
    return {
        "repositoryArn": repository["repositoryArn"],
        "repositoryName": name,
        "scanOnPush": scan_on_push,
        "scanFrequency": frequency or "MANUAL",
        "appliedScanFilters": applied.get(frequency, []),
    }


def _matches(pattern: str, name: str) -> bool:
    if "*" not in pattern:
        return pattern in name
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), name) is not None
