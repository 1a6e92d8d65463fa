"""The registry's replication configuration (PutReplicationConfiguration, DescribeRegistry), which MiniStack does not
keep. Nothing is replicated.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutReplicationConfiguration.html; the message is moto's.
"""

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from ecr_api import EcrError, operation
from registry_settings import api_names, resource_type

_registry = AccountRegionScopedDict()


def install() -> None:
    operation("PutReplicationConfiguration", lambda request: _put(request["replicationConfiguration"]))
    operation("DescribeRegistry", _describe)

    def put(props: dict) -> tuple:
        _put(api_names(props["ReplicationConfiguration"]))
        return get_account_id(), {"RegistryId": get_account_id()}

    resource_type(
        "AWS::ECR::ReplicationConfiguration",
        create=put,
        update=lambda _identifier, props: put(props),
        delete=lambda _identifier: _registry.pop("configuration", None),
    )


def _put(configuration: dict) -> dict:
    own = {"region": get_region(), "registryId": get_account_id()}
    for rule in configuration["rules"]:
        if own in [{key: each.get(key) for key in own} for each in rule["destinations"]]:
            raise EcrError(
                "InvalidParameterException",
                "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: "
                "'Replication destination cannot be the same as the source registry'",
            )
    _registry["configuration"] = configuration
    return {"replicationConfiguration": configuration}


def _describe(_request: dict) -> dict:
    configuration = _registry.get("configuration") or {"rules": []}
    return {"registryId": get_account_id(), "replicationConfiguration": configuration}
